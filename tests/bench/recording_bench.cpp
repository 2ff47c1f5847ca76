// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording of many events, as a decoding language model makes them: written as `record` does, and read again.
//
//     recording-bench write FILE EVENTS [SIZES] | read FILE | track FILE | seek FILE | stacks FILE OUTPUT [STACKS]
//
// `stacks` writes a recording once more, its allocations and launches made by so many different stacks of 60 calls, one after the other
// with one in 16 at random. With SIZES activations have so many different sizes, at random: nothing comes again.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>

#include "checkpoint/checkpoint.hpp"
#include "recording/recording_reader.hpp"
#include "recording/recording_writer.hpp"
#include "sinks/pipeline.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kPid = 4711;
constexpr std::uint64_t kMesh = 0x5000;
constexpr std::uint64_t kAllocator = 0x6000;
constexpr std::uint64_t kHeap = 0x7f0000000000;

// Weights and caches that stay; then layer after layer, token after token, activations of the same sizes at much the same places, each
// freed some operations later, and a launch of a program for each.
class Model {
public:
    Model(EventConsumer& consumer, std::uint64_t sizes) : consumer_(consumer), sizes_(sizes) {
        consumer_.consume(ProcessSeen{header(), 1, 1, true, "python3 generate.py"});
        consumer_.consume(OwnerSeen{header(), kMesh, OwnerKind::Mesh, 0, {0, 1}});
        AllocatorSeen allocator{header(), kAllocator, kMesh, {}};
        allocator.regions.push_back({BufferType::Dram, 12, 32, 0x100000, std::uint64_t{1} << 30, 32});
        allocator.regions.push_back({BufferType::L1, 64, 32, 0x10000, 0x150000, 32});
        consumer_.consume(allocator);
        for (std::uint64_t i = 0; i < kWeights; ++i) {
            allocate(i, BufferType::Dram, 0x200000 + i * 0x400000, (1 + i % 5) << 20U);
        }
        for (std::uint64_t program = 0; program < kPrograms; ++program) {
            for (std::uint64_t buffer = 0; buffer < 4; ++buffer) {
                consumer_.consume(CircularBufferAllocated{
                    header(), program_at(program), kMesh, 0x10000 + buffer * 0x4000, 0x2000 + 0x800 * buffer, {{0, 0, 7, 7}}, true, false});
            }
        }
    }

    // One operation: about 2.3 events.
    void step() {
        const std::uint64_t op = step_++ % kOpsPerToken;
        const bool l1 = op % 3 != 0;
        // Where a buffer lies and which object it is vary a little, as with a real allocator and heap.
        const std::uint64_t place = op % 40 + (random_() % 16 == 0 ? random_() % 40 : 0);
        const std::uint64_t object = kWeights + (step_ + random_() % 4) % 96;
        consumer_.consume(ProgramLaunched{header(), program_at(op % kPrograms), kMesh});
        const BufferFields made = allocate(object, l1 ? BufferType::L1 : BufferType::Dram, (l1 ? 0x40000 : 0x60000000) + place * 0x6000, sizes_ == 0 ? 2048 * (1 + op % 24) : 4096 + random_() % sizes_);
        live_.push_back(made);
        if (live_.size() > 12) {
            consumer_.consume(Freed{header(), live_.front()});
            live_.pop_front();
        }
    }

private:
    static constexpr std::uint64_t kWeights = 300;
    static constexpr std::uint64_t kPrograms = 120;
    static constexpr std::uint64_t kOpsPerToken = 32 * 14;

    static std::uint64_t program_at(std::uint64_t number) { return kHeap + 0x10000000 + number * 0x980; }

    EventHeader header() {
        t_ns_ += 3'000 + random_() % 20'000;
        return {t_ns_, kPid, kPid};
    }
    BufferFields allocate(std::uint64_t object, BufferType type, std::uint64_t address, std::uint64_t size) {
        BufferFields buffer;
        buffer.buffer = kHeap + object * 0x1e0;
        buffer.owner = kMesh;
        buffer.allocator = kAllocator;
        buffer.address = address;
        buffer.size = size;
        buffer.page_size = 2048;
        buffer.type = type;
        consumer_.consume(Allocated{header(), buffer});
        return buffer;
    }

    EventConsumer& consumer_;
    std::uint64_t sizes_;
    std::mt19937_64 random_{1};
    std::uint64_t t_ns_ = 1'000'000'000;
    std::uint64_t step_ = 0;
    std::deque<BufferFields> live_;
};

class Clock {
public:
    // Prints "NAME  EVENTS events in S s: N million/s, peak RSS M MiB".
    void say(const char* name, std::uint64_t events) const {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        std::printf(
            "%-6s %11llu events in %7.3f s: %7.3f million/s, peak RSS %ld MiB\n",
            name,
            static_cast<unsigned long long>(events),
            took.count(),
            static_cast<double>(events) / took.count() / 1e6,
            usage.ru_maxrss / 1024
        );
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

void write(const std::string& path, std::uint64_t events, std::uint64_t sizes) {
    SessionInfo session;
    session.attached_monotonic_ns = 1'000'000'000;
    RecordingOptions options;
    options.force = true;
    const auto writer = must(RecordingWriter::create(path, session, options));
    Pipeline pipeline;
    pipeline.record_to(*writer);
    writer->take_checkpoints([&pipeline] { return TrackerCheckpoint::encode(pipeline.tracker()); });
    const Clock clock;
    Model model(pipeline, sizes);
    while (pipeline.view().events < events) {
        model.step();
    }
    must(writer->finish({}));
    clock.say("write", pipeline.view().events);
    std::printf("       %.2f bytes/event\n", static_cast<double>(writer->bytes_written()) / static_cast<double>(writer->events_written()));
}

void read(const std::string& path, bool track, const char* name) {
    const Clock clock;
    RecordingReader reader = must(RecordingReader::open(path));
    Tracker tracker;
    std::uint64_t events = 0;
    for (Event event; must(reader.next(event)); ++events) {
        if (track) {
            tracker.apply(event);
        }
    }
    clock.say(name, events);
}

// 40 native and 20 Python calls each, of which most are those of other stacks, too.
void tell_stacks(EventConsumer& consumer, std::uint32_t stacks) {
    std::mt19937 random(1);
    const std::uint32_t frames = 1000 + stacks;
    for (std::uint32_t number = 1; number <= frames; ++number) {
        const bool python = number % 3 == 0;
        const std::string name = std::to_string(random()) + "_of_some_length_" + std::to_string(number);
        consumer.consume(FrameSeen{
            {}, number, python ? FrameKind::Python : FrameKind::Native, python ? number % 997 : 0, random(),
            python ? "Module." + name : "_ZN4ttnn10operations6normal" + name, python ? "/home/me/model/layers.py" : "/opt/venv/ttnn/_ttnncpp.so", ""});
    }
    for (std::uint32_t number = 1; number <= stacks; ++number) {
        StackSeen stack{{}, number, {}, StackEnd::Complete};
        for (std::uint32_t i = 0; i < 60; ++i) {
            stack.frames.push_back(1 + (i < 10 ? (number * 7 + i) % frames : (i * 13 + number / (1 + i)) % 1000));
        }
        consumer.consume(stack);
    }
}

void with_stacks(const std::string& path, const std::string& output, std::uint32_t stacks) {
    RecordingReader reader = must(RecordingReader::open(path));
    RecordingOptions options;
    options.force = true;
    const auto writer = must(RecordingWriter::create(output, reader.session(), options));
    tell_stacks(*writer, stacks);
    std::mt19937 random(2);
    std::uint32_t next = 0;
    std::uint64_t events = 0;
    for (Event event; must(reader.next(event)); ++events) {
        if (std::holds_alternative<Allocated>(event) || std::holds_alternative<ProgramLaunched>(event)) {
            const std::uint32_t stack = random() % 16 == 0 ? random() % stacks : next++ % stacks;
            std::visit([stack](auto& one) { one.header.stack = stack + 1; }, event);
        }
        writer->consume(event);
    }
    must(writer->finish({}));
    std::printf("%.2f bytes/event\n", static_cast<double>(writer->bytes_written()) / static_cast<double>(events));
}

// To the middle of the time.
void seek(const std::string& path) {
    const Clock clock;
    RecordingReader reader = must(RecordingReader::open(path));
    const auto range = must(reader.time_range()).value_or(RecordingReader::TimeRange{});
    const std::uint64_t t_ns = range.first_t_ns + (range.last_t_ns - range.first_t_ns) / 2;
    must(reader.seek(t_ns, ~std::uint64_t{0}));
    Tracker tracker;
    if (reader.start()) {
        must(TrackerCheckpoint::decode(*reader.start(), tracker));
    }
    std::uint64_t events = 0;
    for (Event event; must(reader.next(event)) && header_of(event).t_ns <= t_ns; ++events) {
        tracker.apply(event);
    }
    clock.say("seek", events);
}

int run(const std::string& what, const std::string& path, const char* events, const char* sizes) {
    if (what == "write") {
        write(path, std::strtoull(events, nullptr, 10), std::strtoull(sizes, nullptr, 10));
    } else if (what == "read") {
        read(path, false, "read");
    } else if (what == "stacks") {
        with_stacks(path, events, static_cast<std::uint32_t>(std::max(1UL, std::strtoul(sizes, nullptr, 10))));
    } else if (what == "track") {
        read(path, true, "track");
    } else {
        seek(path);
    }
    return 0;
}

}  // namespace
}  // namespace tt::alloc_trace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s write FILE EVENTS [SIZES] | read FILE | track FILE | seek FILE | stacks FILE OUTPUT [STACKS]\n", argv[0]);
        return 2;
    }
    return tt::alloc_trace::run(argv[1], argv[2], argc > 3 ? argv[3] : "1000000", argc > 4 ? argv[4] : "0");
}
