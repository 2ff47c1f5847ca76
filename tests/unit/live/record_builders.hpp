// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Records as the programs write them, of a runtime with layout L5, and a decoder that collects what it makes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "event/event_consumer.hpp"
#include "abi/config_abi.h"
#include "live/event_abi.hpp"
#include "live/record_decoder.hpp"
#include "probes/layout_profile.hpp"

namespace tt::alloc_trace::test {

inline constexpr std::uint32_t kPid = 4242;
inline constexpr std::uint32_t kTid = 4243;
inline constexpr std::uint64_t kTime = 1'000'000;
// A module: ELF addresses, and where it is mapped.
inline constexpr std::uint64_t kBias = 0x7f12'3456'0000;
inline constexpr std::uint64_t kProbe = 0x4'2a10;
inline constexpr std::uint64_t kChipVptr = 0x9'0010;
inline constexpr std::uint64_t kMeshVptr = 0x9'1010;

template <typename T>
void store(std::span<std::uint8_t> bytes, std::size_t offset, T value) {
    std::memcpy(bytes.subspan(offset, sizeof(value)).data(), &value, sizeof(value));
}

// Frame of a record of type T; not counted by thread unless the test sets a sequence.
template <typename T>
T record_of(std::uint16_t kind) {
    T record{};
    record.header.size = sizeof(T);
    record.header.kind = kind;
    record.header.instance = 1;
    record.header.time_ns = kTime;
    record.header.pid = kPid;
    record.header.tid = kTid;
    return record;
}

inline constexpr std::uint32_t kWindowStart = 16;

// In a Buffer's window: the object's offset in layout L5.
inline void set_buffer(tat_buffer_event& record, const BufferFields& fields) {
    const std::span window(record.window);
    const auto at = [](std::size_t offset) { return offset - kWindowStart; };
    record.buffer = fields.buffer;
    store(window, at(16), fields.owner);
    store(window, at(24), fields.size);
    store(window, at(32), static_cast<std::uint32_t>(fields.type));
    store(window, at(64), fields.allocator);
    store(window, at(72), std::uint8_t{1});  // allocated
    store(window, at(73), static_cast<std::uint8_t>(fields.hooked));
    store(window, at(80), fields.address);
    store(window, at(88), fields.page_size);
}

[[nodiscard]] inline BufferFields some_buffer() {
    BufferFields fields;
    fields.buffer = 0x7fff'0000'1000;
    fields.owner = 0x5555'0000'2000;
    fields.allocator = 0x5555'0000'3000;
    fields.address = 0x1'2345'6780;
    fields.size = 0x2'0000'0001;
    fields.page_size = 2048;
    fields.type = BufferType::Trace;
    return fields;
}

[[nodiscard]] inline tat_buffer_event buffer_record(std::uint16_t kind, const BufferFields& fields = some_buffer()) {
    auto record = record_of<tat_buffer_event>(kind);
    set_buffer(record, fields);
    return record;
}

[[nodiscard]] inline tat_pointer_event pointer_record(
    std::uint16_t kind, std::uint64_t object, std::uint64_t owner = 0
) {
    auto record = record_of<tat_pointer_event>(kind);
    record.object = object;
    record.owner = owner;
    return record;
}

// An owner whose first word is `vptr`, seen through the allocation probe of a module mapped at `bias`.
[[nodiscard]] inline tat_owner_event owner_record(std::uint64_t vptr, std::uint64_t bias = kBias) {
    auto record = record_of<tat_owner_event>(TAT_EVENT_OWNER);
    record.owner = 0x5555'0000'2000;
    record.program = TAT_PROGRAM_ALLOCATED;
    record.instruction = bias + kProbe;
    record.self.first_word = vptr;
    return record;
}

[[nodiscard]] inline tat_owner_event chip_record(std::int32_t id, std::uint64_t bias = kBias) {
    tat_owner_event record = owner_record(bias + kChipVptr, bias);
    record.self.id = id;
    return record;
}

[[nodiscard]] inline tat_owner_event mesh_record(std::int32_t id, const std::vector<std::int32_t>& chips) {
    tat_owner_event record = owner_record(kBias + kMeshVptr);
    record.mesh_id = id;
    record.mesh_id_read = 1;
    record.chip_count = static_cast<std::uint32_t>(chips.size());
    for (std::size_t i = 0; i < chips.size(); ++i) {
        record.chips[i].first_word = kBias + kChipVptr;
        record.chips[i].id = chips[i];
    }
    return record;
}

[[nodiscard]] inline LayoutProfile l5_layout() {
    LayoutProfile layout;
    layout.name = "L5";
    layout.summary = "by table";
    BufferLayout& buffer = layout.buffer;
    buffer.owner = {16, 8};
    buffer.size = {24, 8};
    buffer.type = {32, 4};
    buffer.layout = {36, 4};
    buffer.allocator = {64, 8};
    buffer.status = {72, 1};
    buffer.hooked = {73, 1};
    buffer.address = {80, 8};
    buffer.page_size = {88, 8};
    layout.owner.chip_vptr = kChipVptr;
    layout.owner.mesh_vptr = kMeshVptr;
    layout.owner.chip_id = {8, 4};
    layout.owner.mesh_impl = {24, 8};
    layout.owner.mesh_id = {72, 4};
    layout.owner.mesh_view = {80, 8};
    layout.owner.view_impl = {0, 8};
    layout.owner.view_chips = {0x178, 8};
    layout.owner.chips_element = 16;
    return layout;
}

// Programs at the allocation probe of a module.
[[nodiscard]] inline DecodedInstance l5_instance() {
    DecodedInstance instance{l5_layout(), {kWindowStart, std::nullopt}, {}};
    instance.sites[TAT_PROGRAM_ALLOCATED] = {kProbe};
    return instance;
}

class DecoderHarness final : public EventConsumer {
public:
    explicit DecoderHarness(const std::vector<DecodedInstance>& instances = {l5_instance()}) {
        for (const DecodedInstance& instance : instances) {
            decoder.add_instance(instance);
        }
    }

    void consume(const Event& event) override { events.push_back(event); }

    std::optional<ProcessNews> decode_bytes(std::span<const std::byte> bytes) { return decoder.decode(bytes, *this); }
    template <typename T>
    std::optional<ProcessNews> decode(const T& record) {
        return decode_bytes(std::as_bytes(std::span(&record, 1)));
    }

    // The only event so far, if it is a T.
    template <typename T>
    [[nodiscard]] const T* only() const {
        return events.size() == 1 ? std::get_if<T>(&events.front()) : nullptr;
    }
    [[nodiscard]] const DecoderStatistics& statistics() const { return decoder.statistics(); }

    RecordDecoder decoder;
    std::vector<Event> events;
};

}  // namespace tt::alloc_trace::test
