// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/display_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

TEST(Printable, TerminalControlsOfAHostileCommandLineAreEscaped) {
    EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x7f"), "a\\x1b[2Jb\\r\\n\\tc\\x7f");
    EXPECT_EQ(printable(std::string_view("nul\0byte", 8)), "nul\\x00byte");
    EXPECT_EQ(
        printable("\xc2\x9b"
                  "31m"),
        "\\u{9b}31m"
    );  // C1 control sequence introducer
    EXPECT_EQ(
        printable("\xe2\x80\xae"
                  "gpj.exe"),
        "\\u{202e}gpj.exe"
    );  // right-to-left override
    EXPECT_EQ(
        printable("a\xe2\x80\x8b"
                  "b"),
        "a\\u{200b}b"
    );  // zero width space
}

TEST(Printable, InvalidUtf8IsShownByteByByte) {
    EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");           // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
    EXPECT_EQ(printable("cut \xe2\x82"), "cut \\xe2\\x82");
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
}

TEST(Printable, OrdinaryTextStaysAndTwiceChangesNothing) {
    EXPECT_EQ(printable("größe 重み"), "größe 重み");
    EXPECT_EQ(printable("größe", false), "gr\\u{f6}\\u{df}e");
    const std::string once = printable("\x1b]0;title\x07\xff");
    EXPECT_EQ(printable(once), once);
}

TEST(DisplayWidth, WideTakesTwoCombiningNone) {
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("重み"), 4U);
    EXPECT_EQ(display_width("e\xcc\x81"), 1U);
    EXPECT_EQ(display_width("…"), 1U);
}

TEST(CutToWidth, NeverSplitsACharacter) {
    EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
    EXPECT_EQ(cut_to_width("abcdef", 5), "abcd…");
    EXPECT_EQ(cut_to_width("abcdefgh", 7, false), "abcd...");
    EXPECT_EQ(cut_to_width("重み付け", 6), "重み…");
    EXPECT_EQ(cut_to_width("重み", 1), "");
    EXPECT_EQ(cut_to_width("abc", 0), "");
    for (std::size_t columns = 0; columns < 12; ++columns) {
        const std::string cut = cut_to_width("aé重み\xcc\x81付けz", columns);
        EXPECT_LE(display_width(cut), columns);
        EXPECT_EQ(printable(cut), cut) << "still valid UTF-8";
    }
}

TEST(WrapToWidth, BreaksAtSpacesAndHangs) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(wrap_to_width("", 10, 2), Lines{""});
    EXPECT_EQ(wrap_to_width("just fits.", 10, 2), Lines{"just fits."});
    EXPECT_EQ(wrap_to_width("one two three four", 10, 2), (Lines{"one two", "  three", "  four"}));
    EXPECT_EQ(wrap_to_width("one two  three", 7, 0), (Lines{"one two", "three"})) << "no line begins or ends with the spaces it broke at";
    EXPECT_EQ(wrap_to_width("  indented text here", 12, 4), (Lines{"  indented", "    text", "    here"}));
    EXPECT_EQ(wrap_to_width("/a/path/without/a/space x", 10, 2), (Lines{"/a/path/wi", "  thout/a/", "  space x"}));
    EXPECT_EQ(wrap_to_width("abc def", 3, 2), (Lines{"abc", "def"})) << "too narrow to hang";
}

TEST(WrapToWidth, NeverSplitsACharacterNorLosesOne) {
    const std::string text = "aé重み\xcc\x81付 けz 重み付け重み付け b";
    for (std::size_t columns = 2; columns < 30; ++columns) {
        std::string all;
        for (const std::string& line : wrap_to_width(text, columns, 2)) {
            EXPECT_LE(display_width(line), columns);
            EXPECT_EQ(printable(line), line) << "still valid UTF-8";
            all += line;
        }
        std::erase(all, ' ');
        std::string whole = text;
        std::erase(whole, ' ');
        EXPECT_EQ(all, whole);
    }
}

TEST(Inked, OnlyWithColor) {
    EXPECT_EQ(inked("x", Ink::Bad, false), "x");
    EXPECT_EQ(inked("x", Ink::Bad, true), "\x1b[1;31mx\x1b[0m");
    EXPECT_EQ(inked("x", Ink::Plain, true), "x");
}

TextTable sample() {
    TextTable table({
        {"PID", TextTable::Align::Right, 0, false},
        {"NOTE", TextTable::Align::Left, 2, false},
        {"COMMAND", TextTable::Align::Left, 0, true},
    });
    table.add_row({{"1"}, {"fine"}, {"python3 serve.py --model llama"}});
    table.add_row({{"4242"}, {""}, {"重み\x1b[2J"}});
    return table;
}

TEST(TextTable, ColumnsAreInLine) {
    EXPECT_EQ(
        joined(sample().lines({})),
        " PID  NOTE  COMMAND\n"
        "   1  fine  python3 serve.py --model llama\n"
        "4242        重み\\x1b[2J\n"
    );
}

TEST(TextTable, ShrinksThenDropsThenCuts) {
    EXPECT_EQ(
        joined(sample().lines({30, false, true})),
        " PID  COMMAND\n"
        "   1  python3 serve.py --mode…\n"
        "4242  重み\\x1b[2J\n"
    );
    EXPECT_EQ(
        joined(sample().lines({20, false, true})),
        " PID  COMMAND\n"
        "   1  python3 serve…\n"
        "4242  重み\\x1b[2J\n"
    );
    for (std::size_t width = 1; width < 60; ++width) {
        for (const std::string& line : sample().lines({width, false, true})) {
            EXPECT_LE(display_width(line), width);
        }
    }
}

TEST(TextTable, ColumnsGoBeforeMomentsAndNamesAreCut) {
    TextTable table({
        {"OWNER", TextTable::Align::Left, 0, true},
        {"FIRST", TextTable::Align::Right, 1, false},
        {"LAST", TextTable::Align::Right, 2, false},
        {"KIND", TextTable::Align::Left, 0, false},
    });
    table.add_row({{"mesh 0 (chips 0-31)"}, {"+00:00:01.000000001"}, {"+00:00:02.000000003"}, {"a"}});
    table.add_row({{"chip 0"}, {"+00:00:01.000000002"}, {"kept"}, {"b"}});
    EXPECT_EQ(table.lines({67, false, true})[1], "mesh 0 (chips 0-31)  +00:00:01.000000001  +00:00:02.000000003  a");
    EXPECT_EQ(table.lines({66, false, true})[1], "mesh 0 (chips 0-31)  +00:00:01.000000001  a");
    EXPECT_EQ(table.lines({45, false, true})[2], "chip 0               b");
    EXPECT_EQ(table.lines({20, false, true})[1], "mesh 0 (chips…  a");

    TextTable moments({{"OWNER", TextTable::Align::Left, 0, true}, {"AT", TextTable::Align::Right, 0, false}});
    moments.add_row({{"mesh 0 (chips 0-31)"}, {"+00:00:01.000000001"}});
    EXPECT_EQ(moments.lines({34, false, true})[1], "mesh 0 (chip…  +00:00:01.000000001");
    EXPECT_EQ(moments.lines({30, false, true})[1], "mesh 0 (chi…  +00:00:01.000000");
}

TEST(TextTable, APidStaysWhileItTellsRowsApart) {
    for (const char* other : {"7", "8"}) {
        TextTable table({{"PID", TextTable::Align::Left, 2, false}, {"TYPE", TextTable::Align::Left, 1, false}, {"SIZE", TextTable::Align::Left, 0, false}});
        table.add_row({{"7"}, {"DRAM"}, {"1.0 MiB"}});
        table.add_row({{other}, {"DRAM"}, {"2.0 MiB"}});
        EXPECT_EQ(table.lines({13, false, true})[1], *other == '7' ? "DRAM  1.0 MiB" : "7    1.0 MiB");
    }
}

TEST(TextTable, ColorDoesNotMoveColumns) {
    TextTable table({{"A", TextTable::Align::Right, 0, false}, {"B", TextTable::Align::Left, 0, false}});
    table.add_row({{"7", Ink::Bad}, {"x"}});
    EXPECT_EQ(table.lines({0, true, true})[1], "\x1b[1;31m7\x1b[0m  x");
}

}  // namespace
}  // namespace tt::alloc_trace
