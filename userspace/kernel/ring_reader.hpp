// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The consumer side of the ring, in batches: a busy target cannot keep the event loop from its other work.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "base/error.hpp"

struct ring_buffer;

namespace tt::alloc_trace {

class RingReader {
public:
    using Callback = std::function<void(std::span<const std::byte>)>;  // must not throw

    // `callback` runs within consume(); the bytes are valid during the call.
    [[nodiscard]] static Result<std::unique_ptr<RingReader>> open(int ring_fd, Callback callback);

    RingReader(const RingReader&) = delete;
    RingReader& operator=(const RingReader&) = delete;
    ~RingReader();

    // At most `max_records`; returns how many there were. Fewer than asked for means that the ring is empty.
    [[nodiscard]] Result<std::size_t> consume(std::size_t max_records);

    [[nodiscard]] int fd() const { return ring_fd_; }  // readable when the programs wake us; wait for it edge-triggered

private:
    explicit RingReader(Callback callback) : callback_(std::move(callback)) {}
    static int on_record(void* self, void* data, std::size_t size) noexcept;

    struct Free {
        void operator()(ring_buffer* ring) const;
    };

    Callback callback_;
    std::unique_ptr<ring_buffer, Free> ring_;
    int ring_fd_ = -1;
    std::size_t taken_ = 0;
    std::size_t limit_ = 0;
};

}  // namespace tt::alloc_trace
