// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_plan.hpp"

#include <algorithm>

#include "probes/call_site.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kEntryBytes = 32;  // two instructions of the longest kind

const ProbeSpelling* choose_spelling(const ProbeSpec& spec, const SymbolMap& symbols) {
    const auto is_defined = [&](std::string_view name) { return find_symbol(symbols, name) != nullptr; };
    const auto at = std::find_if(spec.spellings.begin(), spec.spellings.end(), [&](const ProbeSpelling& spelling) {
        return std::any_of(spelling.symbols.begin(), spelling.symbols.end(), is_defined);
    });
    return at == spec.spellings.end() ? nullptr : &*at;
}

bool is_executable(const ElfFile& elf, std::uint64_t address) {
    return std::any_of(elf.segments().begin(), elf.segments().end(), [&](const ElfSegment& segment) {
        return segment.executable && address >= segment.address && address - segment.address < segment.file_size;
    });
}

Result<ProbeRequest> plan_symbol(
    const ProbeSpec& spec,
    const ProbeSpelling& spelling,
    std::string_view name,
    const ElfSymbol& symbol,
    const ElfFile& elf
) {
    if (symbol.type != ElfSymbolType::Function) {
        return fail(ErrorCode::NotTraceable, "the symbol is no plain function");
    }
    if (symbol.ambiguous) {
        return fail(ErrorCode::NotTraceable, "several functions have this name");
    }
    if (!is_executable(elf, symbol.address)) {
        return fail(ErrorCode::NotTraceable, "the symbol does not point at code");
    }
    const auto code = elf.read(symbol.address, kEntryBytes);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    const auto site = choose_entry_site(*code);
    if (!site) {
        return tl::make_unexpected(site.error());
    }
    const auto offset = elf.file_offset(symbol.address + site->offset);
    if (!offset) {
        return tl::make_unexpected(offset.error());
    }
    ProbeRequest request;
    request.role = spec.role;
    request.required = spec.required;
    request.symbol = name;
    request.address = symbol.address;
    request.file_offset = *offset;
    request.instruction = site->instruction;
    request.cost = site->cost;
    request.arguments = spelling.arguments;
    request.detail = std::string(spec.what) + " (" + std::string(spelling.period) + "), " + site->reason + ", " +
                     to_string(site->cost);
    return request;
}

// Empty if the hook is called as far as can be told.
std::string never_called(const ProbeSpec& spec, const ElfSymbol& hook, const SymbolMap& symbols, const ElfFile& elf) {
    const ElfSymbol* caller = find_symbol(symbols, spec.caller);
    if (caller == nullptr || find_call(elf, *caller, hook) != CallEvidence::NotSeen) {
        return {};
    }
    return std::string(spec.what) +
           " is exported but its caller does not call it: the library was link-time optimized, which is not supported "
           "yet";
}

class Planner {
public:
    Planner(const SymbolMap& symbols, const ElfFile& elf) : symbols_(symbols), elf_(elf) {}

    Status add(const ProbeSpec& spec);
    ProbePlan take() { return std::move(plan_); }

private:
    Status skip(const ProbeSpec& spec, std::string_view symbol, const std::string& why);
    Status add_symbol(const ProbeSpec& spec, const ProbeSpelling& spelling, std::string_view name, bool& added);

    const SymbolMap& symbols_;
    const ElfFile& elf_;
    ProbePlan plan_;
};

Status Planner::skip(const ProbeSpec& spec, std::string_view symbol, const std::string& why) {
    if (spec.required) {
        return fail(
            ErrorCode::NotTraceable,
            elf_.path() + ": cannot probe " + std::string(spec.what) + ": " + why + "; without it " +
                std::string(spec.cost_of_absence),
            "see `tt-alloc-trace doctor --library FILE`"
        );
    }
    plan_.skipped.push_back({spec.role, std::string(symbol), why + "; " + std::string(spec.cost_of_absence)});
    return {};
}

Status Planner::add_symbol(const ProbeSpec& spec, const ProbeSpelling& spelling, std::string_view name, bool& added) {
    const ElfSymbol* symbol = find_symbol(symbols_, name);
    if (symbol == nullptr) {
        return {};
    }
    const auto same = std::find_if(plan_.requests.begin(), plan_.requests.end(), [&](const ProbeRequest& request) {
        return request.address == symbol->address;
    });
    if (same != plan_.requests.end()) {
        if (same->role == spec.role) {
            added = true;  // another name of the same code: once is enough
            return {};
        }
        return skip(spec, name, "it shares its code with " + same->symbol + " (identical code folding)");
    }
    if (const std::string why = never_called(spec, *symbol, symbols_, elf_); !why.empty()) {
        return skip(spec, name, why);
    }
    auto request = plan_symbol(spec, spelling, name, *symbol, elf_);
    if (!request) {
        return skip(spec, name, request.error().message);
    }
    plan_.requests.push_back(*std::move(request));
    added = true;
    return {};
}

Status Planner::add(const ProbeSpec& spec) {
    const ProbeSpelling* spelling = choose_spelling(spec, symbols_);
    if (spelling == nullptr) {
        return skip(spec, "", "no symbol of " + std::string(spec.what) + " found");
    }
    bool added = false;
    for (const std::string_view name : spelling->symbols) {
        if (auto status = add_symbol(spec, *spelling, name, added); !status) {
            return status;
        }
    }
    return {};
}

}  // namespace

Result<ProbePlan> make_probe_plan(std::span<const ProbeSpec> catalog, const SymbolMap& symbols, const ElfFile& elf) {
    Planner planner(symbols, elf);
    for (const ProbeSpec& spec : catalog) {
        if (auto status = planner.add(spec); !status) {
            return tl::make_unexpected(status.error());
        }
    }
    return planner.take();
}

ProbeOutcome to_outcome(const ProbeRequest& request, const std::string& module_path) {
    return {
        std::string(to_string(request.role)),
        request.symbol,
        module_path,
        request.file_offset,
        request.instruction,
        request.required,
        false,
        request.detail
    };
}

ProbeOutcome to_outcome(const SkippedProbe& skipped, const std::string& module_path) {
    return {std::string(to_string(skipped.role)), skipped.symbol, module_path, 0, "", false, false, skipped.reason};
}

}  // namespace tt::alloc_trace
