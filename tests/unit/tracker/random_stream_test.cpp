// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Random streams, applied to the Tracker and to the naive model of reference_model.hpp: both must agree, event by event
// on the judgement, and again and again on the whole state.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "event_builders.hpp"
#include "reference_model.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr int kEvents = 100'000;
constexpr int kEventsBetweenComparisons = 2'000;

// Few of everything, so that all of it collides all the time.
class RandomEvents {
public:
    explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

    Event next() {
        // Stamps of one moment are common, and a stamp may be a little older than the one before.
        t_ns_ += below(3);
        const EventHeader header{t_ns_ - below(2), pid(), kTid};
        const std::uint64_t dice = below(10'000);
        if (dice < 5'000) {
            return Allocated{header, buffer()};
        }
        if (dice < 9'800) {
            return Freed{header, buffer()};
        }
        if (dice < 9'830) {
            Lost loss;
            loss.header = {t_ns_, 0, 0};
            loss.allocated = below(4);
            loss.freed = below(4);
            return loss;
        }
        return rare(dice, header);
    }

private:
    Event rare(std::uint64_t dice, const EventHeader& header) {
        const std::uint64_t owner = 1 + below(kOwners);
        if (dice < 9'880) {
            return owner_seen(header, owner);
        }
        if (dice < 9'920) {
            return OwnerClosing{header, owner};
        }
        if (dice < 9'980) {
            return AllocatorReleased{header, allocator_of(owner), static_cast<AllocatorRelease>(below(3))};
        }
        switch (below(5)) {
            case 0: return ProcessExec{header};
            case 1: return ProcessExited{header};
            case 2: return ProcessForked{header, pid()};
            default: return ProcessSeen{header, 1, 1 + below(3), below(2) == 1, "job"};
        }
    }

    Event owner_seen(const EventHeader& header, std::uint64_t owner) {
        OwnerSeen seen{header, owner, static_cast<OwnerKind>(below(3)), -1, {}};
        if (seen.kind == OwnerKind::Chip) {
            seen.id = static_cast<std::int32_t>(below(3));
            seen.chips = {seen.id};
        } else if (seen.kind == OwnerKind::Mesh) {
            seen.id = static_cast<std::int32_t>(below(2));
            for (std::int32_t chip = 0; chip < static_cast<std::int32_t>(below(4)); ++chip) {
                seen.chips.push_back(chip);
            }
        }
        return seen;
    }

    BufferFields buffer() {
        BufferFields fields;
        fields.owner = 1 + below(kOwners);
        fields.allocator = allocator_of(fields.owner);
        fields.address = 32 * (1 + below(6));
        fields.size = 1 + below(1000);
        fields.type = static_cast<BufferType>(below(kBufferTypeCount));
        fields.buffer = fields.address + (below(10) == 0 ? 1 : 0);
        fields.hooked = below(100) == 0;
        return fields;
    }

    // Mostly an owner's own; now and then an allocator's pointer has come to another owner.
    std::uint64_t allocator_of(std::uint64_t owner) { return 100 + 2 * owner + below(2) + (below(200) == 0 ? 1 : 0); }
    std::uint32_t pid() { return static_cast<std::uint32_t>(10 + below(3)); }
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    static constexpr std::uint64_t kOwners = 4;
    std::mt19937_64 random_;
    std::uint64_t t_ns_ = 1'000;
};

// What a live buffer is, without the ways the two sides name allocators.
using Portrait = std::tuple<std::uint64_t, BufferType, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;

std::multiset<Portrait> live_set(const ProcessState& process) {
    std::multiset<Portrait> set;
    for (const auto& [key, live] : process.live.buffers()) {
        set.emplace(
            process.allocators[key.allocator].pointer, key.type, key.address, live.buffer, live.size, live.t_ns
        );
    }
    return set;
}

std::multiset<Portrait> live_set(const ModelProcess& process) {
    std::multiset<Portrait> set;
    for (const auto& [key, live] : process.live) {
        const auto& [allocator, generation, type, address] = key;
        set.emplace(allocator, type, address, live.buffer, live.size, live.t_ns);
    }
    return set;
}

void expect_equal_usage(const ProcessState& process, const ModelProcess& model) {
    for (const auto& [place, usage] : process.places) {
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            const auto type = static_cast<BufferType>(i);
            const Usage expected = model.usage(place, type);
            EXPECT_EQ(usage.of(type).buffers, expected.buffers) << to_string(place);
            EXPECT_EQ(usage.of(type).bytes, expected.bytes) << to_string(place);
            EXPECT_EQ(usage.of(type).allocs, expected.allocs) << to_string(place);
            EXPECT_EQ(usage.of(type).frees, expected.frees) << to_string(place);
            EXPECT_EQ(usage.of(type).peak_bytes, expected.peak_bytes) << to_string(place);
        }
    }
    for (const auto& [where, count] : model.counts) {
        EXPECT_TRUE(process.places.contains(where.first)) << to_string(where.first);
    }
}

// The tracker sums up processes that ended long ago.
std::vector<const ModelProcess*> without_oldest_ended(const ReferenceModel& model, std::uint64_t folded) {
    std::vector<const ModelProcess*> kept;
    for (const ModelProcess& process : model.processes()) {
        if (process.alive || folded == 0) {
            kept.push_back(&process);
        } else {
            --folded;
        }
    }
    return kept;
}

void expect_equal(const Tracker& tracker, const ReferenceModel& model) {
    const TrackerView view = tracker.view();
    const std::vector<const ModelProcess*> kept = without_oldest_ended(model, view.folded.count);
    ASSERT_EQ(view.processes.size(), kept.size());
    for (std::size_t i = 0; i < view.processes.size(); ++i) {
        const ProcessState& process = *view.processes[i];
        const ModelProcess& expected = *kept[i];
        EXPECT_EQ(process.pid, expected.pid);
        EXPECT_EQ(process.end == ProcessState::End::Alive, expected.alive);
        EXPECT_EQ(process.hooked_allocs, expected.hooked);
        EXPECT_EQ(process.ends, expected.ends);
        for (std::size_t reason = 0; reason < kUnknownFreeCount; ++reason) {
            EXPECT_EQ(process.unknown_frees[reason].count, expected.unknown_frees[reason]);
        }
        EXPECT_EQ(live_set(process), live_set(expected));
        expect_equal_usage(process, expected);
    }
}

// The sums kept with every event against the live table they are the sums of.
void expect_sums_match_the_table(const ProcessState& process) {
    std::map<Place, PlaceUsage> recomputed;
    for (const auto& [key, live] : process.live.buffers()) {
        for (const Place& place : process.owner_of(key).places) {
            recomputed[place].of(key.type).add(live.size);
        }
    }
    for (const auto& [place, usage] : process.places) {
        for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
            EXPECT_EQ(usage.types[type].buffers, recomputed[place].types[type].buffers) << to_string(place);
            EXPECT_EQ(usage.types[type].bytes, recomputed[place].types[type].bytes) << to_string(place);
            EXPECT_EQ(usage.types[type].buffers, usage.types[type].allocs - usage.types[type].frees);
            EXPECT_GE(usage.types[type].peak_bytes, usage.types[type].bytes);
        }
    }
}

class TrackerRandomStreamTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TrackerRandomStreamTest, AgreesWithTheNaiveModel) {
    RandomEvents events(GetParam());
    Tracker tracker;
    ReferenceModel model;
    for (int i = 1; i <= kEvents; ++i) {
        const Event event = events.next();
        ASSERT_EQ(tracker.apply(event).unknown_free, model.apply(event)) << "event " << i;
        if (i % kEventsBetweenComparisons == 0) {
            expect_equal(tracker, model);
            for (const auto& process : tracker.view().processes) {
                expect_sums_match_the_table(*process);
            }
            ASSERT_FALSE(HasFailure()) << "by event " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TrackerRandomStreamTest, testing::Values(1, 2));

// The same stream gives the same state: a recording replays to what was live.
TEST(TrackerReplayTest, SameStreamGivesTheSameJudgements) {
    RandomEvents events(4);
    Tracker live;
    Tracker replayed;
    for (int i = 0; i < kEvents / 10; ++i) {
        const Event event = events.next();
        const Applied first = live.apply(event);
        const Applied second = replayed.apply(event);
        ASSERT_EQ(first.unknown_free, second.unknown_free);
        ASSERT_EQ(first.released_bytes, second.released_bytes);
    }
    ASSERT_EQ(live.view().processes.size(), replayed.view().processes.size());
    for (std::size_t i = 0; i < live.view().processes.size(); ++i) {
        EXPECT_EQ(live_set(*live.view().processes[i]), live_set(*replayed.view().processes[i]));
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
