// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What happens behind the ring, from memory: decoder, tracker, recording.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "live/record_decoder.hpp"
#include "recording/recording_reader.hpp"
#include "recording/recording_writer.hpp"
#include "sinks/pipeline.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kRecords = 1'000'000;
constexpr std::size_t kThreads = 16;
constexpr std::size_t kLivePerThread = 200;
constexpr std::uint32_t kPid = 4711;

constexpr std::uint32_t kWindowStart = 16;

LayoutProfile l5_layout() {
    LayoutProfile layout;
    layout.buffer.owner = {16, 8};
    layout.buffer.size = {24, 8};
    layout.buffer.type = {32, 4};
    layout.buffer.allocator = {64, 8};
    layout.buffer.status = {72, 1};
    layout.buffer.address = {80, 8};
    layout.buffer.page_size = {88, 8};
    return layout;
}

class Discard : public EventConsumer {
    void consume(const Event& event) override { benchmark::DoNotOptimize(&event); }
};

template <typename T>
void put(tat_buffer_event& record, std::uint32_t offset, T value) {
    std::memcpy(record.window + (offset - kWindowStart), &value, sizeof(value));
}

tat_buffer_event make_record(std::uint16_t kind, std::uint32_t thread, std::uint64_t slot, std::uint64_t sequence) {
    const BufferLayout layout = l5_layout().buffer;
    tat_buffer_event record{};
    record.header.size = sizeof(record);
    record.header.kind = kind;
    record.header.instance = 1;
    record.header.time_ns = 1'000'000'000 + sequence * 2'000;
    record.header.pid = kPid;
    record.header.tid = kPid + thread;
    record.header.sequence = sequence;
    record.buffer = 0x7f0000000000 + (thread * kLivePerThread + slot) * 0x1e0;
    put<std::uint64_t>(record, layout.owner.offset, 0x5000 + 0x100 * (thread % 2));
    put<std::uint64_t>(record, layout.allocator.offset, 0x6000 + 0x100 * (thread % 2));
    put<std::uint64_t>(record, layout.size.offset, 2048 * (1 + slot % 64));
    put<std::uint32_t>(record, layout.type.offset, slot % 2);
    put<std::uint8_t>(record, layout.status.offset, layout.status_allocated);
    put<std::uint64_t>(record, layout.address.offset, 32 + (thread * kLivePerThread + slot) * 0x40000);
    put<std::uint64_t>(record, layout.page_size.offset, 2048);
    return record;
}

// Each thread allocates and frees at random around kLivePerThread live buffers.
std::vector<tat_buffer_event> make_records() {
    std::mt19937_64 random(1);
    std::array<std::array<bool, kLivePerThread>, kThreads> live{};
    std::array<std::uint64_t, kThreads> sequence{};
    std::vector<tat_buffer_event> records;
    records.reserve(kRecords);
    while (records.size() < kRecords) {
        const auto thread = static_cast<std::uint32_t>(random() % kThreads);
        const std::size_t slot = random() % kLivePerThread;
        const std::uint16_t kind = live[thread][slot] ? TAT_EVENT_FREED : TAT_EVENT_ALLOCATED;
        live[thread][slot] = !live[thread][slot];
        records.push_back(make_record(kind, thread, slot, ++sequence[thread]));
    }
    return records;
}

const std::vector<tat_buffer_event>& records() {
    static const std::vector<tat_buffer_event> kAll = make_records();
    return kAll;
}

void decode_all(EventConsumer& consumer) {
    RecordDecoder decoder;
    decoder.add_instance({l5_layout(), {kWindowStart, std::nullopt}, {}});
    for (const tat_buffer_event& record : records()) {
        decoder.decode(std::as_bytes(std::span(&record, 1)), consumer);
    }
}

// A mesh of 8 chips: each event is counted on 8 chips.
void see_mesh(EventConsumer& consumer) {
    for (const std::uint64_t owner : {0x5000, 0x5100}) {
        OwnerSeen mesh{{1, kPid, kPid}, owner, OwnerKind::Mesh, static_cast<std::int32_t>(owner & 1), {}};
        for (std::int32_t chip = 0; chip < 8; ++chip) {
            mesh.chips.push_back(chip);
        }
        consumer.consume(mesh);
    }
}

void decode(benchmark::State& state) {
    Discard discard;
    for ([[maybe_unused]] auto _ : state) {
        decode_all(discard);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRecords));
}
BENCHMARK(decode)->Unit(benchmark::kMillisecond);

void decode_and_track(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        Pipeline pipeline;
        see_mesh(pipeline);
        decode_all(pipeline);
        benchmark::DoNotOptimize(pipeline.view().events);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRecords));
}
BENCHMARK(decode_and_track)->Unit(benchmark::kMillisecond);

std::string temporary_file() {
    std::string path = "/tmp/consumer-bench-XXXXXX";
    ::close(mkstemp(path.data()));
    return path;
}

void write_recording(const std::string& path) {
    auto writer = RecordingWriter::create(path, SessionInfo{}, {.force = true, .owner_uid = {}, .owner_gid = {}});
    see_mesh(**writer);
    decode_all(**writer);
    benchmark::DoNotOptimize((*writer)->finish({}));
}

void decode_and_record(benchmark::State& state) {
    const std::string path = temporary_file();
    for ([[maybe_unused]] auto _ : state) {
        write_recording(path);
    }
    unlink(path.c_str());
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRecords));
}
BENCHMARK(decode_and_record)->Unit(benchmark::kMillisecond);

void replay_and_track(benchmark::State& state) {
    const std::string path = temporary_file();
    write_recording(path);
    for ([[maybe_unused]] auto _ : state) {
        Pipeline pipeline;
        auto reader = RecordingReader::open(path);
        benchmark::DoNotOptimize(reader->replay(pipeline));
    }
    unlink(path.c_str());
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRecords));
}
BENCHMARK(replay_and_track)->Unit(benchmark::kMillisecond);

// Bytes of heap per live buffer; the table doubles, so the worst count is just behind a doubling.
void live_buffer_memory(benchmark::State& state) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    double bytes = 0;
    for ([[maybe_unused]] auto _ : state) {
        malloc_trim(0);
        const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        AllocationTable table;
        LiveBuffer replaced;
        for (std::uint64_t i = 0; i < count; ++i) {
            benchmark::DoNotOptimize(table.insert({32 + i * 2048, 0, BufferType::Dram}, {i, 2048, 2048, i, 1}, replaced));
        }
        bytes = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before) / static_cast<double>(count);
    }
    state.counters["bytes_per_buffer"] = bytes;
}
BENCHMARK(live_buffer_memory)->Arg(100'000)->Arg(445'000)->Arg(446'000)->Arg(891'000)->Arg(892'000)->Arg(1'700'000)->Iterations(1);

}  // namespace
}  // namespace tt::alloc_trace
