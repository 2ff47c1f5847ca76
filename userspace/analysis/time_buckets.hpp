// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A record over time in bounded memory: time is cut into buckets of equal width, and when there are too many, they double in width.
// Only buckets in which something happened are kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tt::alloc_trace {

// Content: absorb(Content later) takes in what came after it in the same bucket.
template <typename Content>
class TimeBuckets {
public:
    struct Bucket {
        std::uint32_t index = 0;  // of [start + index * width, + width)
        Content content;
    };

    // `most`: buckets, at least 2.
    TimeBuckets(std::uint64_t start_t_ns, std::uint32_t most) : start_t_ns_(start_t_ns), most_(most) {}

    // A time before that of the call before counts as that one.
    void add(std::uint64_t t_ns, Content content) {
        extend_to(t_ns);
        const std::uint32_t index = std::max(index_of(t_ns), buckets_.empty() ? 0 : buckets_.back().index);
        if (!buckets_.empty() && buckets_.back().index == index) {
            buckets_.back().content.absorb(std::move(content));
        } else {
            buckets_.push_back({index, std::move(content)});
        }
    }

    // Makes room up to `t_ns`: records extended to the same moment have buckets of the same width.
    void extend_to(std::uint64_t t_ns) {
        while (since_start(t_ns) >> shift_ >= most_) {
            widen();
        }
    }

    [[nodiscard]] const std::vector<Bucket>& buckets() const { return buckets_; }  // in order
    [[nodiscard]] std::uint64_t start_t_ns() const { return start_t_ns_; }
    [[nodiscard]] std::uint64_t width_ns() const { return std::uint64_t{1} << shift_; }

private:
    [[nodiscard]] std::uint64_t since_start(std::uint64_t t_ns) const {
        return t_ns > start_t_ns_ ? t_ns - start_t_ns_ : 0;
    }
    [[nodiscard]] std::uint32_t index_of(std::uint64_t t_ns) const {
        return static_cast<std::uint32_t>(since_start(t_ns) >> shift_);
    }

    void widen() {
        ++shift_;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            Bucket& bucket = buckets_[i];
            bucket.index /= 2;
            if (kept > 0 && buckets_[kept - 1].index == bucket.index) {
                buckets_[kept - 1].content.absorb(std::move(bucket.content));
            } else if (kept++ != i) {
                buckets_[kept - 1] = std::move(bucket);
            }
        }
        buckets_.erase(buckets_.begin() + static_cast<std::ptrdiff_t>(kept), buckets_.end());
    }

    std::uint64_t start_t_ns_;
    std::uint32_t most_;
    std::uint32_t shift_ = 0;
    std::vector<Bucket> buckets_;
};

}  // namespace tt::alloc_trace
