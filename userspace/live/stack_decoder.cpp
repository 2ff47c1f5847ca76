// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/stack_decoder.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxStacks = std::size_t{1} << 20U;  // more are not told
constexpr std::size_t kMaxPagesLookedFor = 256;  // of one process: code made at run time may have more
constexpr unsigned kPageShift = 12;

static_assert(static_cast<int>(StackEnd::NotMapped) == TAT_STACK_NOT_MAPPED);
static_assert(kMaxStackFrames >= TAT_MAX_NATIVE_FRAMES + TAT_MAX_PYTHON_FRAMES);

// None were wanted: nothing is missing of them.
StackEnd end_of_native(const tat_stack& stack) {
    if (stack.native_end == TAT_STACK_NOT_WANTED) {
        return StackEnd::Complete;
    }
    return stack.native_end <= TAT_STACK_NOT_MAPPED ? static_cast<StackEnd>(stack.native_end) : StackEnd::Unreadable;
}

bool python_is_complete(const tat_stack& stack) {
    return stack.python_end != TAT_PYTHON_TOO_DEEP && stack.python_end != TAT_PYTHON_UNREADABLE;
}

// Where the native stack ends counts: it is the outer one. Python's end, where that one is complete.
StackEnd end_of(const tat_stack& stack, bool matched) {
    if (!matched) {
        return StackEnd::NotMatched;
    }
    const StackEnd native = end_of_native(stack);
    if (native != StackEnd::Complete || python_is_complete(stack)) {
        return native;
    }
    return stack.python_end == TAT_PYTHON_TOO_DEEP ? StackEnd::TooDeep : StackEnd::Unreadable;
}

constexpr std::string_view kEvaluator = "_PyEval_EvalFrameDefault";

// Whatever parts a compiler made of it: "....cold".
bool is_evaluator(std::string_view function) {
    return function.starts_with(kEvaluator) && (function.size() == kEvaluator.size() || function[kEvaluator.size()] == '.');
}

// A program that has the interpreter in itself has functions of its own there, too.
bool is_interpreter_file(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return name.starts_with("libpython") || name.starts_with("python");
}

}  // namespace

std::uint32_t StackDecoder::number_of(std::uint64_t hash) const {
    const auto known = stacks_.find(hash);
    return known == stacks_.end() ? 0 : known->second;
}

void StackDecoder::forget(std::uint32_t pid) {
    code_.forget(pid);
    looked_for_.erase(pid);
    changed_.erase(pid);
}

// A library may have been mapped a moment ago.
const CodeMapping* StackDecoder::mapping_of(std::uint32_t pid, std::uint64_t address) {
    if (const CodeMapping* mapping = code_.find(pid, address)) {
        return mapping;
    }
    return look_again(pid, address) ? code_.find(pid, address) : nullptr;
}

bool StackDecoder::look_again(std::uint32_t pid, std::uint64_t address) {
    std::set<std::uint64_t>& pages = looked_for_[pid];
    if (pages.size() >= kMaxPagesLookedFor || !pages.insert(address >> kPageShift).second) {
        return false;
    }
    if (const auto process = ProcessHandle::open(pid)) {
        code_.update(*process);
        changed_.insert(pid);
    }
    return true;
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

std::uint32_t StackDecoder::frame_of(const tat_event_header& header, const tat_python_frame& frame, EventConsumer& consumer) {
    if (const std::uint32_t known = python_.known(frame); known != 0) {
        return known;
    }
    FrameSeen seen = python_.frame(frame);
    seen.header.t_ns = header.time_ns;
    seen.number = python_.number_of(frame, seen, last_frame_ + 1);
    if (seen.number > last_frame_) {
        last_frame_ = seen.number;
        consumer.consume(seen);
    }
    return seen.number;
}

NativeKind StackDecoder::kind_of(std::uint32_t pid, std::uint64_t address, bool innermost) {
    const std::uint64_t at = innermost ? address : address - 1;
    const CodeMapping* mapping = mapping_of(pid, at);
    if (mapping == nullptr) {
        return NativeKind::Other;
    }
    if (is_evaluator(mapping->module->function_at(at - mapping->bias))) {
        return NativeKind::Evaluator;
    }
    return is_interpreter_file(mapping->module->path()) ? NativeKind::Interpreter : NativeKind::Other;
}

MergedFrames StackDecoder::merged(const tat_stack_event& record) {
    const tat_stack& stack = record.stack;
    const std::uint32_t native_count = std::min<std::uint32_t>(stack.native_count, TAT_MAX_NATIVE_FRAMES);
    const std::uint32_t python_count = std::min<std::uint32_t>(stack.python_count, TAT_MAX_PYTHON_FRAMES);
    std::vector<NativeKind> native(native_count, NativeKind::Other);
    std::array<bool, TAT_MAX_PYTHON_FRAMES> ends{};
    for (std::uint32_t i = 0; i < python_count; ++i) {
        ends[i] = (stack.python[i].flags & TAT_PYTHON_ENTRY) != 0;
    }
    for (std::uint32_t i = 0; python_count != 0 && i < native_count; ++i) {
        native[i] = kind_of(record.header.pid, stack.native[i], i == 0);
    }
    return merge_frames(
        {native, stack.native_end == TAT_STACK_COMPLETE, std::span{ends}.first(python_count), python_is_complete(stack)}
    );
}

void StackDecoder::decode(const tat_stack_event& record, EventConsumer& consumer) {
    const std::uint64_t hash = record.header.stack;
    if (stacks_.size() >= kMaxStacks || stacks_.contains(hash)) {
        return;
    }
    const std::uint32_t native_count = std::min<std::uint32_t>(record.stack.native_count, TAT_MAX_NATIVE_FRAMES);
    if (record.stack.native_end == TAT_STACK_NOT_MAPPED && native_count > 0) {
        look_again(record.header.pid, record.stack.native[native_count - 1]);
    }
    StackSeen stack;
    stack.header.t_ns = record.header.time_ns;
    const MergedFrames frames = merged(record);
    stack.end = end_of(record.stack, frames.matched);
    for (const MergedFrame& frame : frames.frames) {
        stack.frames.push_back(
            frame.python ? frame_of(record.header, record.stack.python[frame.index], consumer)
                         : frame_of(record.header, record.stack.native[frame.index], frame.index == 0, consumer)
        );
    }
    stack.number = ++last_stack_;
    stacks_.emplace(hash, stack.number);
    consumer.consume(stack);
}

}  // namespace tt::alloc_trace
