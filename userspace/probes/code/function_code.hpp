// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A function's instructions: all that can be reached from its entry by jumps and by going on, the parts the compiler
// split off included as far as a bound goes, and what stands between (landing pads, which only the unwinder enters).
// Internal to probes/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "probes/code/instruction.hpp"

namespace tt::alloc_trace {

inline constexpr std::uint64_t kMaxFunctionBytes = 64U << 10U;  // real ones have a few kilobytes
inline constexpr std::uint64_t kNoAddress = 0x10000;  // any: of code that refers to nothing outside

class FunctionCode {
public:
    // Up to that many bytes at an address of the file; empty if there are none.
    using Reader = std::function<std::vector<std::uint8_t>(std::uint64_t address, std::size_t size)>;

    // `code`: the whole function. Error NotTraceable: size 0 or above kMaxFunctionBytes, an undecodable instruction,
    // with its address.
    [[nodiscard]] static Result<FunctionCode> decode(
        std::vector<std::uint8_t> code, std::uint64_t address, const Reader& reader
    );

    [[nodiscard]] std::uint64_t entry() const { return entry_; }
    // Whether an address is in the function proper, not in a part split off.
    [[nodiscard]] bool contains(std::uint64_t address) const { return address - entry_ < bytes_.size(); }
    // By ascending address.
    [[nodiscard]] std::span<const Instruction> instructions() const { return instructions_; }
    // The one at an address; nullptr if none was decoded there.
    [[nodiscard]] const Instruction* at(std::uint64_t address) const;
    // Where a jump table leads; empty if the jump is not one, or the table could not be read.
    [[nodiscard]] std::span<const std::uint64_t> table_of(const Instruction& jump) const;
    // Whether any jump in the code goes there, landing pads' included.
    [[nodiscard]] bool is_jump_target(std::uint64_t address) const { return jump_targets_.contains(address); }
    // Disassembled; only of instructions in the function proper.
    [[nodiscard]] std::string text_at(std::uint64_t address) const;

private:
    FunctionCode() = default;
    [[nodiscard]] Status decode_proper();
    void decode_split_off(const Reader& reader);
    void read_jump_tables(const Reader& reader);
    void index_targets();

    std::uint64_t entry_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::vector<Instruction> instructions_;
    std::map<std::uint64_t, std::vector<std::uint64_t>> tables_;
    std::unordered_set<std::uint64_t> jump_targets_;
};

}  // namespace tt::alloc_trace
