// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as an ELF file: opened, searched for the symbols of tests/unit/probes/code_samples, and their code looked
// into.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "probes/call_site.hpp"
#include "probes/code_sites.hpp"
#include "target/elf_file.hpp"

namespace {

using namespace tt::alloc_trace;

constexpr std::array<std::string_view, 4> kNames{"sample_allocate", "shape_hook", "shape_switch", "shape_catch"};

// One file for all inputs; each gets a descriptor of its own.
int memory_file() {
    static const int fd = ::memfd_create("elf", MFD_CLOEXEC);
    return fd;
}

void look_into(const ElfFile& elf, const SymbolMap& symbols) {
    const ElfSymbol* callee = find_symbol(symbols, kNames[0]);
    for (const auto& [name, symbol] : symbols) {
        (void)elf.read(symbol.address, 64);
        (void)elf.file_offset(symbol.address);
        (void)find_return_sites(elf, symbol);
        if (callee != nullptr) {
            (void)find_after_call_sites(elf, symbol, *callee, 0);
            (void)find_call(elf, symbol, *callee);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (::ftruncate(memory_file(), 0) != 0 || ::pwrite(memory_file(), data, size, 0) != static_cast<ssize_t>(size)) {
        std::abort();
    }
    ModuleFile file{UniqueFd(::dup(memory_file())), {}, "memory"};
    file.identity.size = size;
    const auto elf = ElfFile::open(std::move(file), "memory");
    if (!elf) {
        if (elf.error().message.empty()) {
            std::abort();
        }
        return 0;
    }
    (void)elf->load_bias(0x7f0000000000, 0x1000);
    for (const SymbolTables tables : {SymbolTables::DynamicOnly, SymbolTables::All}) {
        if (const auto symbols = elf->find_symbols(kNames, tables)) {
            look_into(*elf, *symbols);
        }
    }
    return 0;
}
