// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The page of `report --format html` opened from file:// in a headless browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "html_support.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Opened {
    std::string dom;  // when all scripts ran
    std::string log;  // of the browser
};

class BrowserTest : public testing::Test {
protected:
    BrowserTest() {
        std::string name = (std::filesystem::temp_directory_path() / "tat-page-XXXXXX").string();
        directory_ = mkdtemp(name.data());
    }
    ~BrowserTest() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] Opened open(const std::string& page, const std::string& hash = {}) const {
        const std::string file = (directory_ / "page.html").string();
        std::ofstream(file) << page;
        const std::string log = (directory_ / "log").string();
        const std::string command = std::string("timeout -k 1 120 ") + TAT_CHROMIUM +  // a page that loops must fail
                                    " --headless --no-sandbox --disable-gpu --enable-logging=stderr --window-size=1280,1600"
                                    " --user-data-dir=" + (directory_ / "profile").string() + " --dump-dom 'file://" + file +
                                    hash + "' 2>" + log;
        Opened opened;
        FILE* pipe = popen(command.c_str(), "r");
        std::array<char, 4096> part{};
        for (std::size_t got = 0; (got = fread(part.data(), 1, part.size(), pipe)) > 0;) {
            opened.dom.append(part.data(), got);
        }
        EXPECT_EQ(pclose(pipe), 0);
        opened.log = text_of(log);
        return opened;
    }

    [[nodiscard]] static std::string text_of(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }

private:
    std::filesystem::path directory_;
};

void expect_sound(const Opened& opened) {
    EXPECT_THAT(opened.dom, HasSubstr("data-ready=\"yes\""));
    EXPECT_THAT(opened.dom, HasSubstr("role=\"alert\" hidden=\"\"></p>"));  // nothing is broken
    EXPECT_THAT(opened.log, Not(HasSubstr("CONSOLE")));
}

// A call site that holds more than another one, and names that would be markup.
TEST_F(BrowserTest, DrawsWhoAskedForTheMemory) {
    const Opened opened = open(page_of(stream_with_stack("Model.<b>forward")));
    expect_sound(opened);
    EXPECT_THAT(opened.dom, HasSubstr("<section id=\"flame-section\" aria-labelledby=\"flame-heading\">"));
    EXPECT_THAT(opened.dom, HasSubstr(">model.py:41 Model.&lt;b&gt;forward</button>"));
    EXPECT_THAT(opened.dom, HasSubstr(">ttnn::softmax</button>"));
    EXPECT_THAT(opened.dom, HasSubstr("width: 50%"));
    EXPECT_THAT(opened.dom, HasSubstr("<td class=\"text\">model.py:41 Model.&lt;b&gt;forward</td>"));
}

TEST_F(BrowserTest, DrawsWhatWasRecorded) {
    const Opened opened = open(page_of(failing_stream()));
    expect_sound(opened);
    EXPECT_THAT(opened.dom, HasSubstr("<h3>L1+CB</h3>"));
    EXPECT_THAT(opened.dom, HasSubstr("peak 24.0 MiB of 8.0 GiB at"));
    EXPECT_THAT(opened.dom, HasSubstr("<td class=\"\">fragmented</td>"));
    EXPECT_THAT(opened.dom, HasSubstr("7 events lost (3 allocs, 4 frees)"));
    EXPECT_THAT(opened.dom, HasSubstr("aria-sort=\"descending\""));
}

TEST_F(BrowserTest, AnEmptyRecordingSaysSo) {
    const Opened opened = open(page_of({}));
    expect_sound(opened);
    EXPECT_THAT(opened.dom, HasSubstr("nothing was seen"));
    EXPECT_THAT(opened.dom, HasSubstr("No device memory was held by what this page shows."));
}

TEST_F(BrowserTest, HostileStringsBecomeText) {
    Stream stream;
    stream.process(0, kPid, "</script><img id=evil src=x onerror=alert(1)>\xe2\x80\xa8<!--").mesh(0, 0, 1).alloc(1, 0x100, 64);
    const Opened opened = open(page_of(stream), "#chip=99&from=x&to=-1&at=1e400&map=<img>");
    expect_sound(opened);
    EXPECT_THAT(opened.dom, Not(HasSubstr("<img")));
    EXPECT_THAT(opened.dom, HasSubstr("&lt;/script&gt;&lt;img id=evil"));
}

TEST_F(BrowserTest, ImpossibleNumbersAreDrawnSomehow) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 300).alloc(1, ~0ULL, ~0ULL).alloc(1, 0, 0, BufferType::L1);
    stream.apply(Allocated{{~0ULL, kPid, kPid}, mesh_buffer(1, 1ULL << 63U, BufferType::Trace)});
    expect_sound(open(page_of(stream)));
}

// The policy that forbids every other script must be what stops them.
TEST_F(BrowserTest, OtherScriptsDoNotRun) {
    std::string page = page_of(failing_stream());
    page.insert(page.find("</body>"), "<script>document.body.dataset.evil = 'ran'</script><img src=http://127.0.0.1:9/x>");
    const Opened opened = open(page);
    EXPECT_THAT(opened.dom, Not(HasSubstr("data-evil")));
    EXPECT_THAT(opened.log, HasSubstr("Content Security Policy"));
}

TEST_F(BrowserTest, CanBeUsedByPointerAndKeyboard) {
    std::string page = page_of(failing_stream());
    const std::size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\"");
    page.erase(policy, page.find('\n', policy) - policy);
    page.insert(page.find("</body>"), "<script>" + text_of(TAT_PAGE_DRIVER) + "</script>");
    const Opened opened = open(page);
    expect_sound(opened);
    const std::string begin = "<pre id=\"facts\">";
    const std::size_t from = opened.dom.find(begin);
    ASSERT_NE(from, std::string::npos) << opened.log;
    std::string text = opened.dom.substr(from + begin.size());
    text.resize(text.find("</pre>"));
    for (std::size_t at = 0; (at = text.find("&amp;", at)) != std::string::npos; ++at) {
        text.replace(at, 5, "&");
    }
    const nlohmann::json facts = nlohmann::json::parse(text);
    for (const char* what :
         {"painted", "zoomedByDragging", "wholeAgain", "zoomedByKey", "movedByKey", "wholeByDoubleClick", "momentMoved",
          "mapZoomed", "mapWhole", "pointed", "sorted", "filtered", "commandIsText"}) {
        EXPECT_EQ(facts[what], true) << what;
    }
    EXPECT_EQ(facts["panels"], (nlohmann::json{"DRAM", "L1", "L1+CB", "CB"}));
    // Finding 26: sizes are rounded as in the text views, also those in the middle of two.
    constexpr double kGiB = 1 << 30;
    std::vector<std::string> sizes;
    for (const double bytes : {11.25 * kGiB, 11.75 * kGiB, 1.25 * 1048576, 10.35 * 1048576, 1792.0, 1023.0, 0.999 * kGiB}) {
        sizes.push_back(human_bytes(static_cast<std::uint64_t>(std::llround(bytes))));
    }
    EXPECT_EQ(facts["sizes"], nlohmann::json(sizes));
    EXPECT_EQ(facts["panelsLeft"], 3);
    EXPECT_EQ(facts["readout"], "+00:00:04.500 since the attach · DRAM  24.0 MiB · L1  12.5 MiB · L1+CB  12.5 MiB · CB  0 B");
    EXPECT_EQ(facts["heldThen"], 3);  // two sizes in DRAM, one in L1
    EXPECT_EQ(facts["heldAtTheEnd"], 2);
    EXPECT_THAT(facts["circularBuffer"].get<std::string>(), HasSubstr("Circular buffer on chip 0"));
    EXPECT_THAT(facts["buffer"].get<std::string>(), HasSubstr("L1 buffer of mesh 0 (chips 0-1)address0x12c000 to 0x145000"));
    EXPECT_THAT(facts["hole"].get<std::string>(), HasSubstr("Freeaddress"));
    EXPECT_THAT(facts["hole"].get<std::string>(), HasSubstr("hole1.1 MiB per bank, 0x19000 to 0x12c000"));
    EXPECT_THAT(facts["hash"].get<std::string>(), HasSubstr("map=L1"));
    EXPECT_EQ(facts["broken"], "");
}

}  // namespace
}  // namespace tt::alloc_trace::test
