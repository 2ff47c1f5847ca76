// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/dynamic_linker.hpp"

#include <link.h>

#include <string>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr const char* kNotification = "_dl_debug_state";
constexpr const char* kState = "_r_debug";

Result<DynamicLinker> understand(MappedModule module, const ElfSymbol& notification) {
    const Result<std::uint64_t> offset = module.elf.file_offset(notification.address);
    if (!offset) {
        return tl::make_unexpected(offset.error());
    }
    std::optional<std::int32_t> delta;
    if (const ElfSymbol* state = find_symbol(module.symbols, kState)) {
        delta = static_cast<std::int32_t>(state->address + offsetof(r_debug, r_state) - notification.address);
    }
    return DynamicLinker{std::move(module), *offset, delta};
}

}  // namespace

DynamicLinkerFinder::DynamicLinkerFinder() : finder_({kNotification, kState}) {}

Result<std::vector<DynamicLinker>> DynamicLinkerFinder::find_new(const ProcessHandle& process) {
    Result<ModuleScan> scan = finder_.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    std::vector<DynamicLinker> linkers;
    bool has_linker = false;
    for (MappedModule& module : scan->modules) {
        const ElfSymbol* notification = find_symbol(module.symbols, kNotification);
        has_linker |= notification != nullptr;
        if (notification == nullptr || !found_.insert(module.elf.identity()).second) {
            continue;
        }
        Result<DynamicLinker> linker = understand(std::move(module), *notification);
        if (!linker) {
            return tl::make_unexpected(linker.error());
        }
        linkers.push_back(*std::move(linker));
    }
    if (!has_linker && scan->looked_at.size() > 1) {  // a program that is linked statically is one file
        return fail(ErrorCode::NotTraceable, "its dynamic linker has no " + std::string(kNotification) + " to probe");
    }
    return linkers;
}

}  // namespace tt::alloc_trace
