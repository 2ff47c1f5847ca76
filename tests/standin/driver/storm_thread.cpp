// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/storm_thread.hpp"

#include <time.h>

#include <array>
#include <utility>

#include "runtime/host_api.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::TensorMemoryLayout;

namespace {

constexpr unsigned kAnomalyPercent = 4;
constexpr std::uint64_t kOperationsPerLaunch = 64;
constexpr std::uint64_t kImpossiblePages = std::uint64_t{1} << 30;
constexpr std::uint64_t kCircularBufferBytes = 2048;
// Two of them are padded to the alignment, one of those only in DRAM.
constexpr std::array<std::uint64_t, 6> kPageBytes{2048, 2048, 2048, 1088, 1040, 100};
constexpr unsigned kShardedL1Percent = 25;
constexpr unsigned kShardedDramPercent = 5;
constexpr std::size_t kDramBanks = 12;
constexpr std::uint64_t kSmallPageBytes = 64;

}  // namespace

StormRun::StormRun(
    const Options& options, const World& world, SharedPool* pool, StormThread& state, ThreadLog& log) :
    options_(options), world_(world), pool_(pool), state_(state), log_(log) {
    if (options_.slow_log) {
        slow_log_.reset(std::fopen("/dev/null", "we"));
    }
}

// splitmix64
std::uint64_t StormRun::random() {
    std::uint64_t z = (state_.random_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// A program is used by one thread only, as ProgramImpl has no lock.
void StormRun::make_programs(unsigned thread) {
    state_.programs.clear();
    for (unsigned index = thread; index < options_.programs; index += options_.threads) {
        state_.programs.push_back({make_program(3, kCircularBufferBytes), pick_owner().device, true});
    }
}

void StormRun::operations(std::uint64_t count, const std::atomic<bool>& stop) {
    while (done_ < count && !stop.load(std::memory_order_relaxed)) {
        step();
    }
}

void StormRun::until(const std::atomic<bool>& stop) {
    while (!stop.load(std::memory_order_relaxed)) {
        step();
    }
}

void StormRun::step() {
    if (options_.anomalies && chance(kAnomalyPercent)) {
        anomaly();
    }
    const std::size_t kept = live();
    if (kept == 0 || chance(kept < options_.live_target ? 75 : 25)) {
        allocate_one();
    } else {
        free_one();
    }
    if (!state_.programs.empty() && done_ % kOperationsPerLaunch == 0) {
        launch_one();
    }
    if (options_.rate != 0) {
        pace();
    }
}

void StormRun::allocate_one() {
    Request request = pick_request();
    if (options_.oom_percent != 0 && chance(options_.oom_percent)) {
        Request impossible = request;
        impossible.size = impossible.page_size * kImpossiblePages;
        impossible.sharding = {};
        allocate(log_, impossible);
    }
    auto holding = allocate(log_, request);
    write_log_line("alloc");
    if (holding.has_value()) {
        keep(std::move(*holding));
        ++done_;
    } else if (live() != 0) {
        free_one();
    } else {
        ++done_;  // nothing can be allocated, and nothing is there to be freed: do not try for ever
    }
}

void StormRun::free_one() {
    const std::uint64_t random_bits = random();
    Holding holding;
    if (pool_ != nullptr) {
        if (!pool_->take(random_bits, holding)) {
            return;
        }
    } else {
        std::swap(state_.holdings[random_bits % state_.holdings.size()], state_.holdings.back());
        holding = std::move(state_.holdings.back());
        state_.holdings.pop_back();
    }
    write_log_line("free");
    release(log_, holding, options_.anomalies ? static_cast<FreeWay>(random() % 4) : FreeWay::destroy);
    ++done_;
}

// Things that make no event, or a hooked one. None of them counts as an operation.
void StormRun::anomaly() {
    Request request = pick_request();
    switch (random() % 4) {
        case 0:
            request.size = 0;
            request.with_children = false;
            allocate(log_, request);
            break;
        case 1: {
            enter_hooked_section();
            auto hooked = allocate(log_, request);
            leave_hooked_section();
            if (hooked.has_value()) {
                release(log_, *hooked);
            }
            break;
        }
        case 2:
            Buffer::create(
                request.owner.device, random() % (1U << 20), request.size, request.page_size, request.type)
                ->deallocate();
            break;
        default:
            if (pool_ == nullptr && !state_.holdings.empty()) {
                Buffer& root = *state_.holdings.back().buffer();
                root.view({0, root.size()});
            }
    }
}

void StormRun::launch_one() {
    StormProgram& chosen = state_.programs[random() % state_.programs.size()];
    launch(log_, chosen.device, chosen.program, chosen.plan_is_new);
    chosen.plan_is_new = false;
    const std::uint64_t fate = random() % 64;
    if (fate == 0) {
        chosen.program = make_program(3, kCircularBufferBytes * (1 + random() % 4));
        chosen.plan_is_new = true;
    } else if (fate < 3) {
        tt::tt_metal::UpdateCircularBufferTotalSize(chosen.program, 0, kCircularBufferBytes * (1 + random() % 4));
        chosen.plan_is_new = true;
    }
}

void StormRun::keep(Holding holding) {
    if (pool_ != nullptr) {
        pool_->put(random(), std::move(holding));
    } else {
        state_.holdings.push_back(std::move(holding));
    }
}

std::size_t StormRun::live() const {
    return pool_ != nullptr ? pool_->size() / options_.threads : state_.holdings.size();
}

const Owner& StormRun::pick_owner() {
    const OwnerWeights& weights = options_.owners;
    std::uint64_t choice = random() % (weights.mesh + weights.chips + weights.submeshes + weights.subdevices);
    const auto one_of = [&](const std::vector<Owner>& owners) -> const Owner& {
        return owners[random() % owners.size()];
    };
    if (choice < weights.mesh) {
        return one_of(world_.meshes());
    }
    choice -= weights.mesh;
    if (choice < weights.chips) {
        return one_of(world_.chips());
    }
    choice -= weights.chips;
    return one_of(choice < weights.submeshes ? world_.submeshes() : world_.sub_devices());
}

// Sizes are such that the default live target fits; a larger one runs into real "Out of Memory".
Request StormRun::pick_request() {
    Request request;
    request.owner = pick_owner();
    request.type = options_.types[random() % options_.types.size()];
    if (request.owner.sub_device.has_value()) {
        request.type = BufferType::L1;  // the only memory that sub-devices have of their own
    }
    request.with_children = chance(options_.mesh_buffer_percent);
    if (request.type == BufferType::L1_SMALL) {
        request.page_size = kSmallPageBytes;
        shard(request, TensorMemoryLayout::HEIGHT_SHARDED, {8, 1}, 8);
        return request;
    }
    request.page_size = kPageBytes[random() % kPageBytes.size()];
    const std::uint64_t pages = 1 + random() % (request.type == BufferType::DRAM ? 512 : 128);
    request.size = pages * request.page_size;
    const bool sub_device = request.owner.sub_device.has_value();
    if (request.type == BufferType::L1 && !sub_device && chance(kShardedL1Percent)) {
        shard_in_l1(request, static_cast<std::uint32_t>(pages));
    } else if (request.type == BufferType::DRAM && chance(kShardedDramPercent)) {
        const std::size_t banks = 1 + random() % kDramBanks;
        shard(request, TensorMemoryLayout::WIDTH_SHARDED, {banks, 1}, static_cast<std::uint32_t>(pages));
    }
    return request;
}

void StormRun::shard_in_l1(Request& request, std::uint32_t pages) {
    constexpr std::array layouts{
        TensorMemoryLayout::HEIGHT_SHARDED, TensorMemoryLayout::WIDTH_SHARDED, TensorMemoryLayout::BLOCK_SHARDED};
    const std::uint64_t random_bits = random();
    const ShardGrid grid{4 + random_bits % 5, 4 + (random_bits >> 8) % 5};
    shard(request, layouts[(random_bits >> 16) % layouts.size()], grid, pages);
}

// The rate is the point here, not an order of things: nothing waits for this.
void StormRun::pace() {
    const std::chrono::nanoseconds due(done_ * 1'000'000'000 / options_.rate);
    const auto deadline = std::chrono::duration_cast<std::chrono::nanoseconds>((started_ + due).time_since_epoch());
    if (std::chrono::steady_clock::now().time_since_epoch() >= deadline) {
        return;
    }
    const timespec until{deadline.count() / 1'000'000'000, deadline.count() % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
    }
}

void StormRun::write_log_line(const char* what) {
    if (slow_log_) {
        std::fprintf(slow_log_.get(), "thread %d operation %llu: %s\n", log_.tid(), 0ULL + done_, what);
        std::fflush(slow_log_.get());
    }
}

}  // namespace standin
