// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Ring records -> events. Pure: no libbpf, no /proc. A record comes from our own programs, so its frame is trusted after a
// size check; the windows in it are bytes of the traced process and are not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "base/error.hpp"
#include "event/event.hpp"
#include "event/event_consumer.hpp"
#include "live/contradiction.hpp"
#include "live/event_abi.hpp"
#include "live/stack_decoder.hpp"
#include "live/waiting_exceptions.hpp"
#include "probes/layout/buffer_window.hpp"
#include "probes/layout_profile.hpp"
#include "probes/probe_spec.hpp"

namespace tt::alloc_trace {

// What the decoder must know of an instance of the programs (kernel/bpf_programs.hpp) to read its records.
struct DecodedInstance {
    LayoutProfile layout;
    BufferWindow window;
    std::array<std::vector<std::uint64_t>, kProbeRoleCount> sites;  // ELF addresses of the probed instructions, by role
    // Failed allocations of the module pass the probe of frees (ProbeStrategy::EntryByStatus).
    bool freed_by_status = false;
};

struct DecoderStatistics {
    std::uint64_t records = 0;
    std::uint64_t implausible = 0;    // objects that contradict the layout; counted as lost, too
    std::uint64_t malformed = 0;      // records of unknown kind or wrong size
    std::uint64_t sequence_gaps = 0;  // events missing between two of the same thread
};

// What a record has to say to the session, not to the stream.
struct ProcessNews {
    enum class What : std::uint8_t {
        Libraries,        // it has mapped some
        Program,          // it executes one not met before: its dynamic linker may be another one
        Owner,            // it has met a new one, and stands still
        MainThreadEnded,  // while others go on; the probes of one process go with it
    };
    std::uint32_t pid = 0;
    What what = What::Libraries;

    bool operator==(const ProcessNews&) const = default;
};

class RecordDecoder {
public:
    // So many contradictions of a process, before the first plausible object of its build, mean that the layout does not fit.
    static constexpr std::uint64_t kImplausibleLimit = 16;

    // In the order of their ids, which begin with 1.
    void add_instance(DecodedInstance instance) { instances_.push_back({std::move(instance)}); }

    // Hands events to `consumer`, mostly one (a loss precedes the event that revealed it). Returns what it has to say to the session.
    std::optional<ProcessNews> decode(std::span<const std::byte> record, EventConsumer& consumer);

    // Tells the losses that `counted` (in TAT_LOSS_* order, since load) knows of and no record has revealed yet. For counters that
    // were read before the ring was drained: whatever was lost up to then lies before everything that comes from now on.
    void report_losses(const std::array<std::uint32_t, TAT_LOSS_CLASSES>& counted, std::uint64_t t_ns, EventConsumer& consumer);

    // Whose code stacks are named by. Nothing is there unless the session updates it.
    [[nodiscard]] StackDecoder& stacks() { return stacks_; }

    // Tells the exceptions that have waited for too long by `now_ns`, for a thread that rests after one.
    void tell_overdue(std::uint64_t now_ns, EventConsumer& consumer) { exceptions_.tell_overdue(now_ns, consumer); }
    // Tells all that still wait: no more records come.
    void finish(EventConsumer& consumer) { exceptions_.tell_all(consumer); }

    // Processes refused since the last call. Any program can load a runtime and call it with garbage: that is nobody else's fault.
    [[nodiscard]] std::vector<Contradiction> take_contradictions() { return std::exchange(contradictions_, {}); }
    void refuse(std::uint32_t pid) { refused_.insert(pid); }
    [[nodiscard]] bool is_refused(std::uint32_t pid) const { return refused_.contains(pid); }
    // Its number means another process, or another program, from now on.
    void forget(std::uint32_t pid) { refused_.erase(pid); }
    [[nodiscard]] const DecoderStatistics& statistics() const { return statistics_; }
    // Losses seen so far, in TAT_LOSS_* order.
    [[nodiscard]] const std::array<std::uint32_t, TAT_LOSS_CLASSES>& losses_seen() const { return losses_; }

    // Records of one role from one instance so far, lost ones not included.
    [[nodiscard]] std::uint64_t hits(std::uint8_t instance, ProbeRole role) const {
        return instances_.at(instance - 1U).hits[static_cast<std::size_t>(role)];
    }

private:
    struct Instance {
        DecodedInstance what;
        std::array<std::uint64_t, kProbeRoleCount> hits{};
        bool proved = false;            // its layout, by a plausible object
        std::map<std::uint32_t, std::uint64_t> implausible{};  // until then, by process
    };

    void check_sequence(const tat_event_header& header);
    bool decode_object(std::span<const std::byte> record, const tat_event_header& header, EventConsumer& consumer);
    bool decode_process(std::span<const std::byte> record, const tat_event_header& header, EventConsumer& consumer);
    bool decode_buffer(std::span<const std::byte> record, Instance& instance, EventConsumer& consumer);
    bool decode_owner(std::span<const std::byte> record, Instance& instance, EventConsumer& consumer);
    bool decode_circular_buffer(std::span<const std::byte> record, EventConsumer& consumer);
    bool decode_trace(std::span<const std::byte> record, EventConsumer& consumer);
    bool decode_pointer(std::span<const std::byte> record, EventConsumer& consumer);
    bool decode_code_object(std::span<const std::byte> record);
    bool decode_stack(std::span<const std::byte> record, EventConsumer& consumer);
    [[nodiscard]] EventHeader header_of_record(const tat_event_header& header) const;
    bool decode_thrown(std::span<const std::byte> record, EventConsumer& consumer);
    void fail_allocation(const EventHeader& header, BufferFields fields, EventConsumer& consumer);
    [[nodiscard]] bool failure_follows(std::uint8_t instance) const;
    void note_implausible(const tat_buffer_event& record, Instance& instance, EventConsumer& consumer);
    void learn_allocator(const tat_owner_event& record);
    [[nodiscard]] std::uint64_t allocator_of(std::uint32_t pid, std::uint64_t owner) const;

    std::vector<Instance> instances_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> allocators_;  // of chips, by pid and Device pointer
    std::array<std::uint32_t, TAT_LOSS_CLASSES> losses_{};
    tsl::robin_map<std::uint32_t, std::uint64_t> sequence_by_tid_;
    WaitingExceptions exceptions_;
    StackDecoder stacks_;
    bool sequences_forgotten_ = false;  // too many threads: a first record may be any one of its thread
    DecoderStatistics statistics_;
    std::set<std::uint32_t> refused_;
    std::vector<Contradiction> contradictions_;
};

}  // namespace tt::alloc_trace
