// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/resolve_layout.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hex.hpp"
#include "probes/code/vtable.hpp"
#include "probes/layout/buffer_window.hpp"
#include "probes/layout/dwarf_claims.hpp"
#include "probes/layout/era_tables.hpp"
#include "probes/layout/getter_claims.hpp"
#include "probes/layout/layout_file.hpp"
#include "probes/layout/merge_claims.hpp"
#include "probes/layout/runtime_symbols.hpp"
#include "probes/layout/walk_claims.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kVptrInVtable = 16;  // behind offset-to-top and type_info
constexpr std::uint32_t kIdBytes = 4;  // as the programs read them
constexpr std::uint64_t kMaxContexts = 4096;  // the runtime has room for 32
constexpr const char* kWayOut =
    "install the library's debug file, or give the layout with --layout FILE (docs/layouts.md tells how to find it)";

// Without these there is no tracing; the others only make it poorer.
constexpr std::array<std::string_view, 7> kRequired{
    "buffer.owner", "buffer.size", "buffer.type", "buffer.address", "buffer.page_size", "buffer.status", "owner.chip_id"
};
// ... but these may be known not to exist.
constexpr std::array<std::string_view, 1> kMayBeAbsent{"buffer.status"};

// Of a Device, and the same one of a MeshDevice: both override functions of IDevice.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kHiddenGetters{
    std::pair{symbol::kChipId, symbol::kMeshId}, std::pair{symbol::kChipInitialized, symbol::kMeshInitialized}
};

constexpr std::array<std::string_view, 5> kDeviceIsInterface{
    symbol::kMeshVtable, symbol::kTrackCbV0, symbol::kTrackCbGlobal, symbol::kTrackCbInTtMetal, symbol::kMeshImplVtable
};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

class Resolver {
public:
    Resolver(const ElfFile& elf, const SymbolMap& symbols, const LayoutSources& sources)
        : elf_(elf), symbols_(symbols), sources_(sources) {
        if (uses_libcxx(elf)) {
            symbols_.emplace(symbol::kUsesLibcxx, ElfSymbol{});
        }
    }

    Result<LayoutProfile> run();

private:
    void find_hidden_getters();
    Status ask_providers();
    Status check_required() const;
    [[nodiscard]] tl::unexpected<Error> missing(std::string_view item) const;
    Status set_vtables();
    void set_roots();
    void fill_profile();
    void complete_status();
    [[nodiscard]] std::string summary() const;
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& why) const {
        return fail(ErrorCode::NotTraceable, elf_.path() + ": " + why, kWayOut);
    }
    [[nodiscard]] bool defined(std::string_view name) const { return find_symbol(symbols_, name) != nullptr; }

    const ElfFile& elf_;
    SymbolMap symbols_;  // and kUsesLibcxx
    const LayoutSources& sources_;
    ProviderClaims providers_;
    std::vector<std::string> unclear_getters_;
    std::string debug_info_;  // where it was, or why there is none
    MergedClaims merged_;
    LayoutProfile profile_;
};

// Some getters are virtual functions that only a full symbol table names.
void Resolver::find_hidden_getters() {
    const ElfSymbol* device = find_symbol(symbols_, symbol::kChipVtable);
    const ElfSymbol* mesh = find_symbol(symbols_, symbol::kMeshVtable);
    for (const auto& [hidden, of_mesh] : kHiddenGetters) {
        const ElfSymbol* known = find_symbol(symbols_, of_mesh);
        if (defined(hidden) || device == nullptr || mesh == nullptr || known == nullptr) {
            continue;
        }
        if (const auto address = function_in_same_slot(elf_, *mesh, *known, *device)) {
            symbols_.emplace(hidden, ElfSymbol{*address, 0, ElfSymbolType::Function});
        }
    }
}

Status Resolver::ask_providers() {
    find_hidden_getters();
    if (!sources_.layout_file.empty()) {
        auto file = read_layout_file(sources_.layout_file);
        if (!file) {
            return tl::make_unexpected(file.error());
        }
        providers_.file = std::move(file->claims);
    }
    DwarfClaims dwarf = dwarf_claims(elf_, symbols_, {sources_.target_root, sources_.allow_debuginfod});
    providers_.dwarf = std::move(dwarf.claims);
    debug_info_ = std::move(dwarf.note);
    GetterClaims getters = getter_claims(elf_, symbols_);
    providers_.getters = std::move(getters.claims);
    unclear_getters_ = std::move(getters.unclear);
    const std::vector<LayoutClaim> walk = walk_claims(elf_, symbols_);
    providers_.getters.insert(providers_.getters.end(), walk.begin(), walk.end());
    return {};
}

tl::unexpected<Error> Resolver::missing(std::string_view item) const {
    const std::string unclear =
        (merged_.dropped.empty() ? "" : "; no table fits: " + joined(merged_.dropped)) +
        (unclear_getters_.empty() ? "" : "; getters whose code does not tell: " + joined(unclear_getters_));
    for (const OpenItem& open : merged_.open) {
        if (open.item == item) {
            return refuse(
                "cannot tell " + open.item + ", for in builds with these symbols it is " + open.values + unclear
            );
        }
    }
    return refuse(
        "this build of tt-metal has an object layout that is not known (" + std::string(item) +
        " cannot be found): it is probably newer than this version of tt-alloc-trace" + unclear
    );
}

Status Resolver::check_required() const {
    for (const std::string_view item : kRequired) {
        const LayoutClaim* claim = find_claim(merged_.claims, item);
        const bool absent_is_fine = std::find(kMayBeAbsent.begin(), kMayBeAbsent.end(), item) != kMayBeAbsent.end();
        if (claim == nullptr || (!claim->field.exists() && !absent_is_fine)) {
            return missing(item);
        }
    }
    for (const auto& [id, name] : {std::pair{profile_.owner.chip_id, "owner.chip_id"}, std::pair{profile_.owner.mesh_id, "owner.mesh_id"}}) {
        if (id.exists() && id.width != kIdBytes) {
            return refuse(std::string(name) + " has " + std::to_string(id.width) + " bytes; chips and meshes are numbered by an int");
        }
    }
    if (!profile_.buffer.allocator.exists() && !profile_.owner.chip_allocator.exists()) {
        return missing("buffer.allocator");
    }
    if (profile_.owner.mesh_vptr != 0 && !profile_.owner.mesh_id.exists()) {
        return missing("owner.mesh_id");
    }
    const auto window = window_of(profile_.buffer);
    return window ? Status{} : refuse(window.error().message);
}

Status Resolver::set_vtables() {
    const auto vptr = [&](std::string_view name) {
        const ElfSymbol* symbol = find_symbol(symbols_, name);
        return symbol == nullptr ? 0 : symbol->address + kVptrInVtable;
    };
    profile_.owner.chip_vptr = defined(symbol::kChipVtable) ? vptr(symbol::kChipVtable) : vptr(symbol::kChipVtableV0);
    profile_.owner.mesh_vptr = vptr(symbol::kMeshVtable);
    const bool interface = std::any_of(
        kDeviceIsInterface.begin(), kDeviceIsInterface.end(), [&](std::string_view name) { return defined(name); }
    );
    const bool mesh =
        defined(symbol::kMeshClose) || defined(symbol::kMeshImplVtable) || defined(symbol::kMeshImplClose);
    const bool chip_missing = interface && profile_.owner.chip_vptr == 0;
    if (chip_missing || (mesh && profile_.owner.mesh_vptr == 0)) {
        return refuse(
            std::string("the vtable of ") + (chip_missing ? "Device" : "MeshDevice") +
            " is not among its symbols, so chips and meshes cannot be told apart"
        );
    }
    return {};
}

void Resolver::set_roots() {
    const auto address = [&](std::string_view name) {
        const ElfSymbol* symbol = find_symbol(symbols_, name);
        return symbol == nullptr || symbol->ambiguous ? 0 : symbol->address;
    };
    const auto found = [&](const char* name, std::uint64_t where) {
        if (where != 0) {
            profile_.evidence.push_back({name, "address " + hex(where), "code and symbols"});
        }
        return where;
    };
    RootLayout& root = profile_.walk.root;
    root.device_pool = found("root.device_pool", address(symbol::kDevicePool));
    root.buffer_map = found("root.buffer_map", address(symbol::kBufferMap));
    root.metal_context = found("root.metal_context", metal_context_address(elf_, symbols_));
    const ElfSymbol* contexts = find_symbol(symbols_, symbol::kMetalContexts);
    if (contexts != nullptr && !contexts->ambiguous && contexts->type == ElfSymbolType::Object) {
        root.metal_contexts = found("root.metal_contexts", contexts->address);
        root.metal_context_slots = static_cast<std::uint32_t>(std::min(contexts->size / kPointerBytes, kMaxContexts));
    }
}

void Resolver::fill_profile() {
    profile_.name = merged_.layout_name;
    std::vector<std::string> words = merged_.notes;
    words.insert(
        words.begin(),
        defined(symbol::kAllocatorImpl) || defined(symbol::kAllocatorImplClear) ? "AllocatorImpl" : "Allocator"
    );
    profile_.variant = joined(words);
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* claim = find_claim(merged_.claims, item.name);
        if (claim == nullptr) {
            continue;
        }
        if (item.set_field != nullptr) {
            item.set_field(profile_, claim->field);
        } else {
            item.set_number(profile_, claim->number);
        }
        // A number that counts bytes of something absent is 0; only this one means something then.
        const bool means_something = claim->number != 0 || item.name == "buffer.stable_pointer";
        if (item.set_number != nullptr ? means_something : claim->field.exists()) {
            profile_.evidence.push_back({item.name, value_text(*claim), claim->source});
        }
    }
}

// The states follow each other in every build; only the first of them has code that tells it.
void Resolver::complete_status() {
    if (find_claim(merged_.claims, "buffer.status_allocated") != nullptr && find_claim(merged_.claims, "buffer.status_deallocated") == nullptr) {
        profile_.buffer.status_deallocated = profile_.buffer.status_allocated + 1;
    }
}

std::string Resolver::summary() const {
    std::vector<std::string> origins;
    if (merged_.used_file) {
        origins.push_back("layout file " + sources_.layout_file);
    }
    if (merged_.used_dwarf) {
        origins.push_back("debug info of " + debug_info_);
    }
    if (merged_.used_table) {
        origins.push_back("table " + merged_.layout_name);
    }
    std::string text = joined(origins);
    if (!merged_.confirmed.empty()) {
        text += "; the library's code agrees on " + joined(merged_.confirmed);
    }
    if (!merged_.dropped.empty()) {
        text += "; told by the library's code alone: " + joined(merged_.dropped);
    }
    const bool verified = std::any_of(merged_.confirmed.begin(), merged_.confirmed.end(), [](const std::string& item) {
        return item.starts_with("buffer.");
    });
    if (!verified && !merged_.used_dwarf) {
        text += "; unverified by the library's code; checked on the first objects";
    }
    for (const OpenItem& open : merged_.open) {
        text += "; not known: " + open.item + " (" + open.values + ")";
    }
    if (!merged_.used_dwarf && !debug_info_.empty()) {
        text += "; no debug info: " + debug_info_;
    }
    return text;
}

Result<LayoutProfile> Resolver::run() {
    if (auto status = ask_providers(); !status) {
        return tl::make_unexpected(status.error());
    }
    auto merged = merge_claims(providers_, symbols_);
    if (!merged) {
        return fail(ErrorCode::NotTraceable, elf_.path() + ": " + merged.error().message, merged.error().hint);
    }
    merged_ = *std::move(merged);
    fill_profile();
    complete_status();
    if (auto status = set_vtables(); !status) {
        return tl::make_unexpected(status.error());
    }
    set_roots();
    if (profile_.buffer.shard_spec.exists() && !shard_fits_window(profile_.buffer)) {
        profile_.buffer.shard_spec = {};
        merged_.open.push_back({"buffer.shard_spec", "reaches beyond the bytes that are copied"});
    }
    if (auto status = check_required(); !status) {
        return tl::make_unexpected(status.error());
    }
    profile_.summary = summary();
    return std::move(profile_);
}

}  // namespace

std::vector<std::string_view> layout_symbols() {
    std::vector<std::string_view> names = era_table_symbols();
    for (const auto& more : {getter_symbols(), dwarf_symbols(), walk_symbols()}) {
        names.insert(names.end(), more.begin(), more.end());
    }
    names.insert(names.end(), kDeviceIsInterface.begin(), kDeviceIsInterface.end());
    names.insert(
        names.end(),
        {symbol::kChipVtable,
         symbol::kChipVtableV0,
         symbol::kMeshClose,
         symbol::kMeshImplClose,
         symbol::kAllocatorImpl,
         symbol::kAllocatorImplClear,
         symbol::kDevicePool,
         symbol::kBufferMap,
         symbol::kMetalContexts,
         symbol::kMeshId,
         symbol::kMeshInitialized,
         symbol::kFreeListVtable}
    );
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Result<LayoutProfile> resolve_layout(const ElfFile& elf, const SymbolMap& symbols, const LayoutSources& sources) {
    return Resolver(elf, symbols, sources).run();
}

}  // namespace tt::alloc_trace
