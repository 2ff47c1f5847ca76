// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/human_size.hpp"
#include "report/buffer_words.hpp"
#include "report/json_envelope.hpp"
#include "report/snapshot_view.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "mesh 0 (chips 0-7)", "mesh 1 (chips 0-3, 4 on other hosts)", "chip 3".
std::string full_name(const SnapshotView::Allocator& allocator) {
    if (!allocator.label.starts_with("mesh")) {
        return allocator.label;
    }
    const std::string remote = allocator.remote_chips == 0 ? "" : fmt::format(", {} on other hosts", allocator.remote_chips);
    const std::string chips = allocator.chips.empty() ? "chips unknown" : chip_list(allocator.chips);
    return fmt::format("{} ({}{})", allocator.label, chips, remote);
}

std::string percent(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? "-" : fmt::format("{:.1f}%", 100.0 * static_cast<double>(part) / static_cast<double>(all));
}

std::vector<Note> module_notes(const SessionInfo& session) {
    std::vector<Note> notes;
    for (const ModuleInfo& module : session.modules) {
        const std::string era = module.era.empty() ? "" : fmt::format(", tt-metal of {}", module.era);
        notes.push_back({fmt::format("library     {} (layout {}{})", module.path, module.layout, era), Ink::Plain});
    }
    return notes;
}

std::vector<Note> head_notes(const SnapshotView& snapshot, const SessionInfo& session) {
    const SnapshotContext& context = snapshot.context;
    std::vector<Note> notes{
        {fmt::format("target      pid {}  {}", context.pid, context.command), Ink::Plain},
        {fmt::format("host        {}, Linux {}", session.host, session.kernel), Ink::Plain},
    };
    for (Note& note : module_notes(session)) {
        notes.push_back(std::move(note));
    }
    const double ms = static_cast<double>(context.duration_ns) / 1e6;
    notes.push_back({fmt::format("walked      {} in {:.1f} ms, without stopping the process", utc_date_time(context.unix_ns), ms), Ink::Plain});
    notes.push_back(
        {fmt::format(
             "holds       {} in {}, {}",
             counted(snapshot.buffers.size(), "buffer"),
             counted(snapshot.allocators.size(), "allocator"),
             human_bytes(snapshot.bytes)
         ),
         Ink::Strong}
    );
    if (!snapshot.complete) {
        notes.push_back({fmt::format("not all of it could be read: {}", snapshot.incomplete_reason), Ink::Warning});
    } else if (snapshot.allocators.empty()) {
        notes.push_back({"no device is open", Ink::Plain});
    }
    return notes;
}

std::vector<TextTable::Cell> capacity_cells(const SnapshotView::Row& row) {
    const WalkedRegion& region = row.region;
    if (!row.capacity_known) {
        return {{"?"}, {"?"}, {"?"}, {"?"}, {"?"}, {"?"}};
    }
    std::vector<TextTable::Cell> cells{{human_count(region.region.banks)}, {human_bytes(region.region.bytes)}};
    if (!region.free_list_known) {
        cells.insert(cells.end(), {{"?"}, {"?"}, {"?"}, {"?"}});
        return cells;
    }
    cells.push_back({human_bytes(region.used_bytes)});
    cells.push_back({percent(region.used_bytes, region.region.bytes)});
    cells.push_back({human_bytes(region.free_bytes)});
    cells.push_back({human_bytes(region.largest_free_bytes)});
    return cells;
}

void append_allocators(std::vector<std::string>& lines, const SnapshotView& snapshot, const TextStyle& style) {
    TextTable table({
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"BUFFERS", Align::Right, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"BANKS", Align::Right, 3, false},
        {"CAPACITY/BANK", Align::Right, 2, false},
        {"USED", Align::Right, 0, false},
        {"USED%", Align::Right, 1, false},
        {"FREE", Align::Right, 0, false},
        {"LARGEST FREE", Align::Right, 0, false},
    });
    for (const SnapshotView::Allocator& allocator : snapshot.allocators) {
        for (const SnapshotView::Row& row : allocator.rows) {
            const bool first = &row == allocator.rows.data();
            std::vector<TextTable::Cell> cells{
                {first ? full_name(allocator) : "", Ink::Strong},
                {std::string(to_string(row.type))},
                {human_count(row.buffers)},
                {human_bytes(row.bytes)},
            };
            for (TextTable::Cell& cell : capacity_cells(row)) {
                cells.push_back(std::move(cell));
            }
            table.add_row(std::move(cells));
        }
    }
    if (table.rows() == 0) {
        return;
    }
    lines.emplace_back();
    append_table(lines, table, style);
    append_notes(
        lines,
        {{"size: logical bytes per chip; used, free and largest free block: of each bank, by the allocator's own free list", Ink::Dim}},
        style
    );
}

void append_groups(std::vector<std::string>& lines, const SnapshotView& snapshot, const TextStyle& style, std::size_t top) {
    if (snapshot.groups.empty()) {
        return;
    }
    TextTable table({
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"SIZE", Align::Right, 0, false},
        {"COUNT", Align::Right, 0, false},
        {"TOTAL", Align::Right, 0, false},
        {"BLOCK/BANK", Align::Right, 1, false},
    });
    const std::size_t shown = top == 0 ? snapshot.groups.size() : std::min(top, snapshot.groups.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const SnapshotView::Group& group = snapshot.groups[i];
        table.add_row({
            {full_name(snapshot.allocators[group.allocator])},
            {std::string(to_string(group.type))},
            {human_bytes(group.size)},
            {human_count(group.count)},
            {human_bytes(group.bytes)},
            {group.block_bytes == 0 ? "?" : human_bytes(group.block_bytes)},
        });
    }
    lines.emplace_back();
    append_table(lines, table, style);
    if (shown < snapshot.groups.size()) {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        for (std::size_t i = shown; i < snapshot.groups.size(); ++i) {
            count += snapshot.groups[i].count;
            bytes += snapshot.groups[i].bytes;
        }
        const std::string rest = counted(snapshot.groups.size() - shown, "more group");
        append_notes(
            lines,
            {{fmt::format("{} left out ({}, {}): --top 0 shows all", rest, counted(count, "buffer"), human_bytes(bytes)), Ink::Dim}},
            style
        );
    }
}

struct Orphan {
    const SnapshotView::Allocator* allocator;
    BufferType type;
    Block block;
};

std::vector<Orphan> orphans_of(const SnapshotView& snapshot) {
    std::vector<Orphan> orphans;
    for (const SnapshotView::Allocator& allocator : snapshot.allocators) {
        for (const SnapshotView::Row& row : allocator.rows) {
            for (const Block& block : row.region.orphans) {
                orphans.push_back({&allocator, row.type, block});
            }
        }
    }
    std::stable_sort(orphans.begin(), orphans.end(), [](const Orphan& a, const Orphan& b) { return a.block.bytes > b.block.bytes; });
    return orphans;
}

void append_orphans(std::vector<std::string>& lines, const SnapshotView& snapshot, const TextStyle& style, std::size_t top) {
    const std::vector<Orphan> orphans = orphans_of(snapshot);
    if (orphans.empty()) {
        return;
    }
    std::uint64_t bytes = 0;
    for (const Orphan& orphan : orphans) {
        bytes += orphan.block.bytes;
    }
    TextTable table({
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"ADDRESS", Align::Right, 0, false},
        {"BLOCK/BANK", Align::Right, 0, false},
    });
    const std::size_t shown = top == 0 ? orphans.size() : std::min(top, orphans.size());
    for (std::size_t i = 0; i < shown; ++i) {
        table.add_row({
            {full_name(*orphans[i].allocator)},
            {std::string(to_string(orphans[i].type))},
            {hex(orphans[i].block.address)},
            {human_bytes(orphans[i].block.bytes)},
        });
    }
    lines.push_back({});
    append_notes(
        lines,
        {{fmt::format("{} in use, but of no buffer ({} of each bank)", counted(orphans.size(), "block"), human_bytes(bytes)), Ink::Warning},
         {"left behind by an allocation that failed after its block was taken, or taken over from another allocator's state; "
          "nothing gives them back before the device is closed",
          Ink::Dim}},
        style
    );
    for (std::string& line : table.lines(style)) {
        lines.push_back(std::move(line));
    }
    if (shown < orphans.size()) {
        append_notes(lines, {{counted(orphans.size() - shown, "more block") + " left out: --top 0 shows all", Ink::Dim}}, style);
    }
}

Json number_if(bool known, std::uint64_t number) {
    return known ? Json(number) : Json(nullptr);
}

Json region_json(const SnapshotView::Row& row) {
    const WalkedRegion& region = row.region;
    const bool known = row.capacity_known;
    const bool list_known = known && region.free_list_known;
    Json json;
    json["type"] = to_string(row.type);
    json["buffers"] = row.buffers;
    json["bytes"] = row.bytes;
    json["banks"] = number_if(known, region.region.banks);
    json["page_alignment"] = number_if(known, region.region.page_alignment);
    json["granularity"] = number_if(known, region.region.granularity);
    json["base"] = known ? Json(hex(region.region.base)) : Json(nullptr);
    json["bank_bytes"] = number_if(known, region.region.bytes);
    json["bank_used_bytes"] = number_if(list_known, region.used_bytes);
    json["bank_free_bytes"] = number_if(list_known, region.free_bytes);
    json["bank_largest_free_bytes"] = number_if(list_known, region.largest_free_bytes);
    json["unowned_blocks"] = Json::array();
    for (const Block& block : region.orphans) {
        json["unowned_blocks"].push_back({{"address", hex(block.address)}, {"bytes", block.bytes}});
    }
    return json;
}

Json allocator_json(const SnapshotView::Allocator& allocator) {
    Json json;
    json["allocator"] = hex(allocator.allocator);
    json["owner"] = allocator.label;
    json["owner_chips"] = allocator.chips;
    json["owner_remote_chips"] = allocator.remote_chips;
    json["complete"] = allocator.complete;
    json["incomplete_reason"] = allocator.incomplete_reason;
    json["types"] = Json::array();
    for (const SnapshotView::Row& row : allocator.rows) {
        json["types"].push_back(region_json(row));
    }
    return json;
}

Json buffer_json(const SnapshotView& snapshot, const SnapshotView::Buffer& buffer) {
    const SnapshotView::Allocator& allocator = snapshot.allocators[buffer.allocator];
    const BufferFields& fields = buffer.walked.fields;
    Json json;
    json["owner"] = allocator.label;
    json["owner_chips"] = allocator.chips;
    json["allocator"] = hex(allocator.allocator);
    json["type"] = to_string(fields.type);
    json["address"] = hex(fields.address);
    json["size"] = fields.size;
    json["page_size"] = fields.page_size;
    json["sharded"] = fields.sharded;
    json["block_bytes"] = number_if(buffer.walked.block_bytes != 0, buffer.walked.block_bytes);
    json["buffer"] = hex(fields.buffer);
    if (fields.per_core) {
        json["per_core"] = per_core_json(fields.cores, fields.core);
    }
    return json;
}

Json group_json(const SnapshotView& snapshot, const SnapshotView::Group& group) {
    const SnapshotView::Allocator& allocator = snapshot.allocators[group.allocator];
    Json json;
    json["owner"] = allocator.label;
    json["owner_chips"] = allocator.chips;
    json["type"] = to_string(group.type);
    json["size"] = group.size;
    json["block_bytes"] = number_if(group.block_bytes != 0, group.block_bytes);
    json["count"] = group.count;
    json["bytes"] = group.bytes;
    return json;
}

}  // namespace

std::string render_snapshot_text(
    const SnapshotView& snapshot, const SessionInfo& session, const TextStyle& style, std::size_t top
) {
    std::vector<std::string> lines;
    append_notes(lines, head_notes(snapshot, session), style);
    append_allocators(lines, snapshot, style);
    append_orphans(lines, snapshot, style, top);
    append_groups(lines, snapshot, style, top);
    return joined(lines);
}

Json snapshot_json(const SnapshotView& snapshot, const SessionInfo& session) {
    Json json = json_envelope(session, "snapshot", {snapshot.complete, Doubts{}});
    json["pid"] = snapshot.context.pid;
    json["command"] = snapshot.context.command;
    json["walked_at"] = rfc3339_utc(snapshot.context.unix_ns);
    json["duration_ns"] = snapshot.context.duration_ns;
    json["incomplete_reason"] = snapshot.incomplete_reason;
    json["allocators"] = Json::array();
    for (const SnapshotView::Allocator& allocator : snapshot.allocators) {
        json["allocators"].push_back(allocator_json(allocator));
    }
    json["groups"] = Json::array();
    for (const SnapshotView::Group& group : snapshot.groups) {
        json["groups"].push_back(group_json(snapshot, group));
    }
    json["buffers"] = Json::array();
    for (const SnapshotView::Buffer& buffer : snapshot.buffers) {
        json["buffers"].push_back(buffer_json(snapshot, buffer));
    }
    return json;
}

}  // namespace tt::alloc_trace
