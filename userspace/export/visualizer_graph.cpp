// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_graph.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "export/labels.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNodes = 1000;

Json node(std::size_t counter, std::string_view type, Json params) {
    return {
        {"counter", counter},
        {"node_type", type},
        {"params", std::move(params)},
        {"connections", Json::array()},
        {"arguments", Json::array()},
        {"input_tensors", Json::array()},
        {"stacking_level", 1},
    };
}

// "{[0-0 - 7-7], [0-8 - 3-8]}"
std::string core_range_set(const std::vector<CoreRange>& cores) {
    std::string text;
    for (const CoreRange& range : cores) {
        text += fmt::format("{}[{}-{} - {}-{}]", text.empty() ? "" : ", ", range.start_x, range.start_y, range.end_x, range.end_y);
    }
    return "{" + text + "}";
}

Json circular_buffer(const CircularBuffer& buffer, std::int64_t device) {
    return {
        {"address", buffer.address},
        {"size", buffer.size},
        {"core_range_set", core_range_set(buffer.cores)},
        {"globally_allocated", "0"},  // those that live in an L1 buffer are not kept: they take nothing of their own
        {"device_id", device},
    };
}

}  // namespace

std::string captured_graph(const ProcessState& process, const std::vector<Place>& places, std::int64_t device, std::string_view operation) {
    Json graph = Json::array();
    graph.push_back(node(0, "capture_start", Json()));
    graph.push_back(node(1, "function_start", {{"inputs", "0"}, {"name", clean_text(operation)}}));
    if (!places.empty()) {
        for (const std::uint64_t id : process.programs.resident_programs(places.front())) {
            const auto program = process.programs.programs().find(id);
            if (program == process.programs.programs().end()) {
                continue;
            }
            for (const CircularBuffer& buffer : program->second.circular_buffers) {
                if (graph.size() < kMostNodes) {
                    graph.push_back(node(graph.size(), "circular_buffer_allocate", circular_buffer(buffer, device)));
                }
            }
        }
    }
    if (graph.size() == 2) {
        return {};
    }
    graph.push_back(node(graph.size(), "function_end", {{"name", clean_text(operation)}}));
    graph.push_back(node(graph.size(), "capture_end", Json()));
    const std::size_t end = graph.size() - 1;
    graph[0]["connections"] = {1, end};
    std::vector<std::size_t> inner(end - 2);
    std::iota(inner.begin(), inner.end(), 2);
    graph[1]["connections"] = inner;
    graph[end - 1]["connections"] = {end};
    return graph.dump();
}

}  // namespace tt::alloc_trace
