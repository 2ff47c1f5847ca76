// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report_support.hpp"

namespace tt::alloc_trace::watch {
namespace {

using test::kAttach;
using test::kKiB;
using test::kMiB;
using test::kPid;
using test::kSecond;
using test::Stream;
using testing::HasSubstr;
using testing::Not;

// The pages over a stream, as the terminal would show them.
class View {
public:
    explicit View(Stream stream) : stream_(std::move(stream)), pages_(stream_.view().stacks) {}

    std::string draw(double t = 60, Size size = {}) {
        WatchContext context;
        context.now_ns = kAttach + static_cast<std::uint64_t>(t * static_cast<double>(kSecond));
        context.baseline = sample_ ? &*sample_ : nullptr;
        const WatchModel model = build_watch_model(stream_.view(), test::session(), context);
        history_.add(model);
        const TrackerView view = stream_.view();
        screen_ = pages_.draw({model, history_, view, classes_ ? &*classes_ : nullptr, false, true}, size, utf8);
        return plain_text(screen_);
    }
    Wish press(KeyKind kind, std::size_t row = 0) { return pages_.press({kind, {}, row}); }
    // Each letter a key of its own, drawn in between.
    Wish type(const std::string& letters) {
        Wish last = Wish::None;
        for (const char letter : letters) {
            last = pages_.press({KeyKind::Text, std::string(1, letter)});
            (void)draw();
        }
        return last;
    }
    std::string after(KeyKind kind) {
        EXPECT_EQ(press(kind), Wish::None);
        return draw();
    }
    void baseline() {
        sample_ = take_sample(stream_.view(), kAttach + 50 * kSecond);
        classes_.emplace(stream_.view());
    }
    std::string chosen() {
        for (const Line& line : screen_.lines) {
            if (line.selected) {
                return line.text();
            }
        }
        return {};
    }
    Stream& stream() { return stream_; }
    Pages& pages() { return pages_; }
    const Screen& screen() { return screen_; }
    bool utf8 = true;

private:
    Stream stream_;
    Pages pages_;
    UsageHistory history_;
    std::optional<UsageSample> sample_;
    std::optional<ClassBaseline> classes_;
    Screen screen_;
};

// A mesh of four chips with 5 GiB of 8 GiB DRAM in two groups, and a chip that has more of it.
Stream job() {
    Stream stream;
    stream.process(0, kPid, "python3 serve.py").mesh(0, 0, 4).mesh_regions(0);
    stream.chip(1, 3);
    stream.apply(AllocatorSeen{stream.at(1), test::kChipAllocator, test::kChip3, {test::dram_region(), test::l1_region()}});
    for (std::uint64_t i = 0; i < 5; ++i) {
        stream.alloc(2, (i + 1) * 128 * kMiB, 1024 * kMiB);
    }
    for (std::uint64_t i = 0; i < 3; ++i) {
        stream.alloc(3, 64 * kMiB + i * kMiB, 256 * kKiB);
    }
    stream.chip_alloc(4, 900 * kMiB, 512 * kMiB, BufferType::Dram);
    return stream;
}

std::string line_with(const std::string& text, const std::string& words) {
    const std::size_t at = text.find(words);
    if (at == std::string::npos) {
        return {};
    }
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
}

TEST(Pages, TheOverviewHasTheFullestChipFirstAndEqualOnesInOneRow) {
    View view(job());
    EXPECT_EQ(
        view.draw(),
        "pid 4242  python3 serve.py                                             12:35:56Z\n"
        "CHIP        DRAM          L1 + CB       L1_SMALL TRACE DRAM, 2 MIN     CHANGE/S\n"
        "chip 3      █████▌··  69%                                         █\n"
        "chips 0-2   █████···  63%                                         █\n"
        + std::string(19, '\n') + "! not all that was live before the attach is known                ? help  q quit\n"
    );
    EXPECT_THAT(view.chosen(), HasSubstr("chip 3 "));
}

TEST(Pages, ThreeKeysLeadFromTheFullestChipToAnOrigin) {
    View view(test::stream_with_stack("forward"));
    (void)view.draw();
    EXPECT_THAT(view.after(KeyKind::Enter), HasSubstr("model.py:41 forward")) << "the group's origin stands beside it";
    EXPECT_THAT(view.after(KeyKind::Enter), HasSubstr("buffers of: "));
    const std::string facts = view.after(KeyKind::Enter);
    EXPECT_THAT(facts, HasSubstr("calls       ttnn::softmax"));
    EXPECT_THAT(line_with(facts, "origin"), HasSubstr("model.py:41 forward"));
    EXPECT_THAT(view.after(KeyKind::Escape), HasSubstr("buffers of: "));
}

TEST(Pages, AChipShowsItsMemoryAndWhoHoldsIt) {
    View view(job());
    (void)view.draw();
    const std::string chip = view.after(KeyKind::Enter);
    EXPECT_THAT(line_with(chip, "chip 3"), HasSubstr("pid 4242  python3 serve.py"));
    EXPECT_THAT(line_with(chip, "▸ DRAM"), HasSubstr("69% 5.5 GiB of 8.0 GiB  9 buffers"));
    EXPECT_THAT(chip, HasSubstr("largest holes: "));
    EXPECT_THAT(view.chosen(), HasSubstr("5.0 GiB  91%       5    1.0 GiB mesh 0"));
    EXPECT_THAT(line_with(chip, "512.0 MiB chip 3"), HasSubstr("9%       1"));
    view.type("g");  // by origin
    EXPECT_THAT(view.draw(), HasSubstr("5.5 GiB 100%       9    56s not taken"));
    view.type("d");
    EXPECT_THAT(view.draw(), HasSubstr("0x8000000"));
}

TEST(Pages, AFilterShowsWhatHasItsText) {
    View view(job());
    (void)view.draw();
    (void)view.after(KeyKind::Enter);
    view.type("/512");
    const std::string found = view.draw();
    EXPECT_THAT(found, HasSubstr("find: 512_"));
    EXPECT_THAT(found, HasSubstr("512.0 MiB chip 3"));
    EXPECT_THAT(found, Not(HasSubstr("mesh 0")));
    EXPECT_THAT(view.after(KeyKind::Enter), HasSubstr("find: 512 (Esc ends it)"));
    EXPECT_THAT(view.after(KeyKind::Escape), HasSubstr("mesh 0"));
    (void)view.after(KeyKind::Escape);
    view.type("/CHIP 3");
    EXPECT_THAT(view.draw(), Not(HasSubstr("chips 0-2"))) << "upper and lower case are alike";
    view.type("x");
    EXPECT_THAT(view.draw(), Not(HasSubstr("chip 3 "))) << "nothing has this in it";
    (void)view.after(KeyKind::Backspace);
    EXPECT_THAT(view.draw(), HasSubstr("chip 3 "));
}

TEST(Pages, OrdersAndTypesGoRound) {
    View view(job());
    (void)view.draw();
    view.type("s");
    EXPECT_THAT(view.chosen(), HasSubstr("chips 0-2")) << "by id";
    view.type("f");
    EXPECT_THAT(view.draw(), HasSubstr("chip 1 ")) << "not folded";
    EXPECT_THAT(view.draw(), HasSubstr("DRAM, 2 MIN"));
    view.type("t");
    EXPECT_THAT(view.draw(), HasSubstr("L1, 2 MIN"));
}

TEST(Pages, ABaselineShowsWhatChangedSince) {
    View view(job());
    view.baseline();
    (void)view.draw();
    view.stream().alloc(55, 0x30000000, 1024 * kMiB).chip_alloc(56, 0x40000000, kMiB, BufferType::Dram).free(57, 64 * kMiB, 256 * kKiB);
    (void)view.draw();
    const std::string chip = view.after(KeyKind::Enter);
    EXPECT_THAT(chip, HasSubstr("baseline 10s ago"));
    EXPECT_THAT(line_with(chip, "6.0 GiB  "), HasSubstr("+1.0 GiB"));
    EXPECT_THAT(line_with(chip, "512.0 KiB  "), HasSubstr("-256.0 KiB"));
    EXPECT_THAT(line_with(chip, "   1.0 MiB  "), HasSubstr("+1.0 MiB"));
    EXPECT_THAT(line_with(chip, "512.0 MiB  "), HasSubstr(" = "));
    view.type("s");
    EXPECT_THAT(view.chosen(), HasSubstr("+1.0 GiB"));
}

TEST(Pages, WishesGoOutAndTextWithThem) {
    View view(job());
    (void)view.draw();
    EXPECT_EQ(view.type("b"), Wish::Baseline);
    EXPECT_EQ(view.type("r"), Wish::Reset);
    EXPECT_EQ(view.type("p"), Wish::Pause);
    EXPECT_EQ(view.type("mdecode"), Wish::None);
    EXPECT_THAT(view.draw(), HasSubstr("name of the phase that begins: decode_"));
    EXPECT_EQ(view.press(KeyKind::Enter), Wish::Mark);
    EXPECT_EQ(view.pages().typed(), "decode");
    view.type("wq");
    EXPECT_EQ(view.press(KeyKind::Escape), Wish::None) << "nothing is written";
    EXPECT_EQ(view.type("w"), Wish::None);
    EXPECT_EQ(view.press(KeyKind::Enter), Wish::None) << "no name, no file";
    view.pages().say("written");
    EXPECT_THAT(view.draw(), HasSubstr("written"));
    EXPECT_EQ(view.type("q"), Wish::Quit);
}

TEST(Pages, HelpComesAndAnyKeyEndsIt) {
    View view(job());
    (void)view.draw();
    view.type("?");
    EXPECT_THAT(view.draw(), HasSubstr("take a baseline"));
    EXPECT_EQ(view.type("q"), Wish::None);
    EXPECT_THAT(view.draw(), HasSubstr("chips 0-2"));
}

TEST(Pages, AClickChoosesAndTwoOpen) {
    View view(job());
    (void)view.draw();
    (void)view.press(KeyKind::Click, 3);
    (void)view.draw();
    EXPECT_THAT(view.chosen(), HasSubstr("chips 0-2"));
    (void)view.press(KeyKind::OpenClick, 3);
    EXPECT_THAT(view.draw(), HasSubstr("chip 0  pid 4242"));
}

// Eight processes with four chips each, all of different use.
Stream crowd(std::uint32_t processes) {
    Stream stream;
    for (std::uint32_t i = 0; i < processes; ++i) {
        stream.process(0, kPid + i, "job number " + std::to_string(i));
        for (std::uint64_t chip = 0; chip < 4; ++chip) {
            BufferFields buffer = test::chip_buffer(0x1000, kMiB * (chip + 1 + 10 * i), BufferType::Dram);
            buffer.owner += 0x100 * chip;
            buffer.allocator += 0x100 * chip;
            EventHeader header = stream.at(1);
            header.pid = kPid + i;
            const auto id = static_cast<std::int32_t>(4 * i + chip);
            stream.apply(OwnerSeen{header, buffer.owner, OwnerKind::Chip, id, {id}});
            stream.apply(AllocatorSeen{header, buffer.allocator, buffer.owner, {test::dram_region()}});
            stream.apply(Allocated{header, buffer});
        }
    }
    return stream;
}

TEST(Pages, ThirtyTwoChipsOfEightProcessesFitASmallTerminal) {
    View view(crowd(8));
    const std::string small = view.draw();
    for (std::uint32_t i = 0; i < 8; ++i) {
        EXPECT_THAT(small, HasSubstr(std::to_string(kPid + i))) << i;
    }
    EXPECT_THAT(small, HasSubstr("8 processes"));
    EXPECT_THAT(view.draw(60, {120, 60}), HasSubstr("pid 4249  job number 7")) << "with room each process has its line and its chips";
    EXPECT_THAT(view.draw(60, {120, 60}), HasSubstr("4 chips  DRAM 290.0 MiB of 32.0 GiB"));
}

TEST(Pages, FortyProcessesScroll) {
    View view(crowd(40));
    EXPECT_THAT(view.draw(), HasSubstr("row 1 of 40"));
    EXPECT_THAT(view.after(KeyKind::End), HasSubstr("row 40 of 40"));
}

TEST(Pages, ATargetThatEndsWhileItsChipIsOpen) {
    View view(job());
    (void)view.draw();
    (void)view.after(KeyKind::Enter);
    view.stream().exited(61);
    const std::string ended = view.draw(62);
    EXPECT_THAT(ended, HasSubstr("pid 4242 (ended)"));
    EXPECT_THAT(ended, HasSubstr("no buffer is live here"));
    view.stream().process(63, kPid, "another").mesh(63, 0, 1).alloc(63, 0x1000, kMiB);
    EXPECT_THAT(view.draw(64), HasSubstr("no buffer is live here")) << "who has the pid now is somebody else";
    EXPECT_THAT(view.after(KeyKind::Escape), HasSubstr("another"));
}

TEST(Pages, ABufferThatIsFreedWhileItIsOpen) {
    View view(job());
    (void)view.draw();
    for (const KeyKind key : {KeyKind::Enter, KeyKind::Enter, KeyKind::Enter}) {
        (void)view.after(key);
    }
    EXPECT_THAT(view.draw(), HasSubstr("footprint"));
    view.stream().free(61, 128 * kMiB, 1024 * kMiB);
    EXPECT_THAT(view.draw(62), HasSubstr("this buffer is freed"));
}

TEST(Pages, NoScreenIsTooSmallOrTooWide) {
    for (const bool utf8 : {true, false}) {
        View view(job());
        view.utf8 = utf8;
        view.stream().process(5, kPid + 1, "\x1b]0;owned\x07 \xff\xe2\x80\xae 重み");
        for (const KeyKind key : {KeyKind::Home, KeyKind::Enter, KeyKind::Enter, KeyKind::Enter}) {
            (void)view.after(key);
            for (const Size size : {Size{10, 3}, {1, 1}, {0, 0}, {60, 20}, {80, 24}, {120, 40}, {200, 60}, {400, 5}, {20, 100}}) {
                (void)view.draw(60, size);
                EXPECT_LE(view.screen().lines.size(), size.height);
                for (const Line& line : view.screen().lines) {
                    EXPECT_LE(display_width(line.text()), size.width);
                    EXPECT_EQ(printable(line.text(), utf8), line.text());
                }
            }
            (void)view.draw();
        }
    }
}

TEST(Pages, NothingSeenIsSaidInWords) {
    EXPECT_THAT(View(Stream()).draw(), HasSubstr("no process seen yet"));
    Stream idle;
    idle.process(0, kPid, "job");
    EXPECT_THAT(View(std::move(idle)).draw(), HasSubstr("no device memory used yet"));
}

}  // namespace
}  // namespace tt::alloc_trace::watch
