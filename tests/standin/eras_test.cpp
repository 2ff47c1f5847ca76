// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Every built variant of the stand-in runtimes behaves as its era did and tells the truth about it.

#include <gtest/gtest.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "driver_process.hpp"

namespace standin_test {
namespace {

using nlohmann::json;

struct Variant {
    std::string name;
    std::string driver;
    std::string library;  // "-": the driver holds the runtime
    int era = 0;
    std::string layout;
    std::set<std::string> words;

    const std::string& runtime() const { return library == "-" ? driver : library; }
    bool copies_buffers() const { return era <= 202409; }
    bool has_workers() const { return 202409 <= era && era <= 202502; }
    bool frees_at_close() const { return era <= 202507; }
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

std::vector<Variant> read_variants() {
    std::vector<Variant> variants;
    std::ifstream file(TAT_STANDIN_VARIANTS);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Variant& variant = variants.emplace_back();
        words >> variant.name >> variant.driver >> variant.library >> variant.era >> variant.layout;
        for (std::string word; words >> word;) {
            variant.words.insert(word);
        }
    }
    return variants;
}

struct Outcome {
    int status = -1;
    std::string output;
};

Outcome run(const std::string& command) {
    Outcome outcome;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> block{};
    for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) != 0;) {
        outcome.output.append(block.data(), got);
    }
    const int status = ::pclose(pipe);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

class ErasTest : public testing::TestWithParam<Variant> {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("eras_test." + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    json truth(const std::string& name) const {
        std::ifstream file(path(name));
        return json::parse(file);
    }
    Outcome drive(const std::string& arguments) const { return run(GetParam().driver + " " + arguments); }
    Outcome control(const std::string& arguments, const std::string& lines) const {
        return run("printf '" + lines + "' | " + GetParam().driver + " --control " + arguments);
    }
    // What happened, without what differs from run to run: pointers and thread ids. One text per thread.
    std::multiset<std::string> history(const std::string& name) const {
        std::map<std::string, std::string> threads;
        std::ifstream file(path(name));
        std::string line;
        std::getline(file, line);
        while (std::getline(file, line)) {
            const auto cells = split(line, ',');
            if (cells.at(2).starts_with("hooked")) {
                continue;  // until 2024-10 their address is what the heap left there
            }
            std::string& text = threads[cells[1]];
            for (const std::size_t cell : {2, 3, 5, 6, 7, 8}) {
                text += (cells.size() > cell ? cells[cell] : "") + ",";
            }
            text += "\n";
        }
        std::multiset<std::string> texts;
        for (const auto& [tid, text] : threads) {
            texts.insert(text);
        }
        return texts;
    }

    std::filesystem::path folder_;
};

TEST_P(ErasTest, StormOfFourThreadsEndsWithConsistentBooks) {
    const Outcome outcome = drive("--threads 4 --ops 20000 --shared --programs 8 --truth " + path("truth"));
    ASSERT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("\ndone\n"), std::string::npos);
    const json told = truth("truth");
    EXPECT_EQ(told["events"], 20000);
    EXPECT_EQ(told["double_frees"], 0);
    EXPECT_EQ(told["allocs"].get<int>() - told["frees"].get<int>(), told["live_buffers"].get<int>());
    EXPECT_EQ(told["live"].size(), told["live_buffers"].get<std::size_t>());
    EXPECT_GT(told["launches"], 0);
    EXPECT_EQ(told["cbs"] == 0, GetParam().era == 202407) << "no GraphTracker, no event";
    int events_of_threads = 0;
    int active_threads = 0;
    for (const json& thread : told["threads"]) {
        events_of_threads += thread["events"].get<int>();
        active_threads += thread["events"] > 0 ? 1 : 0;
    }
    EXPECT_EQ(events_of_threads, 20000);
    EXPECT_EQ(active_threads, GetParam().has_workers() ? 6 : 4);
    std::set<std::string> places;
    for (const json& entry : told["live"]) {
        places.insert(entry["allocator"].get<std::string>() + entry["type"].get<std::string>() +
                      entry["address"].get<std::string>());
    }
    EXPECT_EQ(places.size(), told["live"].size());
}

TEST_P(ErasTest, TrackerSeesWhatItsEraHadSet) {
    if (GetParam().era == 202407 || GetParam().era == 202602) {
        GTEST_SKIP() << "no tracker, or another driver";
    }
    ASSERT_EQ(drive("--threads 2 --ops 2000 --truth " + path("truth")).status, 0);
    const json told = truth("truth");
    const bool address_comes_later = GetParam().era == 202411 || GetParam().era == 202412;
    EXPECT_EQ(told["allocs_without_address"], address_comes_later ? told["allocs"] : json(0));
    EXPECT_EQ(told["frees_without_size"].get<int>() > 0, GetParam().copies_buffers());
    EXPECT_TRUE(GetParam().copies_buffers() || told["frees_without_size"] == 0);
    EXPECT_GT(told["hooked"], 0);
}

TEST_P(ErasTest, OutOfMemoryIsSurvived) {
    const Outcome outcome = drive("--threads 2 --ops 2000 --oom-percent 50 --truth " + path("truth"));
    ASSERT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_GT(truth("truth")["failed"], 100);
    EXPECT_EQ(truth("truth")["events"], 2000);
}

TEST_P(ErasTest, OneThreadDoesTheSameTwice) {
    // A worker thread that drops the last reference of a Buffer frees it at once, ahead of its queue: now and then.
    const std::string without_workers = GetParam().has_workers() ? "--no-async " : "";
    for (const char* name : {"first", "second"}) {
        ASSERT_EQ(
            drive(without_workers + "--threads 1 --ops 3000 --programs 2 --no-close --truth-events " + path(name))
                .status,
            0);
    }
    EXPECT_GE(history("first").size(), 1U);
    EXPECT_EQ(history("first"), history("second"));
}

TEST_P(ErasTest, ClosesWithOrWithoutEventsAsItsEraDid) {
    const std::string lines = "start\\nwait\\ntruth " + path("open") + "\\nclose\\ntruth " + path("closed") +
                              "\\nreopen\\nstart\\nwait\\nfree-all\\ntruth " + path("end") + "\\nexit\\n";
    const Outcome outcome = control("--threads 3 --ops 3000 --programs 3", lines);
    ASSERT_EQ(outcome.status, 0) << outcome.output;
    const json open = truth("open");
    const json closed = truth("closed");
    const int live = open["live_buffers"];
    const int freed_by_close = closed["frees"].get<int>() - open["frees"].get<int>();
    EXPECT_GT(live, 0);
    EXPECT_EQ(closed["live_buffers"], 0);
    EXPECT_EQ(closed["allocs"], open["allocs"]);
    EXPECT_EQ(closed.value("close_frees", 0), freed_by_close);
    if (!GetParam().frees_at_close()) {
        EXPECT_EQ(freed_by_close, 0);
    } else if (GetParam().copies_buffers()) {
        // BUFFER_MAP does not know them all.
        EXPECT_GT(freed_by_close, live * 3 / 4);
        EXPECT_EQ(freed_by_close + closed["released"].get<int>(), live);
    } else {
        EXPECT_EQ(freed_by_close, live);
    }
    const json end = truth("end");
    EXPECT_EQ(end["live_buffers"], 0);
    const int released = freed_by_close == live ? 0 : live - freed_by_close;
    EXPECT_EQ(end["allocs"].get<int>(), end["frees"].get<int>() + released);
}

TEST_P(ErasTest, SubmeshHasBuffersOfItsOwn) {
    if (GetParam().era < 202502 || GetParam().era == 202602) {
        GTEST_SKIP() << "no mesh, or another driver";
    }
    const std::string lines = "start\\nwait\\ntruth " + path("open") + "\\nclose\\ntruth " + path("closed") +
                              "\\nreopen\\nfree-all\\ntruth " + path("end") + "\\nexit\\n";
    const Outcome outcome = control("--submesh --threads 2 --ops 2000", lines);
    ASSERT_EQ(outcome.status, 0) << outcome.output;
    const json open = truth("open");
    EXPECT_EQ(open["owners"][0]["owner_chips"], json({1, 0, 2, 3}));
    EXPECT_EQ(open["owners"][1]["owner_chips"], json({1, 0}));
    EXPECT_NE(open["owners"][0]["allocator"], open["owners"][1]["allocator"]);
    int of_submesh = 0;
    for (const json& entry : open["live"]) {
        of_submesh += entry["owner"] == open["owners"][1]["owner"] ? 1 : 0;
    }
    EXPECT_GT(of_submesh, 0);
    const int freed_by_close = truth("closed")["frees"].get<int>() - open["frees"].get<int>();
    EXPECT_EQ(freed_by_close, GetParam().frees_at_close() ? open["live_buffers"].get<int>() : 0);
    EXPECT_EQ(truth("end")["live_buffers"], 0);
}

TEST_P(ErasTest, LibraryComesAndGoes) {
    if (!GetParam().words.contains("dlopen") || GetParam().era == 202606) {
        GTEST_SKIP() << "nothing to unload, or thread-local observers that keep it";
    }
    DriverProcess driver(GetParam().driver, {"--unload", "--control", "--ops", "500", "--threads", "2"});
    const std::string ready = "ready " + std::to_string(driver.pid());
    EXPECT_EQ(driver.read_line(), ready);
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait"), "quiescent 500");
    EXPECT_EQ(driver.ask("exit"), "unloaded");
    EXPECT_EQ(driver.ask("load"), ready);
    EXPECT_EQ(driver.ask("start"), "started");
    EXPECT_EQ(driver.ask("wait"), "quiescent 500") << "everything in it is new";
    EXPECT_EQ(driver.ask("exit"), "unloaded");
    driver.close_input();
    EXPECT_EQ(driver.wait(), 0);
}

// How an outsider finds the allocators of the chips.
class OutsideView {
public:
    explicit OutsideView(pid_t pid) : pid_(pid) {}

    std::uint64_t word(std::uint64_t address) const {
        std::uint64_t value = 0;
        iovec local{&value, sizeof(value)};
        iovec remote{reinterpret_cast<void*>(address), sizeof(value)};
        EXPECT_EQ(::process_vm_readv(pid_, &local, 1, &remote, 1, 0), 8) << std::hex << address;
        return value;
    }
    // 0 when the file has no such symbol.
    std::uint64_t symbol(const std::string& file, const std::string& name) const {
        const std::string line = run("nm " + file + " | grep ' " + name + "$'").output;
        const std::string dynamic = line.empty() ? run("nm -D " + file + " | grep ' " + name + "$'").output : line;
        return dynamic.empty() ? 0 : std::stoull(dynamic, nullptr, 16) + base_of(file);
    }

private:
    // Files that start at their first segment's address.
    std::uint64_t base_of(const std::string& file) const {
        std::ifstream maps("/proc/" + std::to_string(pid_) + "/maps");
        for (std::string line; std::getline(maps, line);) {
            if (line.ends_with(file)) {
                return std::stoull(line, nullptr, 16);
            }
        }
        return 0;
    }
    pid_t pid_;
};

TEST_P(ErasTest, GlobalsLeadToTheAllocatorsOfTheChips) {
    const int era = GetParam().era;
    if (era == 202412 || era == 202602 || GetParam().words.contains("moved-segments") || GetParam().library == "-") {
        GTEST_SKIP() << "the way is not known, or tested elsewhere, or the file is not mapped from 0";
    }
    DriverProcess driver(GetParam().driver, {"--control", "--ops", "500"});
    driver.read_line();
    ASSERT_EQ(driver.ask("truth " + path("truth")), "ok");
    const OutsideView outside(driver.pid());
    std::uint64_t pool = 0;
    if (era == 202606) {
        const auto context = outside.symbol(GetParam().library, "_ZZN2tt8tt_metal12MetalContext8instanceEvE4inst");
        if (context == 0) {
            GTEST_SKIP() << "stripped";
        }
        pool = outside.word(context + 0xc08);
    } else {
        pool = outside.word(outside.symbol(GetParam().library, "_ZN2tt10DevicePool5_instE"));
    }
    const std::uint64_t devices = pool + (era <= 202412 ? 88 : era == 202502 ? 96 : 104);
    std::set<std::string> found;
    for (std::uint64_t at = outside.word(devices); at != outside.word(devices + 8); at += 8) {
        const std::uint64_t device = outside.word(at);
        std::uint64_t allocator = 0;
        if (era <= 202411) {
            allocator = outside.word(device + 8);
        } else if (era == 202606) {
            allocator = outside.word(device + 0x1c0);
        } else {
            const std::uint64_t table = GetParam().words.contains("libc++") ? 40 : 56;
            const std::uint64_t manager = outside.word(outside.word(device + 40) + 16 + table);
            allocator = outside.word(outside.word(manager + 96));
        }
        std::ostringstream text;
        text << "0x" << std::hex << allocator;
        found.insert(text.str());
    }
    std::set<std::string> expected;
    const json told = truth("truth");
    for (const json& owner : told["owners"]) {
        if (owner["owner_chips"].size() == 1) {
            expected.insert(owner["allocator"].get<std::string>());
        }
    }
    EXPECT_EQ(found, expected);
    driver.close_input();
    EXPECT_EQ(driver.wait(), 0);
}

// Exported names as they were; without those in which a type of the C++ library appears.
const std::map<int, std::vector<std::string>>& names_by_era() {
    static const std::map<int, std::vector<std::string>> names{
        {202407,
         {"_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_6BufferEb",
          "_ZN2tt8tt_metal6detail16DeallocateBufferEPNS0_6BufferE",
          "_ZN2tt8tt_metal6Buffer8allocateEv",
          "_ZN2tt8tt_metal6Buffer10deallocateEv",
          "_ZN2tt8tt_metal9allocator17deallocate_bufferERNS0_9AllocatorEmRKNS0_10BufferTypeE",
          "_ZN2tt8tt_metal9allocator18deallocate_buffersERNS0_9AllocatorE",
          "_ZN2tt8tt_metal9allocator5clearERNS0_9AllocatorE",
          "_ZN2tt8tt_metal6detail10BUFFER_MAPE",
          "_ZN2tt8tt_metal7Program25allocate_circular_buffersEv",
          "_ZN2tt8tt_metal6Device5closeEv",
          "_ZNK2tt10DevicePool12close_deviceEi",
          "_ZN2tt10DevicePool5_instE"}},
        {202409,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPNS0_6BufferEb",
          "_ZN2tt8tt_metal12GraphTracker16track_deallocateEPNS0_6BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmm",
          "_ZN2tt8tt_metal12GraphTracker19track_deallocate_cbEv",
          "_ZN2tt8tt_metal12GraphTracker13track_programEPNS0_7ProgramE",
          "_ZN2tt8tt_metal12GraphTracker13hook_allocateEPNS0_6BufferEb",
          "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_6BufferEb",
          "_ZN2tt8tt_metal6detail16DeallocateBufferEPNS0_6BufferE",
          "_ZN2tt8tt_metal6Buffer8allocateEv",
          "_ZN2tt8tt_metal6detail10BUFFER_MAPE",
          "_ZN2tt8tt_metal7Program25allocate_circular_buffersEv",
          "_ZN2tt8tt_metal6Device5closeEv"}},
        {202411,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferE",
          "_ZN2tt8tt_metal12GraphTracker16track_deallocateEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmb",
          "_ZN2tt8tt_metal12GraphTracker13track_programEPNS0_2v07ProgramE",
          "_ZN2tt8tt_metal12GraphTracker13hook_allocateEPKNS0_2v06BufferE",
          "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal6detail16DeallocateBufferEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEmPNS0_2v06BufferE",
          "_ZN2tt8tt_metal9allocator17deallocate_bufferERNS0_9AllocatorEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal9allocator5clearERNS0_9AllocatorE",
          "_ZN2tt8tt_metal2v06Buffer7deleterEPS2_",
          "_ZN2tt8tt_metal2v016DeallocateBufferERNS1_6BufferE",
          "_ZN2tt8tt_metal6detail8Program_25allocate_circular_buffersEPKNS0_2v06DeviceE",
          "_ZN2tt8tt_metal2v011CloseDeviceEPNS1_6DeviceE",
          "_ZN2tt8tt_metal2v06Device5closeEv"}},
        {202412,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmb",
          "_ZN2tt8tt_metal6detail14AllocateBufferEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal9allocator15allocate_bufferERNS0_9AllocatorEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal2v06Buffer14next_unique_idE",
          "_ZN2tt8tt_metal16SubDeviceManagerD1Ev",
          "_ZN2tt8tt_metal6detail8Program_25allocate_circular_buffersEPKNS0_2v06DeviceE"}},
        {202502,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferE",
          "_ZN2tt8tt_metal12GraphTracker16track_deallocateEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_2v07IDeviceE",
          "_ZN2tt8tt_metal12GraphTracker19track_deallocate_cbEPKNS0_2v07IDeviceE",
          "_ZN2tt8tt_metal12GraphTracker13track_programEPNS0_2v07ProgramEPKNS2_7IDeviceE",
          "_ZN2tt8tt_metal2v06Buffer13allocate_implEv",
          "_ZN2tt8tt_metal2v06Buffer15deallocate_implEv",
          "_ZN2tt8tt_metal2v06Buffer7deleterEPS2_",
          "_ZN2tt8tt_metal9Allocator15allocate_bufferEPNS0_2v06BufferE",
          "_ZN2tt8tt_metal9Allocator18deallocate_buffersEv",
          "_ZN2tt8tt_metal9AllocatorD1Ev",
          "_ZNK2tt8tt_metal23SubDeviceManagerTracker30get_default_sub_device_managerEv",
          "_ZN2tt8tt_metal6detail8Program_25allocate_circular_buffersEPKNS0_2v07IDeviceE",
          "_ZTVN2tt8tt_metal2v06DeviceE",
          "_ZTVN2tt8tt_metal11distributed10MeshDeviceE",
          "_ZN2tt8tt_metal11distributed10MeshDevice5closeEv"}},
        {202505,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_7IDeviceE",
          "_ZN2tt8tt_metal6Buffer13allocate_implEv",
          "_ZN2tt8tt_metal9Allocator15allocate_bufferEPNS0_6BufferE",
          "_ZN2tt8tt_metal6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE",
          "_ZN2tt8tt_metal6Buffer19mark_as_deallocatedEv",
          "_ZTVN2tt8tt_metal6DeviceE"}},
        {202507, {"_ZN2tt8tt_metal6Buffer4viewERKNS0_12BufferRegionE", "_ZN2tt8tt_metal6Buffer15deallocate_implEv"}},
        {202510,
         {"_ZN2tt8tt_metal6Buffer4viewERKNS0_12BufferRegionE",
          "_ZNK2tt8tt_metal9Allocator10get_configEv",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_7IDeviceE"}},
        {202602,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE",
          "_ZN2tt8tt_metal13AllocatorImpl15allocate_bufferEPNS0_6BufferE"}},
        {202606,
         {"_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE",
          "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE",
          "_ZN2tt8tt_metal12GraphTracker8instanceEv",
          "_ZN2tt8tt_metal23notify_buffer_allocatedEPKNS0_6BufferE",
          "_ZN2tt8tt_metal25notify_buffer_deallocatedEPNS0_6BufferE",
          "_ZN2tt8tt_metal10BufferImpl13allocate_implERNS0_6BufferE",
          "_ZN2tt8tt_metal10BufferImpl15deallocate_implERNS0_6BufferE",
          "_ZN2tt8tt_metal10BufferImpl10deallocateERNS0_6BufferE",
          "_ZN2tt8tt_metal13AllocatorImpl15allocate_bufferEPNS0_6BufferE",
          "_ZN2tt8tt_metal13AllocatorImplD0Ev",
          "_ZNK2tt8tt_metal6Buffer9allocatorEv",
          "_ZN2tt8tt_metal6detail11ProgramImpl27deallocate_circular_buffersEv",
          "_ZN2tt8tt_metal11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE",
          "_ZN2tt8tt_metal13DeviceManager12close_deviceEi"}}};
    return names;
}

TEST_P(ErasTest, ExportsTheNamesOfItsEra) {
    const bool in_program = GetParam().library == "-";
    const Outcome outcome =
        run(std::string("nm --defined-only ") + (in_program ? "" : "-D ") + GetParam().runtime());
    ASSERT_EQ(outcome.status, 0);
    std::set<std::string> there;
    for (const std::string& line : split(outcome.output, '\n')) {
        there.insert(line.substr(line.rfind(' ') + 1));
    }
    for (const std::string& name : names_by_era().at(GetParam().era)) {
        EXPECT_TRUE(there.contains(name)) << name;
    }
    if (GetParam().era == 202407) {
        for (const std::string& name : there) {
            EXPECT_EQ(name.find("GraphTracker"), std::string::npos) << name;
        }
    }
}

// Direct calls and tail jumps of the functions whose name contains `function`, with the names of their targets.
std::string calls_in(const std::string& file, const std::string& function) {
    const Outcome outcome = run("objdump -d --no-show-raw-insn " + file);
    EXPECT_EQ(outcome.status, 0);
    std::string calls;
    bool inside = false;
    for (const std::string& line : split(outcome.output, '\n')) {
        if (!line.empty() && line.back() == ':') {
            inside = line.find(function) != std::string::npos && line.find(".cold") == std::string::npos;
        } else if (inside && (line.find("call") != std::string::npos || line.find("jmp") != std::string::npos)) {
            calls += line.substr(line.find('\t') + 1) + "\n";
        }
    }
    return calls;
}

TEST_P(ErasTest, HooksAreCalledUnlessTheLinkerInlinedThem) {
    if (GetParam().era == 202407) {
        GTEST_SKIP() << "no hook in this era";
    }
    struct Call {
        std::string caller;
        std::string hook;
        std::string other_callee;  // shows that names of callees are known at all
    };
    const bool by_name = GetParam().era <= 202412;
    const bool enqueued = GetParam().era == 202409;
    const std::vector<Call> expected{
        {by_name ? "6detail14AllocateBuffer" : "13allocate_impl",
         "12GraphTracker14track_allocate",
         enqueued ? "EnqueueAllocateBuffer" : "allocate_buffer"},
        {by_name ? "6detail16DeallocateBuffer" : "15deallocate_impl",
         "12GraphTracker16track_deallocate",
         enqueued ? "EnqueueDeallocateBuffer" : "deallocate_buffer"},
        {"25allocate_circular_buffers", "12GraphTracker17track_allocate_cb", ""}};
    const bool inlined = GetParam().words.contains("lto");
    for (const Call& call : expected) {
        const std::string calls = calls_in(GetParam().runtime(), call.caller);
        EXPECT_NE(calls.find(call.other_callee), std::string::npos) << call.caller << '\n' << calls;
        EXPECT_EQ(calls.find(call.hook) == std::string::npos, inlined) << call.caller << '\n' << calls;
    }
}

TEST_P(ErasTest, IsBuiltAndPackagedAsItsWordsSay) {
    const auto has = [](const char* word) { return GetParam().words.contains(word); };
    const std::string& file = GetParam().runtime();
    const std::string sections = run("readelf -SW " + file).output;
    EXPECT_EQ(sections.find(" .symtab ") == std::string::npos, has("stripped"));
    EXPECT_EQ(sections.find(" .debug_info ") != std::string::npos, has("debug-info"));
    EXPECT_EQ(sections.find(" .gnu_debuglink ") != std::string::npos, has("debug-file"));
    EXPECT_EQ(GetParam().library == "-", has("static"));
    EXPECT_EQ(file.ends_with("/_ttnn.so"), has("ttnn"));
    const std::string needed = run("readelf -dW " + file).output;
    EXPECT_EQ(needed.find("libc++.so") != std::string::npos, has("libc++"));
    const std::string notes = run("readelf -nW " + file).output;
    const auto id = notes.find("Build ID: ");
    ASSERT_NE(id, std::string::npos);
    const std::string build_id = notes.substr(id + 10, 40);
    const auto debug_file = std::filesystem::path(file).parent_path() / ".build-id" / build_id.substr(0, 2) /
                            (build_id.substr(2) + ".debug");
    EXPECT_EQ(std::filesystem::exists(debug_file), has("debug-file")) << debug_file;
    const std::string code = run("objdump -d --no-show-raw-insn " + file + " | grep -A1 '6Device5closeEv>:$'").output;
    EXPECT_EQ(code.find("endbr64") != std::string::npos, has("endbr64")) << code;
    EXPECT_EQ(run("readelf -lW " + file).output.find(" 0x0000000020000000 ") != std::string::npos, has("moved-segments"));
}

std::string test_name(const testing::TestParamInfo<Variant>& variant) {
    std::string name = variant.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Variants, ErasTest, testing::ValuesIn(read_variants()), test_name);

}  // namespace
}  // namespace standin_test
