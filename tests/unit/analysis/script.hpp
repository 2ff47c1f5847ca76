// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A stream that can be replayed into observers as often as they ask. Everything is of kPid, a microsecond apart.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../tracker/event_builders.hpp"
#include "analysis/observer.hpp"

namespace tt::alloc_trace::test {

// "MB" of a bank here: 100,000-byte pages over kBanks banks, nothing is padded.
inline constexpr std::uint32_t kBanks = 12;
inline constexpr std::uint64_t kPage = 100'000;
inline constexpr std::uint64_t kBase = 0x20000;
inline constexpr std::uint64_t kMb = 10 * kPage;

class Script {
public:
    Script() {
        events_.push_back(ProcessSeen{next(), 1, 1, true, "job"});
        events_.push_back(OwnerSeen{next(), kMesh, OwnerKind::Mesh, 0, {0, 1}});
        regions(1000 * kMb, BufferType::Dram);
    }

    Script& regions(std::uint64_t bank_bytes, BufferType type) { return regions(bank_bytes, 0, type); }
    Script& regions(std::uint64_t bank_bytes, std::uint64_t at, BufferType type) {
        regions_.push_back({type, kBanks, 32, kBase + at, bank_bytes, 32});
        return add(AllocatorSeen{next(), kAllocator, kMesh, regions_});
    }
    // `bank_bytes` of each bank at `at` from the base on; a multiple of kPage.
    Script& alloc(std::uint64_t at, std::uint64_t bank_bytes, BufferType type = BufferType::Dram) {
        return add(Allocated{next(), fields(at, bank_bytes, type)});
    }
    Script& free(std::uint64_t at, std::uint64_t bank_bytes, BufferType type = BufferType::Dram) {
        return add(Freed{next(), fields(at, bank_bytes, type)});
    }
    Script& fail(std::uint64_t bank_bytes, std::string message = {}) {
        BufferFields asked = fields(0, bank_bytes, BufferType::Dram);
        asked.address = 0;
        return add(AllocationFailed{next(), asked, std::move(message)});
    }
    Script& circular_buffer(
        std::uint64_t program, std::uint64_t address, std::uint64_t size, std::vector<CoreRange> cores = {{0, 0, 1, 1}}
    ) {
        return add(CircularBufferAllocated{next(), program, kMesh, address, size, std::move(cores), true, false});
    }
    Script& launch(std::uint64_t program) { return add(ProgramLaunched{next(), program, kMesh}); }
    Script& clash(std::uint64_t program, std::string message) {
        return add(CircularBufferClash{next(), program, kMesh, std::move(message)});
    }
    Script& refuse(std::string message) { return add(RequestRefused{next(), 0, kMesh, std::move(message)}); }
    Script& exited() { return add(ProcessExited{next()}); }
    Script& add(const Event& event) {
        events_.push_back(event);
        return *this;
    }

    [[nodiscard]] static BufferFields fields(std::uint64_t at, std::uint64_t bank_bytes, BufferType type) {
        BufferFields fields = of_owner(buffer_at(kBase + at, bank_bytes * kBanks), kMesh);
        fields.page_size = kPage;
        fields.type = type;
        return fields;
    }
    [[nodiscard]] EventHeader next() { return {t_ns_ += 1000, kPid, kTid}; }
    [[nodiscard]] std::uint64_t count() const { return events_.size(); }  // the number of the latest event
    [[nodiscard]] std::uint64_t t_ns() const { return t_ns_; }            // of it

    [[nodiscard]] const std::vector<Event>& events() const { return events_; }

    // As cli/replay does.
    void replay(Observer& observer) const {
        Tracker tracker;
        observer.begin(tracker.view());
        tracker.listen(&observer);
        for (const Event& event : events_) {
            observer.observe(event, tracker.apply(event));
        }
        observer.end(tracker.view());
    }

private:
    std::vector<Event> events_;
    std::vector<Region> regions_;  // known so far
    std::uint64_t t_ns_ = 1'000'000;
};

// 129.8 MB of each bank are free, 34.2 in one piece:
//
//     0      715.2  749.4  751.4  781.4  784.4  810.0  860.0  880.0  980.0  1000
//     |weights| 34.2 |  A   | 30.0 |  B   | 25.6 |  C   | 20.0 |  D   | 20.0 |
inline Script fragmented_script() {
    Script script;
    const std::vector<std::uint64_t> borders{0, 7152, 7494, 7514, 7814, 7844, 8100, 8600, 8800, 9800, 10000};
    for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
        script.alloc(borders[i] * kPage, (borders[i + 1] - borders[i]) * kPage);
    }
    for (std::size_t i = 1; i + 1 < borders.size(); i += 2) {
        script.free(borders[i] * kPage, (borders[i + 1] - borders[i]) * kPage);
    }
    return script;
}
inline constexpr std::uint64_t kPinA = kBase + 7494 * kPage;
inline constexpr std::uint64_t kPinB = kBase + 7814 * kPage;
inline constexpr std::uint64_t kNeeded = 876 * kPage;  // 87.6 MB

}  // namespace tt::alloc_trace::test
