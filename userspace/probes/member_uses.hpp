// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which members of the object in an argument a function looks at. Functions that are more than a getter still tell where
// a container is: copying or iterating a vector reads two neighbouring pointers, asking a set for its size one number.
// Where the member's own functions are called instead (-O0), its address is computed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "probes/field.hpp"
#include "probes/value_location.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct MemberUse {
    std::uint32_t offset = 0;  // from the start of the object
    std::uint32_t width = 0;   // bytes read; 0: its address is computed

    auto operator<=>(const MemberUse&) const = default;
};

// Ascending, each once. `object`: the register that holds the object at the entry; Rsi where Rdi is the room for the
// value returned. Writes are none. The form with bytes is pure. Error RunTime in words.
[[nodiscard]] Result<std::vector<MemberUse>> member_uses(
    const ElfFile& elf, const ElfSymbol& function, Register object
);
[[nodiscard]] Result<std::vector<MemberUse>> member_uses(std::span<const std::uint8_t> code, Register object);

// The one member that a function reads of the object to which a call of `callee` has led it; nothing if it reads several.
[[nodiscard]] std::optional<Field> read_of_result(
    const ElfFile& elf, const ElfSymbol& function, const ElfSymbol& callee
);

// The one member whose address a function takes in the object to which a pointer of its own, or a call of `callee` (if not null), has
// led it; nothing if it takes several.
[[nodiscard]] std::optional<std::uint32_t> address_behind(
    const ElfFile& elf, const ElfSymbol& function, const ElfSymbol* callee
);

// Bytes by which the function advances a pointer that begins as the first one of the object: the size of an element, if the
// object is a vector. Nothing if there are several such steps, or none.
[[nodiscard]] std::optional<std::uint32_t> element_bytes(
    const ElfFile& elf, const ElfSymbol& function, Register object
);

// The following look for what the uses have in common with the named kind of member; nothing if that is not the one thing
// they can mean.

// A vector, or a weak_ptr: its first two pointers are read.
[[nodiscard]] std::optional<std::uint32_t> pointer_pair_in(std::span<const MemberUse> uses);
// So many pointers that stand in a row, and no more of them: the first. Nothing if there are several such rows.
[[nodiscard]] std::optional<std::uint32_t> pointer_row_in(std::span<const MemberUse> uses, std::size_t count);
// The only pointer that is read.
[[nodiscard]] std::optional<std::uint32_t> pointer_in(std::span<const MemberUse> uses);
// A hash set or map, of which the number of elements is read, and nothing else.
[[nodiscard]] std::optional<std::uint32_t> hash_container_in(std::span<const MemberUse> uses);
// The one member (not the first) whose address is taken.
[[nodiscard]] std::optional<std::uint32_t> address_in(std::span<const MemberUse> uses);
// Whether these 8 bytes are read.
[[nodiscard]] bool reads_pointer(std::span<const MemberUse> uses, std::uint32_t offset);

}  // namespace tt::alloc_trace
