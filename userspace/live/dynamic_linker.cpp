// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/dynamic_linker.hpp"

#include <link.h>

#include <array>
#include <string_view>

namespace tt::alloc_trace {
namespace {

constexpr const char* kLinkerPath = "/lib64/ld-linux-x86-64.so.2";  // fixed by the x86-64 ABI
constexpr std::string_view kNotification = "_dl_debug_state";
constexpr std::string_view kState = "_r_debug";

}  // namespace

Result<DynamicLinker> find_dynamic_linker() {
    Result<ModuleFile> file = open_library_file(kLinkerPath);
    if (!file) {
        return tl::make_unexpected(file.error());
    }
    Result<ElfFile> elf = ElfFile::open(std::move(*file), kLinkerPath);
    if (!elf) {
        return tl::make_unexpected(elf.error());
    }
    const std::array names{kNotification, kState};
    const Result<SymbolMap> symbols = elf->find_symbols(names, SymbolTables::DynamicOnly);
    if (!symbols) {
        return tl::make_unexpected(symbols.error());
    }
    const auto notification = symbols->find(std::string(kNotification));
    const auto state = symbols->find(std::string(kState));
    if (notification == symbols->end() || state == symbols->end()) {
        return fail(ErrorCode::RunTime, std::string(kLinkerPath) + " has no " + std::string(kNotification) + " to probe");
    }
    const Result<std::uint64_t> offset = elf->file_offset(notification->second.address);
    if (!offset) {
        return tl::make_unexpected(offset.error());
    }
    const auto delta = static_cast<std::int64_t>(state->second.address + offsetof(r_debug, r_state)) -
                       static_cast<std::int64_t>(notification->second.address);
    return DynamicLinker{std::move(*elf), *offset, static_cast<std::int32_t>(delta)};
}

}  // namespace tt::alloc_trace
