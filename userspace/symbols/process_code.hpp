// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which file an instruction of a process comes from, and where in it. Files stay open: what ran can be named when the process, or
// the file's name, is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "symbols/function_table.hpp"
#include "target/elf_file.hpp"
#include "target/memory_map.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

// One file that processes have mapped for execution.
class CodeModule {
public:
    CodeModule(ElfFile elf, std::string path) : elf_(std::move(elf)), path_(std::move(path)) {}

    [[nodiscard]] const ElfFile& elf() const { return elf_; }
    [[nodiscard]] const std::string& path() const { return path_; }  // as the process that was met first sees it
    // Reads the symbols at the first call. Empty: no function is known to be there.
    [[nodiscard]] std::string function_at(std::uint64_t address);

private:
    ElfFile elf_;
    std::string path_;
    std::optional<FunctionTable> functions_;
};

struct CodeMapping {
    std::uint64_t start = 0;  // first address in the process
    std::uint64_t end = 0;    // one behind the last
    std::uint64_t bias = 0;   // added to an ELF address gives the one in the process
    std::shared_ptr<CodeModule> module;
};

// Not thread-safe.
class ProcessCode {
public:
    // Reads what the process has mapped by now. Mappings that went are forgotten. Files that are no ELF files have no code of ours.
    void update(const ProcessHandle& process);
    // The child has what its parent has.
    void fork(std::uint32_t parent, std::uint32_t child);
    void forget(std::uint32_t pid) { processes_.erase(pid); }

    // By address; empty for a process that was never updated.
    [[nodiscard]] const std::vector<CodeMapping>& mappings(std::uint32_t pid) const;
    [[nodiscard]] const CodeMapping* find(std::uint32_t pid, std::uint64_t address) const;

private:
    [[nodiscard]] std::shared_ptr<CodeModule> module_of(const ProcessHandle& process, const MapEntry& entry);

    std::map<std::uint32_t, std::vector<CodeMapping>> processes_;  // by pid
    std::unordered_map<FileIdentity, std::shared_ptr<CodeModule>, FileIdentityHash> modules_;
    std::unordered_set<FileIdentity, FileIdentityHash> no_modules_;
};

}  // namespace tt::alloc_trace
