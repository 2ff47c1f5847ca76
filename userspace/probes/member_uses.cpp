// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/member_uses.hpp"

#include <set>

#include "probes/code/call_targets.hpp"
#include "probes/code/function_code.hpp"
#include "probes/code/module_code.hpp"
#include "probes/code/value_flow.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kAddress = 0x10000;  // any: the code refers to nothing outside
constexpr std::int64_t kMaxMemberOffset = 1 << 16;
constexpr std::uint32_t kPointer = 8;
constexpr std::uint32_t kElementCount = 24;  // in a hash container, libstdc++ and libc++

bool is_offset(std::int64_t offset) {
    return offset >= 0 && offset <= kMaxMemberOffset;
}

bool is_object(const ValueState& state, Register reg) {
    return state.in(reg).kind == Value::Kind::Argument;
}

std::optional<MemberUse> use_in(const Instruction& instruction, const ValueState& state) {
    const MemoryOperand& memory = instruction.memory;
    const auto offset = static_cast<std::uint32_t>(memory.displacement);
    const bool member = is_object(state, memory.base) && !memory.unusual && !memory.indexed &&
                        is_offset(memory.displacement) && memory.base != Register::None;
    if (instruction.action == Action::Address) {
        return member && offset != 0 ? std::optional(MemberUse{offset, 0}) : std::nullopt;
    }
    if (instruction.action == Action::Add && is_object(state, instruction.to) && is_offset(instruction.number) &&
        instruction.number != 0) {
        return MemberUse{static_cast<std::uint32_t>(instruction.number), 0};
    }
    const bool reads = instruction.reads_memory && !instruction.writes_memory && memory.size != 0;
    return member && reads ? std::optional(MemberUse{offset, memory.size}) : std::nullopt;
}

Result<std::vector<MemberUse>> collect(
    const Result<FunctionCode>& code, Register object, const CallKnowledge& calls
) {
    if (!code) {
        return fail(ErrorCode::RunTime, code.error().message);
    }
    const auto flow = ValueFlow::follow(*code, object, calls);
    if (!flow) {
        return fail(ErrorCode::RunTime, flow.error().message);
    }
    std::set<MemberUse> uses;
    flow->visit([&](const Instruction& instruction, const ValueState& state) {
        if (const auto use = use_in(instruction, state)) {
            uses.insert(*use);
        }
    });
    return std::vector<MemberUse>(uses.begin(), uses.end());
}

// The only offset at which `fits` holds.
template <typename Fits>
std::optional<std::uint32_t> only(std::span<const MemberUse> uses, Fits fits) {
    std::optional<std::uint32_t> found;
    for (const MemberUse& use : uses) {
        if (fits(use) && found != use.offset) {
            if (found) {
                return std::nullopt;
            }
            found = use.offset;
        }
    }
    return found;
}

bool is_read(const MemberUse& use) {
    return use.width != 0;
}

}  // namespace

Result<std::vector<MemberUse>> member_uses(const ElfFile& elf, const ElfSymbol& function, Register object) {
    const auto code = decode_function(elf, function);
    CallTargets targets(elf);
    if (code) {
        targets.resolve(code->instructions());
    }
    return collect(code, object, {{}, [&](const Instruction& call) { return targets.never_returns(call); }});
}

Result<std::vector<MemberUse>> member_uses(std::span<const std::uint8_t> code, Register object) {
    return collect(FunctionCode::decode({code.begin(), code.end()}, kAddress, {}), object, {});
}

bool reads_pointer(std::span<const MemberUse> uses, std::uint32_t offset) {
    for (const MemberUse& use : uses) {
        if (use == MemberUse{offset, kPointer}) {
            return true;
        }
    }
    return false;
}

std::optional<std::uint32_t> address_in(std::span<const MemberUse> uses) {
    return only(uses, [](const MemberUse& use) { return !is_read(use); });
}

std::optional<std::uint32_t> pointer_in(std::span<const MemberUse> uses) {
    return only(uses, [](const MemberUse& use) { return use.width == kPointer; });
}

std::optional<std::uint32_t> pointer_pair_in(std::span<const MemberUse> uses) {
    for (const MemberUse& use : uses) {
        if (use.width == kPointer && reads_pointer(uses, use.offset + kPointer)) {
            return use.offset;
        }
        if (is_read(use)) {
            return std::nullopt;  // something else comes first
        }
    }
    return address_in(uses);
}

std::optional<std::uint32_t> hash_container_in(std::span<const MemberUse> uses) {
    const auto count = only(uses, is_read);
    if (count) {
        return *count >= kElementCount ? std::optional(*count - kElementCount) : std::nullopt;
    }
    for (const MemberUse& use : uses) {
        if (is_read(use)) {
            return std::nullopt;
        }
    }
    return address_in(uses);
}

}  // namespace tt::alloc_trace
