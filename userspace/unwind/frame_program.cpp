// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_program.hpp"

#include <dwarf.h>

#include <algorithm>
#include <limits>

#include "unwind/dwarf_cursor.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxRemembered = 64;  // states; compilers write one
constexpr std::int32_t kWord = 8;

// Where the kernel puts the interrupted registers, from the stack pointer of the function it returns to, and the C library says so.
constexpr std::int32_t kSignalRsp = 160;
constexpr std::int32_t kSignalRa = 168;

constexpr std::uint8_t kOperationMask = 0xc0;  // three operations have their operand in the same byte

struct SavedPlace {
    std::uint8_t from = TAT_SAVED_SAME;
    std::int16_t words = 0;
};

SavedPlace words_from(std::uint8_t from, std::int64_t bytes) {
    const std::int64_t words = bytes / kWord;
    const bool fits = bytes % kWord == 0 && words >= std::numeric_limits<std::int16_t>::min() && words <= std::numeric_limits<std::int16_t>::max();
    return fits ? SavedPlace{from, static_cast<std::int16_t>(words)} : SavedPlace{TAT_SAVED_UNKNOWN, 0};
}

SavedPlace place_of(const SavedRegister& saved) {
    switch (saved.kind) {
        case SavedRegister::Kind::Same: return {};
        case SavedRegister::Kind::AtCfa: return words_from(TAT_SAVED_CFA, saved.offset);
        case SavedRegister::Kind::Computed:
            if (saved.place.kind == CfaExpression::Kind::Register && saved.place.reg == kDwarfRbp) {
                return words_from(TAT_SAVED_RBP, saved.place.offset);
            }
            break;
        case SavedRegister::Kind::Undefined:
        case SavedRegister::Kind::Unknown: break;
    }
    return {TAT_SAVED_UNKNOWN, 0};
}

bool is_kernels_signal_frame(const FrameState& state) {
    const CfaExpression cfa{CfaExpression::Kind::Deref, kDwarfRsp, kSignalRsp, 0};
    const CfaExpression ra{CfaExpression::Kind::Register, kDwarfRsp, kSignalRa, 0};
    return state.cfa == cfa && state.ra.kind == SavedRegister::Kind::Computed && state.ra.place == ra;
}

std::uint8_t abi_kind(CfaExpression::Kind kind) {
    switch (kind) {
        case CfaExpression::Kind::Register: return TAT_CFA_REGISTER;
        case CfaExpression::Kind::Deref: return TAT_CFA_DEREF;
        case CfaExpression::Kind::Plt: return TAT_CFA_PLT;
    }
    return TAT_CFA_UNSUPPORTED;
}

// One entry's program, on the state it starts from.
class Interpreter {
public:
    Interpreter(const CommonEntry& common, FrameState& state) : common_(common), initial_(state), state_(state) {}

    // Calls `row(address)` with each address at which what the state says now begins to hold. False: the program makes no sense; what
    // holds from reached() on is not known.
    template <typename Row>
    bool run(std::span<const std::uint8_t> program, std::uint64_t begin, std::uint64_t end, Row&& row) {
        DwarfCursor cursor(program);
        reached_ = begin;
        while (!cursor.empty()) {
            const auto operation = cursor.fixed<std::uint8_t>();
            if (const auto moved = advance_of(operation, cursor)) {
                if (cursor.failed() || *moved > (~std::uint64_t{0} - reached_) / std::max<std::uint64_t>(common_.code_factor, 1)) {
                    return false;
                }
                row(reached_);
                reached_ += *moved * common_.code_factor;
                if (reached_ >= end) {
                    return true;
                }
            } else if (!execute(operation, cursor)) {
                return false;
            }
        }
        row(reached_);
        return true;
    }

    [[nodiscard]] std::uint64_t reached() const { return reached_; }

private:
    // How far an operation moves on, in units of the common entry; nothing if it does not.
    static std::optional<std::uint64_t> advance_of(std::uint8_t operation, DwarfCursor& cursor) {
        if ((operation & kOperationMask) == DW_CFA_advance_loc) {
            return operation & ~kOperationMask & 0xffU;
        }
        switch (operation) {
            case DW_CFA_advance_loc1: return cursor.fixed<std::uint8_t>();
            case DW_CFA_advance_loc2: return cursor.fixed<std::uint16_t>();
            case DW_CFA_advance_loc4: return cursor.fixed<std::uint32_t>();
            default: return std::nullopt;
        }
    }

    bool execute(std::uint8_t operation, DwarfCursor& cursor) {
        if ((operation & kOperationMask) == DW_CFA_offset) {
            save_at_cfa(operation & ~kOperationMask & 0xffU, scaled(cursor.uleb()));
            return !cursor.failed();
        }
        if ((operation & kOperationMask) == DW_CFA_restore) {
            restore(operation & ~kOperationMask & 0xffU);
            return true;
        }
        return (execute_cfa(operation, cursor) || execute_register(operation, cursor) || execute_other(operation, cursor)) &&
               !cursor.failed();
    }

    bool execute_cfa(std::uint8_t operation, DwarfCursor& cursor) {
        switch (operation) {
            case DW_CFA_def_cfa: {
                const std::uint64_t reg = cursor.uleb();
                set_cfa(reg, static_cast<std::int64_t>(cursor.uleb()));
                return true;
            }
            case DW_CFA_def_cfa_sf: {
                const std::uint64_t reg = cursor.uleb();
                set_cfa(reg, scaled(static_cast<std::uint64_t>(cursor.sleb())));
                return true;
            }
            case DW_CFA_def_cfa_register:
                set_cfa(cursor.uleb(), state_.cfa ? state_.cfa->offset : 0);
                return true;
            case DW_CFA_def_cfa_offset: set_cfa_offset(static_cast<std::int64_t>(cursor.uleb())); return true;
            case DW_CFA_def_cfa_offset_sf: set_cfa_offset(scaled(static_cast<std::uint64_t>(cursor.sleb()))); return true;
            case DW_CFA_def_cfa_expression: state_.cfa = read_cfa_expression(cursor.take(cursor.uleb())); return true;
            default: return false;
        }
    }

    bool execute_register(std::uint8_t operation, DwarfCursor& cursor) {
        const auto reg = [&] { return cursor.uleb(); };
        switch (operation) {
            case DW_CFA_offset_extended: {
                const std::uint64_t number = reg();
                save_at_cfa(number, scaled(cursor.uleb()));
                return true;
            }
            case DW_CFA_offset_extended_sf: {
                const std::uint64_t number = reg();
                save_at_cfa(number, scaled(static_cast<std::uint64_t>(cursor.sleb())));
                return true;
            }
            case DW_CFA_restore_extended: restore(reg()); return true;
            case DW_CFA_undefined: set(reg(), {SavedRegister::Kind::Undefined}); return true;
            case DW_CFA_same_value: set(reg(), {SavedRegister::Kind::Same}); return true;
            case DW_CFA_register: {
                const std::uint64_t number = reg();
                const bool itself = cursor.uleb() == number;
                set(number, {itself ? SavedRegister::Kind::Same : SavedRegister::Kind::Unknown});
                return true;
            }
            case DW_CFA_expression: {
                const std::uint64_t number = reg();
                const auto place = read_cfa_expression(cursor.take(cursor.uleb()));
                set(number, place ? SavedRegister{SavedRegister::Kind::Computed, 0, *place} : SavedRegister{SavedRegister::Kind::Unknown});
                return true;
            }
            case DW_CFA_val_offset:
            case DW_CFA_val_offset_sf: {
                const std::uint64_t number = reg();
                (void)cursor.uleb();
                set(number, {SavedRegister::Kind::Unknown});
                return true;
            }
            case DW_CFA_val_expression: {
                const std::uint64_t number = reg();
                (void)cursor.take(cursor.uleb());
                set(number, {SavedRegister::Kind::Unknown});
                return true;
            }
            default: return false;
        }
    }

    bool execute_other(std::uint8_t operation, DwarfCursor& cursor) {
        switch (operation) {
            case DW_CFA_nop: return true;
            case DW_CFA_GNU_args_size: (void)cursor.uleb(); return true;
            case DW_CFA_remember_state:
                remembered_.push_back(state_);
                return remembered_.size() <= kMaxRemembered;
            case DW_CFA_restore_state:
                if (remembered_.empty()) {
                    return false;
                }
                state_ = remembered_.back();
                remembered_.pop_back();
                return true;
            default: return false;
        }
    }

    [[nodiscard]] std::int64_t scaled(std::uint64_t factored) const {
        return static_cast<std::int64_t>(factored * static_cast<std::uint64_t>(common_.data_factor));
    }

    void set_cfa(std::uint64_t reg, std::int64_t offset) {
        const bool fits = reg < kDwarfRegisters && static_cast<std::int32_t>(offset) == offset;
        state_.cfa.reset();
        if (fits) {
            state_.cfa = CfaExpression{
                CfaExpression::Kind::Register, static_cast<std::uint8_t>(reg), static_cast<std::int32_t>(offset), 0
            };
        }
    }

    void set_cfa_offset(std::int64_t offset) {
        if (state_.cfa && state_.cfa->kind == CfaExpression::Kind::Register) {
            set_cfa(state_.cfa->reg, offset);
        } else {
            state_.cfa.reset();
        }
    }

    static SavedRegister* member(FrameState& state, std::uint64_t reg) {
        switch (reg) {
            case kDwarfRbx: return &state.rbx;
            case kDwarfRbp: return &state.rbp;
            case kDwarfRsp: return &state.rsp;
            case kDwarfRa: return &state.ra;
            default: return nullptr;  // nothing needs it
        }
    }

    void set(std::uint64_t reg, const SavedRegister& saved) {
        if (SavedRegister* at = member(state_, reg)) {
            *at = saved;
        }
    }

    void save_at_cfa(std::uint64_t reg, std::int64_t offset) { set(reg, {SavedRegister::Kind::AtCfa, offset}); }

    void restore(std::uint64_t reg) {
        if (SavedRegister* at = member(state_, reg)) {
            *at = *member(initial_, reg);
        }
    }

    const CommonEntry& common_;
    FrameState initial_;
    FrameState& state_;
    std::vector<FrameState> remembered_;
    std::uint64_t reached_ = 0;
};

}  // namespace

UnwindRule rule_of(const FrameState& state, bool signal_frame) {
    if (signal_frame) {
        return rule_without_place(is_kernels_signal_frame(state) ? TAT_CFA_SIGNAL : TAT_CFA_UNSUPPORTED);
    }
    if (state.ra.kind == SavedRegister::Kind::Undefined) {
        return rule_without_place(TAT_CFA_END);
    }
    const bool usual = state.ra.kind == SavedRegister::Kind::AtCfa && state.ra.offset == -kWord && state.rsp.kind == SavedRegister::Kind::Same;
    if (!usual || !state.cfa) {
        return rule_without_place(TAT_CFA_UNSUPPORTED);
    }
    const SavedPlace rbp = place_of(state.rbp);
    const SavedPlace rbx = place_of(state.rbx);
    return {
        abi_kind(state.cfa->kind),
        state.cfa->kind == CfaExpression::Kind::Plt ? std::uint8_t{0} : state.cfa->reg,
        rbp.from,
        rbx.from,
        state.cfa->offset,
        state.cfa->more,
        rbp.words,
        rbx.words
    };
}

FramePrograms::FramePrograms(const FrameEntries& entries) : entries_(entries) {
    for (const CommonEntry& common : entries.commons) {
        FrameState state;
        const bool runs = common.usable && Interpreter(common, state).run(common.program, 0, 1, [](std::uint64_t) {});
        initial_.push_back(runs ? std::optional(state) : std::nullopt);
    }
}

void FramePrograms::append_rows(const FunctionEntry& function, std::vector<UnwindRow>& rows) const {
    const auto& initial = initial_[function.common];
    if (!initial) {
        rows.push_back({function.begin, rule_without_place(TAT_CFA_UNSUPPORTED)});
        return;
    }
    const CommonEntry& common = entries_.commons[function.common];
    const std::size_t first = rows.size();
    const auto add = [&](std::uint64_t at, const UnwindRule& rule) {
        if (rows.size() > first && rows.back().begin == at) {
            rows.back().rule = rule;
        } else if (rows.size() == first || !UnwindRuleEqual{}(rows.back().rule, rule)) {
            rows.push_back({at, rule});
        }
    };
    FrameState state = *initial;
    Interpreter interpreter(common, state);
    const bool whole = interpreter.run(function.program, function.begin, function.end, [&](std::uint64_t at) {
        add(at, rule_of(state, common.signal_frame));
    });
    if (!whole) {
        add(interpreter.reached(), rule_without_place(TAT_CFA_UNSUPPORTED));
    }
}

}  // namespace tt::alloc_trace
