// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/address_map.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

double area(const MapRect& rect) {
    const std::uint64_t height = rect.bank_bytes != 0 ? rect.bank_bytes : rect.size;
    const std::uint64_t width = rect.end_t_ns > rect.start_t_ns ? rect.end_t_ns - rect.start_t_ns : 1;
    return static_cast<double>(height) * static_cast<double>(width);
}

constexpr auto kSmallestFirst = [](const auto& a, const auto& b) { return a.first > b.first; };

bool same_plan(const std::vector<CircularBuffer>& a, const std::vector<CircularBuffer>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const CircularBuffer& x, const CircularBuffer& y) {
        return x.address == y.address && x.size == y.size && x.cores == y.cores;
    });
}

}  // namespace

void LargestRects::add(const MapRect& rect) {
    const double its_area = area(rect);
    if (heap_.size() == most_ && (most_ == 0 || its_area <= heap_.front().first)) {
        ++left_out_;
        return;
    }
    if (heap_.size() == most_) {
        drop_smallest();
    }
    heap_.emplace_back(its_area, rect);
    std::push_heap(heap_.begin(), heap_.end(), kSmallestFirst);
}

void LargestRects::drop_smallest() {
    std::pop_heap(heap_.begin(), heap_.end(), kSmallestFirst);
    heap_.pop_back();
    ++left_out_;
}

void LargestRects::reduce_to(std::size_t most) {
    most_ = most;
    while (heap_.size() > most) {
        drop_smallest();
    }
}

std::vector<MapRect> LargestRects::by_start() const {
    std::vector<MapRect> rects;
    for (const Entry& entry : heap_) {
        rects.push_back(entry.second);
    }
    std::sort(rects.begin(), rects.end(), [](const MapRect& a, const MapRect& b) {
        return std::tie(a.start_t_ns, a.space, a.address) < std::tie(b.start_t_ns, b.space, b.address);
    });
    return rects;
}

AddressMap::AddressMap(std::uint64_t since_t_ns)
    : since_t_ns_(since_t_ns), rects_(kKinds, LargestRects(kMostRects)) {}

void AddressMap::begin(const TrackerView& view) {
    processes_ = &view.processes;
    since_t_ns_ = view.events == 0 ? since_t_ns_ : std::max(since_t_ns_, view.last_t_ns);
    for (const auto& process : view.processes) {
        for (const auto& entry : process->places) {
            residency_changed(*process, entry.first);
        }
    }
}

void AddressMap::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
) {
    add_buffer(process, key, buffer, process.last_t_ns, kind);
}

void AddressMap::add_buffer(
    const ProcessState& process,
    const AllocationKey& key,
    const LiveBuffer& buffer,
    std::uint64_t t_ns,
    std::optional<FreeKind> end
) {
    const auto kind = static_cast<std::size_t>(key.type);
    const std::optional<std::uint32_t> space = space_of(process, key);
    if (!space) {
        ++without_space_[kind];
        return;
    }
    MapRect rect;
    rect.space = *space;
    rect.start_t_ns = std::max(buffer.t_ns, since_t_ns_);
    rect.end_t_ns = std::max(t_ns, rect.start_t_ns);
    rect.address = key.address;
    rect.bank_bytes = bank_footprint_of(process, key, buffer).value_or(0);
    rect.size = buffer.size;
    rect.object = buffer.buffer;
    rect.origin = buffer.origin();
    rect.end = end;
    rect.trace_unsafe = buffer.replayed_over != 0 || process.traces.at_risk(process.allocators[key.allocator].owner, buffer);
    rects_[kind].add(rect);
}

// Ends what is not resident any more, and starts what has become so.
void AddressMap::residency_changed(const ProcessState& process, const Place& place) {
    const std::uint64_t t_ns = std::max(process.last_t_ns, since_t_ns_);
    std::vector<Resident>& before = residents_[{process.number, place}];
    std::vector<Resident> now;
    for (const std::uint64_t program : process.programs.resident_programs(place)) {
        const auto planned = process.programs.programs().find(program);
        if (planned == process.programs.programs().end()) {
            continue;
        }
        const auto known = std::find_if(before.begin(), before.end(), [&](const Resident& resident) {
            return resident.program == program && same_plan(resident.circular_buffers, planned->second.circular_buffers);
        });
        if (known == before.end()) {
            now.push_back({program, t_ns, planned->second.circular_buffers});
        } else {
            now.push_back(std::move(*known));
            before.erase(known);
        }
    }
    for (const Resident& gone : before) {
        add_circular_buffers(process, place, gone, t_ns);
    }
    before = std::move(now);
    if (before.empty()) {
        residents_.erase({process.number, place});
    }
}

void AddressMap::add_circular_buffers(
    const ProcessState& process, const Place& place, const Resident& resident, std::uint64_t t_ns
) {
    const std::optional<std::uint32_t> space = space_of(process, place);
    for (const CircularBuffer& cb : resident.circular_buffers) {
        if (!space) {
            ++without_space_[kCircularBuffers];
            continue;
        }
        MapRect rect;
        rect.space = *space;
        rect.start_t_ns = resident.start_t_ns;
        rect.end_t_ns = std::max(t_ns, rect.start_t_ns);
        rect.address = cb.address;
        rect.bank_bytes = cb.size;
        rect.size = cb.size;
        rect.object = resident.program;
        rect.cores = cb.core_count();
        rect.plan = cb.kind;
        rects_[kCircularBuffers].add(rect);
    }
}

// The tracker tells of another residency only if it adds up to something else.
void AddressMap::observe(const Event& event, const Applied& /*applied*/) {
    const auto* launched = std::get_if<ProgramLaunched>(&event);
    const auto* planned = std::get_if<CircularBufferAllocated>(&event);
    const auto* refused = std::get_if<CircularBufferClash>(&event);
    if (launched == nullptr && planned == nullptr && refused == nullptr) {
        return;
    }
    const ProcessState* process = process_of(header_of(event).pid);
    if (process == nullptr) {
        return;
    }
    const std::uint64_t where = launched != nullptr ? launched->owner : planned != nullptr ? planned->owner : refused->owner;
    const auto owner = process->owner_index.find(where);
    if (owner != process->owner_index.end()) {
        for (const Place& place : process->owners[owner->second].places) {
            residency_changed(*process, place);
        }
    }
}

const ProcessState* AddressMap::process_of(std::uint32_t pid) const {
    const auto found = std::find_if(processes_->rbegin(), processes_->rend(), [pid](const auto& process) {
        return process->pid == pid;
    });
    return found == processes_->rend() ? nullptr : found->get();
}

std::optional<std::uint32_t> AddressMap::add_space(const SpaceKey& key, MapSpace space) {
    if (spaces_.size() == kMostSpaces) {
        return std::nullopt;
    }
    const auto index = static_cast<std::uint32_t>(spaces_.size());
    spaces_.push_back(std::move(space));
    space_index_.emplace(key, index);
    return index;
}

std::optional<std::uint32_t> AddressMap::space_of(const ProcessState& process, const AllocationKey& key) {
    const std::uint32_t place_in_list = key.allocator;
    const SpaceKey index{process.number, place_in_list, key.generation, static_cast<std::uint8_t>(key.type)};
    const Allocator& allocator = process.allocators[key.allocator];
    const Region* region = allocator.region(key.type);
    const Owner& owner = process.owners[allocator.owner];
    const auto found = space_index_.find(index);
    if (found != space_index_.end()) {
        MapSpace& known = spaces_[found->second];
        if (region != nullptr) {
            known.region = *region;  // the latest: it shrinks and grows with sub-devices
        }
        if (known.places != owner.places) {
            known.owner = to_string(owner);
            known.places = owner.places;
        }
        return found->second;
    }
    MapSpace space{process.pid, to_string(owner), owner.places, allocator.pointer, key.type};
    if (region != nullptr) {
        space.region = *region;
    }
    return add_space(index, std::move(space));
}

std::optional<std::uint32_t> AddressMap::space_of(const ProcessState& process, const Place& place) {
    constexpr std::uint8_t kFirstKind = 16;  // behind all buffer types
    const auto kind = static_cast<std::uint8_t>(kFirstKind + static_cast<std::uint8_t>(place.kind));
    const SpaceKey index{process.number, static_cast<std::uint32_t>(place.id), 0, kind};
    const auto found = space_index_.find(index);
    if (found != space_index_.end()) {
        return found->second;
    }
    MapSpace space{process.pid, to_string(place), {place}};
    space.circular_buffers = true;
    return add_space(index, std::move(space));
}

void AddressMap::end(const TrackerView& view) {
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            add_buffer(*process, key, buffer, view.last_t_ns, std::nullopt);
        }
    }
    for (const auto& [where, residents] : residents_) {
        const std::uint32_t number = where.first;
        const auto process = std::find_if(view.processes.begin(), view.processes.end(), [number](const auto& candidate) {
            return candidate->number == number;
        });
        for (const Resident& resident : residents) {
            if (process != view.processes.end()) {
                add_circular_buffers(**process, where.second, resident, view.last_t_ns);
            }
        }
    }
    residents_.clear();
    processes_ = nullptr;
    // Each kind may keep an equal share; what one does not need is left to those that need more.
    std::vector<LargestRects*> kinds;
    for (LargestRects& rects : rects_) {
        kinds.push_back(&rects);
    }
    std::sort(kinds.begin(), kinds.end(), [](const auto* a, const auto* b) { return a->size() < b->size(); });
    std::size_t room = kMostRects;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        kinds[i]->reduce_to(room / (kinds.size() - i));
        room -= kinds[i]->size();
    }
}

std::vector<MapRect> AddressMap::rects() const {
    std::vector<MapRect> all;
    for (const LargestRects& kind : rects_) {
        const std::vector<MapRect> sorted = kind.by_start();
        all.insert(all.end(), sorted.begin(), sorted.end());
    }
    return all;
}

std::uint64_t AddressMap::left_out(std::size_t kind) const { return rects_[kind].left_out() + without_space_[kind]; }

}  // namespace tt::alloc_trace
