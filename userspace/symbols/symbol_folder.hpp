// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A folder with files that have symbols: libraries as they were built, or their separate debug files. Names what a recording could not,
// as the mapped files were stripped.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "symbols/function_table.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Not thread-safe.
class SymbolFolder {
public:
    static constexpr std::size_t kMaxFiles = 4096;  // looked at of the folder itself

    // Those of the folder itself, and, when they are asked for, those below its .build-id (ab/cdef.debug, as distributions have them).
    // Error Usage: there is no such folder.
    [[nodiscard]] static Result<SymbolFolder> open(const std::string& path);

    // As the symbol table spells it; empty: no file of this build-id is there, or none with a function at this address.
    [[nodiscard]] std::string function_at(const std::string& build_id, std::uint64_t address);

private:
    struct File {
        ElfFile elf;
        FunctionTable functions;
    };

    explicit SymbolFolder(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] std::optional<File> read(const std::string& build_id) const;

    std::string path_;
    std::map<std::string, std::string> paths_;              // by build-id
    std::map<std::string, std::optional<File>> files_;  // likewise, of those asked for
};

}  // namespace tt::alloc_trace
