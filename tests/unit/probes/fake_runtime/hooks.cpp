// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The hooks: a file of their own, as in tt-metal, so that no compiler inlines them into their callers.
#include "runtime.hpp"

namespace tt::tt_metal {

GraphTracker tracker;

namespace {
volatile std::uint64_t sink;

void use(std::uint64_t value) {
    sink = sink + value;
}
}  // namespace

void GraphTracker::track_allocate(const Buffer* buffer) {
    for (const auto& processor : processors) {
        use(static_cast<std::uint64_t>(*processor) + buffer->page_size());
    }
}

#if !FAKE_NO_FREE_HOOK
void GraphTracker::track_deallocate(Buffer* buffer) {
    for (const auto& processor : processors) {
        use(static_cast<std::uint64_t>(*processor) * buffer->page_size());
    }
}
#endif

void GraphTracker::track_allocate_cb(
    const CoreRangeSet& cores, std::uint64_t address, std::uint64_t size, bool global, const IDevice* device
) {
    for (const auto& processor : processors) {
        use(cores.ranges.size() + address + size + (global ? 1U : 0U) + (device == nullptr ? 1U : 0U));
        use(static_cast<std::uint64_t>(*processor));
    }
}

void GraphTracker::track_deallocate_cb(const IDevice* device) {
    for (const auto& processor : processors) {
        use(static_cast<std::uint64_t>(*processor) + (device == nullptr ? 1U : 0U));
    }
}

#if FAKE_BUFFER_IMPL
class BufferImpl {
public:
    void allocate_impl(Buffer& buffer);
};
void BufferImpl::allocate_impl(Buffer& buffer) {
    use(buffer.page_size());
}
#endif

}  // namespace tt::tt_metal
