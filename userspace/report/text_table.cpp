// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/text_table.hpp"

#include <algorithm>
#include <utility>

#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kDropped = static_cast<std::size_t>(-1);
constexpr std::size_t kGap = 2;

std::size_t total_width(const std::vector<std::size_t>& widths) {
    std::size_t total = 0;
    for (const std::size_t width : widths) {
        total += width == kDropped ? 0 : width + kGap;
    }
    return total == 0 ? 0 : total - kGap;
}

void shrink(std::vector<std::size_t>& widths, std::size_t column, std::size_t limit, std::size_t least) {
    const std::size_t total = total_width(widths);
    const std::size_t excess = total > limit ? total - limit : 0;
    widths[column] = std::max(std::min(widths[column], least), widths[column] - std::min(excess, widths[column]));
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<Cell> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::natural_widths(const std::vector<Row>& rows, std::size_t cut) const {
    std::vector<std::size_t> natural(columns_.size(), 0);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::size_t width = display_width(row[i].text);
            natural[i] = std::max(natural[i], std::min(width, cut_offset(row[i].text, width - std::min(cut, width)).size()));
        }
    }
    for (std::size_t i = 0; i < columns_.size() && !rows_.empty(); ++i) {
        const bool empty = std::all_of(rows_.begin(), rows_.end(), [i](const Row& row) { return row[i].text.empty(); });
        natural[i] = empty ? kDropped : natural[i];
    }
    return natural;
}

std::vector<std::size_t> TextTable::shrunk(std::vector<std::size_t> widths, std::size_t limit, std::size_t least) const {
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (columns_[i].may_shrink && widths[i] != kDropped) {
            shrink(widths, i, limit, least);
        }
    }
    return widths;
}

int TextTable::drop_of(std::size_t column) const {
    const auto other = [&](const Row& row) { return row[column].text != rows_.front()[column].text; };
    const bool tells_apart = columns_[column].title == "PID" && std::any_of(rows_.begin(), rows_.end(), other);
    return tells_apart ? 0 : columns_[column].drop_first;
}

// Of the columns that are left: 0 if none of them may go.
int TextTable::next_dropped(const std::vector<std::size_t>& widths) const {
    int drop = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        drop = widths[i] == kDropped ? drop : std::max(drop, drop_of(i));
    }
    return drop;
}

std::vector<std::size_t> TextTable::widths(const std::vector<Row>& rows, std::size_t limit) const {
    std::vector<std::size_t> fitted = shrunk(natural_widths(rows, 0), limit, kNameWidth);
    std::vector<bool> gone(columns_.size(), false);
    const auto left = [&gone](std::vector<std::size_t> widths) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widths[i] = gone[i] ? kDropped : widths[i];
        }
        return widths;
    };
    for (int drop = next_dropped(fitted); total_width(fitted) > limit && drop > 0; drop = next_dropped(fitted)) {
        for (std::size_t i = 0; i < gone.size(); ++i) {
            gone[i] = gone[i] || drop_of(i) == drop;
        }
        fitted = shrunk(left(natural_widths(rows, 0)), limit, kNameWidth);
    }
    for (const std::size_t cut : {0, 3, 6}) {
        fitted = total_width(fitted) <= limit ? fitted : shrunk(left(natural_widths(rows, cut)), limit, kMinimumShrunk);
    }
    return fitted;
}

std::vector<std::string> TextTable::lines(const TextStyle& style) const {
    std::vector<Row> rows(1);
    for (const Column& column : columns_) {
        rows.front().push_back({column.title, Ink::Strong});
    }
    rows.insert(rows.end(), rows_.begin(), rows_.end());
    for (Row& row : rows) {
        for (Cell& cell : row) {
            cell.text = printable(cell.text, style.utf8);
        }
    }
    const std::size_t limit = style.width == 0 ? kDropped : style.width;
    const std::vector<std::size_t> column_widths = widths(rows, limit);

    std::vector<std::string> lines;
    for (const Row& row : rows) {
        std::string line;
        std::size_t pending = 0;  // spaces owed: written only before a next text, so no line ends in spaces
        std::size_t used = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (column_widths[i] == kDropped || used + pending >= limit) {
                continue;
            }
            const std::size_t room = std::min(column_widths[i], limit - used - pending);
            const std::string text = cut_to_width(cut_offset(row[i].text, room), room, style.utf8);
            const std::size_t padding = room - display_width(text);
            const bool right = columns_[i].align == Align::Right;
            if (!text.empty()) {
                const std::size_t before = pending + (right ? padding : 0);
                line.append(before, ' ').append(inked(text, row[i].ink, style.color));
                used += before + display_width(text);
                pending = (right ? 0 : padding) + kGap;
            } else {
                pending += room + kGap;
            }
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line;
        text += '\n';
    }
    return text;
}

}  // namespace tt::alloc_trace
