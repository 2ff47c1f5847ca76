// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// More than one runtime at a time: several periods in several processes, two copies in one process, one that comes and goes.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

// Driver (column 1) or library (column 2) of a variant.
std::string variant(const std::string& name, int column) {
    std::ifstream file(TAT_VARIANTS);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::vector<std::string> columns(3);
        if (words >> columns[0] >> columns[1] >> columns[2] && columns[0] == name) {
            return columns.at(static_cast<std::size_t>(column));
        }
    }
    throw std::runtime_error("no variant " + name);
}

class LoadingTest : public BpfTest {
protected:
    // Records the loading job from its start; its truths are those of its runs, one after the other.
    std::unique_ptr<Replayed> record_job(const std::string& mode, const std::vector<std::string>& libraries) {
        std::vector<std::string> arguments{"record", "-o", file_, "--", TAT_LOADING_JOB, mode};
        for (std::size_t i = 0; i < libraries.size(); ++i) {
            truths_.push_back(dir_.file("truth" + std::to_string(i)));
            arguments.insert(arguments.end(), {libraries[i], truths_.back(), std::to_string(2000 * (i + 1))});
        }
        const Outcome outcome = run_tool(arguments);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return replay(file_);
    }

    void expect_all_events(const Replayed& replayed) const {
        std::uint64_t allocs = 0;
        std::uint64_t frees = 0;
        std::uint32_t pid = 0;
        for (const std::string& path : truths_) {
            const Truth truth = read_truth(path);
            allocs += truth.allocs;
            frees += truth.frees + truth.buffers.size();  // the close frees them one by one
            pid = truth.pid;
        }
        EXPECT_TRUE(is_flawless(replayed, pid));
        EXPECT_EQ(replayed.account(pid).allocs, allocs);
        EXPECT_EQ(replayed.account(pid).frees, frees);
        EXPECT_EQ(replayed.process(pid).live.buffers().size(), 0U);
    }

    std::string copy_of(const std::string& library) {
        const std::string copy = dir_.file("copy.so");
        std::filesystem::copy_file(library, copy);
        return copy;
    }

    const std::string file_ = dir_.file("loading.ttar");
    std::vector<std::string> truths_;
};

TEST_F(LoadingTest, TwoCopiesInOneProcess) {
    const std::string library = variant("e202502-ttnn", 2);
    const auto replayed = record_job("together", {library, copy_of(library)});
    EXPECT_EQ(replayed->session.modules.size(), 2U);
    expect_all_events(*replayed);
}

TEST_F(LoadingTest, LibraryThatIsUnloadedAndComesBackElsewhere) {
    const std::string library = variant("e202502-ttnn", 2);
    const auto replayed = record_job("reload", {library, library, copy_of(library)});
    EXPECT_EQ(replayed->session.modules.size(), 2U);
    expect_all_events(*replayed);
}

TEST_F(LoadingTest, ProcessesOfDifferentPeriodsAtOnce) {
    std::vector<std::unique_ptr<StandIn>> jobs;
    std::vector<std::string> targets;
    for (const char* name : {"e202409-gcc", "e202412-gcc", "e202510-lto", "e202606-gcc"}) {
        SpawnOptions options;
        options.arguments = {variant(name, 1), "--control", "--threads", "2", "--ops", "3000"};
        jobs.push_back(std::make_unique<StandIn>(options));
        targets.insert(targets.end(), {"-p", jobs.back()->pid_text()});
    }
    Recorder recorder(targets, file_);
    std::vector<Truth> truths;
    for (const auto& job : jobs) {
        job->run_all();
        truths.push_back(job->truth());
    }
    EXPECT_EQ(recorder.interrupt().status, 0);
    const auto replayed = replay(file_);
    EXPECT_EQ(replayed->session.modules.size(), jobs.size());
    for (const Truth& truth : truths) {
        EXPECT_TRUE(is_flawless(*replayed, truth.pid));
        EXPECT_EQ(replayed->account(truth.pid).allocs, truth.allocs);
        EXPECT_EQ(replayed->account(truth.pid).frees, truth.frees);
        EXPECT_EQ(replayed->process(truth.pid).live.buffers().size(), truth.buffers.size());
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
