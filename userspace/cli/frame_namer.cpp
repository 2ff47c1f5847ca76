// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/frame_namer.hpp"

#include <memory>

#include "symbols/symbol_folder.hpp"

namespace tt::alloc_trace {

Result<StackTable::Namer> frame_namer(const std::string& folder) {
    if (folder.empty()) {
        return StackTable::Namer();
    }
    Result<SymbolFolder> opened = SymbolFolder::open(folder);
    if (!opened) {
        return tl::make_unexpected(opened.error());
    }
    const auto symbols = std::make_shared<SymbolFolder>(*std::move(opened));
    return [symbols](FrameSeen& frame) {
        if (frame.kind == FrameKind::Native && frame.function.empty() && frame.address > 0) {
            frame.function = symbols->function_at(frame.build_id, frame.address - 1);  // the call is in front of where it returns to
        }
    };
}

}  // namespace tt::alloc_trace
