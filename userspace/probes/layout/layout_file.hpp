// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Layouts as JSON (docs/layouts.md, docs/schemas/layout.schema.json): what `--layout FILE` reads and
// `doctor --dump-layout` writes. The input is hostile: bounded in size, every value checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "probes/layout/layout_claim.hpp"

namespace tt::alloc_trace {

inline constexpr std::size_t kMaxLayoutFileBytes = 256U << 10U;  // a whole layout has about four thousand
inline constexpr std::uint32_t kMaxLayoutNumber = 1U << 20U;     // no object of the runtime has a megabyte

// `build_id` may be empty. Ends with a newline.
[[nodiscard]] std::string to_json(const LayoutProfile& profile, std::string_view build_id);

struct LayoutFile {
    std::string name;      // of the layout, may be empty
    std::string build_id;  // of the library it was written from, may be empty; not compared with anything
    std::vector<LayoutClaim> claims;
};
// `path` is for messages and the claims' source. Error Usage, with path and item.
[[nodiscard]] Result<LayoutFile> parse_layout(std::string_view json, const std::string& path);
[[nodiscard]] Result<LayoutFile> read_layout_file(const std::string& path);

}  // namespace tt::alloc_trace
