// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Scenarios about allocations and launches that fail; the program catches the error and goes on.

#include <algorithm>
#include <stdexcept>

#include "driver/scenarios.hpp"
#include "internal/standin_access.hpp"
#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::StandinAccess;

namespace {

constexpr std::uint64_t kL1Banks = 64;
constexpr std::uint64_t kL1PageBytes = 2048;

std::uint64_t free_l1_bytes_per_bank(const Owner& owner) {
    return owner.device->allocator_impl()->get_statistics(BufferType::L1).total_free_bytes;
}

// One L1 buffer that takes so many bytes of each bank.
Request l1_request(const Owner& owner, std::uint64_t bytes_per_bank) {
    return request_of(owner, BufferType::L1, bytes_per_bank / kL1PageBytes * kL1Banks);
}

// A failure that comes after the block was found leaves it in use, by no buffer. Not through `allocate`, which cannot ask
// for the direction.
void fail_below_the_limit(ScenarioContext& context, const Owner& owner) {
    try {
        const auto buffer =
            Buffer::create(owner.device, 4 * kL1PageBytes, kL1PageBytes, BufferType::L1, {}, /*bottom_up=*/true);
        throw std::logic_error("an allocation below the limit went through");
    } catch (const std::runtime_error& error) {
        context.log.failed({owner.device, BufferType::L1, 4 * kL1PageBytes, kL1PageBytes, error.what()});
    }
}

}  // namespace

void scenario_leak_block(ScenarioContext& context) {
    const Owner owner = the_mesh(context);
    constexpr std::uint64_t kLimitAboveBase = 1U << 20;
    auto& allocator = *owner.device->allocator_impl();
    const auto base = allocator.get_config().l1_unreserved_base;
    StandinAccess::set_interleaved_limit(allocator, base + kLimitAboveBase);
    context.kept.push_back(must_allocate(context, request_of(owner, BufferType::L1)));
    const std::uint64_t fitting = kLimitAboveBase / kL1PageBytes - 1;
    for (std::uint64_t round = 0; round < std::min(context.options.repeat, fitting); ++round) {
        fail_below_the_limit(context, owner);
    }
    context.kept.push_back(must_allocate(context, request_of(owner, BufferType::L1)));
}

// More than is free at all.
void scenario_oom_exhausted(ScenarioContext& context) {
    const Owner owner = the_mesh(context);
    constexpr std::uint64_t kLeftPerBank = 64 * 1024;
    context.kept.push_back(must_allocate(context, request_of(owner, BufferType::DRAM)));
    context.kept.push_back(must_allocate(context, l1_request(owner, free_l1_bytes_per_bank(owner) - kLeftPerBank)));
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        allocate(context.log, l1_request(owner, 2 * kLeftPerBank));
        Holding fitting = must_allocate(context, l1_request(owner, kLeftPerBank / 2));
        release(context.log, fitting);
    }
}

// Less than is free, but more than any free block.
void scenario_oom_fragmented(ScenarioContext& context) {
    const Owner owner = the_mesh(context);
    constexpr std::uint64_t kPieceBytes = 32 * 1024;
    std::vector<Holding> every_other;
    while (free_l1_bytes_per_bank(owner) >= 2 * kPieceBytes) {
        context.kept.push_back(must_allocate(context, l1_request(owner, kPieceBytes)));
        every_other.push_back(must_allocate(context, l1_request(owner, kPieceBytes)));
    }
    for (Holding& holding : every_other) {
        release(context.log, holding);
    }
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        allocate(context.log, l1_request(owner, 3 * kPieceBytes));
        Holding fitting = must_allocate(context, l1_request(owner, kPieceBytes));
        release(context.log, fitting);
    }
}

// A launch whose circular buffers reach into an L1 buffer, and one whose circular buffers reach beyond L1.
void scenario_clash(ScenarioContext& context) {
    const Owner owner = the_mesh(context);
    constexpr std::uint64_t kCircularBufferBytes = 32 * 1024;
    constexpr std::uint64_t kMoreThanL1 = 2'000'000;
    context.programs.push_back(make_program(3, kCircularBufferBytes));
    context.programs.push_back(make_program(1, kMoreThanL1));
    context.kept.push_back(must_allocate(context, request_of(owner, BufferType::L1)));
    // All that is free, but for half of what the first program needs.
    const std::uint64_t left = 3 * kCircularBufferBytes;
    context.kept.push_back(must_allocate(context, l1_request(owner, free_l1_bytes_per_bank(owner) - left)));
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        launch(context.log, owner.device, context.programs[1], /*plan_is_new=*/round == 0);
        launch(context.log, owner.device, context.programs[0], /*plan_is_new=*/round == 0);
    }
}

}  // namespace standin
