// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/member_uses.hpp"

#include <functional>
#include <set>
#include <utility>

#include "probes/code/call_targets.hpp"
#include "probes/code/function_code.hpp"
#include "probes/code/module_code.hpp"
#include "probes/code/value_flow.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::int64_t kMaxUseOffset = 1 << 16;
constexpr std::uint32_t kElementCount = 24;  // in a hash container, libstdc++ and libc++

bool is_offset(std::int64_t offset) {
    return offset >= 0 && offset <= kMaxUseOffset;
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

using Visitor = std::function<void(const Instruction&, const ValueState&)>;

Status visit(const Result<FunctionCode>& code, Register object, const CallKnowledge& calls, const Visitor& visitor) {
    if (!code) {
        return fail(ErrorCode::RunTime, code.error().message);
    }
    const auto flow = ValueFlow::follow(*code, object, calls);
    if (!flow) {
        return fail(ErrorCode::RunTime, flow.error().message);
    }
    flow->visit(visitor);
    return {};
}

Status visit(const ElfFile& elf, const ElfSymbol& function, Register object, const Visitor& visitor) {
    const auto code = decode_function(elf, function);
    CallTargets targets(elf);
    if (code) {
        targets.resolve(code->instructions());
    }
    return visit(code, object, {{}, [&](const Instruction& call) { return targets.never_returns(call); }}, visitor);
}

// The result of calls of `callee`, if it is not null, is followed.
Status visit_behind(const ElfFile& elf, const ElfSymbol& function, const ElfSymbol* callee, const Visitor& visitor) {
    const auto code = decode_function(elf, function);
    CallTargets targets(elf);
    if (code) {
        targets.resolve(code->instructions());
    }
    const CallKnowledge calls{
        [&](const Instruction& call) { return callee != nullptr && targets.leads_to(call, callee->address); },
        [&](const Instruction& call) { return targets.never_returns(call); }
    };
    return visit(code, Register::Rdi, calls, visitor);
}

class Uses {
public:
    void look_at(const Instruction& instruction, const ValueState& state) {
        if (const auto use = use_in(instruction, state)) {
            uses_.insert(*use);
        }
    }
    [[nodiscard]] std::vector<MemberUse> take() const { return {uses_.begin(), uses_.end()}; }

private:
    std::set<MemberUse> uses_;
};

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
    Uses uses;
    const Status status = visit(elf, function, object, [&](const auto& instruction, const auto& state) {
        uses.look_at(instruction, state);
    });
    return status ? Result<std::vector<MemberUse>>(uses.take()) : tl::make_unexpected(status.error());
}

Result<std::vector<MemberUse>> member_uses(std::span<const std::uint8_t> code, Register object) {
    Uses uses;
    const auto decoded = FunctionCode::decode({code.begin(), code.end()}, kNoAddress, {});
    const Status status = visit(decoded, object, {}, [&](const auto& instruction, const auto& state) {
        uses.look_at(instruction, state);
    });
    return status ? Result<std::vector<MemberUse>>(uses.take()) : tl::make_unexpected(status.error());
}

std::optional<Field> read_of_result(const ElfFile& elf, const ElfSymbol& function, const ElfSymbol& callee) {
    std::set<std::pair<std::int64_t, std::uint32_t>> reads;
    const Status status = visit_behind(elf, function, &callee, [&](const Instruction& instruction, const ValueState& state) {
        const MemoryOperand& memory = instruction.memory;
        const bool plain = !memory.unusual && !memory.indexed && memory.base != Register::None;
        if (instruction.reads_memory && plain && state.in(memory.base).kind == Value::Kind::Result) {
            reads.emplace(memory.displacement, memory.size);
        }
    });
    if (!status || reads.size() != 1 || !is_offset(reads.begin()->first)) {
        return std::nullopt;
    }
    return Field{static_cast<std::uint32_t>(reads.begin()->first), reads.begin()->second};
}

std::optional<std::uint32_t> address_behind(const ElfFile& elf, const ElfSymbol& function, const ElfSymbol* callee) {
    std::set<std::int64_t> offsets;
    const auto leads_on = [](const Value& value) { return value.kind == Value::Kind::Result || value.kind == Value::Kind::Member; };
    const Status status = visit_behind(elf, function, callee, [&](const Instruction& instruction, const ValueState& state) {
        const MemoryOperand& memory = instruction.memory;
        const bool plain = !memory.unusual && !memory.indexed && memory.base != Register::None;
        if (instruction.action == Action::Add && leads_on(state.in(instruction.to))) {
            offsets.insert(instruction.number);
        } else if (instruction.action == Action::Address && plain && leads_on(state.in(memory.base))) {
            offsets.insert(memory.displacement);
        }
    });
    const bool one = status && offsets.size() == 1 && is_offset(*offsets.begin());
    return one ? std::optional(static_cast<std::uint32_t>(*offsets.begin())) : std::nullopt;
}

std::optional<std::uint32_t> element_bytes(const ElfFile& elf, const ElfSymbol& function, Register object) {
    std::set<std::int64_t> steps;
    const Status status = visit(elf, function, object, [&](const Instruction& instruction, const ValueState& state) {
        const Value& pointer = state.in(instruction.to);
        const bool walks = pointer.kind == Value::Kind::Member || pointer.kind == Value::Kind::Element;
        if (instruction.action == Action::Add && walks && pointer.number == 0) {
            steps.insert(instruction.number);
        }
    });
    const bool plain = status && steps.size() == 1 && *steps.begin() > 0 && *steps.begin() <= kMaxUseOffset;
    return plain ? std::optional(static_cast<std::uint32_t>(*steps.begin())) : std::nullopt;
}

bool reads_pointer(std::span<const MemberUse> uses, std::uint32_t offset) {
    for (const MemberUse& use : uses) {
        if (use == MemberUse{offset, kPointerBytes}) {
            return true;
        }
    }
    return false;
}

std::optional<std::uint32_t> address_in(std::span<const MemberUse> uses) {
    return only(uses, [](const MemberUse& use) { return !is_read(use); });
}

std::optional<std::uint32_t> pointer_in(std::span<const MemberUse> uses) {
    return only(uses, [](const MemberUse& use) { return use.width == kPointerBytes; });
}

std::optional<std::uint32_t> pointer_row_in(std::span<const MemberUse> uses, std::size_t count) {
    return only(uses, [&](const MemberUse& use) {
        if (use.width != kPointerBytes || (use.offset >= kPointerBytes && reads_pointer(uses, use.offset - kPointerBytes))) {
            return false;
        }
        std::uint32_t end = use.offset;
        while (reads_pointer(uses, end)) {
            end += kPointerBytes;
        }
        return end - use.offset == count * kPointerBytes;
    });
}

std::optional<std::uint32_t> pointer_pair_in(std::span<const MemberUse> uses) {
    for (const MemberUse& use : uses) {
        if (use.width == kPointerBytes && reads_pointer(uses, use.offset + kPointerBytes)) {
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
