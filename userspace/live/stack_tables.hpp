// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What BPF walks native stacks by: for each traced process its executable mappings, for each file mapped so one table, shared by all
// processes. Used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "kernel/unwind_maps.hpp"
#include "target/elf_file.hpp"
#include "target/memory_map.hpp"
#include "target/module_file.hpp"
#include "target/process.hpp"
#include "unwind/table_store.hpp"

namespace tt::alloc_trace {

class StackTables {
public:
    // `maps` must outlive this.
    explicit StackTables(UnwindMaps& maps);

    // What the process has mapped now; what it had is forgotten. Errors: NoSuchProcess, NotPermitted, RunTime.
    [[nodiscard]] Status update(const ProcessHandle& process);

    // It has ended.
    void forget(std::uint32_t pid);

    // Files through which no stack can be followed, and why, in words; each once. Nothing more to tell: empty.
    [[nodiscard]] std::vector<std::string> take_notes();

private:
    struct Module {
        TableStore::Place place;  // generation 0: it has none
        std::uint32_t users = 0;  // lists that name it
        std::vector<ElfSegment> segments;
    };

    struct Process {
        tat_unwind_process list{};
        std::vector<FileIdentity> modules;  // whose user it is
    };

    [[nodiscard]] tat_unwind_mapping mapping_of(const ProcessHandle& process, const MapEntry& entry, Process& into);
    [[nodiscard]] Module* module_of(const ProcessHandle& process, const MapEntry& entry, Process& into);
    [[nodiscard]] Module make_module(Result<ElfFile> elf, const std::string& path);
    [[nodiscard]] std::optional<TableStore::Place> put(const UnwindTable& table);
    [[nodiscard]] bool make_room();
    void release(const Process& process);
    void note(std::string words);

    UnwindMaps& maps_;
    TableStore tables_;
    MappingLists lists_;
    std::unordered_map<FileIdentity, Module, FileIdentityHash> modules_;
    std::map<std::uint32_t, Process> processes_;  // by pid
    std::vector<std::string> notes_;
    std::set<std::string> noted_;
};

}  // namespace tt::alloc_trace
