// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/merge_frames.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

class Merger {
public:
    explicit Merger(const FramesToMerge& frames) : frames_(frames) {}

    MergedFrames merge() {
        const auto loops = static_cast<std::size_t>(std::count(frames_.native.begin(), frames_.native.end(), NativeKind::Evaluator));
        const std::size_t runs = count_runs();
        merged_.matched = loops == runs || (loops < runs ? !frames_.native_complete : !frames_.python_complete) || runs == 0;
        for (std::size_t i = 0; i < frames_.native.size(); ++i) {
            add_native(i);
            if (!merged_.matched && frames_.native[i] == NativeKind::Evaluator) {
                waiting_.clear();
                break;
            }
        }
        put_waiting();
        while (next_python_ < frames_.python_ends_loop.size()) {
            put_run();
        }
        return std::move(merged_);
    }

private:
    [[nodiscard]] std::size_t count_runs() const {
        const auto& ends = frames_.python_ends_loop;
        const auto closed = static_cast<std::size_t>(std::count(ends.begin(), ends.end(), true));
        return closed + (ends.empty() || ends.back() ? 0 : 1);
    }

    void add_native(std::size_t index) {
        const bool has_run = next_python_ < frames_.python_ends_loop.size();
        if (frames_.native[index] == NativeKind::Evaluator && has_run) {
            waiting_.clear();
            put_run();
            return;
        }
        waiting_.push_back({false, index});
        if (frames_.native[index] != NativeKind::Interpreter) {
            put_waiting();
        }
    }

    void put_waiting() {
        merged_.frames.insert(merged_.frames.end(), waiting_.begin(), waiting_.end());
        waiting_.clear();
    }

    // The Python frames of one loop.
    void put_run() {
        bool last = false;
        while (!last && next_python_ < frames_.python_ends_loop.size()) {
            last = frames_.python_ends_loop[next_python_];
            merged_.frames.push_back({true, next_python_++});
        }
    }

    const FramesToMerge& frames_;
    MergedFrames merged_;
    std::vector<MergedFrame> waiting_;  // interpreter's frames: a loop may follow
    std::size_t next_python_ = 0;
};

}  // namespace

MergedFrames merge_frames(const FramesToMerge& frames) { return Merger{frames}.merge(); }

}  // namespace tt::alloc_trace
