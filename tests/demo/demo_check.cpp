// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Holds the recording of a job that was attached to in mid-run against the job's own books, for scripts/demo:
// demo-check RECORDING TRUTH.json EVENTS.csv. The books were closed while the job rested, before it closed its devices.
//
// Each thread's recorded events must be the last ones of that thread in the books, all of them. Then what the tracker holds
// must be part of the runtime's own live set, and what is missing there must have been allocated before the recorded part.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "recording/recording_reader.hpp"
#include "support/replayed.hpp"
#include "support/truth.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {
namespace {

using ThreadLogs = std::map<std::uint32_t, std::vector<std::string>>;  // by tid; an event is a line

std::string line_of(
    const char* kind,
    std::uint64_t allocator,
    std::string_view type,
    std::uint64_t address,
    std::uint64_t size,
    std::uint64_t buffer
) {
    std::ostringstream line;
    line << kind << ' ' << std::hex << allocator << ' ' << type << ' ' << address << ' ' << std::dec << size << ' ' << std::hex
         << buffer;
    return line.str();
}

struct Recorded {
    Tracker tracker;
    ThreadLogs logs;
    std::uint64_t events = 0;

    void take(const Event& event) {
        const auto add = [this](const EventHeader& header, const char* kind, const BufferFields& buffer) {
            if (!buffer.hooked) {
                logs[header.tid].push_back(
                    line_of(kind, buffer.allocator, to_string(buffer.type), buffer.address, buffer.size, buffer.buffer)
                );
                ++events;
            }
        };
        if (const auto* allocated = std::get_if<Allocated>(&event)) {
            add(allocated->header, "alloc", allocated->buffer);
        } else if (const auto* freed = std::get_if<Freed>(&event)) {
            add(freed->header, "free", freed->buffer);
        }
        tracker.apply(event);
    }
};

void read_until_close(const std::string& path, Recorded& recorded) {
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        throw std::runtime_error(reader.error().message);
    }
    Event event;
    for (;;) {
        const Result<bool> more = reader->next(event);
        if (!more) {
            throw std::runtime_error(more.error().message);
        }
        if (!*more || std::holds_alternative<OwnerClosing>(event)) {
            return;
        }
        recorded.take(event);
    }
}

// index_in_thread,tid,kind,owner,allocator,type,address,size,page_size,buffer,program
ThreadLogs read_books(const std::string& path) {
    std::ifstream file(path);
    ThreadLogs logs;
    std::string row;
    std::getline(file, row);  // heading
    while (std::getline(file, row)) {
        std::vector<std::string> cells;
        std::istringstream text(row);
        for (std::string cell; std::getline(text, cell, ',');) {
            cells.push_back(cell);
        }
        if (cells.size() < 10 || (cells[2] != "alloc" && cells[2] != "free")) {
            continue;
        }
        const auto bare = [&](std::size_t index) { return cells[index].substr(cells[index].find('x') + 1); };
        logs[static_cast<std::uint32_t>(std::stoul(cells[1]))].push_back(
            cells[2] + ' ' + bare(4) + ' ' + cells[5] + ' ' + bare(6) + ' ' + cells[7] + ' ' + bare(9)
        );
    }
    return logs;
}

void check_logs(const ThreadLogs& recorded, const ThreadLogs& books) {
    for (const auto& [tid, log] : recorded) {
        const auto book = books.find(tid);
        const bool is_tail = book != books.end() && book->second.size() >= log.size() &&
                             std::equal(log.rbegin(), log.rend(), book->second.rbegin());
        if (!is_tail) {
            throw std::runtime_error("the events of thread " + std::to_string(tid) + " are not the last ones of its books");
        }
    }
}

// The tracker must hold nothing but what is live in the runtime, and of that all that the recorded part allocated: a buffer
// allocated there and in the books' final live set has stayed, or came back as the very same. Returns the number of the others.
std::size_t check_live_set(const LiveSet& live, const Truth& truth, const ThreadLogs& logs) {
    if (const LiveSet invented = minus(live, truth.live); !invented.empty()) {
        throw std::runtime_error("not live in the runtime: " + invented.front());
    }
    std::set<std::string> allocated;
    for (const auto& [tid, log] : logs) {
        allocated.insert(log.begin(), log.end());
    }
    const std::size_t expected = std::count_if(truth.buffers.begin(), truth.buffers.end(), [&](const LiveLine& buffer) {
        return allocated.contains(line_of("alloc", buffer.allocator, buffer.type, buffer.address, buffer.size, buffer.buffer));
    });
    if (live.size() != expected) {
        throw std::runtime_error(
            "the tracker holds " + std::to_string(live.size()) + " buffers, the recorded events left " + std::to_string(expected)
        );
    }
    return truth.buffers.size() - expected;
}

int check(const std::string& recording, const std::string& truth_file, const std::string& events_file) {
    Recorded recorded;
    read_until_close(recording, recorded);
    const Truth truth = read_truth(truth_file);
    check_logs(recorded.logs, read_books(events_file));

    const TrackerView view = recorded.tracker.view();
    const auto& process = *view.processes.front();
    const LiveSet live = live_set_of(process);
    const std::size_t older = check_live_set(live, truth, recorded.logs);
    if (process.ends[static_cast<std::size_t>(FreeKind::Inferred)] != 0) {
        throw std::runtime_error("a free had to be inferred");
    }
    std::uint64_t bytes = 0;
    for (const auto& [key, buffer] : process.live.buffers()) {
        bytes += buffer.size;
    }
    const std::uint64_t unexplained = process.unknown_frees[static_cast<std::size_t>(UnknownFree::Unexplained)].count;
    std::cout << "demo: " << recorded.events << " events, " << view.lost.total() << " lost, " << unexplained
              << " unexplained, live set equals the runtime's own (" << live.size() << " buffers, " << bytes << " bytes)";
    if (older > 0) {
        std::cout << ", " << older << " older than the attach";
    }
    std::cout << '\n';
    return view.lost.total() == 0 && unexplained == 0 && recorded.events > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tt::alloc_trace::test

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: demo-check RECORDING TRUTH.json EVENTS.csv\n";
        return 2;
    }
    try {
        return tt::alloc_trace::test::check(argv[1], argv[2], argv[3]);
    } catch (const std::exception& error) {
        std::cerr << "demo-check: " << error.what() << '\n';
        return 1;
    }
}
