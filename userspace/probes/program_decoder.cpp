// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/program_decoder.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probes/code/call_targets.hpp"
#include "probes/code/function_code.hpp"
#include "probes/code/module_code.hpp"
#include "probes/code/value_flow.hpp"
#include "probes/field.hpp"

namespace tt::alloc_trace {
namespace {

using Kind = Value::Kind;

constexpr std::int64_t kMaxProgramOffset = 1 << 16;
constexpr std::int32_t kMinElement = 40;  // CoreRange and more
constexpr std::int32_t kMaxElement = 4096;
constexpr std::int32_t kVectorBytes = 24;
constexpr int kMaxUses = 3;  // instructions between the load of a flag and its test

struct Seen {
    Instruction instruction;
    ValueState state;  // in front of it
};

using AllSeen = std::vector<Seen>;

Result<AllSeen> follow_this(const Result<FunctionCode>& code, const CallKnowledge& calls) {
    if (!code) {
        return fail(ErrorCode::RunTime, code.error().message);
    }
    const auto flow = ValueFlow::follow(*code, Register::Rdi, calls);
    if (!flow) {
        return fail(ErrorCode::RunTime, flow.error().message);
    }
    AllSeen seen;
    flow->visit([&](const Instruction& instruction, const ValueState& state) {
        if (code->contains(instruction.address)) {
            seen.push_back({instruction, state});
        }
    });
    return seen;
}

Result<AllSeen> follow_this(std::span<const std::uint8_t> bytes) {
    return follow_this(FunctionCode::decode({bytes.begin(), bytes.end()}, kNoAddress, {}), {});
}

Result<AllSeen> follow_this(const ElfFile& elf, const ElfSymbol& function) {
    const auto code = decode_function(elf, function);
    CallTargets targets(elf);
    if (code) {
        targets.resolve(code->instructions());
    }
    return follow_this(code, {{}, [&](const Instruction& call) { return targets.never_returns(call); }});
}

// What the base register of a plain memory operand that is read holds; Unknown for all others.
Value base_of_read(const Seen& seen) {
    const MemoryOperand& memory = seen.instruction.memory;
    const bool reads = seen.instruction.reads_memory && !seen.instruction.writes_memory;
    return reads && !memory.unusual && !memory.indexed ? seen.state.in(memory.base) : Value{};
}

std::optional<std::uint32_t> member_read(const Seen& seen) {
    const std::int64_t offset = seen.instruction.memory.displacement;
    if (base_of_read(seen).kind != Kind::Argument || offset < 0 || offset > kMaxProgramOffset) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(offset);
}

bool is_flag_test(const Instruction& instruction) {
    return instruction.action == Action::Compare && instruction.from == Register::None &&
           (instruction.number == 0 || instruction.number == 1);
}

// `movzx eax, byte [this + N]`, some instructions, `test al, al`.
bool is_tested_soon(std::span<const Seen> behind, const Instruction& load) {
    for (int i = 0; i < kMaxUses && static_cast<std::size_t>(i) < behind.size(); ++i) {
        const Instruction& instruction = behind[static_cast<std::size_t>(i)].instruction;
        if (instruction.action == Action::Compare && load.overwritten.contains(instruction.to)) {
            return instruction.from == instruction.to || is_flag_test(instruction);
        }
        if (instruction.flow != Flow::Next) {
            return false;
        }
    }
    return false;
}

tl::unexpected<Error> refuse(const std::string& why) {
    return fail(ErrorCode::RunTime, why);
}

// What the function does with a vector that is a member of the object.
struct VectorUse {
    std::set<std::int64_t> steps;  // bytes its iterator is advanced by
    std::set<std::int64_t> reads;  // offsets in the element at which pointers are read
    bool compared_with_end = false;
};

class VectorUses {
public:
    void look_at(const Seen& seen);
    [[nodiscard]] Result<RegionVectors> answer() const;

private:
    [[nodiscard]] static std::optional<RegionVectors> vectors_of(std::int32_t offset, const VectorUse& use);
    void look_at_comparison(const Seen& seen);

    std::map<std::int32_t, VectorUse> uses_;
};

void VectorUses::look_at_comparison(const Seen& seen) {
    const Instruction& instruction = seen.instruction;
    Value left = seen.state.in(instruction.to);
    Value right = seen.state.in(instruction.from);
    if (const auto member = member_read(seen); member && instruction.memory.size == kPointerBytes) {
        (left.kind == Kind::Unknown ? left : right) = {Kind::Member, 0, static_cast<std::int32_t>(*member)};
    }
    for (int i = 0; i < 2; ++i) {
        if (left.kind == Kind::Element && right.kind == Kind::Member && right.number == left.number + kPointerBytes) {
            uses_[left.number].compared_with_end = true;
        }
        std::swap(left, right);
    }
}

void VectorUses::look_at(const Seen& seen) {
    const Instruction& instruction = seen.instruction;
    if (instruction.action == Action::Compare) {
        look_at_comparison(seen);
    }
    const auto walks = [](const Value& value) { return value.kind == Kind::Element || value.kind == Kind::Member; };
    const bool advances = instruction.action == Action::Add ||
                          (instruction.action == Action::Address && instruction.to == instruction.memory.base &&
                           !instruction.memory.indexed && !instruction.memory.unusual);
    if (advances && walks(seen.state.in(instruction.to))) {
        const bool is_add = instruction.action == Action::Add;
        uses_[seen.state.in(instruction.to).number].steps.insert(
            is_add ? instruction.number : instruction.memory.displacement
        );
    }
    if (const Value base = base_of_read(seen); walks(base) && instruction.memory.size == kPointerBytes) {
        uses_[base.number].reads.insert(instruction.memory.displacement);
    }
}

std::optional<RegionVectors> VectorUses::vectors_of(std::int32_t offset, const VectorUse& use) {
    if (!use.compared_with_end || use.steps.size() != 1) {
        return std::nullopt;
    }
    const std::int64_t element = *use.steps.begin();
    if (element < kMinElement || element > kMaxElement || element % kPointerBytes != 0) {
        return std::nullopt;
    }
    std::optional<std::int64_t> regions;
    for (const std::int64_t begin : use.reads) {
        if (begin >= 0 && begin + kVectorBytes <= element && use.reads.contains(begin + kPointerBytes)) {
            if (regions) {
                return std::nullopt;
            }
            regions = begin;
        }
    }
    if (!regions) {
        return std::nullopt;
    }
    return RegionVectors{
        {static_cast<std::uint32_t>(offset), kPointerBytes},
        static_cast<std::uint32_t>(element),
        {static_cast<std::uint32_t>(*regions), kPointerBytes}
    };
}

Result<RegionVectors> VectorUses::answer() const {
    std::optional<RegionVectors> found;
    for (const auto& [offset, use] : uses_) {
        if (const auto vectors = vectors_of(offset, use)) {
            if (found) {
                return refuse("more than one loop over a vector of vectors");
            }
            found = vectors;
        }
    }
    if (!found) {
        return refuse("no loop over a member that is a vector of vectors");
    }
    return *found;
}

Result<Field> find_first_compared(const Result<AllSeen>& seen) {
    if (!seen) {
        return tl::make_unexpected(seen.error());
    }
    for (std::size_t i = 0; i < seen->size(); ++i) {
        const Seen& here = (*seen)[i];
        const auto member = member_read(here);
        if (!member) {
            continue;
        }
        const Instruction& instruction = here.instruction;
        const auto behind = std::span(*seen).subspan(i + 1);
        const bool compared = instruction.action == Action::Compare
                                  ? is_flag_test(instruction)
                                  : instruction.memory.size == 1 && is_tested_soon(behind, instruction);
        if (compared && instruction.memory.size == 1) {
            return Field{*member, 1};
        }
        if (instruction.action == Action::Compare) {
            return refuse("the first member it compares is not a bool");
        }
    }
    return refuse("it compares no member");
}

Result<RegionVectors> find_region_vectors(const Result<AllSeen>& seen) {
    if (!seen) {
        return tl::make_unexpected(seen.error());
    }
    VectorUses uses;
    for (const Seen& here : *seen) {
        uses.look_at(here);
    }
    return uses.answer();
}

bool writes_member(const Seen& seen, const Field& field) {
    const MemoryOperand& memory = seen.instruction.memory;
    return seen.instruction.writes_memory && memory.size == field.width && !memory.unusual && !memory.indexed &&
           memory.displacement == field.offset && seen.state.in(memory.base).kind == Kind::Argument;
}

Result<ProgramPlan> find_plan(const Result<AllSeen>& seen) {
    const auto flag = find_first_compared(seen);
    if (!flag) {
        return tl::make_unexpected(flag.error());
    }
    if (std::none_of(seen->begin(), seen->end(), [&](const Seen& here) { return writes_member(here, *flag); })) {
        return refuse("the flag it looks at is not the one it sets");
    }
    const auto vectors = find_region_vectors(seen);
    if (!vectors) {
        return tl::make_unexpected(vectors.error());
    }
    return ProgramPlan{*flag, *vectors};
}

}  // namespace

Result<ProgramPlan> decode_invalidation(std::span<const std::uint8_t> code) { return find_plan(follow_this(code)); }

Result<ProgramPlan> decode_invalidation(const ElfFile& elf, const ElfSymbol& function) {
    return find_plan(follow_this(elf, function));
}

Result<Field> decode_placing_needed(std::span<const std::uint8_t> code) {
    return find_first_compared(follow_this(code));
}

Result<Field> decode_placing_needed(const ElfFile& elf, const ElfSymbol& function) {
    return find_first_compared(follow_this(elf, function));
}

Result<RegionVectors> decode_allocators(std::span<const std::uint8_t> code) {
    return find_region_vectors(follow_this(code));
}

Result<RegionVectors> decode_allocators(const ElfFile& elf, const ElfSymbol& function) {
    return find_region_vectors(follow_this(elf, function));
}

}  // namespace tt::alloc_trace
