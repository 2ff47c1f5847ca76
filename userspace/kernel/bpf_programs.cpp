// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/bpf_programs.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <vector>

#include "abi/config_abi.h"
#include "abi/event_abi.h"
#include "tat_bpf.skel.h"
#include "kernel/kernel_support.hpp"

namespace tt::alloc_trace {
namespace {

// Wakes the reader well before the ring is full, but not for every handful of events.
constexpr std::uint64_t kWakeupDivisor = 64;
constexpr std::uint64_t kMaxWakeupBytes = 1U << 20U;

tat_config to_abi(const ProgramConfig& config) {
    tat_config abi{};
    abi.scoped = config.scoped ? 1 : 0;
    abi.trace_all = config.trace_all ? 1 : 0;
    abi.follow_children = config.follow_children ? 1 : 0;
    abi.stop_on_load = config.stop_on_load ? 1 : 0;
    abi.linker_state_delta = static_cast<std::uint32_t>(config.linker_state_delta);
    abi.wakeup_bytes = std::min(config.ring_bytes / kWakeupDivisor, kMaxWakeupBytes);
    abi.headroom_limit = config.ring_bytes - config.ring_bytes / 8;
    return abi;
}

bool holds(const Field& field) {
    return field.offset >= TAT_BUFFER_WINDOW_START &&
           field.offset + field.width <= TAT_BUFFER_WINDOW_START + TAT_BUFFER_WINDOW_SIZE;
}

tat_layout to_abi(const LayoutProfile& profile) {
    tat_layout abi{};
    abi.buffer_owner = profile.buffer.owner.offset;
    abi.mesh_impl = profile.owner.mesh_impl.value_or(TAT_NO_OFFSET);
    if (profile.owner.mesh_chips) {
        abi.impl_view = profile.owner.mesh_chips->view;
        abi.view_impl = profile.owner.mesh_chips->view_impl;
        abi.chips_begin = profile.owner.mesh_chips->values_begin;
        abi.chips_end = profile.owner.mesh_chips->values_end;
        abi.chips_element = profile.owner.mesh_chips->element_bytes;
    }
    return abi;
}

std::size_t argument_index(const Arguments& arguments, Argument wanted) {
    return static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), wanted) - arguments.begin());
}

}  // namespace

void BpfPrograms::Destroy::operator()(tat_bpf* object) const { tat_bpf__destroy(object); }

BpfPrograms::BpfPrograms(BpfPrograms&&) noexcept = default;
BpfPrograms& BpfPrograms::operator=(BpfPrograms&&) noexcept = default;
BpfPrograms::~BpfPrograms() = default;

Result<BpfPrograms> BpfPrograms::load(const ProgramConfig& config) {
    BpfPrograms programs(tat_bpf__open());
    if (!programs.object_) {
        return fail_errno(ErrorCode::RunTime, "cannot open the built-in BPF object", errno);
    }
    tat_bpf& object = *programs.object_;
    object.rodata->config = to_abi(config);
    programs.ring_bytes_ = config.ring_bytes;
    if (const int error = bpf_map__set_max_entries(object.maps.ring, static_cast<std::uint32_t>(config.ring_bytes))) {
        return fail_errno(ErrorCode::RunTime, "cannot size the event ring", -error);
    }
    if (const int error = tat_bpf__load(&object)) {
        return tl::make_unexpected(explain_load_failure(-error));
    }
    return programs;
}

Status BpfPrograms::set_layout(const LayoutProfile& layout) {
    const BufferLayout& buffer = layout.buffer;
    for (const Field& field :
         {buffer.owner,
          buffer.size,
          buffer.type,
          buffer.allocator,
          buffer.status,
          buffer.hooked,
          buffer.address,
          buffer.page_size}) {
        if (!holds(field)) {
            return fail(
                ErrorCode::NotTraceable,
                "object layout " + layout.name + " has a Buffer field at offset " + std::to_string(field.offset) +
                    ", outside of what the probes copy"
            );
        }
    }
    object_->bss->layout = to_abi(layout);
    return {};
}

Status BpfPrograms::add_target(std::uint32_t pid) {
    const std::uint32_t value = 1;
    if (bpf_map_update_elem(bpf_map__fd(object_->maps.targets), &pid, &value, BPF_ANY) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot add process " + std::to_string(pid) + " to the traced ones", errno);
    }
    return {};
}

void BpfPrograms::collect(bool on) { std::atomic_ref(object_->bss->collecting).store(on ? 1 : 0); }

void BpfPrograms::set_complete_from_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    object_->bss->statistics.complete_since_ns =
        static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

bpf_program* BpfPrograms::program_for(ProbeRole role, const Arguments& arguments) const {
    const auto& programs = object_->progs;
    // Each program expects its object in one register.
    const auto if_at = [&](Argument argument, std::size_t index, bpf_program* program) {
        return argument_index(arguments, argument) == index ? program : nullptr;
    };
    switch (role) {
        case ProbeRole::Allocated: return if_at(Argument::Buffer, 1, programs.allocated);
        case ProbeRole::Freed: return if_at(Argument::Buffer, 1, programs.freed);
        case ProbeRole::CircularBufferAllocated: return if_at(Argument::Owner, 5, programs.circular_buffer);
        case ProbeRole::CircularBuffersReleased: return if_at(Argument::Owner, 1, programs.circular_buffers_released);
        case ProbeRole::ProgramLaunched: return if_at(Argument::Program, 0, programs.program_launched);
        case ProbeRole::ProgramDestroyed: return if_at(Argument::Program, 0, programs.program_destroyed);
        case ProbeRole::OwnerClosing:
            return argument_index(arguments, Argument::Owner) == 0 ? programs.owner_closing
                                                                   : if_at(Argument::Owner, 1, programs.owner_impl_closing);
        case ProbeRole::AllocatorDeallocateBuffers:
            return if_at(Argument::Allocator, 0, programs.allocator_deallocate_buffers);
        case ProbeRole::AllocatorClear: return if_at(Argument::Allocator, 0, programs.allocator_cleared);
        case ProbeRole::AllocatorDestroyed: return if_at(Argument::Allocator, 0, programs.allocator_destroyed);
    }
    return nullptr;
}

bpf_program* BpfPrograms::module_loaded_program() const { return object_->progs.module_loaded; }

std::array<bpf_program*, 3> BpfPrograms::process_programs() const {
    return {object_->progs.process_forked, object_->progs.process_exec, object_->progs.process_exited};
}

int BpfPrograms::ring_fd() const { return bpf_map__fd(object_->maps.ring); }

std::uint64_t BpfPrograms::peak_fill_bytes() const { return object_->bss->statistics.peak_fill_bytes; }

LossCounters BpfPrograms::losses() const {
    LossCounters sum;
    const std::array<std::uint64_t*, TAT_CAUSES> by_cause{&sum.ring_full, &sum.headroom, &sum.fault};
    const int processors = libbpf_num_possible_cpus();
    if (processors <= 0) {
        return sum;
    }
    std::vector<std::uint64_t> values(static_cast<std::size_t>(processors));
    for (std::uint32_t index = 0; index < TAT_LOSS_COUNTERS; ++index) {
        if (bpf_map_lookup_elem(bpf_map__fd(object_->maps.losses), &index, values.data()) != 0) {
            continue;
        }
        for (const std::uint64_t value : values) {
            *by_cause[index % TAT_CAUSES] += value;
        }
    }
    sum.allocated = object_->bss->lost[TAT_LOSS_ALLOCATED];
    sum.freed = object_->bss->lost[TAT_LOSS_FREED];
    sum.circular_buffers = object_->bss->lost[TAT_LOSS_CIRCULAR_BUFFERS];
    sum.lifecycle = object_->bss->lost[TAT_LOSS_LIFECYCLE];
    return sum;
}

}  // namespace tt::alloc_trace
