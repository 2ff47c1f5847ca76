// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_plan.hpp"

#include <algorithm>

#include "probes/call_site.hpp"
#include "probes/code_sites.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kEntryBytes = 64;
constexpr std::uint64_t kMaxEntryFunctionBytes = 64U << 10U;  // of larger ones only the very entry is looked at

bool is_executable(const ElfFile& elf, std::uint64_t address) {
    return std::any_of(elf.segments().begin(), elf.segments().end(), [&](const ElfSegment& segment) {
        return segment.executable && address >= segment.address && address - segment.address < segment.file_size;
    });
}

// The first of the names that is defined; empty if none is.
std::string_view first_defined(std::span<const std::string_view> names, const SymbolMap& symbols) {
    const auto at = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
        return find_symbol(symbols, name) != nullptr;
    });
    return at == names.end() ? std::string_view() : *at;
}

std::string names_of(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) {
        if (!name.empty()) {
            text += (text.empty() ? "" : " or ") + std::string(name);
        }
    }
    return text;
}

Status check_function(const ElfSymbol& symbol, const ElfFile& elf) {
    if (symbol.type != ElfSymbolType::Function) {
        return fail(ErrorCode::NotTraceable, "the symbol is no plain function");
    }
    if (symbol.ambiguous) {
        return fail(ErrorCode::NotTraceable, "several functions have this name");
    }
    if (!is_executable(elf, symbol.address)) {
        return fail(ErrorCode::NotTraceable, "the symbol does not point at code");
    }
    return {};
}

// Plans the probes of one role in one module.
class RolePlanner {
public:
    RolePlanner(const ProbeSpec& spec, const SymbolMap& symbols, const ElfFile& elf, const ProbePlan& plan) :
        spec_(spec), symbols_(symbols), elf_(elf), plan_(plan) {}

    // The requests of the first alternative that can be had; none: why() tells.
    std::vector<ProbeRequest> plan();
    [[nodiscard]] const SkippedProbe& skipped() const { return skipped_; }

private:
    using Requests = Result<std::vector<ProbeRequest>>;

    Requests plan_symbol(const ProbeAlternative& alternative, std::string_view name, const ElfSymbol& symbol) const;
    Requests plan_entry(const ProbeAlternative& alternative, const ElfSymbol& symbol) const;
    Requests plan_before_call(const ProbeAlternative& alternative, const ElfSymbol& symbol) const;
    Requests plan_after_call(const ProbeAlternative& alternative, const ElfSymbol& symbol) const;
    Requests plan_return(const ProbeAlternative& alternative, const ElfSymbol& symbol) const;
    Requests plan_by_strategy(const ProbeAlternative& alternative, const ElfSymbol& symbol) const;
    [[nodiscard]] Status check_called(const ProbeAlternative& alternative, const ElfSymbol& hook) const;
    [[nodiscard]] Status check_every_way(const ProbeAlternative& alternative, const ElfSymbol& function) const;
    [[nodiscard]] Result<ProbeRequest> request_at(std::uint64_t site) const;
    [[nodiscard]] Result<ProbeRequest> request_at(const ElfSymbol& function, const CodeSite& site) const;

    const ProbeSpec& spec_;
    const SymbolMap& symbols_;
    const ElfFile& elf_;
    const ProbePlan& plan_;
    SkippedProbe skipped_;
};

std::vector<ProbeRequest> RolePlanner::plan() {
    skipped_ = {spec_.role, "", ""};
    for (const ProbeAlternative& alternative : spec_.alternatives) {
        std::vector<ProbeRequest> requests;
        for (const std::string_view name : alternative.symbols) {
            const ElfSymbol* symbol = find_symbol(symbols_, name);
            if (symbol == nullptr) {
                continue;
            }
            auto planned = plan_symbol(alternative, name, *symbol);
            if (!planned) {
                skipped_.symbol = name;
                skipped_.reason += (skipped_.reason.empty() ? "" : "; ") + planned.error().message;
                continue;
            }
            const auto same_site = [&](const ProbeRequest& a) {
                return std::any_of(requests.begin(), requests.end(), [&](const auto& b) { return a.site == b.site; });
            };
            std::erase_if(*planned, same_site);
            requests.insert(requests.end(), planned->begin(), planned->end());
        }
        if (!requests.empty()) {
            return requests;
        }
    }
    if (skipped_.reason.empty()) {
        skipped_.reason = "no symbol of " + std::string(spec_.what) + " found";
    }
    return {};
}

RolePlanner::Requests RolePlanner::plan_symbol(
    const ProbeAlternative& alternative, std::string_view name, const ElfSymbol& symbol
) const {
    if (auto status = check_function(symbol, elf_); !status) {
        return tl::make_unexpected(status.error());
    }
    auto requests = plan_by_strategy(alternative, symbol);
    if (!requests) {
        return requests;
    }
    for (ProbeRequest& request : *requests) {
        const auto taken = std::find_if(plan_.requests.begin(), plan_.requests.end(), [&](const ProbeRequest& other) {
            return other.site == request.site;
        });
        if (taken != plan_.requests.end()) {
            return fail(
                ErrorCode::NotTraceable, "it shares its code with " + taken->symbol + " (identical code folding)"
            );
        }
        request.required = spec_.required;
        request.symbol = name;
        request.address = symbol.address;
        request.strategy = alternative.strategy;
        request.detail = std::string(spec_.what) + " (" + std::string(alternative.period) + "), " + request.detail;
    }
    return requests;
}

RolePlanner::Requests RolePlanner::plan_by_strategy(
    const ProbeAlternative& alternative, const ElfSymbol& symbol
) const {
    switch (alternative.strategy) {
        case ProbeStrategy::Entry:
        case ProbeStrategy::EntryByStatus: return plan_entry(alternative, symbol);
        case ProbeStrategy::BeforeCall: return plan_before_call(alternative, symbol);
        case ProbeStrategy::Return: return plan_return(alternative, symbol);
        default: return plan_after_call(alternative, symbol);
    }
}

// The entry tells with what, the returns that it was done; an exception passes neither.
RolePlanner::Requests RolePlanner::plan_return(const ProbeAlternative& alternative, const ElfSymbol& symbol) const {
    const auto sites = find_return_sites(elf_, symbol);
    if (!sites) {
        return tl::make_unexpected(sites.error());
    }
    auto requests = plan_entry(alternative, symbol);
    if (!requests) {
        return requests;
    }
    ProbeRequest& entered = requests->front();
    entered.role = ProbeRole::AllocationEntered;
    entered.values = {.object = alternative.values.object};
    for (const CodeSite& site : *sites) {
        auto request = request_at(symbol, site);
        if (!request) {
            return tl::make_unexpected(request.error());
        }
        request->values.address = alternative.values.address;
        requests->push_back(*std::move(request));
    }
    return requests;
}

RolePlanner::Requests RolePlanner::plan_entry(const ProbeAlternative& alternative, const ElfSymbol& symbol) const {
    const bool every_way = alternative.strategy == ProbeStrategy::EntryByStatus;
    if (auto status = every_way ? check_every_way(alternative, symbol) : check_called(alternative, symbol); !status) {
        return tl::make_unexpected(status.error());
    }
    const bool size_known = symbol.size != 0 && symbol.size <= kMaxEntryFunctionBytes;
    const auto code = elf_.read(symbol.address, size_known ? std::max<std::uint64_t>(symbol.size, kEntryBytes) : kEntryBytes);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    const std::span<const std::uint8_t> bytes(*code);
    const auto function = size_known ? bytes.first(std::min<std::uint64_t>(symbol.size, bytes.size())) : bytes.first(0);
    const auto site = choose_entry_site(bytes, function);
    if (!site) {
        return tl::make_unexpected(site.error());
    }
    auto request = request_at(symbol.address + site->offset);
    if (!request) {
        return tl::make_unexpected(request.error());
    }
    request->instruction = site->instruction;
    request->cost = site->cost;
    request->values = alternative.values;
    request->detail = site->reason;
    return std::vector{*std::move(request)};
}

RolePlanner::Requests RolePlanner::plan_before_call(
    const ProbeAlternative& alternative, const ElfSymbol& symbol
) const {
    const ElfSymbol* hook = find_symbol(symbols_, alternative.others[0]);
    if (hook == nullptr) {
        return fail(ErrorCode::NotTraceable, "no symbol " + std::string(alternative.others[0]) + " found");
    }
    const ElfSymbol* getter = find_symbol(symbols_, alternative.others[1]);
    const auto sites = find_before_call_sites(elf_, symbol, *hook, getter, 1, 0);
    if (!sites) {
        return tl::make_unexpected(sites.error());
    }
    std::vector<ProbeRequest> requests;
    for (const CodeSite& site : *sites) {
        auto request = request_at(symbol, site);
        if (!request) {
            return tl::make_unexpected(request.error());
        }
        request->values = {.object = site.argument, .members = site.second};
        requests.push_back(*std::move(request));
    }
    return requests;
}

RolePlanner::Requests RolePlanner::plan_after_call(const ProbeAlternative& alternative, const ElfSymbol& symbol) const {
    const std::string_view callee = first_defined(alternative.others, symbols_);
    if (callee.empty()) {
        return fail(ErrorCode::NotTraceable, "no symbol " + names_of(alternative.others) + " found");
    }
    const std::uint32_t followed = alternative.values.object == argument(0) ? 0 : 1;
    const auto sites = find_after_call_sites(elf_, symbol, *find_symbol(symbols_, callee), followed);
    if (!sites) {
        return tl::make_unexpected(sites.error());
    }
    std::vector<ProbeRequest> requests;
    for (const CodeSite& site : *sites) {
        auto request = request_at(symbol, site);
        if (!request) {
            return tl::make_unexpected(request.error());
        }
        request->values.object = site.argument;
        if (alternative.strategy == ProbeStrategy::AfterCall) {
            request->values.address = site.result;
        }
        request->detail += ", callee " + std::string(callee);
        requests.push_back(*std::move(request));
    }
    return requests;
}

Status RolePlanner::check_called(const ProbeAlternative& alternative, const ElfSymbol& hook) const {
    std::string silent;
    for (const std::string_view name : alternative.others) {
        const ElfSymbol* caller = find_symbol(symbols_, name);
        if (caller == nullptr) {
            continue;
        }
        if (find_call(elf_, *caller, hook) != CallEvidence::NotSeen) {
            return {};
        }
        silent = name;
    }
    if (silent.empty()) {
        return {};
    }
    return fail(
        ErrorCode::NotTraceable,
        "it is exported but " + silent + " does not call it: the library was link-time optimized"
    );
}

Status RolePlanner::check_every_way(const ProbeAlternative& alternative, const ElfSymbol& function) const {
    struct Way {
        std::string_view name;
        const ElfSymbol* symbol;
    };
    std::vector<Way> open;
    for (const std::string_view name : alternative.others) {
        if (const ElfSymbol* symbol = find_symbol(symbols_, name)) {
            open.push_back({name, symbol});
        } else if (name == alternative.others[0] || name == alternative.others[1]) {
            return fail(ErrorCode::NotTraceable, "no symbol " + std::string(name) + ", so who calls it cannot be told");
        }
    }
    std::vector<const ElfSymbol*> leading{&function};  // grows by those found to call one of them
    for (std::size_t i = 0; i < leading.size(); ++i) {
        std::erase_if(open, [&](const Way& way) {
            const bool leads = way.symbol->address == leading[i]->address ||
                               find_own_call(elf_, *way.symbol, *leading[i]) == CallEvidence::Called;
            if (leads) {
                leading.push_back(way.symbol);
            }
            return leads;
        });
    }
    if (open.empty()) {
        return {};
    }
    return fail(ErrorCode::NotTraceable, std::string(open.front().name) + " does not call it");
}

Result<ProbeRequest> RolePlanner::request_at(std::uint64_t site) const {
    const auto offset = elf_.file_offset(site);
    if (!offset) {
        return tl::make_unexpected(offset.error());
    }
    ProbeRequest request;
    request.role = spec_.role;
    request.site = site;
    request.file_offset = *offset;
    return request;
}

Result<ProbeRequest> RolePlanner::request_at(const ElfSymbol& function, const CodeSite& site) const {
    auto request = request_at(function.address + site.offset);
    if (request) {
        request->instruction = site.instruction;
        request->cost = site.cost;
        request->detail = site.reason;
    }
    return request;
}

bool has_role(const ProbePlan& plan, ProbeRole role) {
    return std::any_of(plan.requests.begin(), plan.requests.end(), [&](const auto& request) {
        return request.role == role;
    });
}

bool is_wanted(const ProbeSpec& spec, const SymbolMap& symbols) {
    const auto has = [&symbols](std::string_view name) { return find_symbol(symbols, name) != nullptr; };
    return (spec.only_beside.empty() || has(spec.only_beside)) && (spec.not_beside.empty() || !has(spec.not_beside));
}

const char* where_inside(ProbeStrategy strategy) {
    switch (strategy) {
        case ProbeStrategy::Return: return "return";
        case ProbeStrategy::BeforeCall: return "in front of a call";
        default: return "behind a call";
    }
}

}  // namespace

Result<ProbePlan> make_probe_plan(std::span<const ProbeSpec> catalog, const SymbolMap& symbols, const ElfFile& elf) {
    ProbePlan plan;
    for (const ProbeSpec& spec : catalog) {
        if (spec.instead_of != spec.role && has_role(plan, spec.instead_of)) {
            continue;
        }
        if (!is_wanted(spec, symbols)) {
            continue;
        }
        RolePlanner planner(spec, symbols, elf, plan);
        const std::vector<ProbeRequest> requests = planner.plan();
        plan.requests.insert(plan.requests.end(), requests.begin(), requests.end());
        if (!requests.empty()) {
            continue;
        }
        SkippedProbe skipped = planner.skipped();
        if (spec.required) {
            return fail(
                ErrorCode::NotTraceable,
                elf.path() + ": cannot probe " + std::string(spec.what) + ": " + skipped.reason + "; without it " +
                    std::string(spec.cost_of_absence),
                "see `tt-alloc-trace doctor --library FILE`"
            );
        }
        skipped.reason += "; " + std::string(spec.cost_of_absence);
        plan.skipped.push_back(std::move(skipped));
    }
    return plan;
}

ProbeOutcome to_outcome(const ProbeRequest& request, const std::string& module_path) {
    ProbeOutcome outcome;
    outcome.role = to_string(request.role);
    outcome.symbol = request.symbol;
    outcome.module = module_path;
    outcome.offset = request.file_offset;
    outcome.instruction = request.instruction;
    outcome.required = request.required;
    outcome.detail = request.detail;
    const bool enters = request.strategy == ProbeStrategy::Entry || request.strategy == ProbeStrategy::EntryByStatus ||
                        request.role == ProbeRole::AllocationEntered;
    outcome.strategy = enters ? "entry" : where_inside(request.strategy);
    outcome.trap = to_string(request.cost);
    return outcome;
}

ProbeOutcome to_outcome(const SkippedProbe& skipped, const std::string& module_path) {
    ProbeOutcome outcome;
    outcome.role = to_string(skipped.role);
    outcome.symbol = skipped.symbol;
    outcome.module = module_path;
    outcome.detail = skipped.reason;
    return outcome;
}

}  // namespace tt::alloc_trace
