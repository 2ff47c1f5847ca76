// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/exception_runtime.hpp"

#include <algorithm>
#include <utility>

#include "probes/probe_site.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kThrow = "__cxa_throw";
constexpr std::size_t kEntryBytes = 64;
constexpr std::uint64_t kMaxFunctionBytes = 4096;  // real ones have 150

struct Site {
    ProbeSite site;
    std::uint64_t file_offset = 0;
};

Result<Site> site_in(const MappedModule& module) {
    const ElfSymbol* symbol = find_symbol(module.symbols, kThrow);
    if (symbol == nullptr || symbol->type != ElfSymbolType::Function || symbol->ambiguous) {
        return fail(ErrorCode::NotTraceable, std::string(kThrow) + " is no plain function");
    }
    const bool size_known = symbol->size != 0 && symbol->size <= kMaxFunctionBytes;
    const auto code = module.elf.read(symbol->address, size_known ? std::max<std::uint64_t>(symbol->size, kEntryBytes) : kEntryBytes);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    const std::span<const std::uint8_t> bytes(*code);
    auto site = choose_entry_site(bytes, bytes.first(size_known ? std::min<std::size_t>(symbol->size, bytes.size()) : 0));
    if (!site) {
        return tl::make_unexpected(site.error());
    }
    const auto offset = module.elf.file_offset(symbol->address + site->offset);
    if (!offset) {
        return tl::make_unexpected(offset.error());
    }
    return Site{*std::move(site), *offset};
}

ProbeOutcome outcome_of(const MappedModule& module) {
    ProbeOutcome outcome;
    outcome.role = "exception_thrown";
    outcome.module = module.path;
    const Result<Site> found = site_in(module);
    if (!found) {
        outcome.detail = found.error().message + "; failed allocations are shown without their message";
        return outcome;
    }
    outcome.symbol = kThrow;
    outcome.offset = found->file_offset;
    outcome.instruction = found->site.instruction;
    outcome.strategy = "entry";
    outcome.trap = to_string(found->site.cost);
    outcome.detail = "the C++ runtime's throw, " + found->site.reason;
    return outcome;
}

}  // namespace

ExceptionRuntimeFinder::ExceptionRuntimeFinder() : finder_({kThrow}) {}

Result<std::vector<ThrowSite>> ExceptionRuntimeFinder::find_new(const ProcessHandle& process) {
    Result<ModuleScan> scan = finder_.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    std::vector<ThrowSite> sites;
    for (MappedModule& module : scan->modules) {
        if (found_.insert(module.elf.identity()).second) {
            ProbeOutcome outcome = outcome_of(module);
            sites.push_back({std::move(module), std::move(outcome)});
        }
    }
    return sites;
}

}  // namespace tt::alloc_trace
