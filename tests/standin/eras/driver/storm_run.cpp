// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/storm_run.hpp"

#include <stdexcept>
#include <utility>

#include "runtime/host_api.hpp"

namespace standin {

using tt::tt_metal::BufferType;

namespace {

constexpr unsigned kAnomalyPercent = 4;
constexpr std::uint64_t kOperationsPerLaunch = 64;
constexpr std::uint64_t kImpossibleBytes = 0xfffff800;  // the oldest allocator takes 32 bits
constexpr std::uint64_t kPageBytes = 2048;
constexpr std::uint64_t kSmallPageBytes = 64;
constexpr std::uint64_t kHugeCircularBufferBytes = 4 << 20;  // more than L1 has

}  // namespace

StormRun::StormRun(const Options& options, World& world, SharedPool* pool, StormThread& state) :
    options_(options), world_(world), pool_(pool), state_(state) {}

// splitmix64
std::uint64_t StormRun::random() {
    std::uint64_t z = (state_.random_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// A program is used by one thread only: it has no lock.
void StormRun::make_programs(unsigned thread) {
    state_.programs.clear();
    for (unsigned index = thread; index < options_.programs; index += options_.threads) {
        state_.programs.push_back({make_program(), pick_owner()});
    }
}

tt::tt_metal::Program StormRun::make_program() {
#if ERA_CORES_IN_TT_METAL
    using tt::tt_metal::CoreRangeSet;
#endif
    tt::tt_metal::Program program;
    const CoreRangeSet cores(CoreRangeSet::Ranges{{{0, 0}, {7, 3}}, {{0, 4}, {3, 4}}});
    for (unsigned index = 1; index <= 3; ++index) {
        tt::tt_metal::program_impl(program).add_circular_buffer(cores, {kPageBytes * index, false});
    }
    tt::tt_metal::program_impl(program).add_circular_buffer(cores, {kPageBytes, true});
    return program;
}

void StormRun::run(std::uint64_t count, const std::atomic<bool>& stop) {
    while ((count == 0 || done_ < count) && !stop.load(std::memory_order_relaxed)) {
        step();
    }
}

void StormRun::step() {
    if (options_.anomalies && chance(kAnomalyPercent)) {
        anomaly();
        return;  // it may have been the last operation
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
    const Request request = pick_request();
    const bool impossible = options_.oom_percent != 0 && chance(options_.oom_percent);
    std::optional<Holding> holding;
    {
        const auto use = world_.use();
        if (impossible) {
            Request larger = request;
            larger.size = kImpossibleBytes;
            allocate(world_, larger);
        }
        holding = allocate(world_, request);
    }
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
    const auto use = world_.use();
    release(holding, options_.anomalies ? static_cast<FreeWay>(random() % 4) : FreeWay::destroy);
    ++done_;
}

// None of these counts as an operation, except a copy of a buffer.
void StormRun::anomaly() {
    const std::uint64_t which = random() % 4;
    if (which == 0) {
        hooked_buffer();
        return;
    }
    const Request request = pick_request();
    const auto use = world_.use();
    const bool own = pool_ == nullptr && !state_.holdings.empty();
    if (which == 1) {
        make_silent_buffers(request, own ? &state_.holdings.back() : nullptr);
    } else if (own) {
        try {
            if (auto copy = shuffle(state_.holdings.back(), random()); copy.has_value()) {
                state_.holdings.push_back(std::move(*copy));
                ++done_;
            }
        } catch (const std::runtime_error&) {
            ++world_.book().counts().failed;
        }
    }
}

// Freed at once or, where its address is known to be 0 and so harmless, some time after the hook is gone.
void StormRun::hooked_buffer() {
#if ERA_TRACKER
    const Request request = pick_request();
    World::HookedSection hooked(world_);
    auto holding = allocate(world_, request);
#if ERA_BUFFER_MAP
    release(*holding);
#else
    state_.hooked.push_back(std::move(*holding));
    while (state_.hooked.size() > 4) {
        release(state_.hooked.front());
        state_.hooked.erase(state_.hooked.begin());
    }
#endif
#endif
}

void StormRun::launch_one() {
    StormProgram& chosen = state_.programs[random() % state_.programs.size()];
    auto& impl = tt::tt_metal::program_impl(chosen.program);
    current_launch = {chosen.owner.info, &impl};
#if ERA_TRACKER
    auto& tracker = tt::tt_metal::GraphTracker::instance();
#if ERA_IDEVICE
    tracker.track_program(&chosen.program, chosen.owner.device);
#else
    tracker.track_program(&chosen.program);
#endif
#endif
    world_.book().launch(*chosen.owner.info, &impl);
    try {
        tt::tt_metal::EnqueueProgram(chosen.owner.device, chosen.program);
    } catch (const std::runtime_error&) {
        ++world_.book().counts().clashes;
    }
    const std::uint64_t fate = random() % 64;
    if (fate == 0) {
        chosen.program = make_program();
    } else if (fate < 3) {
        impl.update_circular_buffer_total_size(0, kPageBytes * (1 + random() % 4));
    } else if (fate == 3) {
        impl.update_circular_buffer_total_size(1, kHugeCircularBufferBytes);
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

// Half of the buffers are the mesh's where there is one; it comes first.
const Owner& StormRun::pick_owner() {
    const auto& owners = world_.owners();
    if (owners.front().is_mesh && chance(50)) {
        return owners.front();
    }
    return owners[random() % owners.size()];
}

Request StormRun::pick_request() {
    static constexpr std::array kTypes{BufferType::DRAM, BufferType::L1, BufferType::L1_SMALL, BufferType::TRACE};
    Request request;
    request.owner = pick_owner();
    request.type = kTypes[random() % kTypes.size()];
    const bool small = request.type == BufferType::L1_SMALL;
    request.page_size = small ? kSmallPageBytes : kPageBytes;
    const std::uint64_t pages = small ? 8 : 1 + random() % (request.type == BufferType::DRAM ? 512 : 128);
    request.size = pages * request.page_size;
    request.with_children = chance(25);
    return request;
}

// The rate is the point here, not an order of things: nothing waits for this.
void StormRun::pace() {
    const std::chrono::nanoseconds due(done_ * 1'000'000'000 / options_.rate);
    std::this_thread::sleep_until(started_ + due);
}

}  // namespace standin
