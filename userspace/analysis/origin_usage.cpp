// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/origin_usage.hpp"

namespace tt::alloc_trace {

void OriginUsage::begin(const TrackerView& view) {
    stacks_ = &view.stacks;
    sites_.emplace(view.stacks);
    origins_.begin(view.stacks);
    for (const auto& process : view.processes) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            started(*process, key, buffer);
        }
    }
}

OriginRecord* OriginUsage::record(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const auto stack = static_cast<std::uint32_t>(buffer.stack);
    const auto [at, added] = latest_.try_emplace({stack, process.number, key.allocator, key.generation, key.type}, kNone);
    if (added) {
        if (latest_.size() > kMaxRecords) {
            latest_.erase(at);
            all_kept_ = false;
            return nullptr;
        }
        at->second = find_or_make(process.owner_of(key), key.type, stack);
    }
    return at->second == kNone ? nullptr : &records_[at->second];
}

std::size_t OriginUsage::find_or_make(const Owner& owner, BufferType type, std::uint32_t stack) {
    if (!origins_.passes(stack) || (passes_ && !passes_(owner.places, type))) {
        return kNone;
    }
    const std::string origin = origin_of(by_, *stacks_, stack, *sites_);
    const auto [at, added] = index_.try_emplace(Key{origin, identity_of(owner), type}, records_.size());
    if (added) {
        OriginRecord& made = records_.emplace_back();
        made.origin = origin;
        made.owner = identity_of(owner);
        made.type = type;
    }
    OriginRecord& found = records_[at->second];
    found.more_stacks = found.more_stacks || (stack != 0 && found.stacks.size() == OriginRecord::kMaxStacks);
    if (stack != 0 && found.stacks.size() < OriginRecord::kMaxStacks) {
        found.stacks.insert(stack);
        const std::string& operation = sites_->of(stack).operation;
        if (by_.by != OriginKey::By::Operation && !operation.empty()) {
            found.operations.insert(operation);
        }
    }
    return at->second;
}

std::vector<OriginRecord> OriginUsage::records_with_live_of(const TrackerView& moment) const {
    OriginUsage then(by_, passes_);  // more than these is left out below
    then.begin(moment);
    std::vector<OriginRecord> records = records_;
    for (const OriginRecord& live : then.records_) {
        if (const auto at = index_.find({live.origin, live.owner, live.type}); at != index_.end()) {
            records[at->second].usage.take_live(live.usage);
        }
    }
    return records;
}

void OriginUsage::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (OriginRecord* found = record(process, key, buffer)) {
        found->usage.start(buffer, footprint_of(process, key, buffer));
        found->before_attach += buffer.origin() == FoundAs::PreExisting ? 1 : 0;
    }
}

void OriginUsage::ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) {
    if (OriginRecord* found = record(process, key, buffer)) {
        found->usage.end(buffer, footprint_of(process, key, buffer), kind);
    }
}

// What a walk had found had no stack; its own event may have one.
void OriginUsage::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
) {
    if (OriginRecord* found = record(process, key, before)) {
        found->usage.take_back(before, footprint_of(process, key, before));
        found->before_attach -= before.origin() == FoundAs::PreExisting ? 1 : 0;
    }
    started(process, key, now);
}

}  // namespace tt::alloc_trace
