// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `mark` and a recorder's end of it, over real sockets.
#include "control/mark_channel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>

#include "control/mark_client.hpp"
#include "control/runtime_directory.hpp"
#include "control/socket_address.hpp"
#include "event/event.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;

class MarkChannelTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tat-mark-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        directory_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<MarkChannel> channel(const std::string& file = "/r/a.ttar", std::vector<std::uint32_t> pids = {77}) {
        MarkChannelOptions options;
        options.directory = directory_;
        options.who = [file, pids] { return RecorderInfo{1, file, pids}; };
        options.mark = [this](const std::string& mark) {
            marks_.push_back(mark);
            return refusal_;
        };
        auto opened = MarkChannel::open(std::move(options));
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }
    // Serves until the asker, on a thread of its own, has its answer; answers each mark as it comes.
    template <typename Ask>
    auto served(MarkChannel& channel, const Ask& ask, bool answers = true) {
        auto answer = std::async(std::launch::async, ask);
        while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            pollfd ready{channel.fd(), POLLIN, 0};
            (void)poll(&ready, 1, 5);
            channel.serve();
            for (; answers && answered_ < marks_.size(); ++answered_) {
                channel.answer({100 + answered_, 2000, 1000});
            }
        }
        return answer.get();
    }
    Result<MarkPlaced> mark(MarkChannel& channel, const std::string& name) {
        return served(channel, [&]() -> Result<MarkPlaced> {
            const FoundRecorders found = find_recorders({directory_});
            const Result<std::size_t> chosen = choose_recorder(found, {});
            return chosen ? send_mark(found.recorders[*chosen], name) : tl::make_unexpected(chosen.error());
        });
    }

    std::string directory_;
    std::vector<std::string> marks_;
    std::size_t answered_ = 0;
    std::string refusal_;
};

TEST_F(MarkChannelTest, AMarkIsTakenAndAnswered) {
    const auto open = channel();
    const Result<MarkPlaced> placed = mark(*open, "décode 1");
    ASSERT_TRUE(placed) << placed.error().message;
    EXPECT_EQ(placed->event, 100U);
    EXPECT_EQ(placed->t_ns - placed->attached_t_ns, 1000U);
    EXPECT_TRUE(mark(*open, "another"));
    EXPECT_THAT(marks_, testing::ElementsAre("décode 1", "another"));
}

// A live table has no file: it is no recorder, and shows the marks of one that traces the same process.
TEST_F(MarkChannelTest, ALiveTableShowsMarksAndIsNoRecorder) {
    const auto table = channel("", {77, 78});
    const Result<MarkPlaced> alone = mark(*table, "decode");
    ASSERT_FALSE(alone);
    EXPECT_THAT(alone.error().message, HasSubstr("no recorder is running"));
    for (const auto& [pids, shown] : {std::pair{std::vector<std::uint32_t>{78}, true}, {{5, 6}, false}, {{5, 77}, true}}) {
        marks_.clear();
        answered_ = 0;
        served(*table, [&, traced = pids] {
            const FoundRecorders found = find_recorders({directory_});
            EXPECT_EQ(found.recorders.size(), 0U);
            EXPECT_EQ(found.tables.size(), 1U);
            show_mark(found, RecorderInfo{1, "/r/a.ttar", traced}, "decode");
            return true;
        });
        EXPECT_EQ(marks_, shown ? std::vector<std::string>{"decode"} : std::vector<std::string>{});
    }
}

TEST_F(MarkChannelTest, NamesThatDoNotDoAreRefusedAtBothEnds) {
    const auto open = channel();
    for (const std::string& name : {std::string(), std::string("a\tb"), std::string("a\nb"), std::string("\x1b[31m"), std::string("\xff"),
                                    std::string("\xc2\x85"), std::string(" x"), std::string("x "), std::string(kMaxMarkNameBytes + 1, 'x')}) {
        EXPECT_NE(mark_name_problem(name), "") << name;
        EXPECT_TRUE(name == "\xff" || !mark(*open, name)) << name;  // it cannot even be sent
    }
    EXPECT_TRUE(marks_.empty());
    for (const std::string& name : {std::string("step 7/9 (warm)"), std::string("a#b@c:d"), std::string(kMaxMarkNameBytes, 'x')}) {
        EXPECT_EQ(mark_name_problem(name), "") << name;
    }
}

TEST_F(MarkChannelTest, WhyARecorderRefusesIsTold) {
    const auto open = channel();
    refusal_ = "no more";
    const Result<MarkPlaced> placed = mark(*open, "x");
    ASSERT_FALSE(placed);
    EXPECT_THAT(placed.error().message, HasSubstr("did not take the mark: no more"));
}

TEST_F(MarkChannelTest, WhatAKilledRecorderLeftMisleadsNobodyAndIsRemovedByTheNext) {
    const std::string left = directory_ + "/1-2.sock";
    {
        const UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
        const auto address = socket_address(left);
        ASSERT_EQ(bind(socket.get(), address->get(), address->size()), 0);
        ASSERT_EQ(listen(socket.get(), 1), 0);
    }
    const FoundRecorders none = find_recorders({directory_});
    EXPECT_TRUE(none.recorders.empty());
    const Result<std::size_t> chosen = choose_recorder(none, {});
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error().code, ErrorCode::Usage);
    const auto open = channel();
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(mark(*open, "x"));
}

TEST_F(MarkChannelTest, ARecorderThatIsEndingIsNotFoundAndTellsWhoFoundItBefore) {
    auto open = channel();
    const FoundRecorders found = served(*open, [&] { return find_recorders({directory_}); });
    ASSERT_EQ(found.recorders.size(), 1U);
    open->close();
    EXPECT_TRUE(find_recorders({directory_}).recorders.empty());
    EXPECT_TRUE(sockets_in(directory_).empty());
    const Result<MarkPlaced> placed = send_mark(found.recorders[0], "late");
    ASSERT_FALSE(placed);
    EXPECT_THAT(placed.error().message, HasSubstr("the recorder is ending"));
    EXPECT_TRUE(marks_.empty());
}

TEST_F(MarkChannelTest, AMarkThatWasTakenIsStillAnsweredAndOneThatWasNotPlacedIsSaidSo) {
    auto open = channel();
    const FoundRecorders found = served(*open, [&] { return find_recorders({directory_, directory_}); });
    ASSERT_EQ(found.recorders.size(), 2U);
    auto first = std::async(std::launch::async, [&] { return send_mark(found.recorders[0], "first"); });
    while (marks_.empty()) {
        open->serve();
    }
    auto second = std::async(std::launch::async, [&] { return send_mark(found.recorders[1], "second"); });
    while (marks_.size() < 2) {
        open->serve();
    }
    open->close();
    open->answer({7, 8, 9});
    open.reset();
    ASSERT_TRUE(first.get());
    const Result<MarkPlaced> lost = second.get();
    ASSERT_FALSE(lost);
    EXPECT_THAT(lost.error().message, HasSubstr("ended before it was placed"));
}

TEST_F(MarkChannelTest, AnswersGoToThoseThatStillWait) {
    auto open = channel();
    FoundRecorders found = served(*open, [&] { return find_recorders({directory_, directory_}); });
    const std::string asked = encode(MarkQuestion{AskMark{"gone"}});
    ASSERT_GT(send(found.recorders[0].socket.get(), asked.data(), asked.size(), 0), 0);
    open->serve();
    ASSERT_EQ(marks_.size(), 1U);
    found.recorders[0].socket.reset();
    open->serve();
    answered_ = 0;
    const Result<MarkPlaced> placed = served(*open, [&] { return send_mark(found.recorders[1], "here"); });
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->event, 101U) << "not the answer to the first";
}

TEST_F(MarkChannelTest, WhatIsNoQuestionAndTooManyAskersDoNoHarm) {
    const auto open = channel();
    FoundRecorders found = served(*open, [&] { return find_recorders({directory_, directory_, directory_, directory_}); });
    const std::vector<std::string> wrong{"\xff", "[]", R"({"ask":7})", std::string(kMaxPacketBytes + 9, 'x')};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        (void)send(found.recorders[i].socket.get(), wrong[i].data(), wrong[i].size(), MSG_DONTWAIT);
        open->serve();
    }
    const FoundRecorders many =
        served(*open, [&] { return find_recorders(std::vector<std::string>(MarkChannel::kMaxPeers + 4, directory_)); });
    EXPECT_LE(many.recorders.size(), MarkChannel::kMaxPeers);
    EXPECT_GE(many.recorders.size(), MarkChannel::kMaxPeers - wrong.size());
}

// As another user, if the test may become one.
TEST_F(MarkChannelTest, AnotherUserIsRefused) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "needs root to become another user";
    }
    const auto open = channel();
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
    const pid_t child = fork();
    if (child == 0) {
        const bool other = setuid(65534) == 0;
        const FoundRecorders found = find_recorders({directory_});
        const Result<std::size_t> chosen = choose_recorder(found, {});
        _exit(other && found.not_permitted == 1 && !chosen && chosen.error().code == ErrorCode::NotPermitted ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

FoundRecorders two_recorders() {
    FoundRecorders found;
    found.recorders.push_back({{10, "/r/a.ttar", {77, 78}}, UniqueFd()});
    found.recorders.push_back({{11, "/r/b.ttar", {78}}, UniqueFd()});
    return found;
}

TEST(ChooseRecorder, ByFileAndByPid) {
    const FoundRecorders found = two_recorders();
    EXPECT_EQ(choose_recorder(found, {"/r/b.ttar", {}}), 1U);
    EXPECT_EQ(choose_recorder(found, {"/r/../r/b.ttar", {}}), 1U);
    EXPECT_EQ(choose_recorder(found, {"", 77}), 0U);
    EXPECT_EQ(choose_recorder(found, {"", 11}), 1U) << "the recorder's own";
    EXPECT_EQ(choose_recorder(found, {"/r/a.ttar", 78}), 0U);
}

TEST(ChooseRecorder, NoneAndSeveralNameWhatThereIs) {
    const FoundRecorders found = two_recorders();
    for (const RecorderChoice& choice : {RecorderChoice{}, RecorderChoice{"", 78}}) {
        const auto several = choose_recorder(found, choice);
        ASSERT_FALSE(several);
        EXPECT_EQ(several.error().code, ErrorCode::Usage);
        EXPECT_THAT(several.error().hint, HasSubstr("pid 10, writes /r/a.ttar, traces 77 78; pid 11, writes /r/b.ttar"));
    }
    const auto other = choose_recorder(found, {"/r/c.ttar", {}});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::Usage);
    EXPECT_THAT(other.error().message, HasSubstr("that writes /r/c.ttar"));
    EXPECT_THAT(other.error().hint, HasSubstr("/r/b.ttar"));
    FoundRecorders silent;
    silent.silent.push_back("/run/x.sock");
    EXPECT_EQ(choose_recorder(silent, {}).error().code, ErrorCode::RunTime);
}

TEST(RunDirectory, OneThatOthersMayWriteToIsRefused) {
    char name[] = "/tmp/tat-run-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    setenv(kRunDirectoryVariable, name, 1);
    EXPECT_EQ(make_run_directory(), std::string(name));
    ASSERT_EQ(chmod(name, 0777), 0);
    EXPECT_FALSE(make_run_directory());
    ASSERT_EQ(rmdir(name), 0);
    ASSERT_EQ(symlink("/tmp", name), 0);
    EXPECT_FALSE(make_run_directory()) << "nor is a link";
    ASSERT_EQ(unlink(name), 0);
    unsetenv(kRunDirectoryVariable);
}

}  // namespace
}  // namespace tt::alloc_trace::test
