// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/ring_reader.hpp"

#include <bpf/libbpf.h>

#include <utility>

namespace tt::alloc_trace {
namespace {

// libbpf before 1.5 cannot bound a batch; a negative value from the callback ends it, with the record taken.
constexpr int kBatchFull = -E2BIG;

}  // namespace

void RingReader::Free::operator()(ring_buffer* ring) const { ring_buffer__free(ring); }

RingReader::~RingReader() = default;

Result<std::unique_ptr<RingReader>> RingReader::open(int ring_fd, Callback callback) {
    std::unique_ptr<RingReader> reader(new RingReader(std::move(callback)));
    reader->ring_.reset(ring_buffer__new(ring_fd, &RingReader::on_record, reader.get(), nullptr));
    if (!reader->ring_) {
        return fail_errno(ErrorCode::RunTime, "cannot map the event ring", errno);
    }
    reader->ring_fd_ = ring_fd;
    return reader;
}

int RingReader::on_record(void* self, void* data, std::size_t size) noexcept {
    auto* reader = static_cast<RingReader*>(self);
    reader->callback_({static_cast<const std::byte*>(data), size});
    return ++reader->taken_ < reader->limit_ ? 0 : kBatchFull;
}

Result<std::size_t> RingReader::consume(std::size_t max_records) {
    taken_ = 0;
    limit_ = max_records;
    const int answer = ring_buffer__consume(ring_.get());
    if (answer < 0 && answer != kBatchFull) {
        return fail_errno(ErrorCode::RunTime, "cannot read the event ring", -answer);
    }
    return taken_;
}

}  // namespace tt::alloc_trace
