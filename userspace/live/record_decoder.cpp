// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/record_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>

#include "live/exception_message.hpp"
#include "probes/shard_pages.hpp"

namespace tt::alloc_trace {
namespace {

static_assert(kBufferWindowBytes == TAT_BUFFER_WINDOW_SIZE && kShardWindowBytes == TAT_SHARD_WINDOW_SIZE);

constexpr std::uint64_t kPageMask = 0xfff;
// /proc tells start times in ticks of USER_HZ = 100; events must give a process the same identity.
constexpr std::uint64_t kTickNs = 10'000'000;
constexpr std::size_t kMaxCountedThreads = 1U << 16U;  // the programs count no more either

template <typename T>
bool copy_record(std::span<const std::byte> bytes, T& record) {
    if (bytes.size() != sizeof(T)) {
        return false;
    }
    std::memcpy(&record, bytes.data(), sizeof(T));
    return true;
}

// The field's value, zero-extended; 0 if there is none, or the window does not hold it.
std::uint64_t read_field(std::span<const std::uint8_t> window, std::uint32_t window_start, const Field& field) {
    std::uint64_t value = 0;
    if (field.offset < window_start || field.width > sizeof(value) ||
        std::uint64_t{field.offset} - window_start + field.width > window.size()) {
        return 0;
    }
    std::memcpy(&value, window.data() + (field.offset - window_start), field.width);
    return value;
}

constexpr std::uint64_t kInterleaved = 0;                     // TensorMemoryLayout::INTERLEAVED
constexpr std::uint64_t kAddressAlignment = 16;               // of L1, the finest
constexpr std::uint64_t kMaxUserAddress = (1ULL << 47U) - 1;  // canonical pointers of a process

bool is_pointer(std::uint64_t value) { return value != 0 && value % alignof(void*) == 0 && value <= kMaxUserAddress; }

struct DecodedBuffer {
    BufferFields fields;
    bool flagged_hooked = false;
    bool consistent = false;  // nothing contradicts the layout
    bool plausible = false;   // ... and it is a buffer with memory
};

class BufferReader {
public:
    BufferReader(const tat_buffer_event& record, const BufferWindow& window) : record_(record), window_(window) {}

    [[nodiscard]] std::uint64_t operator()(const Field& field) const {
        if (window_.far_offset && field.offset >= *window_.far_offset && field.exists()) {
            std::uint64_t value = 0;
            const std::size_t skip = std::min<std::size_t>(field.offset - *window_.far_offset, sizeof(value));
            const auto* word = reinterpret_cast<const std::uint8_t*>(&record_.far_word);
            std::memcpy(&value, word + skip, std::min<std::size_t>(field.width, sizeof(value) - skip));
            return value;
        }
        return read_field(record_.window, window_.start, field);
    }

private:
    const tat_buffer_event& record_;
    const BufferWindow& window_;
};

DecodedBuffer decode_fields(const tat_buffer_event& record, const BufferLayout& layout, const BufferWindow& window) {
    const BufferReader get(record, window);
    DecodedBuffer decoded;
    BufferFields& fields = decoded.fields;
    fields.buffer = layout.stable_pointer != 0 ? record.buffer : 0;
    fields.owner = get(layout.owner);
    fields.allocator = get(layout.allocator);
    fields.address = (record.header.flags & TAT_FLAG_ADDRESS) != 0 ? record.address : get(layout.address);
    fields.size = get(layout.size);
    fields.page_size = get(layout.page_size);
    const std::uint64_t type = get(layout.type);
    const std::uint64_t hooked = get(layout.hooked);
    const std::uint64_t status = get(layout.status);
    fields.type = static_cast<BufferType>(type);
    fields.sharded = get(layout.layout) != kInterleaved;
    // Before there was a flag, and with it, a hooked buffer has no address.
    fields.hooked = hooked != 0 || fields.address == 0 || (record.header.flags & TAT_FLAG_HOOKED) != 0;
    // Where Buffers do not tell their allocator they have lost their size, too, when their free is announced.
    const bool size_known = fields.size != 0 || (!layout.allocator.exists() && record.header.kind == TAT_EVENT_FREED);
    decoded.flagged_hooked = hooked != 0;
    decoded.consistent = type < kBufferTypeCount && hooked <= 1 && status <= layout.status_deallocated &&
                         is_pointer(fields.owner);
    decoded.plausible = decoded.consistent && size_known &&
                        (fields.hooked || fields.address % kAddressAlignment == 0) &&
                        (is_pointer(fields.allocator) || fields.hooked || !layout.allocator.exists());
    return decoded;
}

void set_cores(BufferFields& fields, const tat_cores& cores) {
    constexpr std::uint64_t kMaxCores = std::numeric_limits<std::uint8_t>::max();
    fields.per_core = cores.per_core != 0;
    fields.cores = cores.count > kMaxCores ? std::uint8_t{0} : static_cast<std::uint8_t>(cores.count);
    fields.core = cores.found == 0 ? std::uint8_t{0} : core_number(cores.x, cores.y);
}

// Some buffers say how their shards look, the others how they are dealt.
std::uint64_t pages_of_bank(const tat_sharded_event& record, const BufferFields& fields, const BufferLayout& layout) {
    const std::uint64_t pages = pages_per_shard(std::as_bytes(std::span(record.shard)), layout);
    if (pages != 0 || fields.page_size == 0) {
        return pages;
    }
    constexpr std::uint64_t kCoreBytes = 16;
    const auto& [cores_begin, cores_end, of_shard, shards] = record.spread;
    return pages_of_fullest_core({(cores_end - cores_begin) / kCoreBytes, of_shard, shards}, fields.size / fields.page_size);
}

struct Identity {
    OwnerKind kind = OwnerKind::Unknown;
    std::uint64_t bias = 0;
};

constexpr std::uint64_t kMaxChips = 4096;

// Without a vtable nothing but a chip can own a Buffer, and its id is all there is to check.
Identity identify(const tat_owner_event& record, const DecodedInstance& instance) {
    const OwnerLayout& layout = instance.layout.owner;
    if (layout.chip_vptr == 0) {
        const bool plausible = static_cast<std::uint32_t>(record.self.id) < kMaxChips;
        return {plausible ? OwnerKind::Chip : OwnerKind::Unknown, 0};
    }
    const std::uint64_t vptr = record.self.first_word;
    if (record.program >= instance.sites.size()) {
        return {};
    }
    for (const std::uint64_t site : instance.sites[record.program]) {
        const std::uint64_t bias = record.instruction - site;
        if ((bias & kPageMask) != 0) {
            continue;
        }
        if (vptr == bias + layout.chip_vptr) {
            return {OwnerKind::Chip, bias};
        }
        if (layout.mesh_vptr != 0 && vptr == bias + layout.mesh_vptr) {
            return {OwnerKind::Mesh, bias};
        }
    }
    return {};
}

// Empty unless every chip of the list was read, is a chip and another one: a wrong list would be a plausible lie.
std::vector<std::int32_t> chips_of_mesh(const tat_owner_event& record, const OwnerLayout& layout, std::uint64_t bias) {
    if (!layout.view_chips.exists() || record.chip_count > TAT_MAX_MESH_CHIPS) {
        return {};
    }
    std::vector<std::int32_t> chips;
    for (std::uint32_t i = 0; i < record.chip_count; ++i) {
        if (record.chips[i].first_word != bias + layout.chip_vptr) {
            return {};
        }
        const std::int32_t id = record.chips[i].id;
        if (std::find(chips.begin(), chips.end(), id) != chips.end()) {
            return {};
        }
        chips.push_back(id);
    }
    return chips;
}

constexpr std::uint64_t kMaxL1 = std::uint64_t{1} << 23U;  // bytes per core, no chip has so much
constexpr std::uint32_t kMaxCoordinate = 255;               // of a core

// Read from a program's memory by offsets out of its code: the last line of defence is that the answer makes sense. One that
// is larger than L1 does: such a launch is refused after it was told.
bool is_plausible(const CircularBufferAllocated& event) {
    const bool fits = event.address != 0 && event.size != 0 && event.address < kMaxL1 && event.size < kMaxL1;
    return fits && std::all_of(event.cores.begin(), event.cores.end(), [](const CoreRange& range) {
        return range.start_x <= range.end_x && range.start_y <= range.end_y && range.end_x <= kMaxCoordinate &&
               range.end_y <= kMaxCoordinate;
    });
}

PlanKind plan_of(std::uint32_t plan) {
    return plan == TAT_PLAN_DATAFLOW ? PlanKind::DataflowBuffers : PlanKind::CircularBuffer;
}

AllocatorChange change_of(std::uint16_t flags) {
    switch (flags) {
        case TAT_FLAG_OVERRIDDEN: return AllocatorChange::StateOverridden;
        case TAT_FLAG_SHRUNK: return AllocatorChange::Shrunk;
        default: return AllocatorChange::Reset;
    }
}

constexpr std::array kTraceRoles{
    ProbeRole::TraceBegun, ProbeRole::TraceEnded, ProbeRole::TraceRegistered, ProbeRole::TraceReplayed, ProbeRole::TraceReleased
};
static_assert(kTraceRoles.size() == kTraceCallCount);
static_assert(static_cast<int>(TraceCall::Release) == TAT_FLAG_TRACE_RELEASE && static_cast<int>(TraceCall::End) == TAT_FLAG_TRACE_END);

ProbeRole role_of_trace(std::uint8_t flags) { return kTraceRoles[std::min<std::size_t>(flags, kTraceRoles.size() - 1)]; }

ProbeRole role_of(const tat_event_header& header) {
    switch (header.kind) {
        case TAT_EVENT_ALLOCATED: return ProbeRole::Allocated;
        case TAT_EVENT_FREED:
        case TAT_EVENT_ALLOCATION_FAILED: return ProbeRole::Freed;
        case TAT_EVENT_CIRCULAR_BUFFER: return ProbeRole::CircularBufferAllocated;
        case TAT_EVENT_CIRCULAR_BUFFERS_RELEASED: return ProbeRole::CircularBuffersReleased;
        case TAT_EVENT_PROGRAM_LAUNCHED:
        case TAT_EVENT_PROGRAM_NOT_TOLD: return ProbeRole::ProgramLaunched;
        case TAT_EVENT_PROGRAM_DESTROYED: return ProbeRole::ProgramDestroyed;
        case TAT_EVENT_OWNER_CLOSING: return ProbeRole::OwnerClosing;
        case TAT_EVENT_TRACE_CALLED: return role_of_trace(header.flags);
        default: break;
    }
    if (header.kind == TAT_EVENT_ALLOCATOR_CHANGED) {
        return change_of(header.flags) == AllocatorChange::StateOverridden ? ProbeRole::AllocatorOverridden
               : change_of(header.flags) == AllocatorChange::Shrunk        ? ProbeRole::AllocatorShrunk
                                                                           : ProbeRole::AllocatorReset;
    }
    switch (header.flags) {
        case TAT_FLAG_DEALLOCATE_BUFFERS: return ProbeRole::AllocatorDeallocateBuffers;
        case TAT_FLAG_CLEAR: return ProbeRole::AllocatorClear;
        default: return ProbeRole::AllocatorDestroyed;
    }
}

AllocatorRelease release_of(std::uint16_t flags) {
    switch (flags) {
        case TAT_FLAG_DEALLOCATE_BUFFERS: return AllocatorRelease::DeallocateBuffers;
        case TAT_FLAG_CLEAR: return AllocatorRelease::Clear;
        default: return AllocatorRelease::Destroyed;
    }
}

std::optional<ProcessNews> news_of(const tat_event_header& header) {
    using What = ProcessNews::What;
    switch (header.kind) {
        case TAT_EVENT_MODULE_LOADED:
            return ProcessNews{header.pid, (header.flags & TAT_FLAG_NEW_PROGRAM) != 0 ? What::Program : What::Libraries};
        case TAT_EVENT_ALLOCATED:
        case TAT_EVENT_ALLOCATION_FAILED:
            return (header.flags & TAT_FLAG_STOPPED) != 0 ? std::optional(ProcessNews{header.pid, What::Owner}) : std::nullopt;
        case TAT_EVENT_MAIN_THREAD_ENDED: return ProcessNews{header.pid, What::MainThreadEnded};
        default: return std::nullopt;
    }
}

}  // namespace

EventHeader RecordDecoder::header_of_record(const tat_event_header& header) const {
    return {header.time_ns, header.pid, header.tid, header.stack == 0 ? 0 : stacks_.number_of(header.stack)};
}

bool RecordDecoder::decode_stack(std::span<const std::byte> bytes, EventConsumer& consumer) {
    tat_stack_event record{};
    if (!copy_record(bytes, record)) {
        return false;
    }
    stacks_.decode(record, consumer);
    return true;
}

bool RecordDecoder::decode_code_object(std::span<const std::byte> bytes) {
    std::optional<PythonCode> code = decode_code(bytes);
    if (!code) {
        return false;
    }
    stacks_.add_code(std::move(*code));
    return true;
}

std::optional<ProcessNews> RecordDecoder::decode(std::span<const std::byte> record, EventConsumer& consumer) {
    ++statistics_.records;
    tat_event_header header{};
    if (record.size() < sizeof(header)) {
        ++statistics_.malformed;
        return std::nullopt;
    }
    std::memcpy(&header, record.data(), sizeof(header));
    // The ring rounds lengths up to 8; the record's own size is the exact one.
    if (header.size < sizeof(header) || header.size > record.size()) {
        ++statistics_.malformed;
        return std::nullopt;
    }
    record = record.first(header.size);
    check_sequence(header);
    report_losses(std::to_array(header.lost), header.time_ns, consumer);
    exceptions_.tell_before(header, consumer);
    const bool decoded = header.kind == TAT_EVENT_CODE     ? decode_code_object(record)
                         : header.kind == TAT_EVENT_STACK  ? decode_stack(record, consumer)
                         : header.kind == TAT_EVENT_THROWN ? decode_thrown(record, consumer)
                                                           : decode_object(record, header, consumer) ||
                                                               decode_process(record, header, consumer);
    if (!decoded) {
        ++statistics_.malformed;
        return std::nullopt;
    }
    return news_of(header);
}

// Records are stamped a moment after their place in the ring is taken, so a stamp may be a little older than the one before.
void RecordDecoder::report_losses(
    const std::array<std::uint32_t, TAT_LOSS_CLASSES>& counted, std::uint64_t t_ns, EventConsumer& consumer
) {
    std::array<std::uint64_t, TAT_LOSS_CLASSES> fresh{};
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const auto change = static_cast<std::int32_t>(counted[i] - losses_[i]);
        if (change > 0) {
            fresh[i] = static_cast<std::uint64_t>(change);
            losses_[i] = counted[i];
            total += fresh[i];
        }
    }
    if (total > 0) {
        consumer.consume(Lost{
            {t_ns, 0, 0},
            fresh[TAT_LOSS_ALLOCATED],
            fresh[TAT_LOSS_FREED],
            fresh[TAT_LOSS_CIRCULAR_BUFFERS],
            fresh[TAT_LOSS_LIFECYCLE]});
    }
}

void RecordDecoder::check_sequence(const tat_event_header& header) {
    if (header.sequence == 0) {
        return;
    }
    if (sequence_by_tid_.size() >= kMaxCountedThreads) {
        sequence_by_tid_.clear();
        sequences_forgotten_ = true;
    }
    const auto [entry, fresh] = sequence_by_tid_.try_emplace(header.tid, header.sequence);
    // A sequence that starts anew is another thread with the same id. Whatever precedes the first record is a gap as well.
    const bool anew = fresh || header.sequence <= entry->second;
    if (!anew || !sequences_forgotten_) {
        statistics_.sequence_gaps += header.sequence - (anew ? 0 : entry->second) - 1;
    }
    entry.value() = header.sequence;
}

bool RecordDecoder::decode_object(
    std::span<const std::byte> record, const tat_event_header& header, EventConsumer& consumer
) {
    if (header.instance == 0 || header.instance > instances_.size()) {
        return false;
    }
    Instance& instance = instances_[header.instance - 1U];
    if (header.kind != TAT_EVENT_OWNER && header.kind != TAT_EVENT_PROGRAM_NOT_TOLD) {
        ++instance.hits[static_cast<std::size_t>(role_of(header))];
    }
    if (!refused_.empty() && refused_.contains(header.pid)) {
        return true;
    }
    switch (header.kind) {
        case TAT_EVENT_ALLOCATED:
        case TAT_EVENT_FREED:
        case TAT_EVENT_ALLOCATION_FAILED: return decode_buffer(record, instance, consumer);
        case TAT_EVENT_OWNER: return decode_owner(record, instance, consumer);
        case TAT_EVENT_CIRCULAR_BUFFER: return decode_circular_buffer(record, consumer);
        case TAT_EVENT_TRACE_CALLED: return decode_trace(record, consumer);
        case TAT_EVENT_CIRCULAR_BUFFERS_RELEASED:
        case TAT_EVENT_PROGRAM_LAUNCHED:
        case TAT_EVENT_PROGRAM_NOT_TOLD:
        case TAT_EVENT_PROGRAM_DESTROYED:
        case TAT_EVENT_OWNER_CLOSING:
        case TAT_EVENT_ALLOCATOR_RELEASED:
        case TAT_EVENT_ALLOCATOR_CHANGED: return decode_pointer(record, consumer);
        default: return false;
    }
}

bool RecordDecoder::decode_buffer(std::span<const std::byte> bytes, Instance& instance, EventConsumer& consumer) {
    tat_sharded_event whole{};
    const tat_buffer_event& record = whole.buffer;
    const bool has_shard = copy_record(bytes, whole) && (record.header.kind == TAT_EVENT_ALLOCATED || whole.cores.per_core != 0);
    if (!has_shard && !copy_record(bytes, whole.buffer)) {
        return false;
    }
    const BufferLayout& layout = instance.what.layout.buffer;
    DecodedBuffer decoded = decode_fields(record, layout, instance.what.window);
    const EventHeader header = header_of_record(record.header);
    if (record.header.kind == TAT_EVENT_ALLOCATION_FAILED && decoded.consistent) {
        if (!decoded.flagged_hooked) {
            fail_allocation(header, decoded.fields, consumer);
        }
        return true;
    }
    if (!decoded.plausible) {
        note_implausible(record, instance, consumer);
        return true;
    }
    if (has_shard) {
        decoded.fields.pages_per_shard = pages_of_bank(whole, decoded.fields, layout);
        set_cores(decoded.fields, whole.cores);
    }
    if (!layout.allocator.exists()) {
        decoded.fields.allocator = allocator_of(record.header.pid, decoded.fields.owner);
    }
    instance.proved = true;
    if (record.header.kind == TAT_EVENT_ALLOCATED) {
        consumer.consume(Allocated{header, decoded.fields});
    } else {
        consumer.consume(Freed{header, decoded.fields});
    }
    return true;
}

void RecordDecoder::fail_allocation(const EventHeader& header, BufferFields fields, EventConsumer& consumer) {
    AllocationFailed event{header, fields, exceptions_.take(header.tid)};
    event.buffer.address = 0;
    event.buffer.hooked = false;
    consumer.consume(event);
}

// An exception's own record precedes that of the failed allocation, which has the Buffer. Where none follows the text is all
// there is.
bool RecordDecoder::decode_thrown(std::span<const std::byte> bytes, EventConsumer& consumer) {
    tat_thrown_event record{};
    if (!copy_record(bytes, record) || record.header.instance > instances_.size()) {
        return false;
    }
    const EventHeader header = header_of_record(record.header);
    const auto* text = reinterpret_cast<const char*>(record.message);
    const std::size_t length = strnlen(text, sizeof(record.message));
    const ExceptionMessage message = read_message({text, length}, length + 1 >= sizeof(record.message));
    using About = ExceptionMessage::About;
    const bool may_be_of_allocation = message.about == About::Memory || message.about == About::Other;
    if (message.about == About::CircularBuffers) {
        consumer.consume(CircularBufferClash{header, record.program, record.owner, message.text});
    } else if (may_be_of_allocation && failure_follows(record.header.instance)) {
        exceptions_.add({header, record.program, record.owner, message.text}, message.about == About::Memory, consumer);
    } else if (message.about == About::Memory) {
        AllocationFailed event{header, {}, message.text};
        event.buffer.size = message.size;
        event.buffer.type = message.type;
        consumer.consume(event);
    } else {
        consumer.consume(RequestRefused{header, record.program, record.owner, message.text});
    }
    return true;
}

// `instance`: of the event before; a thread's first event may be a failure.
bool RecordDecoder::failure_follows(std::uint8_t instance) const {
    if (instance != 0) {
        return instances_[instance - 1U].what.freed_by_status;
    }
    return std::any_of(instances_.begin(), instances_.end(), [](const Instance& i) { return i.what.freed_by_status; });
}

void RecordDecoder::note_implausible(const tat_buffer_event& record, Instance& instance, EventConsumer& consumer) {
    ++statistics_.implausible;
    Lost lost{{record.header.time_ns, 0, 0}};
    switch (record.header.kind) {
        case TAT_EVENT_ALLOCATED: lost.allocated = 1; break;
        case TAT_EVENT_FREED: lost.freed = 1; break;
        default: lost.lifecycle = 1;
    }
    consumer.consume(lost);
    if (!instance.proved && ++instance.implausible[record.header.pid] >= kImplausibleLimit) {
        const std::string pid = std::to_string(record.header.pid);
        const LayoutProfile& layout = instance.what.layout;
        instance.implausible.erase(record.header.pid);
        refuse(record.header.pid);
        Error why{
            ErrorCode::NotTraceable,
            "the first " + std::to_string(kImplausibleLimit) + " Buffer objects of process " + pid +
                " do not look like object layout " + layout.name + " (" + layout.summary +
                "): decoding stopped, no figure shown would be right",
            "see `tt-alloc-trace doctor -p " + pid + "`; give the right one by --layout FILE",
            0};
        contradictions_.push_back({record.header.pid, std::move(why)});
    }
}

bool RecordDecoder::decode_owner(std::span<const std::byte> bytes, Instance& instance, EventConsumer& consumer) {
    tat_owner_event record{};
    if (!copy_record(bytes, record)) {
        return false;
    }
    OwnerSeen event{header_of_record(record.header), record.owner, OwnerKind::Unknown, -1, {}};
    const Identity identity = identify(record, instance.what);
    const OwnerLayout& layout = instance.what.layout.owner;
    event.kind = identity.kind;
    if (identity.kind == OwnerKind::Chip) {
        event.id = record.self.id;
        event.chips = {event.id};
        learn_allocator(record);
    } else if (identity.kind == OwnerKind::Mesh) {
        event.id = record.mesh_id_read != 0 ? record.mesh_id : -1;
        event.chips = chips_of_mesh(record, layout, identity.bias);
    }
    // Met in the free of a Buffer that may have outlived its mesh: without its chips it is not known to be one still.
    if (record.program == static_cast<std::uint32_t>(ProbeRole::Freed) && event.kind == OwnerKind::Mesh && layout.view_chips.exists() &&
        event.chips.empty()) {
        event.kind = OwnerKind::Unknown;
        event.id = -1;
    }
    consumer.consume(event);
    return true;
}

void RecordDecoder::learn_allocator(const tat_owner_event& record) {
    if (is_pointer(record.allocator)) {
        allocators_[{record.header.pid, record.owner}] = record.allocator;
    }
}

// The chip stands for its allocator if that could not be read.
std::uint64_t RecordDecoder::allocator_of(std::uint32_t pid, std::uint64_t owner) const {
    const auto found = allocators_.find({pid, owner});
    return found == allocators_.end() ? owner : found->second;
}

bool RecordDecoder::decode_circular_buffer(std::span<const std::byte> bytes, EventConsumer& consumer) {
    tat_circular_buffer_event record{};
    if (!copy_record(bytes, record)) {
        return false;
    }
    CircularBufferAllocated event;
    event.header = header_of_record(record.header);
    event.program = record.program;
    event.owner = record.owner;
    event.address = record.address;
    event.size = record.size;
    event.globally_allocated = record.globally_allocated != 0;
    event.kind = plan_of(record.plan);
    event.cores_complete = record.range_count == record.ranges_copied;
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(record.ranges_copied, TAT_MAX_CORE_RANGES); ++i) {
        const auto& range = record.ranges[i];
        const auto coordinate = [&](std::size_t index) { return static_cast<std::uint32_t>(range[index]); };
        event.cores.push_back({coordinate(0), coordinate(1), coordinate(2), coordinate(3)});
    }
    if ((record.header.flags & TAT_FLAG_OF_PROGRAM) != 0 && !is_plausible(event)) {
        ++statistics_.implausible;
        consumer.consume(Lost{{record.header.time_ns, 0, 0}, 0, 0, 1, 0});
        return true;
    }
    consumer.consume(event);
    return true;
}

bool RecordDecoder::decode_trace(std::span<const std::byte> bytes, EventConsumer& consumer) {
    tat_trace_event record{};
    if (!copy_record(bytes, record) || record.header.flags >= kTraceCallCount) {
        return false;
    }
    const auto call = static_cast<TraceCall>(record.header.flags);
    consumer.consume(TraceCalled{header_of_record(record.header), call, record.trace, record.object});
    return true;
}

bool RecordDecoder::decode_pointer(std::span<const std::byte> bytes, EventConsumer& consumer) {
    tat_pointer_event record{};
    if (!copy_record(bytes, record)) {
        return false;
    }
    const EventHeader header = header_of_record(record.header);
    switch (record.header.kind) {
        case TAT_EVENT_CIRCULAR_BUFFERS_RELEASED: consumer.consume(CircularBuffersReleased{header, record.object}); break;
        case TAT_EVENT_PROGRAM_LAUNCHED: consumer.consume(ProgramLaunched{header, record.object, record.owner}); break;
        case TAT_EVENT_PROGRAM_NOT_TOLD:
            consumer.consume(ProgramNotTold{header, record.object, record.owner, plan_of(record.header.flags)});
            break;
        case TAT_EVENT_PROGRAM_DESTROYED: consumer.consume(ProgramDestroyed{header, record.object}); break;
        case TAT_EVENT_OWNER_CLOSING: consumer.consume(OwnerClosing{header, record.object}); break;
        case TAT_EVENT_ALLOCATOR_CHANGED:
            consumer.consume(AllocatorChanged{header, record.object, change_of(record.header.flags)});
            break;
        default: consumer.consume(AllocatorReleased{header, record.object, release_of(record.header.flags)});
    }
    return true;
}

bool RecordDecoder::decode_process(
    std::span<const std::byte> bytes, const tat_event_header& frame, EventConsumer& consumer
) {
    tat_process_event record{};
    const bool is_process =
        (frame.kind >= TAT_EVENT_PROCESS_SEEN && frame.kind <= TAT_EVENT_MODULE_LOADED) || frame.kind == TAT_EVENT_MAIN_THREAD_ENDED;
    if (!is_process || !copy_record(bytes, record)) {
        return false;
    }
    const EventHeader header = header_of_record(frame);
    switch (frame.kind) {
        case TAT_EVENT_PROCESS_SEEN: {
            const auto* name = reinterpret_cast<const char*>(record.command);
            const bool complete = (frame.flags & TAT_FLAG_FROM_FIRST_EVENT) != 0;
            const std::uint64_t start_ns = record.start_time_ns / kTickNs * kTickNs;
            const std::string command(name, strnlen(name, sizeof(record.command)));
            consumer.consume(ProcessSeen{header, record.parent_pid, start_ns, complete, command});
            break;
        }
        case TAT_EVENT_PROCESS_FORKED: consumer.consume(ProcessForked{header, record.child_pid}); break;
        case TAT_EVENT_PROCESS_EXEC: consumer.consume(ProcessExec{header}); break;
        case TAT_EVENT_PROCESS_EXITED:
            allocators_.erase(allocators_.lower_bound({frame.pid, 0}), allocators_.lower_bound({frame.pid + 1, 0}));
            consumer.consume(ProcessStatus{header, (record.wait_status >> 8U) & 0xffU, record.wait_status & 0x7fU});
            consumer.consume(ProcessExited{header});
            break;
        default: break;  // news
    }
    return true;
}

}  // namespace tt::alloc_trace
