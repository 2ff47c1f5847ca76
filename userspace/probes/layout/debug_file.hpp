// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Finds the debug info of a module: in itself; in the separate debug file that distributions install by build-id;
// beside it by .gnu_debuglink; from a debuginfod server if the user named one. elfutils' own search (libdwfl) is not
// used, for it maps the module, which its owner may cut short under us.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "probes/layout/debug_image.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct DebugFileSources {
    std::string target_root;       // before absolute paths; empty: our own root, which is also tried after another
    bool allow_debuginfod = true;  // only if $DEBUGINFOD_URLS is set; its own variables set cache and time limit
};

struct DebugInfo {
    UniqueFd fd;  // of the separate file; invalid: the module's own, which must live on
    std::unique_ptr<DebugImage> image;
    std::string path;
};

// A separate file is taken only if it has the module's build-id, or, where one of them has none, the checksum the
// module states. Error in words: there is none ("no debug file with build-id ...").
[[nodiscard]] Result<DebugInfo> find_debug_info(const ElfFile& elf, const DebugFileSources& sources);

}  // namespace tt::alloc_trace
