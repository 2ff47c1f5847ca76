// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads an offset out of a getter's machine code: `return this->member;` is one load from `this`, whatever the compiler
// and its optimisation. Follows `this` through register copies and stack slots (-O0), knows frame set-up and `endbr64`,
// follows one pointer to an implementation object, passes one check in front of the load (`if (status == 0) throw`, if
// the compiler put the throw out of the way), and refuses everything else: more branches, a second member, writes,
// calls of anything but the member's own functions. Pure; no more than kMaxGetterInstructions are looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/error.hpp"

namespace tt::alloc_trace {

inline constexpr std::size_t kMaxGetterInstructions = 40;  // -O0 getters have about ten
inline constexpr std::size_t kMaxGetterBytes = 256;

enum class GetterShape : std::uint8_t {
    Load,       // returns the member
    Predicate,  // returns something computed from the member and constants, e.g. member == 1
    AddressOf,  // returns the member's address; width is 0. `via` may be set
    Handover,   // calls a function with the member as its first argument: `return member_->view();`
};

struct Getter {
    GetterShape shape = GetterShape::Load;
    std::uint32_t offset = 0;                 // of the member, from `this`
    std::uint32_t width = 0;                  // bytes loaded
    std::optional<std::int64_t> mask;         // member & mask, sign-extended
    std::optional<std::int64_t> compared_to;  // a predicate's: equal to this
    bool negated = false;                     // ... or, if set, unequal to it
    // Set: the member is not in the object itself, but in the one to which its pointer at this offset points (pimpl).
    std::optional<std::uint32_t> via{};

    bool operator==(const Getter&) const = default;
};

// `code`: the function's bytes from its entry (may be longer than the function), at ELF address `address` (for
// messages). Error RunTime: "not a plain getter: <why>, at <instruction>".
[[nodiscard]] Result<Getter> decode_getter(std::span<const std::uint8_t> code, std::uint64_t address = 0);

// Of a function that is no getter, but begins with `if (member == constant)`: that predicate (or its opposite: which of
// both branches is taken when is not told). Same errors.
[[nodiscard]] Result<Getter> decode_first_condition(std::span<const std::uint8_t> code, std::uint64_t address = 0);

// The target if the function is nothing but a jump to another one, with its arguments untouched.
[[nodiscard]] std::optional<std::uint64_t> forwarded_to(std::span<const std::uint8_t> code, std::uint64_t address);

}  // namespace tt::alloc_trace
