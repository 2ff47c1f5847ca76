// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/owner_history.hpp"
#include "analysis/region_needs.hpp"
#include "report/answer_heading.hpp"
#include "report/capacity_words.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"
#include "report/joined_rows.hpp"
#include "report/owner_labels.hpp"
#include "report/sizing_table.hpp"
#include "report/usage_sample.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kOwnersNamed = 4;  // of a chip, in text

struct DeviceType {
    BufferType type = BufferType::Dram;
    Usage usage;         // live at ReplayedStream::live_moment(); peaks and counts since the attach
    Capacity capacity;   // then; not known() once it was closed
    std::uint64_t last_capacity_bytes = 0;  // of the chip: now, or as the owner that went last had it; 0: never known
    std::uint64_t last_known_t_ns = 0;      // when that owner was last seen
};

struct Device {
    std::uint32_t pid = 0;
    Place place;
    std::vector<const OwnerRecord*> owners;
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::uint64_t closes = 0;
    std::uint32_t allocators = 0;  // alive then
    std::vector<DeviceType> types;
};

// Both see the same replay.
class DeviceObserver final : public Observer {
public:
    void begin(const TrackerView& view) override {
        history.begin(view);
        needs.begin(view);
    }
    void observe(const Event& event, const Applied& applied) override {
        history.observe(event, applied);
        needs.observe(event, applied);
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        history.started(process, key, buffer);
        needs.started(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override {
        history.ended(process, key, buffer, kind);
        needs.ended(process, key, buffer, kind);
    }
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override {
        history.known_better(process, key, before, now);
        needs.known_better(process, key, before, now);
    }

    OwnerHistory history;
    RegionNeeds needs;
};

class Devices final : public View {
public:
    explicit Devices(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return &seen_; }
    bool shows_live() const override { return true; }
    bool shows_ended() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<Device> devices(const ReplayedStream& stream) const;
    void add_owners(Device& device, const ProcessState& process) const;
    void append_devices(
        std::vector<std::string>& lines, const std::vector<Device>& devices, const SessionInfo& session, const TextStyle& style
    ) const;
    void append_types(std::vector<std::string>& lines, const std::vector<Device>& devices, const TextStyle& style) const;

    ViewOptions options_;
    DeviceObserver seen_;
};

void Devices::add_owners(Device& device, const ProcessState& process) const {
    for (const OwnerRecord& owner : seen_.history.owners()) {
        const std::vector<Place> places = places_of(owner.owner);
        if (owner.process != process.number || std::find(places.begin(), places.end(), device.place) == places.end()) {
            continue;
        }
        device.first_t_ns = device.owners.empty() ? owner.first_t_ns : std::min(device.first_t_ns, owner.first_t_ns);
        device.last_t_ns = std::max(device.last_t_ns, owner.last_t_ns);
        device.closes += owner.closes;
        device.owners.push_back(&owner);
        for (DeviceType& type : device.types) {
            const auto& region = owner.types[static_cast<std::size_t>(type.type)].region;
            if (type.capacity.known() || !region || owner.last_t_ns < type.last_known_t_ns) {
                continue;
            }
            const bool newer = owner.last_t_ns > type.last_known_t_ns;
            type.last_capacity_bytes = std::max(newer ? 0 : type.last_capacity_bytes, region->bytes * region->banks);
            type.last_known_t_ns = owner.last_t_ns;
        }
    }
    for (const Allocator& allocator : process.allocators) {
        const std::vector<Place>& places = process.owners[allocator.owner].places;
        device.allocators += allocator.alive && std::find(places.begin(), places.end(), device.place) != places.end() ? 1 : 0;
    }
}

std::vector<Device> Devices::devices(const ReplayedStream& stream) const {
    std::vector<Device> all;
    for (const auto& process : stream.tracker.processes) {
        const ProcessState& moment = stream.live_of(*process);
        const CapacityMap capacity = capacities(moment);
        for (const auto& [place, whole] : process->places) {
            if (!options_.filter.passes(place)) {
                continue;
            }
            const PlaceUsage usage = with_live_of(whole, place, moment);
            Device device;
            device.pid = process->pid;
            device.place = place;
            for (const MemoryKind kind : kMemoryKinds) {
                for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
                    const auto type = static_cast<BufferType>(i);
                    if (memory_kind(type) == kind && options_.filter.passes(kind)) {
                        const Capacity now = capacity_of(capacity, place, kind);
                        device.types.push_back({type, usage.of(type), now, now.of_chip(now.bank_bytes)});
                    }
                }
            }
            add_owners(device, moment);
            std::erase_if(device.types, [](const DeviceType& type) {
                return type.usage.allocs + type.usage.found == 0 && type.last_capacity_bytes == 0 && !type.capacity.known();
            });
            all.push_back(std::move(device));
        }
    }
    return all;
}

std::string owners_text(const Device& device) {
    std::string text;
    const std::size_t shown = std::min(kOwnersNamed, device.owners.size());
    for (std::size_t i = 0; i < shown; ++i) {
        text += (text.empty() ? "" : ", ") + owner_label(device.owners[i]->owner.kind, device.owners[i]->owner.id);
    }
    return text + (shown < device.owners.size() ? fmt::format(" and {} more", device.owners.size() - shown) : "");
}

// The cells of `rows` begin with the pid; what place they are about comes behind it.
void fill(TextTable& table, const JoinedRows& rows, std::size_t top) {
    const std::size_t shown = top == 0 ? rows.rows().size() : std::min(top, rows.rows().size());
    for (std::size_t i = 0; i < shown; ++i) {
        std::vector<TextTable::Cell> cells = rows.rows()[i].cells;
        cells.insert(cells.begin() + 1, {place_list(rows.rows()[i].places), Ink::Strong});
        table.add_row(std::move(cells));
    }
}

void Devices::append_devices(
    std::vector<std::string>& lines, const std::vector<Device>& devices, const SessionInfo& session, const TextStyle& style
) const {
    TextTable table({
        {"PID", Align::Left, 2, false},
        {"DEVICE", Align::Left, 0, false},
        {"OWNERS", Align::Left, 0, false},
        {"ALLOCATORS", Align::Right, 3, false},
        {"CLOSES", Align::Right, 0, false},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 4, false},
    });
    JoinedRows rows;
    for (const Device& device : devices) {
        rows.add(
            device.place,
            {
                {fmt::format("{}", device.pid)},
                {owners_text(device)},
                {human_count(device.allocators)},
                {human_count(device.closes)},
                {since_attach(device.first_t_ns, session), Ink::Dim},
                {since_attach(device.last_t_ns, session), Ink::Dim},
            }
        );
    }
    fill(table, rows, options_.top);
    append_table(lines, {}, table, rows.rows().size(), style);
}

std::string total_of(const DeviceType& type, const CapacityText& capacity) {
    return type.last_capacity_bytes > 0 ? human_bytes(type.last_capacity_bytes) : capacity.capacity;
}

void Devices::append_types(
    std::vector<std::string>& lines, const std::vector<Device>& devices, const TextStyle& style
) const {
    bool footprint = true;
    for (const Device& device : devices) {
        for (const DeviceType& type : device.types) {
            footprint = footprint && type.usage.footprint() && type.usage.peak_footprint();
        }
    }
    TextTable table({
        {"PID", Align::Left, 4, false},
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"ALLOCS", Align::Right, 3, false},
        {"LIVE", Align::Right, 0, false},
        {footprint ? "FOOTPRINT" : "SIZE", Align::Right, 0, false},
        {"PEAK", Align::Right, 0, false},
        {"USED", Align::Left, 2, false},
        {"TOTAL", Align::Right, 1, false},
    });
    JoinedRows rows;
    JoinedRows unused;
    const bool one_process = std::all_of(devices.begin(), devices.end(), [&devices](const Device& one) { return one.pid == devices.front().pid; });
    for (const Device& device : devices) {
        std::string never;
        for (const DeviceType& type : device.types) {
            const CapacityText capacity = capacity_text(type.capacity, style.utf8);
            const Usage& usage = type.usage;
            if (options_.filter.kinds.empty() && usage.allocs + usage.found + usage.peak_bytes == 0) {
                never += fmt::format("{}{} {}", never.empty() ? "" : ", ", to_string(type.type), total_of(type, capacity));
                continue;
            }
            rows.add(
                device.place,
                {
                    {fmt::format("{}", device.pid)},
                    {std::string(to_string(type.type))},
                    {human_count(usage.allocs + usage.found)},
                    {human_count(usage.buffers)},
                    {human_bytes(footprint ? *usage.footprint() : usage.bytes)},
                    {human_bytes(footprint ? *usage.peak_footprint() : usage.peak_bytes)},
                    {capacity.used, capacity.ink},
                    {total_of(type, capacity), Ink::Dim},
                }
            );
        }
        if (!never.empty()) {
            unused.add(device.place, {{fmt::format("{}", device.pid)}, {std::move(never)}});
        }
    }
    if (!rows.rows().empty()) {
        fill(table, rows, options_.top);
        const char* title = footprint ? "memory of each chip: reserved (footprint); peak since the attach"
                                      : "memory of each chip: logical sizes, as footprints are not known of all; peak since the attach";
        append_table(lines, title, table, rows.rows().size(), style);
    }
    for (const JoinedRows::Row& row : unused.rows()) {
        const std::string whose = one_process ? "" : " by pid " + row.cells[0].text;
        append_notes(lines, {{fmt::format("never used on {}{}: {}", place_list(row.places), whose, row.cells[1].text), Ink::Dim}}, style);
    }
}

std::string Devices::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("devices", stream, options_.window), style);
    append_notes(lines, before_release_notes(stream.live_moment(), stream.session, "--until TIME"), style);
    const std::vector<Device> all = devices(stream);
    if (all.empty()) {
        append_notes(lines, {none_note("no device was seen: no process used one, or none passes the filter", stream.all_known(), Ink::Plain)}, style);
        return joined(lines);
    }
    if (stream.tracker.folded.count > 0) {
        append_notes(
            lines,
            {{fmt::format("the devices of {} that ended before these are not listed", counted(stream.tracker.folded.count, "process")), Ink::Warning}},
            style
        );
    }
    append_devices(lines, all, stream.session, style);
    append_types(lines, all, style);
    append_sizing(lines, seen_.needs.needs(), options_.filter, options_.top, stream, style);
    return joined(lines);
}

Json type_json(const DeviceType& type) {
    Json json;
    json["type"] = to_string(type.type);
    json["allocs"] = type.usage.allocs;
    json["found"] = type.usage.found;
    json["frees"] = type.usage.freed();
    json["released"] = type.usage.released;
    json["live_buffers"] = type.usage.buffers;
    json["live_bytes"] = type.usage.bytes;
    json["peak_bytes"] = type.usage.peak_bytes;
    json["footprint_bytes"] = number_or_null(type.usage.footprint());
    json["peak_footprint_bytes"] = number_or_null(type.usage.peak_footprint());
    json["capacity"] = capacity_json(type.capacity);
    json["last_capacity_bytes"] = nullptr;
    if (type.last_capacity_bytes > 0) {
        json["last_capacity_bytes"] = type.last_capacity_bytes;
    }
    return json;
}

Json Devices::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("devices", stream, options_.window);
    add_live_at(json, stream.live_moment());
    json["older_processes"] = stream.tracker.folded.count;
    json["devices"] = Json::array();
    for (const Device& device : devices(stream)) {
        Json entry;
        entry["pid"] = device.pid;
        add_place(entry, device.place);
        entry["first_t_ns"] = time_or_null(device.first_t_ns);
        entry["last_t_ns"] = time_or_null(device.last_t_ns);
        entry["closes"] = device.closes;
        entry["allocators_alive"] = device.allocators;
        entry["owners"] = Json::array();
        for (const OwnerRecord* owner : device.owners) {
            Json named;
            add_owner(named, owner->owner);
            named["open"] = owner->open && !owner->process_ended;
            entry["owners"].push_back(std::move(named));
        }
        entry["types"] = Json::array();
        for (const DeviceType& type : device.types) {
            entry["types"].push_back(type_json(type));
        }
        json["devices"].push_back(std::move(entry));
    }
    json["sizing"] = sizing_json(seen_.needs.needs(), options_.filter, stream.tracker.marks);
    return json;
}

}  // namespace

std::unique_ptr<View> make_devices_view(const ViewOptions& options) { return std::make_unique<Devices>(options); }

}  // namespace tt::alloc_trace
