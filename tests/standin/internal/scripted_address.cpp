// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "internal/scripted_address.hpp"

#include <utility>

namespace tt::tt_metal::standin {

namespace {

thread_local std::optional<std::uint64_t> scripted_address;

}  // namespace

void script_next_address(std::uint64_t address) { scripted_address = address; }

std::optional<std::uint64_t> take_scripted_address() { return std::exchange(scripted_address, std::nullopt); }

}  // namespace tt::tt_metal::standin
