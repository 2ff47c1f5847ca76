// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/function_code.hpp"

#include <algorithm>
#include <utility>

#include "base/hex.hpp"
#include "probes/code/jump_table.hpp"
#include "probes/disassembler.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxSplitOff = 4096;  // instructions outside of the function; a tail-called one is not read on
constexpr std::size_t kPieceBytes = 512;    // of them read at once

bool ends_flow(const Instruction& instruction) {
    return instruction.flow == Flow::Jump || instruction.flow == Flow::Return || instruction.flow == Flow::Stop;
}

bool has_lower_address(const Instruction& left, const Instruction& right) {
    return left.address < right.address;
}

}  // namespace

Result<FunctionCode> FunctionCode::decode(std::vector<std::uint8_t> code, std::uint64_t address, const Reader& reader) {
    if (code.empty() || code.size() > kMaxFunctionBytes || address > UINT64_MAX - 2 * kMaxFunctionBytes) {
        return fail(ErrorCode::NotTraceable, "the function at " + hex(address) + " has no size, or is too large");
    }
    FunctionCode function;
    function.entry_ = address;
    function.bytes_ = std::move(code);
    if (const Status status = function.decode_proper(); !status) {
        return tl::make_unexpected(status.error());
    }
    function.read_jump_tables(reader);
    function.decode_split_off(reader);
    function.index_targets();
    for (const Instruction& instruction : function.instructions_) {
        if (instruction.target && instruction.flow != Flow::Call && function.contains(*instruction.target) &&
            function.at(*instruction.target) == nullptr) {
            return fail(
                ErrorCode::NotTraceable, "the jump at " + hex(instruction.address) + " leads into an instruction"
            );
        }
    }
    return function;
}

// From one end to the other: compilers leave no data between the instructions.
Status FunctionCode::decode_proper() {
    Disassembler disassembler(bytes_, entry_);
    while (disassembler.address() < entry_ + bytes_.size()) {
        const cs_insn* instruction = disassembler.next();
        if (instruction == nullptr) {
            return fail(
                ErrorCode::NotTraceable, "no instruction at " + hex(disassembler.address()) + ", inside the function"
            );
        }
        instructions_.push_back(reduce(*instruction));
    }
    return {};
}

void FunctionCode::read_jump_tables(const Reader& reader) {
    for (std::size_t i = 0; i < instructions_.size(); ++i) {
        if (instructions_[i].is_computed_jump()) {
            auto targets = read_jump_table(std::span(instructions_).first(i + 1), reader);
            if (!targets.empty() && std::all_of(targets.begin(), targets.end(), [&](std::uint64_t target) {
                    return !contains(target) || at(target) != nullptr;
                })) {
                tables_.emplace(instructions_[i].address, std::move(targets));
            }
        }
    }
}

void FunctionCode::decode_split_off(const Reader& reader) {
    std::vector<std::uint64_t> todo;
    const auto follow = [&](const Instruction& instruction) {
        if (instruction.target && instruction.flow != Flow::Call && !contains(*instruction.target)) {
            todo.push_back(*instruction.target);
        }
        for (const std::uint64_t target : table_of(instruction)) {
            if (!contains(target)) {
                todo.push_back(target);
            }
        }
    };
    for (const Instruction& instruction : instructions_) {
        follow(instruction);
    }
    std::map<std::uint64_t, Instruction> found;
    for (std::size_t i = 0; i < todo.size() && found.size() < kMaxSplitOff; ++i) {
        const std::uint64_t start = todo[i];
        if (found.contains(start) || contains(start)) {
            continue;
        }
        const std::vector<std::uint8_t> code = reader ? reader(start, kPieceBytes) : std::vector<std::uint8_t>{};
        Disassembler disassembler(code, start);
        bool goes_on = true;
        std::uint64_t end = start;
        while (goes_on && !found.contains(end) && !contains(end) && found.size() < kMaxSplitOff) {
            const cs_insn* instruction = disassembler.next();
            if (instruction == nullptr) {
                break;
            }
            const Instruction reduced = reduce(*instruction);
            found.emplace(reduced.address, reduced);
            follow(reduced);
            goes_on = !ends_flow(reduced);
            end = reduced.end();
        }
        if (goes_on && end != start && !contains(end)) {
            todo.push_back(end);
        }
    }
    for (const auto& [address, instruction] : found) {
        instructions_.push_back(instruction);
    }
    std::sort(instructions_.begin(), instructions_.end(), has_lower_address);
}

void FunctionCode::index_targets() {
    for (const Instruction& instruction : instructions_) {
        if (instruction.target && instruction.flow != Flow::Call) {
            jump_targets_.insert(*instruction.target);
        }
    }
    for (const auto& [jump, targets] : tables_) {
        jump_targets_.insert(targets.begin(), targets.end());
    }
}

const Instruction* FunctionCode::at(std::uint64_t address) const {
    Instruction key;
    key.address = address;
    const auto found = std::lower_bound(instructions_.begin(), instructions_.end(), key, has_lower_address);
    return found != instructions_.end() && found->address == address ? &*found : nullptr;
}

std::span<const std::uint64_t> FunctionCode::table_of(const Instruction& jump) const {
    const auto table = tables_.find(jump.address);
    return table == tables_.end() ? std::span<const std::uint64_t>{} : std::span(table->second);
}

std::string FunctionCode::text_at(std::uint64_t address) const {
    Disassembler disassembler(bytes_, entry_);
    const cs_insn* instruction = disassembler.at(address);
    return instruction == nullptr ? "" : text_of(*instruction);
}

}  // namespace tt::alloc_trace
