// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/watch_table.hpp"

#include <map>
#include <utility>

#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Block = WatchTable::Block;

// What is reserved, if it is known of every row, else the logical size: one measure for the whole table.
bool shows_footprint(const WatchModel& model) {
    for (const WatchProcess& process : model.processes) {
        for (const WatchRow& row : process.rows) {
            const bool known = row.usage.footprint_bytes && row.usage.peak_footprint_bytes;
            if (!known || (row.baseline && !row.baseline->footprint_bytes)) {
                return false;
            }
        }
    }
    return true;
}

bool only_circular_buffers(const WatchModel& model) {
    for (const WatchProcess& process : model.processes) {
        for (const WatchRow& row : process.rows) {
            if (row.kind != MemoryKind::CircularBuffer) {
                return false;
            }
        }
    }
    return true;
}

TextTable make_table(bool footprint) {
    return TextTable({
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"BUFFERS", Align::Right, 0, false},
        {footprint ? "FOOTPRINT" : "SIZE", Align::Right, 0, false},
        {"PEAK", Align::Right, 4, false},
        {"USED", Align::Left, 0, false},
        {"FREE", Align::Right, 2, false},
        {"LARGEST", Align::Right, 1, false},
        {"TOTAL", Align::Right, 3, false},
        {"ALLOCS", Align::Right, 7, false},
        {"FREES", Align::Right, 7, false},
        {"RELEASED", Align::Right, 7, false},  // by close, exit or clear, without a free
        {"ALLOCS/S", Align::Right, 5, false},
        {"FREES/S", Align::Right, 5, false},
        {"LAUNCHES/S", Align::Right, 6, false},
    });
}

std::vector<TextTable::Cell> row_cells(const WatchRow& row, bool footprint, const TextStyle& style) {
    const KindUsage& usage = row.usage;
    const bool circular = row.kind == MemoryKind::CircularBuffer;
    const Ink ink = usage.buffers == 0 ? Ink::Dim : Ink::Plain;
    const auto rate = [&row](double WatchRow::Rates::*member) {
        return row.rates ? human_rate((*row.rates).*member) : std::string("-");
    };
    const std::uint64_t bytes = footprint ? *usage.footprint_bytes : usage.bytes;
    std::string buffers = human_count(usage.buffers);
    std::string size = human_bytes(bytes);
    Ink size_ink = ink;
    if (row.baseline) {
        const std::uint64_t before = footprint ? *row.baseline->footprint_bytes : row.baseline->bytes;
        buffers = human_count_against(usage.buffers, row.baseline->buffers);
        size = human_bytes_against(bytes, before);
        size_ink = bytes > before ? Ink::Warning : bytes < before ? Ink::Good : ink;
    }
    const CapacityText capacity = capacity_text(row.capacity, style.utf8);
    return {
        {std::string(to_string(row.kind)), ink},
        {buffers, ink},
        {size, size_ink},
        {human_bytes(footprint ? *usage.peak_footprint_bytes : usage.peak_bytes), ink},
        {capacity.used, capacity.ink},
        {capacity.free, capacity.ink},
        {capacity.largest, capacity.ink},
        {capacity.capacity, Ink::Dim},
        {circular ? std::string{} : human_count(usage.allocs), ink},
        {circular ? std::string{} : human_count(usage.frees), ink},
        {usage.released == 0 ? std::string{} : human_count(usage.released), ink},
        {circular ? std::string{} : rate(&WatchRow::Rates::allocs), ink},
        {circular ? std::string{} : rate(&WatchRow::Rates::frees), ink},
        {circular ? rate(&WatchRow::Rates::launches) : std::string{}, ink},
    };
}

std::vector<Block> blocks_of(const WatchProcess& process, bool footprint, const TextStyle& style) {
    std::vector<Block> blocks;
    std::map<std::string, std::size_t> index;  // by what its rows say
    for (auto row = process.rows.begin(); row != process.rows.end();) {
        Block block{{row->place}, {}};
        std::string said;
        for (; row != process.rows.end() && row->place == block.places.front(); ++row) {
            for (const TextTable::Cell& cell : block.rows.emplace_back(row_cells(*row, footprint, style))) {
                said += cell.text + '\n';
            }
        }
        const auto [found, added] = index.try_emplace(std::move(said), blocks.size());
        if (added) {
            blocks.push_back(std::move(block));
        } else {
            blocks[found->second].places.push_back(block.places.front());
        }
    }
    return blocks;
}

}  // namespace

WatchTable::WatchTable(const WatchModel& model, const TextStyle& style)
    : footprint_(shows_footprint(model) && !only_circular_buffers(model)) {
    for (const WatchProcess& process : model.processes) {
        blocks_.push_back(blocks_of(process, footprint_, style));
    }
}

std::vector<std::string> WatchTable::lines(const TextStyle& style) const {
    TextTable table = make_table(footprint_);
    for (const std::vector<Block>& blocks : blocks_) {
        for (const Block& block : blocks) {
            std::string places = place_list(block.places);
            for (const std::vector<TextTable::Cell>& row : block.rows) {
                std::vector<TextTable::Cell> cells{{std::exchange(places, {}), Ink::Strong}};
                cells.insert(cells.end(), row.begin(), row.end());
                table.add_row(std::move(cells));
            }
        }
    }
    return table.lines(style);
}

}  // namespace tt::alloc_trace
