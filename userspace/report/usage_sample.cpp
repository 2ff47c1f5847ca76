// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/usage_sample.hpp"

namespace tt::alloc_trace {

KindUsage kind_usage(const PlaceUsage& usage, MemoryKind kind) {
    if (kind == MemoryKind::CircularBuffer) {
        const CircularBufferUsage& resident = usage.circular_buffers;
        return {
            resident.count, resident.bytes, resident.peak_bytes, 0, 0, resident.launches, 0, resident.bytes, resident.peak_bytes, 0
        };
    }
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        const auto type = static_cast<BufferType>(i);
        if (memory_kind(type) == kind) {
            const Usage& of_type = usage.of(type);
            return {
                of_type.buffers,
                of_type.bytes,
                of_type.peak_bytes,
                of_type.allocs,
                of_type.freed(),
                0,
                of_type.found,
                of_type.footprint(),
                of_type.peak_footprint(),
                of_type.released,
            };
        }
    }
    return {};
}

PlaceUsage with_live_of(PlaceUsage usage, const Place& place, const ProcessState& moment) {
    const auto found = moment.places.find(place);
    usage.take_live(found == moment.places.end() ? PlaceUsage{} : found->second);
    return usage;
}

ProcessKey process_key(const ProcessState& process) {
    return {process.pid, process.first_t_ns};
}

const ProcessSample* UsageSample::find(const ProcessKey& key) const {
    const auto found = processes.find(key);
    return found == processes.end() ? nullptr : &found->second;
}

const KindUsage* UsageSample::find(const ProcessKey& key, const Place& place, MemoryKind kind) const {
    const ProcessSample* process = find(key);
    if (process == nullptr) {
        return nullptr;
    }
    const auto found = process->places.find(place);
    return found == process->places.end() ? nullptr : &found->second[static_cast<std::size_t>(kind)];
}

UsageSample take_sample(const TrackerView& view, std::uint64_t now_ns) {
    UsageSample sample;
    sample.t_ns = now_ns;
    sample.events = view.events;
    for (const auto& process : view.processes) {
        ProcessSample& taken = sample.processes[process_key(*process)];
        taken.events = process->events;
        taken.hooked_allocs = process->hooked_allocs;
        for (std::size_t i = 0; i < kUnknownFreeCount; ++i) {
            taken.unknown_frees[i] = process->unknown_frees[i].count;
            taken.unknown_free_bytes[i] = process->unknown_frees[i].bytes;
        }
        for (const auto& [place, usage] : process->places) {
            PlaceSample& kinds = taken.places[place];
            for (const MemoryKind kind : kMemoryKinds) {
                kinds[static_cast<std::size_t>(kind)] = kind_usage(usage, kind);
            }
        }
    }
    return sample;
}

}  // namespace tt::alloc_trace
