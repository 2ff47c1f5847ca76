// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a recording: read from its beginning and from its checkpoints, into a tracker. Checksums that are wrong are made right,
// so that what they guard is reached.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.hpp"
#include "recording/byte_reader.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/format.hpp"
#include "recording/recording_reader.hpp"

namespace {

using namespace tt::alloc_trace;

constexpr int kMostEvents = 10'000;

void put_crc(std::span<std::uint8_t> covered, std::uint8_t* to) {
    const auto crc = static_cast<std::uint32_t>(crc32_z(0, covered.data(), covered.size()));
    for (int i = 0; i < 4; ++i) {
        to[i] = static_cast<std::uint8_t>(crc >> (8 * i));
    }
}

// Every chunk that its length leaves within the file.
void mend_checksums(std::vector<std::uint8_t>& file) {
    if (file.size() < format::kHeaderBytes) {
        return;
    }
    std::copy(format::kMagic.begin(), format::kMagic.end(), file.begin());
    put_crc(std::span(file).first(12), file.data() + 12);
    for (std::size_t at = format::kHeaderBytes; file.size() - at >= format::kChunkHeaderBytes;) {
        const std::span<std::uint8_t> chunk = std::span(file).subspan(at);
        ByteReader lengths(chunk.subspan(16, 4));
        const std::size_t stored = std::min<std::size_t>(lengths.u32(), chunk.size() - format::kChunkHeaderBytes);
        put_crc(chunk.subspan(format::kChunkHeaderBytes, stored), chunk.data() + 24);
        put_crc(chunk.first(28), chunk.data() + 28);
        at += format::kChunkHeaderBytes + stored;
    }
}

void read_from(const std::string& path, std::uint64_t events) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        if (reader.error().message.empty()) {
            std::abort();
        }
        return;
    }
    (void)reader->time_range();
    (void)reader->seek(std::numeric_limits<std::uint64_t>::max(), events);
    Tracker tracker;
    if (reader->start() && !TrackerCheckpoint::decode(*reader->start(), tracker)) {
        return;
    }
    Event event;
    for (int i = 0; i < kMostEvents; ++i) {
        const Result<bool> more = reader->next(event);
        if (!more || !*more) {
            break;
        }
        tracker.apply(event);
    }
    (void)TrackerCheckpoint::encode(tracker);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int fd = ::memfd_create("recording", MFD_CLOEXEC);
    static const std::string path = "/proc/self/fd/" + std::to_string(fd);
    std::vector<std::uint8_t> file(data, data + size);
    mend_checksums(file);
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, file.data(), file.size(), 0) != static_cast<ssize_t>(file.size())) {
        std::abort();
    }
    read_from(path, 0);
    read_from(path, std::numeric_limits<std::uint64_t>::max());
    return 0;
}
