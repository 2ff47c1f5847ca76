// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of the live table.
#pragma once

#include <string>
#include <vector>

#include "report/text_table.hpp"
#include "report/watch_model.hpp"

namespace tt::alloc_trace {

class WatchTable {
public:
    // Chips of a process that are alike in every row.
    struct Block {
        std::vector<Place> places;
        std::vector<std::vector<TextTable::Cell>> rows;  // without the places
    };

    WatchTable(const WatchModel& model, const TextStyle& style);

    [[nodiscard]] const std::vector<std::vector<Block>>& blocks() const { return blocks_; }  // by process of the model
    // Heading, then the rows of all blocks: one table, so that the columns of all processes are in line.
    [[nodiscard]] std::vector<std::string> lines(const TextStyle& style) const;

private:
    bool footprint_;  // shown, else sizes
    std::vector<std::vector<Block>> blocks_;
};

}  // namespace tt::alloc_trace
