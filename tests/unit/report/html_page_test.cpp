// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "html_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string data_of(const std::string& page) {
    const std::string begin = "<script type=\"application/json\" id=\"data\">";
    const std::size_t from = page.find(begin) + begin.size();
    return page.substr(from, page.find("</script>", from) - from);
}

std::size_t count_of(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

TEST(HtmlPage, HoldsEveryPartOnceAndAllowsNoNetwork) {
    const std::string page = page_of(failing_stream());
    EXPECT_EQ(count_of(page, "<script"), 2U);
    EXPECT_EQ(count_of(page, "</script>"), 2U);
    EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
    EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
    EXPECT_THAT(page, Not(HasSubstr("@DATA@")));
    EXPECT_THAT(page, Not(HasSubstr("_HASH@")));
}

TEST(HtmlPage, HostileStringsStayData) {
    const std::string hostile =
        "</script><img src=x onerror=fail(1)><!--<script>&lt;\"'\\ \xe2\x80\xa8 \xe2\x80\xae \x01\x1b[31m \xff\n";
    const std::string harmless = page_of(Stream().process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 64));
    const std::string page = page_of(Stream().process(0, kPid, hostile).mesh(0, 0, 1).alloc(1, 0x100, 64));
    for (const char markup : {'<', '>', '&'}) {
        EXPECT_EQ(std::count(page.begin(), page.end(), markup), std::count(harmless.begin(), harmless.end(), markup));
    }
    EXPECT_TRUE(std::all_of(page.begin(), page.end(), [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
    const nlohmann::json data = nlohmann::json::parse(data_of(page));
    const auto command = data["processes"][0]["command"].get<std::string>();
    EXPECT_THAT(command, HasSubstr("</script><img src=x onerror=fail(1)><!--<script>&lt;"));
    EXPECT_THAT(command, HasSubstr("\\u{202e}"));
    EXPECT_THAT(command, Not(HasSubstr("\x1b")));
}

TEST(HtmlPage, DataSaysWhatTheRecordingSays) {
    const nlohmann::json data = nlohmann::json::parse(data_of(page_of(failing_stream())));
    ASSERT_EQ(data["series"].size(), 4U);  // DRAM, L1, L1+CB, CB: both chips are alike
    EXPECT_EQ(data["series"][0]["places"].size(), 2U);
    EXPECT_EQ(data["series"][0]["levels"].size() % 5, 0U);
    EXPECT_EQ(data["rects"].size(), 12U * 6U);  // 4 buffers, a circular buffer on each of two chips
    EXPECT_EQ(data["failures"].size(), 2U);
    EXPECT_EQ(data["failures"][0]["kind"], "fragmented");
    EXPECT_EQ(data["live_groups"].size(), 2U);  // one of DRAM, two alike of L1
    EXPECT_EQ(data["rects_left_out"]["DRAM"], 0);
    EXPECT_EQ(data["lost_events"], 7);
}

TEST(HtmlPage, TheFullestCoreAndLaunchesOverBuffersAreThere) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).mesh_regions(0).alloc(1, 120 * kKiB, 64 * kKiB, BufferType::L1);
    stream.launch(2, 0x77).circular_buffer(3, 0x77, 100 * kKiB, 64 * kKiB);
    const nlohmann::json data = nlohmann::json::parse(data_of(page_of(stream)));
    ASSERT_EQ(data["cores"].size(), 1U) << "both chips are alike";
    EXPECT_EQ(data["cores"][0]["places"].size(), 2U);
    EXPECT_EQ(data["cores"][0]["ranges"][0]["circular_buffer_bytes"], 64 * kKiB);
    EXPECT_EQ(data["cores"][0]["grid"]["columns"], 2);
    const std::string notes = data["notes"].dump();
    EXPECT_THAT(notes, HasSubstr("ran over live L1 buffers"));
}

TEST(HtmlPage, FilterLeavesOut) {
    const ViewFilter dram_only{{}, {MemoryKind::Dram}};
    const nlohmann::json data = nlohmann::json::parse(data_of(page_of(failing_stream(), {dram_only, 20, {}})));
    EXPECT_EQ(data["series"].size(), 1U);
    EXPECT_EQ(data["spaces"].size(), 1U);
    EXPECT_EQ(data["rects"].size(), 12U * 2U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
