// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Finds out where things are in the objects of one build of the runtime. Providers make claims; what they agree on is
// the layout, and what two of them contradict each other about is refused with both values shown. In order of
// precedence: a layout file, debug info, an era table. The library's own code (getters) gives no layout by itself, but
// whatever the others say is held against it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "probes/layout_profile.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct LayoutSources {
    std::string layout_file;  // path of a layout file, empty: none
    std::string target_root;  // root directory of the target ("/proc/PID/root"), before paths of separate debug files;
                              // empty: ours
    bool allow_debuginfod = true;  // ask the servers of $DEBUGINFOD_URLS, if it is set
};

// Names resolve_layout() asks for, in .symtab too.
[[nodiscard]] std::vector<std::string_view> layout_symbols();

// `symbols`: those of layout_symbols() that the file defines.
// Errors: NotTraceable in words (a contradiction; an item without which nothing works is not known; a build newer than
// all tables); Usage (the layout file).
[[nodiscard]] Result<LayoutProfile> resolve_layout(
    const ElfFile& elf, const SymbolMap& symbols, const LayoutSources& sources
);

}  // namespace tt::alloc_trace
