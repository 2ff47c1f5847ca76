// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/sudo_caller.hpp"

#include <unistd.h>

#include <cstdlib>

namespace tt::alloc_trace {
namespace {

std::optional<std::uint32_t> id_from_environment(const char* name) {
    const char* text = std::getenv(name);
    char* end = nullptr;
    const unsigned long value = text == nullptr ? 0 : std::strtoul(text, &end, 10);
    return text != nullptr && end != text && *end == '\0' ? std::optional(static_cast<std::uint32_t>(value)) : std::nullopt;
}

}  // namespace

SudoCaller sudo_caller() { return geteuid() == 0 ? SudoCaller{id_from_environment("SUDO_UID"), id_from_environment("SUDO_GID")} : SudoCaller{}; }

}  // namespace tt::alloc_trace
