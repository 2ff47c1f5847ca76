// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which chip or mesh a pointer means. Chip ids and mesh ids collide, so the class is told by the vtable pointer first.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <optional>

#include "probes/layout_profile.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

class OwnerReader {
public:
    // All must outlive this.
    OwnerReader(const TargetReader& reader, const WalkModule& module) : reader_(reader), module_(module) {}

    // Remembered: an object does not change its class.
    [[nodiscard]] OwnerKind kind_of(std::uint64_t owner);
    // nullopt: neither a chip nor a mesh, or torn.
    [[nodiscard]] std::optional<WalkedOwner> read(std::uint64_t owner);
    // The object that holds a mesh's members.
    [[nodiscard]] std::optional<std::uint64_t> mesh_impl(std::uint64_t mesh) const;

private:
    [[nodiscard]] OwnerKind look_up(std::uint64_t owner) const;
    void read_chips(std::uint64_t impl, WalkedOwner& mesh);

    const TargetReader& reader_;
    const WalkModule& module_;
    tsl::robin_map<std::uint64_t, OwnerKind, AddressHash> kinds_;
};

}  // namespace tt::alloc_trace
