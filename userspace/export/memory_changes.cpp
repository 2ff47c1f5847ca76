// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/memory_changes.hpp"

namespace tt::alloc_trace {

BufferMemory MemoryChanges::memory_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const std::string& chips = owner_names_.known(process, process.owner_of(key)).chips_text;
    return {chips, footprint_of(process, key, buffer), bank_footprint_of(process, key, buffer), 0};
}

void MemoryChanges::add(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    own_ = memory_of(process, key, buffer);
    const std::uint64_t now = own_->footprint.value_or(buffer.size);
    const std::uint64_t before = std::exchange(counted_[{process.number, key}], now);
    own_->delta = static_cast<std::int64_t>(now - before);
    touch(process, key);
}

void MemoryChanges::touch(const ProcessState& process, const AllocationKey& key) {
    const Touch touch{&process, process.allocators[key.allocator].owner, key.type};
    if (touched_.empty() || touched_.back() != touch) {
        touched_.push_back(touch);
    }
}

std::int64_t MemoryChanges::change_of_doubles(const Touch& touch, const Place& place, const PlaceUsage& usage) {
    const std::uint64_t now = usage.of(touch.type).double_bytes;
    if (now == 0 && doubles_.empty()) {
        return 0;  // as nearly always
    }
    const std::uint64_t before = std::exchange(doubles_[{touch.process->number, place, touch.type}], now);
    return static_cast<std::int64_t>(now - before);
}

void MemoryChanges::remove(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    own_ = memory_of(process, key, buffer);
    const auto counted = counted_.find({process.number, key});
    if (counted != counted_.end()) {
        own_->delta = -static_cast<std::int64_t>(counted->second);
        counted_.erase(counted);
    }
    touch(process, key);
}

BufferLine MemoryChanges::line_of(
    std::string_view kind, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::string_view reason
) {
    const Owner& owner = process.owner_of(key);
    BufferFields fields;
    fields.buffer = buffer.buffer;
    fields.owner = owner.pointer;
    fields.allocator = process.allocators[key.allocator].pointer;
    fields.address = key.address;
    fields.size = buffer.size;
    fields.page_size = buffer.page_size;
    fields.type = key.type;
    fields.per_core = buffer.per_core != 0;
    fields.cores = fields.per_core ? static_cast<std::uint8_t>(buffer.spread >> LiveBuffer::kCoresShift) : std::uint8_t{0};
    fields.core = key.core;
    return {kind, {process.last_t_ns, process.pid, 0}, fields, owner_names_.known(process, owner).label, reason, *own_};
}

}  // namespace tt::alloc_trace
