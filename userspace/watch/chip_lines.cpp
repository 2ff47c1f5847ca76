// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/hex.hpp"
#include "report/human_size.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"
#include "watch/chip_page.hpp"
#include "watch/gauge.hpp"

namespace tt::alloc_trace::watch {
namespace {

constexpr std::size_t kSize = 10;  // "1023.9 MiB"
constexpr std::size_t kChange = 11;
constexpr std::size_t kCount = 7;
constexpr std::size_t kAge = 6;
constexpr std::size_t kOwner = 9;
constexpr std::size_t kAddress = 12;
constexpr std::size_t kHolesShown = 3;

Ink change_ink(std::int64_t bytes) { return bytes > 0 ? Ink::Warning : bytes < 0 ? Ink::Good : Ink::Dim; }

std::string age_text(std::uint64_t t_ns, std::uint64_t now_ns) { return human_duration(now_ns > t_ns ? now_ns - t_ns : 0); }

std::string share_text(std::uint64_t part, std::uint64_t of) {
    return of == 0 ? "" : fmt::format("{:.0f}%", 100.0 * static_cast<double>(part) / static_cast<double>(of));
}

// Where the room is short the origin is more worth.
bool shows_age(const ChipStyle& style) { return !style.changes || style.width >= 100; }

Line group_line(const Group& group, Grouping grouping, std::uint64_t total, const ChipStyle& style) {
    Line line(style.width, style.utf8);
    line.right(human_bytes(group.sum.bytes), kSize, Ink::Strong);
    line.right(share_text(group.sum.bytes, total), 4);
    if (style.changes) {
        line.right(change_text(group.change_bytes), kChange, change_ink(group.change_bytes));
    }
    line.right(human_count(group.sum.count), kCount);
    if (grouping == Grouping::All || grouping == Grouping::Size) {
        line.right(human_bytes(group.example.size), kSize);
    }
    if (grouping == Grouping::All || grouping == Grouping::Owner) {
        line.left(owner_label(group.example.owner_kind, group.example.owner_id), kOwner);
    }
    if (shows_age(style)) {
        line.right(group.sum.count == 0 ? "" : age_text(group.sum.newest_t_ns, style.now_ns), kAge, Ink::Dim);
    }
    return line.add(group.call_site);
}

Line buffer_line(const BufferRow& row, CallSites& sites, const ChipStyle& style) {
    Line line(style.width, style.utf8);
    line.right(human_bytes(row.buffer->size), kSize, Ink::Strong);
    line.right(hex(row.key.address), kAddress);
    line.right(age_text(row.buffer->t_ns, style.now_ns), kAge, Ink::Dim);
    line.left(owner_label(row.of.owner_kind, row.of.owner_id), kOwner);
    return line.add(call_site_text(row.of, sites));
}

}  // namespace

std::vector<Line> kind_lines(const std::array<Gauge, kMemoryKindCount>& gauges, MemoryKind kind, const ChipStyle& style) {
    constexpr std::size_t kText = 58;  // columns besides the bar
    const std::size_t columns = style.width > kText + 8 ? std::min<std::size_t>(style.width - kText, 60) : 8;
    std::vector<Line> lines;
    for (const MemoryKind one : kMemoryKinds) {
        const Gauge& gauge = gauges[static_cast<std::size_t>(one)];
        if (!gauge.there && one != kind) {
            continue;
        }
        Line& line = lines.emplace_back(style.width, style.utf8);
        const bool shown = one == kind;
        const std::string name = one == MemoryKind::L1 ? "L1 + CB" : std::string(to_string(one));
        line.add(shown ? (style.utf8 ? "▸ " : "> ") : "  ").left(name, 8, shown ? Ink::Strong : Ink::Plain);
        if (!gauge.there) {
            line.add("not used", Ink::Dim);
            continue;
        }
        if (gauge.capacity) {
            line.add(bar(gauge, columns, style.utf8)).add(" ").right(percent(gauge), 4, ink_of(gauge));
            line.add(fmt::format("{} of {}", human_bytes(gauge.taken()), human_bytes(*gauge.capacity)));
        } else {
            line.add(human_bytes(gauge.taken()));
        }
        if (gauge.baseline && *gauge.baseline != gauge.used) {
            const auto change = static_cast<std::int64_t>(gauge.used - *gauge.baseline);
            line.add_whole("  " + change_text(change), change_ink(change));
        }
        if (!gauge.exact) {
            line.add_whole("  sizes only", Ink::Dim);
        }
        line.add_whole("  " + counted(gauge.buffers, "buffer"), Ink::Dim);
        if (gauge.circular > 0) {
            line.add_whole("  CB " + human_bytes(gauge.circular), Ink::Dim);
        }
        if (gauge.peak > gauge.used) {
            line.add_whole("  peak " + human_bytes(gauge.peak), Ink::Dim);
        }
    }
    return lines;
}

std::vector<Line> strip_lines(const std::optional<MemoryStrip>& strip, const ChipStyle& style) {
    if (!strip) {
        Line line(style.width, style.utf8);
        return {line.add("  what there is to hand out is not known", Ink::Dim)};
    }
    const std::string begin = hex(strip->range.begin);
    const std::string end = hex(strip->range.end);
    Line addresses(style.width, style.utf8);
    addresses.add("  " + begin + " ", Ink::Dim);
    const std::size_t columns = addresses.room() > end.size() + 2 ? addresses.room() - end.size() - 1 : 1;
    addresses.add(draw_strip(*strip, columns, style.utf8)).add(" " + end, Ink::Dim);
    Line holes(style.width, style.utf8);
    holes.add("  largest holes: ", Ink::Dim);
    if (strip->holes.empty()) {
        holes.add("none");
    }
    for (std::size_t i = 0; i < std::min(kHolesShown, strip->holes.size()); ++i) {
        holes.add_whole(fmt::format("{}{} at {}", i == 0 ? "" : ", ", human_bytes(strip->holes[i].bytes() * strip->banks), hex(strip->holes[i].begin)));
    }
    if (strip->holes.size() > kHolesShown) {
        holes.add_whole(fmt::format(", {} more", strip->holes.size() - kHolesShown), Ink::Dim);
    }
    if (strip->not_placed > 0) {
        holes.add("; without " + counted(strip->not_placed, "buffer") + " of unknown footprint", Ink::Warning);
    }
    return {addresses, holes};
}

Line group_heading(const ChipOptions& options, const ChipStyle& style) {
    const Grouping grouping = options.grouping;
    Line line(style.width, style.utf8);
    line.right("TOTAL", kSize, Ink::Dim).right("", 4);
    if (style.changes) {
        line.right("CHANGE", kChange, Ink::Dim);
    }
    line.right("COUNT", kCount, Ink::Dim);
    if (grouping == Grouping::All || grouping == Grouping::Size) {
        line.right("SIZE", kSize, Ink::Dim);
    }
    if (grouping == Grouping::All || grouping == Grouping::Owner) {
        line.left("OWNER", kOwner, Ink::Dim);
    }
    if (shows_age(style)) {
        line.right("NEWEST", kAge, Ink::Dim);
    }
    return line.add(grouping == Grouping::All || grouping == Grouping::CallSite ? "ORIGIN" : "", Ink::Dim);
}

ListSource group_list(const std::vector<Group>& groups, Grouping grouping, std::uint64_t total, const ChipStyle& style) {
    return {
        groups.size(),
        [&groups](std::size_t i) { return std::optional(groups[i].id); },
        [&groups, grouping, total, style](std::size_t i) { return group_line(groups[i], grouping, total, style); },
    };
}

Line buffer_heading(const ChipStyle& style) {
    Line line(style.width, style.utf8);
    line.right("SIZE", kSize, Ink::Dim).right("ADDRESS", kAddress, Ink::Dim).right("AGE", kAge, Ink::Dim);
    return line.left("OWNER", kOwner, Ink::Dim).add("ORIGIN", Ink::Dim);
}

ListSource buffer_list(const std::vector<BufferRow>& buffers, CallSites& sites, const ChipStyle& style) {
    return {
        buffers.size(),
        [&buffers](std::size_t i) { return std::optional(buffer_id(buffers[i].key)); },
        [&buffers, &sites, style](std::size_t i) { return buffer_line(buffers[i], sites, style); },
    };
}

std::vector<Line> buffer_facts(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const StackTable& stacks, CallSites& sites, const ChipStyle& style
) {
    std::vector<Line> lines;
    const auto fact = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            lines.emplace_back(style.width, style.utf8).left(name, 11, Ink::Dim).add(value);
        }
    };
    const Allocator& allocator = process.allocators[key.allocator];
    const auto stack_number = static_cast<std::uint32_t>(buffer.stack);
    fact("type", std::string(to_string(key.type)));
    fact("owner", to_string(process.owners[allocator.owner]));
    fact("address", hex(key.address));
    fact("size", fmt::format("{} ({} B)", human_bytes(buffer.size), human_count(buffer.size)));
    fact("page size", buffer.page_size == 0 ? "" : human_bytes(buffer.page_size));
    const auto footprint = chip_footprint(buffer.shape(), allocator.region(key.type));
    fact("footprint", footprint ? human_bytes(*footprint) : "not known");
    fact("age", age_text(buffer.t_ns, style.now_ns));
    fact("thread", buffer.tid == 0 ? "" : fmt::format("{}", static_cast<std::uint32_t>(buffer.tid)));
    fact("operation", sites.of(stack_number).operation);
    const BufferClass of{{}, -1, key.type, buffer.origin(), buffer.size, stack_number};
    fact("origin", call_site_text(of, sites));
    if (const StackSeen* stack = stacks.find(stack_number); stack != nullptr) {
        for (std::size_t i = 0; i < stack->frames.size(); ++i) {
            fact(i == 0 ? "calls" : "", frame_text(stacks.frame(stack->frames[i])));
        }
    }
    return lines;
}

}  // namespace tt::alloc_trace::watch
