// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where dynamic linkers (ld.so) tell debuggers that they have mapped libraries. Each container, chroot, nix store or conda
// environment may bring one of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace {

struct DynamicLinker {
    MappedModule module;
    std::uint64_t notification_offset = 0;    // file offset of _dl_debug_state
    std::optional<std::int32_t> state_delta;  // from there to r_debug::r_state, in memory; none: it has no such word (musl)
};

class DynamicLinkerFinder {
public:
    DynamicLinkerFinder();

    // Those that `process` has mapped and that were not found before. Errors: NotTraceable if it has a linker that tells nobody
    // what it loads; the others as ModuleFinder::scan().
    [[nodiscard]] Result<std::vector<DynamicLinker>> find_new(const ProcessHandle& process);

private:
    ModuleFinder finder_;
    std::unordered_set<FileIdentity, FileIdentityHash> found_;
};

}  // namespace tt::alloc_trace
