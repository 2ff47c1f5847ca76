// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_settings.hpp"

#include <array>
#include <string_view>

#include "internal/texts.hpp"
#include "runtime/metal_context.hpp"

namespace standin {

using tt::tt_metal::AllocatorConfig;
using tt::tt_metal::MetalContext;

namespace {

struct Size {
    std::string_view name;
    void (*set)(AllocatorConfig&, std::uint64_t);
};

struct Text {
    std::string_view name;
    std::string tt::tt_metal::standin::Texts::*member;
};

void set_banks(AllocatorConfig& config, std::uint64_t banks) {
    config.num_dram_channels = banks;
    config.dram_bank_offsets.assign(banks, 0);
}

void set_grid(AllocatorConfig& config, std::size_t columns, std::size_t rows) {
    config.worker_grid = tt::tt_metal::CoreRangeSet({tt::tt_metal::CoreRange{{0, 0}, {columns - 1, rows - 1}}});
    config.compute_grid = config.worker_grid;
}

std::size_t columns_of(const AllocatorConfig& config) { return config.worker_grid.ranges().front().end_coord.x + 1; }

std::size_t rows_of(const AllocatorConfig& config) { return config.worker_grid.ranges().front().end_coord.y + 1; }

constexpr std::array kSizes{
    Size{"trace_region", [](AllocatorConfig& config, std::uint64_t bytes) { config.trace_region_size = bytes; }},
    Size{"dram_banks", set_banks},
    Size{"dram_bank", [](AllocatorConfig& config, std::uint64_t bytes) { config.dram_bank_size = bytes; }},
    Size{"dram_base", [](AllocatorConfig& config, std::uint64_t base) { config.dram_unreserved_base = base; }},
    Size{"dram_alignment", [](AllocatorConfig& config, std::uint64_t bytes) { config.dram_alignment = bytes; }},
    Size{"l1_base", [](AllocatorConfig& config, std::uint64_t base) { config.l1_unreserved_base = base; }},
    Size{"l1_size", [](AllocatorConfig& config, std::uint64_t bytes) { config.worker_l1_size = bytes; }},
    Size{"l1_small", [](AllocatorConfig& config, std::uint64_t bytes) { config.l1_small_size = bytes; }},
    Size{"grid_x", [](AllocatorConfig& config, std::uint64_t x) { set_grid(config, x, rows_of(config)); }},
    Size{"grid_y", [](AllocatorConfig& config, std::uint64_t y) { set_grid(config, columns_of(config), y); }},
};

constexpr std::array kTexts{
    Text{"out_of_memory_text", &tt::tt_metal::standin::Texts::out_of_memory},
    Text{"clash_text", &tt::tt_metal::standin::Texts::clash},
};

std::string known_names() {
    std::string names;
    for (const Size& size : kSizes) {
        names += std::string(size.name) + ", ";
    }
    return names + std::string(kTexts[0].name) + ", " + std::string(kTexts[1].name);
}

bool set_size(const std::string& name, Words& words) {
    for (const Size& size : kSizes) {
        if (size.name == name) {
            AllocatorConfig config = MetalContext::instance().allocator_config();
            size.set(config, words.number("VALUE"));
            MetalContext::instance().set_allocator_config(config);
            return true;
        }
    }
    return false;
}

bool set_text(const std::string& name, Words& words) {
    for (const Text& text : kTexts) {
        if (text.name == name) {
            tt::tt_metal::standin::texts().*text.member = words.rest();
            return true;
        }
    }
    return false;
}

}  // namespace

void apply_setting(Words& words) {
    const std::string name = words.word("NAME");
    if (!set_size(name, words) && !set_text(name, words)) {
        throw BadLine("no setting is called '" + name + "'; there are " + known_names());
    }
}

}  // namespace standin
