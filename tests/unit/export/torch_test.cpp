// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

// What PyTorch's viewer takes for granted: blocks cover their segment, every address lies in one, a free is asked for and then
// completed, and nothing is allocated twice.
void check_snapshot(const Json& snapshot) {
    std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (const Json& segment : snapshot.at("segments")) {
        std::uint64_t at = segment.at("address");
        const std::uint64_t end = at + segment.at("total_size").get<std::uint64_t>();
        EXPECT_TRUE(ranges.emplace(segment.at("device"), std::pair{at, end}).second);
        for (const Json& block : segment.at("blocks")) {
            EXPECT_EQ(block.at("address"), at);
            EXPECT_TRUE(block.at("state") == "active_allocated" || block.at("state") == "inactive");
            EXPECT_TRUE(block.at("frames").is_array());
            EXPECT_LE(block.at("requested_size"), block.at("size"));
            at += block.at("size").get<std::uint64_t>();
        }
        EXPECT_EQ(at, end);
    }
    const Json& traces = snapshot.at("device_traces");
    for (std::size_t device = 0; device < traces.size(); ++device) {
        std::map<std::uint64_t, std::string> latest;  // action by address
        for (const Json& entry : traces[device]) {
            SCOPED_TRACE(entry.dump());
            EXPECT_TRUE(entry.at("size").is_number_unsigned() && entry.at("time_us").is_number_unsigned());
            EXPECT_EQ(entry.at("stream"), 0);
            if (entry.at("action") == "oom") {
                EXPECT_TRUE(entry.at("device_free").is_number_unsigned());
                continue;
            }
            if (entry.at("action") == "snapshot") {
                EXPECT_EQ(entry, traces[device].back());
                EXPECT_EQ(entry.at("category"), "unknown") << "the page misses it if there are categories";
                continue;
            }
            const std::uint64_t address = entry.at("addr");
            EXPECT_TRUE(address >= ranges.at(device).first && address < ranges.at(device).second);
            const std::string before = std::exchange(latest[address], entry.at("action"));
            if (entry.at("action") == "alloc") {
                EXPECT_TRUE(before.empty() || before == "free_completed");
            } else if (entry.at("action") == "free_requested") {
                EXPECT_TRUE(before.empty() || before == "alloc");
            } else {
                EXPECT_EQ(entry.at("action"), "free_completed");
                EXPECT_EQ(before, "free_requested");
            }
        }
    }
}

Json snapshot_of(const std::vector<Event>& events, const ExportOptions& options = {}) {
    Json snapshot = Json::parse(export_events("torch-snapshot", events, options).text);
    check_snapshot(snapshot);
    return snapshot;
}

TEST(TorchExport, SpacesAreDevices) {
    const Json snapshot = snapshot_of(busy_stream().events());
    EXPECT_EQ(
        snapshot.at("tt_alloc_trace").at("devices"),
        (Json{"mesh 0 (chips 0-1) DRAM, bytes of one bank of 8 of python3 (4242)", "mesh 0 (chips 0-1) L1, bytes of one bank of 64 of python3 (4242)"})
    );
    const Json& dram = snapshot.at("device_traces")[0];
    ASSERT_EQ(dram.size(), 7U);
    EXPECT_EQ(dram[0].at("category"), "1-16 MiB");
    EXPECT_EQ(dram[0].at("action"), "alloc");
    EXPECT_EQ(dram[0].at("addr"), 0x1000);
    EXPECT_EQ(dram[0].at("size"), kMiB / 2) << "of one bank";
    EXPECT_EQ(dram[0].at("time_us"), 1'001'000'000);
    EXPECT_EQ(dram[0].at("frames")[0].at("line"), kPid + 1);
    EXPECT_EQ(dram[2].at("action"), "free_requested");
    EXPECT_EQ(dram[3].at("action"), "free_completed");
    EXPECT_EQ(snapshot.at("segments")[0].at("total_size"), 1024 * kMiB);
    EXPECT_EQ(snapshot.at("segments")[0].at("active_size"), kMiB / 4 + 8 * kKiB);
}

TEST(TorchExport, AllKindsOfStreams) {
    snapshot_of({});
    snapshot_of(one_of_each());
    ExportOptions late;
    late.window.since_t_ns = kAttach + 6 * kSecond;
    const Json snapshot = snapshot_of(busy_stream().events(), late);
    EXPECT_EQ(snapshot.at("device_traces")[0].size(), 2U);
    EXPECT_EQ(snapshot.at("segments")[1].at("blocks").size(), 3U) << "the L1 buffer of before, between free space";
}

TEST(TorchExport, KeepsTheLatestEvents) {
    ExportOptions options;
    options.max_rows = 2;
    const Exported exported = export_events("torch-snapshot", busy_stream().events(), options);
    const Json snapshot = Json::parse(exported.text);
    check_snapshot(snapshot);
    EXPECT_EQ(snapshot.at("tt_alloc_trace").at("events_left_out"), 4);
    EXPECT_EQ(snapshot.at("device_traces")[0].size(), 3U) << "a failure, the last allocation and the end";
    EXPECT_THAT(exported.notes, testing::Contains(HasSubstr("4 older ones left out")));
}

TEST(TorchExport, RuntimesOwnNumbersMakeAnOutOfMemoryEntry) {
    Stream stream = busy_stream();
    stream.apply(AllocationFailed{
        stream.at(7),
        mesh_buffer(0, 64 * kMiB),
        "Out of Memory: Not enough space to allocate 67108864 B DRAM buffer across 8 banks, where each bank needs to store 8388608 B, but "
        "bank size is 1073741824 B (allocated: 1073740800 B, free: 1024 B, largest free block: 512 B)"});
    const Json snapshot = snapshot_of(stream.events());
    const Json& dram = snapshot.at("device_traces")[0];
    const Json& last = dram[dram.size() - 2];
    EXPECT_EQ(last.at("action"), "oom");
    EXPECT_EQ(last.at("device_free"), 1024);
    EXPECT_EQ(last.at("size"), 8'388'608);
}

// S1 and finding 29: what an allocator has to hand out comes to be known behind its first buffers.
TEST(TorchExport, BothEndsOfALifeAreOfOneBankHoweverLateThatIsKnown) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2);
    stream.alloc(1, 0x100000, 640 * kKiB, BufferType::L1).alloc(1.5, 0x120000, 640 * kKiB, BufferType::L1).mesh_regions(2);
    stream.alloc(3, 0x140000, 640 * kKiB, BufferType::L1).free(4, 0x100000, 640 * kKiB, BufferType::L1);
    const Exported exported = export_events("torch-snapshot", stream.events());
    const Json snapshot = Json::parse(exported.text);
    check_snapshot(snapshot);
    for (const Json& entry : snapshot.at("device_traces")[0]) {
        if (entry.at("action") != "snapshot") {
            EXPECT_EQ(entry.at("size"), 10 * kKiB) << entry.dump();
        }
    }
    EXPECT_THAT(snapshot.at("tt_alloc_trace").at("devices")[0].get<std::string>(), HasSubstr("one bank of 64"));
    EXPECT_EQ(snapshot.at("segments")[0].at("total_size"), l1_region().bytes) << "as wide as what can be allocated";
    EXPECT_EQ(snapshot.at("segments")[0].at("allocated_size"), 20 * kKiB);
    EXPECT_THAT(exported.notes, testing::IsEmpty());
}

// S6: releases from 0.65 on name no owner of a failed allocation; it is found by the message, or the failure has a place of its own.
TEST(TorchExport, FailuresOfNoNamedOwnerAreKept) {
    BufferFields asked;
    asked.size = 64 * kMiB;
    const std::string message =
        "Out of Memory: Not enough space to allocate 67108864 B DRAM buffer across {} banks, where each bank needs to store 8388608 B, but "
        "bank size is 1073741824 B (allocated: 1073740800 B, free: 1024 B, largest free block: 512 B)";
    Stream stream = busy_stream();
    const auto failed = [&](double t, const char* banks) {
        std::string text = message;
        stream.apply(AllocationFailed{stream.at(t), asked, text.replace(text.find("{}"), 2, banks)});
    };
    failed(7, "8");
    failed(8, "5");  // no allocator has so many
    const Json snapshot = snapshot_of(stream.events());
    std::vector<std::string> places;
    for (std::size_t device = 0; device < snapshot.at("device_traces").size(); ++device) {
        for (const Json& entry : snapshot.at("device_traces")[device]) {
            if (entry.at("action") == "oom") {
                places.push_back(snapshot.at("tt_alloc_trace").at("devices")[device]);
            }
        }
    }
    ASSERT_EQ(places.size(), 3U);
    EXPECT_THAT(places[1], HasSubstr("mesh 0"));
    EXPECT_THAT(places[2], HasSubstr("unknown owner DRAM"));
    EXPECT_EQ(snapshot.at("tt_alloc_trace").at("failed_allocations_left_out"), 0);
}

// A reader of the opcodes that PyTorch's viewer knows.
class Unpickler {
public:
    explicit Unpickler(const std::string& data) : data_(data) {}

    Json load() {
        EXPECT_EQ(take(2), "\x80\x02");
        for (;;) {
            const char code = take(1)[0];
            if (code == '.') {
                EXPECT_EQ(at_, data_.size());
                EXPECT_EQ(stack_.size(), 1U);
                return stack_.back();
            }
            step(code);
        }
    }

private:
    std::string take(std::size_t bytes) {
        at_ += bytes;
        return data_.substr(at_ - bytes, bytes);
    }
    std::uint64_t number(std::size_t bytes) {
        const std::string little = take(bytes);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes && i < 8; ++i) {
            value |= std::uint64_t{static_cast<std::uint8_t>(little[i])} << (8 * i);
        }
        return value;
    }
    void step(char code) {
        switch (code) {
            case '}': stack_.push_back(Json::object()); break;
            case ']': stack_.push_back(Json::array()); break;
            case '(': marks_.push_back(stack_.size()); break;
            case 'K': stack_.push_back(number(1)); break;
            case 'M': stack_.push_back(number(2)); break;
            case 'J': stack_.push_back(number(4)); break;
            case '\x8a': stack_.push_back(number(number(1))); break;
            case '\x88': stack_.push_back(true); break;
            case '\x89': stack_.push_back(false); break;
            case 'X': stack_.push_back(take(number(4))); break;
            case 'q': memo_[number(1)] = stack_.back(); break;
            case 'h': stack_.push_back(memo_.at(number(1))); break;
            case 'e': collect(false); break;
            case 'u': collect(true); break;
            default: FAIL() << "opcode " << static_cast<int>(code);
        }
    }
    void collect(bool map) {
        const std::size_t mark = marks_.back();
        marks_.pop_back();
        EXPECT_LE(map ? 0U : stack_.size() - mark, 1000U) << "a reader's stack is limited";
        Json& into = stack_.at(mark - 1);
        for (std::size_t i = mark; i < stack_.size(); i += map ? 2 : 1) {
            if (map) {
                into[stack_[i].get<std::string>()] = stack_.at(i + 1);
            } else {
                into.push_back(stack_[i]);
            }
        }
        stack_.resize(mark);
    }

    const std::string& data_;
    std::size_t at_ = 0;
    std::vector<Json> stack_;
    std::vector<std::size_t> marks_;
    std::map<std::uint64_t, Json> memo_;
};

TEST(TorchExport, PickleHoldsTheSame) {
    Stream stream = busy_stream();
    for (std::uint64_t i = 0; i < 1500; ++i) {
        stream.alloc(7, 0x1'0000'0000 + 0x1000 * i, 64 * i);
    }
    for (const auto& events : {stream.events(), one_of_each(), std::vector<Event>{}}) {
        const std::string pickle = export_events("torch-pickle", events).text;
        EXPECT_EQ(Unpickler(pickle).load(), Json::parse(export_events("torch-snapshot", events).text));
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
