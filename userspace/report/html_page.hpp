// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `report FILE --format html`: the whole recording as one page, which needs no network and no other file. The page itself is made of
// the files in html/ at build time; a recording only adds its data.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/address_map.hpp"
#include "analysis/launch_room.hpp"
#include "analysis/peak.hpp"
#include "analysis/usage_series.hpp"
#include "analysis/stack_weights.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {

// text() is the page, json() the data in it.
[[nodiscard]] std::unique_ptr<View> make_html_view(const ViewOptions& options);

// What the page shows of the past.
struct PagePast {
    const UsageSeries& series;
    const AddressMap& map;
    std::vector<FoundCorePeak> cores;
    std::vector<LaunchOverlap> overlaps;
    const StackWeights& stacks;
};

// What html/ draws. Times are ns since "from_t_ns". Strings are printable (display_text.hpp).
[[nodiscard]] nlohmann::ordered_json page_data(const ReplayedStream& stream, const PagePast& past, const ViewFilter& filter);

// No string of `data`, whatever it holds, ends the element it stands in or becomes markup.
[[nodiscard]] std::string html_page(const nlohmann::ordered_json& data);

}  // namespace tt::alloc_trace
