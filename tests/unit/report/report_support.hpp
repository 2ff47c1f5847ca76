// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Small streams for the report tests: pid 4242, attached at 1000 s of the monotonic clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/observer.hpp"
#include "event/event.hpp"
#include "event/session_info.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint64_t kAttach = 1000 * kSecond;
inline constexpr std::uint32_t kPid = 4242;
inline constexpr std::uint64_t kMesh = 0x1000;
inline constexpr std::uint64_t kChip3 = 0x2000;
inline constexpr std::uint64_t kMeshAllocator = 0xA000;
inline constexpr std::uint64_t kChipAllocator = 0xB000;
inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

[[nodiscard]] SessionInfo session();  // attached at 2026-02-03 12:34:56.000000789Z

// Feeds a tracker; `t` are seconds since the attach.
class Stream {
public:
    Stream& process(double t, std::uint32_t pid, const std::string& command, bool from_first_event = false);
    Stream& mesh(double t, int id, int chips);  // kMesh, of pid
    Stream& chip(double t, int id);             // kChip3, whatever the id
    Stream& alloc(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram);
    Stream& free(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram);
    Stream& chip_alloc(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::L1);
    Stream& circular_buffer(double t, std::uint64_t program, std::uint64_t address, std::uint64_t size);  // 2 x 2 cores
    Stream& launch(double t, std::uint64_t program);
    Stream& lost(double t, std::uint64_t allocs, std::uint64_t frees);
    Stream& exited(double t);
    Stream& found(double t, std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram);
    Stream& mesh_regions(double t);  // dram_region(), l1_region() of kMeshAllocator
    Stream& apply(const Event& event);

    [[nodiscard]] EventHeader at(double t) const;
    [[nodiscard]] Tracker& tracker() { return tracker_; }
    [[nodiscard]] TrackerView view() const { return tracker_.view(); }
    [[nodiscard]] const std::vector<Event>& events() const { return events_; }
    [[nodiscard]] const std::vector<Applied>& applied() const { return applied_; }

private:
    std::uint32_t pid_ = kPid;  // of the latest process()
    Tracker tracker_;
    std::vector<Event> events_;
    std::vector<Applied> applied_;
};

// Two buffers of two chips: one asked for by `function`, at model.py:41, in ttnn::softmax, and one without a stack.
[[nodiscard]] Stream stream_with_stack(const std::string& function);

[[nodiscard]] BufferFields mesh_buffer(std::uint64_t address, std::uint64_t size, BufferType type = BufferType::Dram);
[[nodiscard]] BufferFields chip_buffer(std::uint64_t address, std::uint64_t size, BufferType type = BufferType::L1);

[[nodiscard]] Region dram_region();  // 8 banks of 1 GiB
[[nodiscard]] Region l1_region();    // 64 banks of 1400 KiB from 100 KiB on

[[nodiscard]] ProcessWalked walked(
    const EventHeader& header, WalkReason reason, std::uint64_t found, std::string incomplete = {}
);

// The stream once more, watched by `observer`.
[[nodiscard]] std::unique_ptr<Tracker> replayed(const Stream& stream, Observer& observer);

// One of every kind of event.
[[nodiscard]] std::vector<Event> one_of_each();

}  // namespace tt::alloc_trace::test
