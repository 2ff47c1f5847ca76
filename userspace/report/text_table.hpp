// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Aligned columns of text. Cells are made printable here, so no caller can forget to.
#pragma once

#include <string>
#include <vector>

#include "report/display_text.hpp"

namespace tt::alloc_trace {

class TextTable {
public:
    enum class Align { Left, Right };

    struct Column {
        std::string title;
        Align align = Align::Left;
        int drop_first = 0;       // a table too wide loses the columns with the highest number first; 0 stays, and so does a PID
                                  // that tells rows apart
        bool may_shrink = false;  // but before that, its cells are cut, down to kNameWidth; behind it, down to kMinimumShrunk
    };
    struct Cell {
        std::string text;
        Ink ink = Ink::Plain;
    };

    static constexpr std::size_t kNameWidth = 26;  // columns: names of owners are whole in it, "mesh 0 (chips 0-16,18-31)"
    static constexpr std::size_t kMinimumShrunk = 12;  // columns: enough to recognise a path or command

    explicit TextTable(std::vector<Column> columns);

    void add_row(std::vector<Cell> cells);  // missing cells are empty
    [[nodiscard]] std::size_t rows() const { return rows_.size(); }

    // Heading, then the rows, no newlines; no line is wider than style.width. Columns without any text are left out. Moments
    // are whole, as they are given back as arguments; only where no column is left to drop are they cut to the micro- or millisecond.
    [[nodiscard]] std::vector<std::string> lines(const TextStyle& style) const;

private:
    using Row = std::vector<Cell>;

    [[nodiscard]] int drop_of(std::size_t column) const;
    // `cut`: by how many digits moments (human_offset()) are cut.
    [[nodiscard]] std::vector<std::size_t> natural_widths(const std::vector<Row>& rows, std::size_t cut) const;
    [[nodiscard]] std::vector<std::size_t> shrunk(std::vector<std::size_t> widths, std::size_t limit, std::size_t least) const;
    [[nodiscard]] int next_dropped(const std::vector<std::size_t>& widths) const;
    [[nodiscard]] std::vector<std::size_t> widths(const std::vector<Row>& rows, std::size_t limit) const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

// The lines, each with its newline.
[[nodiscard]] std::string joined(const std::vector<std::string>& lines);

}  // namespace tt::alloc_trace
