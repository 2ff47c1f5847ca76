// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table about places: those that say the same of several places are one row.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/text_table.hpp"
#include "report/view_words.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

class JoinedRows {
public:
    struct Row {
        std::vector<Place> places;
        std::vector<TextTable::Cell> cells;
    };

    void add(const Place& place, std::vector<TextTable::Cell> cells) {
        std::vector<std::string> key;
        for (const TextTable::Cell& cell : cells) {
            key.push_back(cell.text);
        }
        const auto [found, added] = index_.try_emplace(std::move(key), rows_.size());
        if (added) {
            rows_.push_back({{}, std::move(cells)});
        }
        rows_[found->second].places.push_back(place);
    }
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }  // in order of their first

    // The places first in each row, left out where they are those of the row before.
    void append_to(TextTable& table, std::size_t most = ~std::size_t{0}) const {
        const std::vector<Place>* latest = nullptr;
        for (std::size_t i = 0; i < rows_.size() && i < most; ++i) {
            const bool same = latest != nullptr && *latest == rows_[i].places;
            std::vector<TextTable::Cell> cells{{same ? std::string{} : place_list(rows_[i].places), Ink::Strong}};
            cells.insert(cells.end(), rows_[i].cells.begin(), rows_[i].cells.end());
            table.add_row(std::move(cells));
            latest = &rows_[i].places;
        }
    }

private:
    std::vector<Row> rows_;
    std::map<std::vector<std::string>, std::size_t> index_;
};

}  // namespace tt::alloc_trace
