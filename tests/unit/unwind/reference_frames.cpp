// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "reference_frames.hpp"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <span>
#include <stdexcept>

namespace tt::alloc_trace::test {
namespace {

using Operations = std::span<const Dwarf_Op>;

struct FrameDelete {
    void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};

// libdw writes an address as the operations that compute it, a simple CFA too.
bool is_register_and_offset(Operations ops) {
    return ops.size() == 1 && ((ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg15) || ops[0].atom == DW_OP_bregx);
}

std::uint8_t register_of(const Dwarf_Op& op) {
    return static_cast<std::uint8_t>(op.atom == DW_OP_bregx ? op.number : op.atom - DW_OP_breg0);
}

std::int32_t offset_of(const Dwarf_Op& op) { return static_cast<std::int32_t>(op.atom == DW_OP_bregx ? op.number2 : op.number); }

void set_cfa(UnwindRule& rule, Operations ops) {
    if (is_register_and_offset(ops)) {
        rule.cfa = TAT_CFA_REGISTER;
    } else if (ops.size() >= 2 && is_register_and_offset(ops.first(1)) && ops[1].atom == DW_OP_deref) {
        rule.cfa = ops.size() == 2 || (ops.size() == 3 && ops[2].atom == DW_OP_plus_uconst) ? TAT_CFA_DEREF : TAT_CFA_UNSUPPORTED;
        rule.more = ops.size() == 3 ? static_cast<std::int32_t>(ops[2].number) : 0;
    } else if (ops.size() == 9 && ops[1].atom == DW_OP_breg16 && ops[5].atom == DW_OP_ge) {
        rule.cfa = TAT_CFA_PLT;
        rule.more = ops[4].atom - DW_OP_lit0;
        rule.offset = offset_of(ops[0]);
        return;
    } else {
        rule.cfa = TAT_CFA_UNSUPPORTED;
        return;
    }
    rule.reg = register_of(ops[0]);
    rule.offset = offset_of(ops[0]);
}

struct Saved {
    bool undefined = false;
    std::uint8_t from = TAT_SAVED_UNKNOWN;
    std::int32_t bytes = 0;
};

Saved saved(Dwarf_Frame* frame, int reg) {
    Dwarf_Op memory[3];
    Dwarf_Op* ops = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(frame, reg, memory, &ops, &count) != 0) {
        throw std::runtime_error("libdw knows no such register");
    }
    if (count == 0) {  // libdw's words for "the same" and "lost"; of rbx it says the latter where nothing is told: it thinks it is register 0
        const bool same = ops == nullptr || reg == TAT_DWARF_RBX;
        return {!same, same ? std::uint8_t{TAT_SAVED_SAME} : std::uint8_t{TAT_SAVED_UNKNOWN}, 0};
    }
    const Operations all(ops, count);
    if (all[0].atom == DW_OP_call_frame_cfa && count <= 2) {
        const bool value = count == 2 && all[1].atom != DW_OP_plus_uconst;
        return value ? Saved{} : Saved{false, TAT_SAVED_CFA, count == 2 ? static_cast<std::int32_t>(all[1].number) : 0};
    }
    if (is_register_and_offset(all) && register_of(all[0]) == TAT_DWARF_RBP) {
        return {false, TAT_SAVED_RBP, offset_of(all[0])};
    }
    return {};
}

UnwindRule rule_of(Dwarf_Frame* frame) {
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    bool signal_frame = false;
    if (dwarf_frame_info(frame, &start, &end, &signal_frame) != TAT_DWARF_RA) {
        throw std::runtime_error("another return address register");
    }
    if (signal_frame) {
        return rule_without_place(TAT_CFA_SIGNAL);
    }
    const Saved ra = saved(frame, TAT_DWARF_RA);
    if (ra.undefined) {
        return rule_without_place(TAT_CFA_END);
    }
    Dwarf_Op* ops = nullptr;
    std::size_t count = 0;
    UnwindRule rule{};
    if (dwarf_frame_cfa(frame, &ops, &count) == 0) {
        set_cfa(rule, {ops, count});
    }
    if (rule.cfa == TAT_CFA_UNSUPPORTED || rule.cfa == TAT_CFA_NONE || ra.from != TAT_SAVED_CFA || ra.bytes != -8) {
        return rule_without_place(TAT_CFA_UNSUPPORTED);
    }
    const Saved rbp = saved(frame, TAT_DWARF_RBP);
    const Saved rbx = saved(frame, TAT_DWARF_RBX);
    rule.rbp_from = rbp.from;
    rule.rbp = static_cast<std::int16_t>(rbp.bytes / 8);
    rule.rbx_from = rbx.from;
    rule.rbx = static_cast<std::int16_t>(rbx.bytes / 8);
    return rule;
}

}  // namespace

struct ReferenceFrames::Handles {
    int fd = -1;
    Elf* elf = nullptr;
    Dwarf_CFI* cfi = nullptr;
};

ReferenceFrames::ReferenceFrames(const std::string& path) : handles_(std::make_unique<Handles>()) {
    elf_version(EV_CURRENT);
    handles_->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    handles_->elf = elf_begin(handles_->fd, ELF_C_READ_MMAP, nullptr);
    handles_->cfi = handles_->elf != nullptr ? dwarf_getcfi_elf(handles_->elf) : nullptr;
    if (handles_->cfi == nullptr) {
        throw std::runtime_error("libdw reads no .eh_frame from " + path);
    }
}

ReferenceFrames::~ReferenceFrames() {
    dwarf_cfi_end(handles_->cfi);
    elf_end(handles_->elf);
    ::close(handles_->fd);
}

UnwindRule ReferenceFrames::rule_at(std::uint64_t address) const {
    Dwarf_Frame* frame = nullptr;
    if (dwarf_cfi_addrframe(handles_->cfi, address, &frame) != 0) {
        return rule_without_place(TAT_CFA_NONE);
    }
    const std::unique_ptr<Dwarf_Frame, FrameDelete> owned(frame);
    return rule_of(frame);
}

}  // namespace tt::alloc_trace::test
