// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "breakpoints.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace tt::alloc_trace::testing {
namespace {

constexpr std::uint8_t kInt3 = 0xcc;
Breakpoints* current = nullptr;
struct sigaction previous{};

std::array<std::uint64_t, kRegisterCount> registers_of(const ucontext_t& context) {
    static constexpr std::array<int, kRegisterCount> kIndex{
        -1,
        REG_RAX,
        REG_RBX,
        REG_RCX,
        REG_RDX,
        REG_RSI,
        REG_RDI,
        REG_RBP,
        REG_RSP,
        REG_R8,
        REG_R9,
        REG_R10,
        REG_R11,
        REG_R12,
        REG_R13,
        REG_R14,
        REG_R15
    };
    std::array<std::uint64_t, kRegisterCount> registers{};
    for (std::size_t i = 1; i < registers.size(); ++i) {
        registers[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[kIndex[i]]);
    }
    return registers;
}

std::uint64_t read(const ValueLocation& location, const std::array<std::uint64_t, kRegisterCount>& registers) {
    const std::uint64_t base = registers[static_cast<std::size_t>(location.reg)];
    if (!location.in_memory) {
        return base;
    }
    std::uint64_t value = 0;
    const std::uint64_t address = base + static_cast<std::uint64_t>(std::int64_t{location.displacement});
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
    return value;
}

void make_writable(std::uintptr_t at) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t start = at & ~(page - 1);
    if (mprotect(reinterpret_cast<void*>(start), page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
        std::abort();
    }
}

void put(std::uintptr_t at, std::uint8_t byte) {
    *reinterpret_cast<volatile std::uint8_t*>(at) = byte;
}

}  // namespace

Breakpoints::Breakpoints(const std::vector<Breakpoint>& breakpoints) {
    hits_.reserve(breakpoints.size());  // nothing is allocated while stopped
    current = this;
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int signal, siginfo_t* info, void* context) { on_trap(signal, info, context); };
    sigaction(SIGTRAP, &action, &previous);
    for (const Breakpoint& breakpoint : breakpoints) {
        make_writable(breakpoint.at);
        armed_.push_back({breakpoint, *reinterpret_cast<const std::uint8_t*>(breakpoint.at)});
    }
    for (const Armed& armed : armed_) {
        put(armed.breakpoint.at, kInt3);
    }
}

Breakpoints::~Breakpoints() {
    for (const Armed& armed : armed_) {
        put(armed.breakpoint.at, armed.original);
    }
    sigaction(SIGTRAP, &previous, nullptr);
    current = nullptr;
}

void Breakpoints::on_trap(int, void*, void* context) {
    auto& stopped = *static_cast<ucontext_t*>(context);
    const auto at = static_cast<std::uintptr_t>(stopped.uc_mcontext.gregs[REG_RIP]) - 1;
    for (const Armed& armed : current->armed_) {
        if (armed.breakpoint.at == at) {
            const auto registers = registers_of(stopped);
            current->hits_.push_back(
                {at, registers, read(armed.breakpoint.argument, registers), read(armed.breakpoint.result, registers)}
            );
            put(at, armed.original);
            stopped.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(at);
            return;
        }
    }
    std::abort();
}

}  // namespace tt::alloc_trace::testing
