// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/stack_decoder.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxStacks = std::size_t{1} << 20U;  // more are not told
constexpr std::size_t kMaxPagesWithoutFile = 65'536;
constexpr unsigned kPageShift = 12;

static_assert(static_cast<int>(StackEnd::NotMapped) == TAT_STACK_NOT_MAPPED && kStackEndCount == TAT_STACK_NOT_MAPPED + 1);
static_assert(kMaxStackFrames >= TAT_MAX_NATIVE_FRAMES);

StackEnd end_of_stack(std::uint32_t end) { return end < kStackEndCount ? static_cast<StackEnd>(end) : StackEnd::Unreadable; }

}  // namespace

std::uint32_t StackDecoder::number_of(std::uint64_t hash) const {
    const auto known = stacks_.find(hash);
    return known == stacks_.end() ? 0 : known->second;
}

void StackDecoder::forget(std::uint32_t pid) {
    code_.forget(pid);
    without_file_.erase(without_file_.lower_bound({pid, 0}), without_file_.lower_bound({pid + 1, 0}));
}

// A library may have been mapped a moment ago.
const CodeMapping* StackDecoder::mapping_of(std::uint32_t pid, std::uint64_t address) {
    if (const CodeMapping* mapping = code_.find(pid, address)) {
        return mapping;
    }
    if (without_file_.size() >= kMaxPagesWithoutFile || !without_file_.insert({pid, address >> kPageShift}).second) {
        return nullptr;
    }
    if (const auto process = ProcessHandle::open(pid)) {
        code_.update(*process);
    }
    return code_.find(pid, address);
}

// A return address is behind the call, which may be the last instruction of its function.
std::uint32_t StackDecoder::frame_of(
    const tat_event_header& header, std::uint64_t address, bool innermost, EventConsumer& consumer
) {
    const CodeMapping* mapping = mapping_of(header.pid, innermost ? address : address - 1);
    CodeModule* module = mapping == nullptr ? nullptr : mapping->module.get();
    const std::uint64_t in_file = mapping == nullptr ? address : address - mapping->bias;
    const auto [at, fresh] = frames_.try_emplace({module, in_file, innermost}, last_frame_ + 1);
    if (!fresh) {
        return at->second;
    }
    FrameSeen frame;
    frame.header.t_ns = header.time_ns;
    frame.number = ++last_frame_;
    frame.address = in_file;
    if (module != nullptr) {
        frame.function = module->function_at(innermost ? in_file : in_file - 1);
        frame.file = module->path();
        frame.build_id = module->elf().build_id();
    }
    consumer.consume(frame);
    return frame.number;
}

void StackDecoder::decode(const tat_stack_event& record, EventConsumer& consumer) {
    const std::uint64_t hash = record.header.stack;
    if (stacks_.size() >= kMaxStacks || stacks_.contains(hash)) {
        return;
    }
    StackSeen stack;
    stack.header.t_ns = record.header.time_ns;
    stack.end = end_of_stack(record.stack.native_end);
    const std::uint32_t count = std::min<std::uint32_t>(record.stack.native_count, TAT_MAX_NATIVE_FRAMES);
    for (std::uint32_t i = 0; i < count; ++i) {
        stack.frames.push_back(frame_of(record.header, record.stack.native[i], i == 0, consumer));
    }
    stack.number = ++last_stack_;
    stacks_.emplace(hash, stack.number);
    consumer.consume(stack);
}

}  // namespace tt::alloc_trace
