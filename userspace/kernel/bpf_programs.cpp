// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/bpf_programs.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <limits>
#include <utility>
#include <vector>

#include "abi/config_abi.h"
#include "base/clock.hpp"
#include "abi/event_abi.h"
#include "tat_bpf.skel.h"
#include "kernel/kernel_support.hpp"
#include "kernel/uprobe_multi.hpp"
#include "probes/layout/buffer_window.hpp"
#include "python/python_abi.hpp"

namespace tt::alloc_trace {
namespace {

// Wakes the reader well before the ring is full, but not for every handful of events.
constexpr std::uint64_t kWakeupDivisor = 64;
constexpr std::uint64_t kMaxWakeupBytes = 1U << 20U;
static_assert(ProgramConfig::kMostFrames == TAT_MAX_NATIVE_FRAMES && TAT_MAX_NATIVE_FRAMES == TAT_MAX_PYTHON_FRAMES);

constexpr std::uint32_t kUnusedEntries = 1;  // of a map that no program uses

tat_config to_abi(const ProgramConfig& config) {
    tat_config abi{};
    abi.trace_all = config.trace_all ? 1 : 0;
    abi.follow_children = config.follow_children ? 1 : 0;
    abi.hold = config.hold ? 1 : 0;
    abi.stacks = (config.stacks.native ? TAT_STACKS_NATIVE : 0U) | (config.stacks.python ? TAT_STACKS_PYTHON : 0U);
    abi.max_frames = config.max_frames;
    abi.pid_namespace = config.own.pid_namespace;
    abi.monotonic_offset_ns = static_cast<std::uint64_t>(config.own.monotonic_offset_ns);
    abi.boottime_offset_ns = static_cast<std::uint64_t>(config.own.boottime_offset_ns);
    abi.wakeup_bytes = std::min(config.ring_bytes / kWakeupDivisor, kMaxWakeupBytes);
    abi.headroom_limit = config.ring_bytes - config.ring_bytes / 8;
    abi.pause_bytes = config.lossless ? config.ring_bytes / 2 : 0;
    return abi;
}

std::uint32_t offset_of(const Field& field) { return field.exists() ? field.offset : TAT_NO_OFFSET; }

struct WindowBits {
    std::uint32_t word = 0;
    std::uint32_t shift = 0;
};

// Where the window has the field; nothing if it does not.
std::optional<WindowBits> bits_of(const Field& field, const BufferWindow& window) {
    const std::uint32_t at = field.offset - window.start;
    if (!field.exists() || field.offset < window.start || std::uint64_t{at} + field.width > kBufferWindowBytes) {
        return std::nullopt;
    }
    return WindowBits{at / 8, at % 8 * 8};
}

// What a sharded buffer's record has to carry, if the window shows that it is one.
void set_shards(tat_layout& abi, const BufferLayout& buffer, const BufferWindow& window) {
    const auto memory_layout = bits_of(buffer.layout, window);
    abi.shard_spec = memory_layout ? offset_of(buffer.shard_spec) : TAT_NO_OFFSET;
    const bool all = buffer.spread_cores.exists() && buffer.spread_pages.exists() && buffer.spread_shards.exists();
    abi.spread_cores = all ? offset_of(buffer.spread_cores) : TAT_NO_OFFSET;
    abi.spread_pages = offset_of(buffer.spread_pages);
    abi.spread_shards = offset_of(buffer.spread_shards);
    abi.memory_layout_word = memory_layout ? memory_layout->word : 0;
    abi.memory_layout_shift = memory_layout ? memory_layout->shift : 0;
}

// What the record of a buffer has to carry that was allocated core by core.
void set_cores(tat_layout& abi, const LayoutProfile& profile, const BufferWindow& window) {
    const BufferLayout& buffer = profile.buffer;
    const auto address = bits_of(buffer.address, window);
    const bool known = address && address->shift == 0;
    abi.per_core = offset_of(buffer.per_core);
    abi.core_addresses = known ? offset_of(buffer.core_addresses) : TAT_NO_OFFSET;
    abi.core_node_value = profile.walk.allocator.node_value;
    abi.address_word = known ? address->word : 0;
}

// What the programs judge a free by. False if the window does not show it.
bool set_status(tat_layout& abi, const BufferLayout& buffer, const BufferWindow& window) {
    const auto status = bits_of(buffer.status, window);
    const auto size = bits_of(buffer.size, window);
    if (!status || !size || size->shift != 0) {
        return false;
    }
    abi.status_word = status->word;
    abi.status_shift = status->shift;
    abi.status_allocated = buffer.status_allocated;
    abi.size_word = size->word;
    return true;
}

tat_plan_layout to_abi(std::uint32_t exists, const Field& placing_needed, const Field& allocators) {
    return {exists, offset_of(placing_needed), offset_of(allocators)};
}

tat_layout to_abi(const LayoutProfile& profile, const BufferWindow& window) {
    tat_layout abi{};
    abi.buffer_impl = offset_of(profile.buffer.impl);
    abi.window_start = window.start;
    abi.far_word = window.far_offset.value_or(TAT_NO_OFFSET);
    abi.owner_word = (profile.buffer.owner.offset - window.start) / sizeof(std::uint64_t);
    set_shards(abi, profile.buffer, window);
    set_cores(abi, profile, window);
    abi.hook = offset_of(profile.hook.hook);
    abi.hook_blocks = profile.hook.blocks.offset;
    abi.chip_id = offset_of(profile.owner.chip_id);
    abi.chip_allocator = offset_of(profile.owner.chip_allocator);
    abi.mesh_id = offset_of(profile.owner.mesh_id);
    abi.mesh_impl = offset_of(profile.owner.mesh_impl);
    abi.mesh_view = profile.owner.view_chips.exists() ? offset_of(profile.owner.mesh_view) : TAT_NO_OFFSET;
    abi.view_impl = offset_of(profile.owner.view_impl);
    abi.view_chips = profile.owner.view_chips.offset;
    abi.chips_element = profile.owner.chips_element;
    abi.core_ranges = offset_of(profile.core_range_set.ranges);
    abi.plans[TAT_PLAN_CIRCULAR] = to_abi(1, profile.program.placing_needed, profile.program.allocators);
    abi.plans[TAT_PLAN_DATAFLOW] = to_abi(
        profile.program.has_dataflow, profile.program.dataflow_placing_needed, profile.program.dataflow_allocators
    );
    abi.allocator_element = profile.program.allocator_element;
    abi.allocator_regions = profile.program.allocator_regions.offset;
    return abi;
}

tat_location to_abi(const ValueLocation& location) {
    return {static_cast<__u16>(location.reg), static_cast<__u16>(location.in_memory ? 1 : 0), location.displacement};
}
static_assert(static_cast<int>(Register::Rax) == TAT_REG_RAX && static_cast<int>(Register::R15) == TAT_REG_R15);

tat_probe to_abi(const ProbeValues& values) {
    return {
        to_abi(values.object),
        to_abi(values.members),
        to_abi(values.owner),
        to_abi(values.address),
        to_abi(values.size),
        to_abi(values.flag),
        to_abi(values.tracker),
        to_abi(values.trace)
    };
}

// TAT_PROGRAM_* are the roles in their order.
static_assert(
    static_cast<int>(ProbeRole::Allocated) == TAT_PROGRAM_ALLOCATED && static_cast<int>(ProbeRole::ProgramPlaced) == TAT_PROGRAM_PLACED &&
    static_cast<int>(ProbeRole::DataflowBuffersPlaced) == TAT_PROGRAM_DATAFLOW_PLACED &&
    static_cast<int>(ProbeRole::TraceReleased) == TAT_PROGRAM_TRACE_RELEASED && kProbeRoleCount == TAT_PROGRAMS
);

// Those that know nothing of a build of the runtime.
std::array<bpf_program*, 5> process_programs_of(const tat_bpf& object) {
    const auto& programs = object.progs;
    return {
        programs.process_forked,
        programs.process_exec,
        programs.process_exited,
        programs.module_loaded,
        programs.exception_thrown
    };
}

std::array<bpf_program*, kProbeRoleCount> probe_programs(const tat_bpf& object) {
    const auto& programs = object.progs;
    return {
        programs.allocated,
        programs.freed,
        programs.circular_buffer,
        programs.circular_buffers_released,
        programs.program_launched,
        programs.program_placed,
        programs.program_destroyed,
        programs.owner_closing,
        programs.allocator_deallocate_buffers,
        programs.allocator_cleared,
        programs.allocator_destroyed,
        programs.allocation_entered,
        programs.allocator_overridden,
        programs.allocator_shrunk,
        programs.allocator_reset,
        programs.dataflow_buffers_placed,
        programs.trace_begun,
        programs.trace_ended,
        programs.trace_registered,
        programs.trace_replayed,
        programs.trace_released
    };
}

UnwindMapSet unwind_maps_of(const tat_bpf& object) {
    const auto& maps = object.maps;
    return {maps.unwind_words, maps.unwind_rules, maps.unwind_tables, maps.unwind_mappings, maps.unwind_processes};
}

tat_bpf* open_object() {
    tat_bpf* object = tat_bpf__open();
    if (object != nullptr && has_uprobe_multi()) {
        use_uprobe_multi(*object->obj);
    }
    return object;
}

}  // namespace

void BpfPrograms::Destroy::operator()(tat_bpf* object) const { tat_bpf__destroy(object); }

BpfPrograms::BpfPrograms(BpfPrograms&&) noexcept = default;
BpfPrograms& BpfPrograms::operator=(BpfPrograms&&) noexcept = default;
BpfPrograms::~BpfPrograms() = default;

Result<BpfPrograms> BpfPrograms::load(const ProgramConfig& config) {
    BpfPrograms programs(open_object());
    if (!programs.object_) {
        return fail_errno(ErrorCode::RunTime, "cannot open the built-in BPF object", errno);
    }
    tat_bpf& object = *programs.object_;
    object.rodata->config = to_abi(config);
    programs.ring_bytes_ = config.ring_bytes;
    if (const int error = bpf_map__set_max_entries(object.maps.ring, static_cast<std::uint32_t>(config.ring_bytes))) {
        return fail_errno(ErrorCode::RunTime, "cannot size the event ring", -error);
    }
    if (!config.stacks.any()) {
        for (bpf_map* map : {object.maps.walks, object.maps.known_stacks, object.maps.pythons, object.maps.told_code}) {
            bpf_map__set_max_entries(map, kUnusedEntries);
        }
    }
    if (const Status sized = config.stacks.native ? set_capacity(unwind_maps_of(object), {}) : Status(); !sized) {
        return tl::make_unexpected(sized.error());
    }
    for (bpf_program* program : probe_programs(object)) {
        bpf_program__set_autoload(program, false);
    }
    bpf_program__set_autoload(object.progs.module_loaded, false);
    if (const int error = tat_bpf__load(&object)) {
        return tl::make_unexpected(explain_load_failure(-error));
    }
    object.bss->scoped = config.scoped ? 1 : 0;
    return programs;
}

Status BpfPrograms::share_maps(tat_bpf& instance) const {
    const auto& own = object_->maps;
    const auto& theirs = instance.maps;
    for (const auto& [from, to] :
         {std::pair{own.ring, theirs.ring},
          std::pair{own.targets, theirs.targets},
          std::pair{own.threads, theirs.threads},
          std::pair{own.announced_owners, theirs.announced_owners},
          std::pair{own.told_programs, theirs.told_programs},
          std::pair{own.known_executables, theirs.known_executables},
          std::pair{own.losses, theirs.losses},
          std::pair{own.walks, theirs.walks},
          std::pair{own.fresh_walk, theirs.fresh_walk},
          std::pair{own.known_stacks, theirs.known_stacks},
          std::pair{own.pythons, theirs.pythons},
          std::pair{own.told_code, theirs.told_code},
          std::pair{own.unwind_words, theirs.unwind_words},
          std::pair{own.unwind_rules, theirs.unwind_rules},
          std::pair{own.unwind_tables, theirs.unwind_tables},
          std::pair{own.unwind_mappings, theirs.unwind_mappings},
          std::pair{own.unwind_processes, theirs.unwind_processes},
          std::pair{own.paused, theirs.paused},
          std::pair{own.held, theirs.held},
          std::pair{own.bss, theirs.bss}}) {
        if (const int error = bpf_map__reuse_fd(to, bpf_map__fd(from))) {
            return fail_errno(ErrorCode::RunTime, std::string("cannot share the map ") + bpf_map__name(from), -error);
        }
    }
    return {};
}

Result<InstanceId> BpfPrograms::load_instance(const InstanceConfig& config) {
    if (instances_.size() >= std::numeric_limits<InstanceId>::max()) {
        return fail(ErrorCode::RunTime, "too many different builds of the runtime are traced at once");
    }
    const auto window = window_of(config.layout.buffer);
    if (!window) {
        return tl::make_unexpected(window.error());
    }
    Object object(open_object());
    if (!object) {
        return fail_errno(ErrorCode::RunTime, "cannot open the built-in BPF object", errno);
    }
    const auto id = static_cast<InstanceId>(instances_.size() + 1);
    object->rodata->config = object_->rodata->config;
    tat_instance& instance = object->rodata->instance;
    instance.id = id;
    instance.layout = to_abi(config.layout, *window);
    instance.freed_by_status = config.freed_by_status ? 1 : 0;
    if (config.freed_by_status && !set_status(instance.layout, config.layout.buffer, *window)) {
        return fail(ErrorCode::NotTraceable, "the status of a Buffer is too far from its other members");
    }
    for (bpf_program* program : process_programs_of(*object)) {
        bpf_program__set_autoload(program, false);
    }
    const auto programs = probe_programs(*object);
    for (std::size_t role = 0; role < programs.size(); ++role) {
        bpf_program__set_autoload(programs[role], config.probes[role].has_value());
        instance.probes[role] = to_abi(config.probes[role].value_or(ProbeValues{}));
    }
    if (auto shared = share_maps(*object); !shared) {
        return tl::make_unexpected(shared.error());
    }
    if (const int error = tat_bpf__load(object.get())) {
        return tl::make_unexpected(explain_load_failure(-error));
    }
    instances_.push_back(std::move(object));
    return id;
}

Result<bpf_program*> BpfPrograms::load_linker_program(std::optional<std::int32_t> state_delta) {
    for (const LinkerProgram& loaded : linker_programs_) {
        if (loaded.state_delta == state_delta) {
            return loaded.object->progs.module_loaded;
        }
    }
    Object object(open_object());
    if (!object) {
        return fail_errno(ErrorCode::RunTime, "cannot open the built-in BPF object", errno);
    }
    object->rodata->config = object_->rodata->config;
    object->rodata->instance.linker_state_delta = state_delta ? static_cast<std::uint32_t>(*state_delta) : TAT_NO_OFFSET;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object->obj) {
        bpf_program__set_autoload(program, program == object->progs.module_loaded);
    }
    if (auto shared = share_maps(*object); !shared) {
        return tl::make_unexpected(shared.error());
    }
    if (const int error = tat_bpf__load(object.get())) {
        return tl::make_unexpected(explain_load_failure(-error));
    }
    linker_programs_.push_back({state_delta, std::move(object)});
    return linker_programs_.back().object->progs.module_loaded;
}

Result<bool> BpfPrograms::add_target(std::uint32_t pid) {
    const std::uint32_t value = 1;
    if (bpf_map_update_elem(targets_fd(), &pid, &value, BPF_NOEXIST) == 0) {
        return true;
    }
    if (errno == EEXIST) {
        return false;
    }
    return fail_errno(ErrorCode::RunTime, "cannot add process " + std::to_string(pid) + " to the traced ones", errno);
}

Status BpfPrograms::add_python(std::uint32_t pid, const tat_python& settings) {
    if (bpf_map_update_elem(bpf_map__fd(object_->maps.pythons), &pid, &settings, BPF_ANY) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot tell the programs of the Python of process " + std::to_string(pid), errno);
    }
    return {};
}

void BpfPrograms::collect(bool on) { std::atomic_ref(object_->bss->collecting).store(on ? 1 : 0); }

void BpfPrograms::end_scope() { std::atomic_ref(object_->bss->scoped).store(0); }

std::vector<BpfPrograms::Paused> BpfPrograms::take_paused() {
    std::vector<Paused> taken;
    const int map = paused_fd();
    Paused entry;
    while (bpf_map_get_next_key(map, nullptr, &entry.pid) == 0 &&
           bpf_map_lookup_elem(map, &entry.pid, &entry.since_ns) == 0 && bpf_map_delete_elem(map, &entry.pid) == 0) {
        taken.push_back(entry);
    }
    return taken;
}

void BpfPrograms::release_held(std::uint32_t pid) { (void)bpf_map_delete_elem(held_fd(), &pid); }

void BpfPrograms::tell_alive() { std::atomic_ref(object_->bss->reader_alive_ns).store(monotonic_ns()); }

void BpfPrograms::set_complete_from_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    object_->bss->statistics.complete_since_ns =
        static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

void BpfPrograms::set_none_complete() {
    object_->bss->statistics.complete_since_ns = std::numeric_limits<std::uint64_t>::max();
}

bool BpfPrograms::is_complete_since(std::uint64_t start_time_ns) const {
    return start_time_ns > object_->bss->statistics.complete_since_ns;
}

bpf_program* BpfPrograms::program_for(InstanceId instance, ProbeRole role) const {
    return probe_programs(*instances_.at(instance - 1U)).at(static_cast<std::size_t>(role));
}

bpf_program* BpfPrograms::exception_thrown_program() const { return object_->progs.exception_thrown; }

std::array<bpf_program*, 3> BpfPrograms::process_programs() const {
    return {object_->progs.process_forked, object_->progs.process_exec, object_->progs.process_exited};
}

Result<UnwindMaps> BpfPrograms::open_unwind_maps() const { return UnwindMaps::open(unwind_maps_of(*object_)); }

int BpfPrograms::ring_fd() const { return bpf_map__fd(object_->maps.ring); }

int BpfPrograms::targets_fd() const { return bpf_map__fd(object_->maps.targets); }

int BpfPrograms::paused_fd() const { return bpf_map__fd(object_->maps.paused); }

int BpfPrograms::held_fd() const { return bpf_map__fd(object_->maps.held); }

std::uint64_t BpfPrograms::peak_fill_bytes() const { return object_->bss->statistics.peak_fill_bytes; }

LossCounters BpfPrograms::losses() const {
    LossCounters sum;
    const std::array<std::uint64_t*, TAT_CAUSES> by_cause{&sum.ring_full, &sum.headroom, &sum.fault, &sum.stacks};
    const int processors = libbpf_num_possible_cpus();
    if (processors <= 0) {
        return sum;
    }
    std::vector<std::uint64_t> values(static_cast<std::size_t>(processors));
    for (std::uint32_t index = 0; index < TAT_LOSS_COUNTERS; ++index) {
        if (bpf_map_lookup_elem(bpf_map__fd(object_->maps.losses), &index, values.data()) != 0) {
            continue;
        }
        const bool of_stacks = index / TAT_CAUSES == TAT_EVENT_STACK || index / TAT_CAUSES == TAT_EVENT_CODE;
        for (const std::uint64_t value : values) {
            (of_stacks ? sum.stacks : *by_cause[index % TAT_CAUSES]) += value;
        }
    }
    sum.allocated = object_->bss->lost[TAT_LOSS_ALLOCATED];
    sum.freed = object_->bss->lost[TAT_LOSS_FREED];
    sum.circular_buffers = object_->bss->lost[TAT_LOSS_CIRCULAR_BUFFERS];
    sum.lifecycle = object_->bss->lost[TAT_LOSS_LIFECYCLE];
    return sum;
}

}  // namespace tt::alloc_trace
