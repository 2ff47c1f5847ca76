// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/origin_words.hpp"
#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint32_t kForward = 1;  // model.py:41, in ttnn::softmax
constexpr std::uint32_t kLoad = 2;     // model.py:7, no operation

// What the model's two lines call.
void add_stacks(ViewJob& job) {
    job.apply(FrameSeen{{}, 1, FrameKind::Native, 0, 1, "_ZN2tt8tt_metal10BufferImpl13allocate_implEv", "libtt_metal.so", ""});
    job.apply(FrameSeen{{}, 2, FrameKind::Native, 0, 2, "_ZN4ttnn4prim22SoftmaxDeviceOperation6createEv", "_ttnn.so", ""});
    job.apply(FrameSeen{{}, 3, FrameKind::Native, 0, 3, "_ZN4ttnn7softmaxEv", "_ttnn.so", ""});
    job.apply(FrameSeen{{}, 4, FrameKind::Python, 41, 10, "Model.forward", "/home/me/model.py", ""});
    job.apply(FrameSeen{{}, 5, FrameKind::Python, 7, 10, "load", "/home/me/model.py", ""});
    job.apply(StackSeen{{}, kForward, {1, 2, 3, 4}, StackEnd::Complete});
    job.apply(StackSeen{{}, kLoad, {1, 5}, StackEnd::TooDeep});
}

// The first size stays, once in every call; the others go.
void run(ViewJob& job) {
    add_stacks(job);
    job.at(kLoad).alloc(8192);
    for (int i = 0; i < 3; ++i) {
        job.at(kForward).alloc(4096);
        job.at(kForward).temporary(1024, BufferType::L1);
    }
    job.at(0).alloc(2048);
    job.end();
}

const Json* row_of(const Json& rows, const char* key, const Json& value, const char* type) {
    for (const Json& row : rows) {
        if (row[key] == value && row["type"] == type) {
            return &row;
        }
    }
    return nullptr;
}

TEST(OriginViews, CallSitesCountAndHold) {
    ViewJob job("callsites");
    run(job);
    const Json json = job.json();
    ASSERT_EQ(json["callsites"].size(), 4U) << json["callsites"].dump(1);
    const Json* leak = row_of(json["callsites"], "call_site", "model.py:41 Model.forward", "DRAM");
    ASSERT_NE(leak, nullptr);
    EXPECT_EQ((*leak)["allocs"], 3);
    EXPECT_EQ((*leak)["live_buffers"], 3);
    EXPECT_EQ((*leak)["live_bytes"], 3 * 4096);
    EXPECT_EQ((*leak)["operations"], Json::array({"ttnn::softmax"}));
    EXPECT_EQ((*leak)["stacks"], Json::array({kForward}));
    const Json* temporary = row_of(json["callsites"], "call_site", "model.py:41 Model.forward", "L1");
    ASSERT_NE(temporary, nullptr);
    EXPECT_EQ((*temporary)["frees"], 3);
    EXPECT_EQ((*temporary)["live_buffers"], 0);
    EXPECT_EQ((*temporary)["peak_bytes"], 1024) << "one at a time";
    EXPECT_NE(row_of(json["callsites"], "call_site", nullptr, "DRAM"), nullptr) << "without a stack";
    EXPECT_TRUE(json["stacks_recorded"]);
    EXPECT_THAT(
        job.text(),
        AllOf(HasSubstr("model.py:41 Model.forward"), HasSubstr("model.py:7 load"), HasSubstr("(no stack)"),
              HasSubstr("  ttnn::prim::SoftmaxDeviceOperation::create\n"), HasSubstr("deeper than stacks are taken"))
    );
}

TEST(OriginViews, ByFunctionFileOrNativeDepth) {
    const auto counted = [](OriginKey by) {
        ViewOptions options;
        options.by = by;
        ViewJob job("callsites", options);
        run(job);
        std::map<std::string, int> allocs;
        const Json json = job.json();
        for (const Json& row : json["callsites"]) {
            allocs[row["call_site"].is_null() ? "" : row["call_site"].get<std::string>()] += row["allocs"].get<int>();
        }
        EXPECT_EQ(json["counted_by"], to_string(by));
        return allocs;
    };
    using Counts = std::map<std::string, int>;
    EXPECT_EQ(counted({OriginKey::By::Function}), (Counts{{"Model.forward (model.py)", 6}, {"load (model.py)", 1}, {"", 1}}));
    EXPECT_EQ(counted({OriginKey::By::File}), (Counts{{"model.py", 7}, {"", 1}}));
    EXPECT_EQ(counted({OriginKey::By::Native, 2}), (Counts{{"ttnn::softmax", 6}, {"", 2}})) << "the loaded one is not so deep";
}

// By a call and by the operation, in each view that knows whose a buffer is.
TEST(OriginViews, OnlyWhatWasAskedForThere) {
    struct Case {
        const char* view;
        OriginFilter origins;
        std::size_t rows;
    };
    const Case cases[] = {
        {"live", {"model.py*forward", ""}, 3}, {"live", {"", "softmax"}, 3},       {"live", {"", "tt*max"}, 3},
        {"live", {"load", ""}, 1},             {"live", {"load", "softmax"}, 0},   {"live", {"allocate_impl", ""}, 4},
        {"leaks", {"", "softmax"}, 1},         {"leaks", {"load", ""}, 1},         {"leaks", {"[a-z]oad", ""}, 0},
        {"callsites", {"", "softmax"}, 2},     {"callsites", {"model.py:7", ""}, 1}, {"ops", {"load", ""}, 1},
    };
    for (const Case& one : cases) {
        ViewOptions options;
        options.origins = one.origins;
        ViewJob job(one.view, options);
        run(job);
        const Json json = job.json();
        const Json& rows = json[std::string_view(one.view) == "live" ? "buffers" : one.view];
        EXPECT_EQ(rows.size(), one.rows) << one.view << " " << one.origins.call << " " << one.origins.operation << json.dump(1);
        EXPECT_THAT(job.text(), Not(HasSubstr("no leaks"))) << "others may remain";
    }
}

TEST(OriginViews, OperationsCountAndHold) {
    ViewJob job("ops");
    run(job);
    const Json json = job.json();
    const Json* softmax = row_of(json["ops"], "operation", "ttnn::softmax", "DRAM");
    ASSERT_NE(softmax, nullptr) << json["ops"].dump(1);
    EXPECT_EQ((*softmax)["live_buffers"], 3);
    const Json* none = row_of(json["ops"], "operation", nullptr, "DRAM");
    ASSERT_NE(none, nullptr);
    EXPECT_EQ((*none)["allocs"], 2) << "a loaded tensor, and one without a stack";
    EXPECT_THAT(job.text(), HasSubstr("(no operation)"));
}

// What grows and what comes and goes beside it have one size: the call site is that of what stays, also of a job that frees it at its end.
TEST(OriginViews, GrowthNamesWhoKeepsBuffers) {
    ViewJob job("growth");
    add_stacks(job);
    std::vector<ViewJob::Buffer> kept;
    for (int i = 0; i < 40; ++i) {
        job.at(kLoad).temporary(4096);
        job.temporary(4096);
        kept.push_back(job.at(kForward).alloc(4096));
    }
    job.free_all(kept);
    job.end();
    const Json json = job.json();
    ASSERT_EQ(json["growth"].size(), 1U) << json.dump(1);
    EXPECT_EQ(json["growth"][0]["stacks"], Json::array({kForward}));
    EXPECT_THAT(job.text(), HasSubstr("model.py:41 Model.forward"));
}

TEST(OriginViews, WithoutStacksItIsSaid) {
    for (const char* view : {"callsites", "ops"}) {
        ViewJob job(view);
        job.alloc(64);
        job.end();
        EXPECT_FALSE(job.json()["stacks_recorded"]);
        EXPECT_THAT(job.text(), HasSubstr("no call stacks were recorded: record with --stacks"));
    }
}

TEST(OriginViews, OtherViewsSayTheCallSite) {
    for (const char* view : {"leaks", "live"}) {
        ViewJob job(view);
        run(job);
        EXPECT_THAT(job.text(120), HasSubstr("model.py:41 Model.forward")) << view;
        Json json = job.json();
        Tracker named;
        for (const Event& event : std::vector<Event>{
                 FrameSeen{{}, 1, FrameKind::Python, 41, 10, "Model.forward", "/home/me/model.py", ""}, StackSeen{{}, kForward, {1}}
             }) {
            named.apply(event);
        }
        add_call_stacks(json, named.view().stacks);
        ASSERT_EQ(json["call_stacks"].size(), 1U) << view << ": of the other the table knows nothing";
        EXPECT_EQ(json["call_stacks"][0]["frames"][0], "/home/me/model.py:41 Model.forward");
    }
    ViewJob none("leaks");
    none.alloc(64);
    none.end();
    EXPECT_THAT(none.text(120), Not(HasSubstr("CALL SITE")));
    Json json = none.json();
    add_call_stacks(json, StackTable());
    EXPECT_FALSE(json.contains("call_stacks"));
}

TEST(OriginViews, ABufferOverAnotherOneNamesItsCallSite) {
    ViewJob job("anomalies");
    add_stacks(job);
    const ViewJob::Buffer buffer = job.at(kLoad).alloc(4096, BufferType::L1);
    BufferFields over_it = mesh_buffer(buffer.address + 64, buffer.size, BufferType::L1);
    over_it.buffer = 0xbeef;
    job.at(kForward).apply(Allocated{job.next(), over_it});
    job.end();
    EXPECT_THAT(job.text(200), HasSubstr("model.py:41 Model.forward"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
