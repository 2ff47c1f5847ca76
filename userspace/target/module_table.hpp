// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which of the files a process has mapped for execution define one of some wanted symbols. Never goes by library name:
// wheels hide the runtime in _ttnn.so, applications link it into themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"
#include "target/memory_map.hpp"
#include "target/module_file.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

struct MappedModule {
    std::string path;      // as the process sees it
    bool deleted = false;  // its name is gone or belongs to another file now
    // Added to an ELF address gives the address in the process. More than one only if the file is loaded several times.
    std::vector<std::uint64_t> load_biases;
    ElfFile elf;        // the mapped file itself; its fd serves for attaching
    SymbolMap symbols;  // those of the wanted symbols it defines
};

struct ModuleScan {
    std::vector<MappedModule> modules;    // in order of address
    std::vector<std::string> looked_at;   // paths of all executable file mappings, each file once, in order of address
    std::vector<std::string> unreadable;  // "path: reason" of those that could not be opened or read
};

// Scans one process after the other and remembers which files hold none of the wanted symbols, so that scanning all
// processes of a machine (`list`, -a) reads each library once. Not thread-safe.
class ModuleFinder {
public:
    // A module is found if it defines at least one of these. The main executable is also searched in .symtab.
    explicit ModuleFinder(std::vector<std::string> wanted);
    ModuleFinder(ModuleFinder&&) = default;
    ModuleFinder& operator=(ModuleFinder&&) = default;
    ModuleFinder(const ModuleFinder&) = delete;
    ModuleFinder& operator=(const ModuleFinder&) = delete;
    ~ModuleFinder() = default;

    // Errors: NoSuchProcess, NotPermitted, RunTime. No module found is no error.
    [[nodiscard]] Result<ModuleScan> scan(const ProcessHandle& process);

private:
    struct Candidate;
    void inspect(const ProcessHandle& process, const Candidate& candidate, ModuleScan& scan);

    std::vector<std::string> wanted_;
    std::vector<std::string_view> wanted_views_;
    std::unordered_set<FileIdentity, FileIdentityHash> without_;  // files known to hold none
};

// Finds the runtime where it was linked in with hidden symbols. Each file is searched once. Not thread-safe.
class HiddenRuntimeFinder {
public:
    // The path of the first such file that `process` has mapped; not to be asked of one in which a ModuleFinder found the runtime:
    // its users may carry the same texts. Reads all constant data of files not met before.
    [[nodiscard]] std::optional<std::string> find(const ProcessHandle& process);

private:
    [[nodiscard]] bool is_hidden(ModuleFile file, const MapEntry& entry);

    std::unordered_map<FileIdentity, bool, FileIdentityHash> known_;
};

// "no loaded library contains tt-metal's allocation hooks (looked at 12: libc.so.6, ...)": the NotTraceable error to
// give when a scan found nothing.
[[nodiscard]] Error not_a_tt_metal_process(const ProcessHandle& process, const ModuleScan& scan);

}  // namespace tt::alloc_trace
