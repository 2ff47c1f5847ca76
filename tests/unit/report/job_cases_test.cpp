// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What views of real jobs once got wrong, as small streams: capacities of a device that was opened anew, compilers beside a job, counts of
// a part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "html_support.hpp"
#include "report/capacity_words.hpp"
#include "view_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

const Json& by(const Json& list, const char* key, const Json& value) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) { return one.at(key) == value; });
    if (found == list.end()) {
        throw std::runtime_error(std::string("no ") + key + " " + value.dump() + " in " + list.dump(1));
    }
    return *found;
}

Region sized(Region region, std::uint64_t bytes) {
    region.bytes = bytes;
    return region;
}

// Closes the mesh and opens another one over the same chips, with other sizes.
void reopen(Stream& stream, double t, int id, std::uint64_t dram, std::uint64_t l1) {
    stream.apply(OwnerClosing{stream.at(t), kMesh}).apply(AllocatorReleased{stream.at(t), kMeshAllocator, AllocatorRelease::Destroyed});
    stream.mesh(t + 1, id, 2);
    stream.apply(AllocatorSeen{stream.at(t + 1), kMeshAllocator, kMesh, {sized(dram_region(), dram), sized(l1_region(), l1)}});
}

std::uint64_t live_capacity(const Answer& live, const char* type) {
    const Json& row = by(live.json["capacity"], "type", type);
    return row["banks"].get<std::uint64_t>() * row["bank_bytes"].get<std::uint64_t>();
}

// Finding 15: each view gives what there is now, not the most there ever was.
TEST(JobCases, CapacitiesAreThoseOfTheDeviceAsItIsOpen) {
    struct Sizes {
        std::uint64_t dram, l1;
    };
    for (const std::vector<Sizes>& sizes : {
             std::vector<Sizes>{{1000 * kMiB, 1300 * kKiB}},
             {{1000 * kMiB, 1300 * kKiB}, {1020 * kMiB, 1390 * kKiB}},
             {{1020 * kMiB, 1200 * kKiB}, {900 * kMiB, 1390 * kKiB}, {950 * kMiB, 1210 * kKiB}},
         }) {
        Stream stream;
        stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, kMiB).alloc(1, 0x100, kMiB, BufferType::L1);
        int id = 0;
        for (const Sizes& size : sizes) {
            ++id;
            reopen(stream, 10.0 * id, id, size.dram, size.l1);
            stream.alloc(10.0 * id + 2, 0x100, kMiB).alloc(10.0 * id + 2, 0x100, kMiB, BufferType::L1);
        }
        const auto expect_sizes = [&](const Sizes& last) {
            const Answer devices = answer("devices", stream.events());
            const Json& types = by(devices.json["devices"], "device", "chip 0")["types"];
            EXPECT_EQ(by(types, "type", "DRAM")["last_capacity_bytes"], 8 * last.dram);
            EXPECT_EQ(by(types, "type", "L1")["last_capacity_bytes"], 64 * last.l1);
        };
        expect_sizes(sizes.back());
        const Answer live = answer("live", stream.events());
        EXPECT_EQ(live_capacity(live, "DRAM"), 8 * sizes.back().dram);
        EXPECT_EQ(live_capacity(live, "L1"), 64 * sizes.back().l1);
        stream.apply(OwnerClosing{stream.at(90), kMesh}).apply(AllocatorReleased{stream.at(90), kMeshAllocator, AllocatorRelease::Destroyed});
        expect_sizes(sizes.back());  // the last that was open
    }
}

// A job, and compilers that it starts.
Stream compiling(int compilers, std::size_t length, bool before, bool device) {
    Stream stream;
    const auto compile = [&] {
        for (int i = 0; i < compilers; ++i) {
            const auto pid = kPid + 100 + static_cast<std::uint32_t>(i);
            stream.process(2, pid, "/usr/bin/g++ -c " + std::string(length, 'x') + ".cpp", true).exited(3);
        }
    };
    if (before) {
        compile();
    }
    stream.process(4, kPid, "python3 job.py", true);
    if (device) {
        stream.mesh(4, 0, 2).mesh_regions(4).alloc(5, 0x100, kMiB);
    }
    if (!before) {
        compile();
        stream.process(6, kPid, "python3 job.py", true);
    }
    return stream;
}

// What the page draws.
Json page_data_of(const Stream& stream) {
    const std::string page = page_of(stream);
    const std::string begin = "<script type=\"application/json\" id=\"data\">";
    const std::size_t from = page.find(begin) + begin.size();
    return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

// Finding 23: 64 command lines of 2.5 KB each stood before five rows of figures.
TEST(JobCases, CompilersAreOneLineAndNoMoments) {
    for (const auto& [compilers, length, before] : {std::tuple{60, 2500, true}, {3, 10, true}, {60, 2500, false}}) {
        const Stream stream = compiling(compilers, static_cast<std::size_t>(length), before, true);
        for (const char* view : {"live", "summary", "devices", "owners", "peak", "leaks", "timeline", "phases"}) {
            const std::string text = answer(view, stream.events(), {}, {80, false, true}).text;
            EXPECT_THAT(text, Not(HasSubstr("g++"))) << view;
            EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 40) << view;
        }
        EXPECT_THAT(
            answer("live", stream.events()).text, HasSubstr(std::to_string(compilers) + " more processes ended without using device memory")
        );
        const Json data = page_data_of(stream);
        std::size_t starts = 0;
        std::size_t exits = 0;
        for (const Json& mark : data["marks"]) {
            starts += mark["kind"] == "process_start" ? mark["count"].get<std::size_t>() : 0;
            exits += mark["kind"] == "process_exit" ? mark["count"].get<std::size_t>() : 0;
        }
        EXPECT_EQ(starts, 1U) << "the job's own";
        EXPECT_EQ(exits, 0U);
    }
    EXPECT_THAT(answer("live", compiling(2, 10, true, false).events()).text, HasSubstr("python3 job.py")) << "it may use the device yet";
}

// Finding 26: 17.9 % is no 17 %. What has room is not called full.
TEST(JobCases, UsedIsRounded) {
    for (const auto& [used, percent] : {std::pair<std::uint64_t, const char*>{179, " 18%"}, {174, " 17%"}, {995, " 99%"}, {999, " 99%"}, {1000, "100%"}, {4, "  0%"}}) {
        Capacity capacity;
        capacity.banks = 8;
        capacity.bank_bytes = 1000;
        capacity.use = BankUse{used, 1000 - used, 1000 - used};
        EXPECT_THAT(capacity_text(capacity, false).used, testing::EndsWith(percent)) << used;
    }
}

// Finding 27: the total is of all, the kinds are of the part that is shown.
TEST(JobCases, CountsByKindSayOfWhichPartTheyAre) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0);
    for (int i = 0; i < 20; ++i) {
        stream.alloc(1 + i, 0x100, kMiB).free(1 + i, 0x100, kMiB);
    }
    EXPECT_THAT(answer("summary", stream.events()).text, HasSubstr("events      43: alloc 20, free 20,"));
    for (const auto& [since, events] : {std::pair{11, 20}, {20, 2}, {1, 40}}) {
        ViewOptions options;
        options.window.since_t_ns = kAttach + static_cast<std::uint64_t>(since) * kSecond;
        const std::string half = std::to_string(events / 2);
        EXPECT_THAT(
            answer("summary", stream.events(), options).text,
            HasSubstr("events      43, " + std::to_string(events) + " of them in the part shown: alloc " + half + ", free " + half + "\n")
        );
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
