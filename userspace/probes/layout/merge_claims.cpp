// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/merge_claims.hpp"

#include <algorithm>
#include <optional>

namespace tt::alloc_trace {
namespace {

constexpr const char* kOtherLayout =
    "give the right layout with --layout FILE (docs/layouts.md), or install the library's debug file";

using Claims = std::vector<LayoutClaim>;

std::string described(const LayoutClaim& claim) {
    return value_text(claim) + " (" + claim.source + ")";
}

tl::unexpected<Error> contradiction(const LayoutClaim& a, const LayoutClaim& b) {
    return fail(
        ErrorCode::NotTraceable,
        "object layout contradicted: " + a.item + " is " + described(a) + ", but " + described(b),
        kOtherLayout
    );
}

// What is given up with an item about which code and debug info, or two places in the code, contradict each other: nothing of
// groups that cannot be done without; of a group whose items make sense together only, all.
std::vector<std::string_view> given_up_with(std::string_view item) {
    for (const TableGroup& group : era_tables()) {
        if (std::find(group.items.begin(), group.items.end(), item) == group.items.end()) {
            continue;
        }
        if (group.doubt == Doubt::BelieveCode) {
            return {item};
        }
        return group.doubt == Doubt::AllOrNothing ? group.items : std::vector<std::string_view>{};
    }
    return {};
}

// Items that can be done without, about which code and debug info, or two places in the code, contradict each other.
std::vector<std::string_view> doubtful_items(const ProviderClaims& providers) {
    std::vector<std::string_view> doubtful;
    for (const Claims* claims : {&providers.dwarf, &providers.getters}) {
        for (const LayoutClaim& left : *claims) {
            for (const LayoutClaim& right : providers.getters) {
                if (!compatible(left, right)) {
                    const auto more = given_up_with(left.item);
                    doubtful.insert(doubtful.end(), more.begin(), more.end());
                }
            }
        }
    }
    return doubtful;
}

Status check_agreement(const Claims& left, const Claims& right) {
    for (const LayoutClaim& a : left) {
        for (const LayoutClaim& b : right) {
            if (!compatible(a, b)) {
                return contradiction(a, b);
            }
        }
    }
    return {};
}

class Merger {
public:
    Merger(const ProviderClaims& providers, const SymbolMap& symbols)
        : providers_(providers), symbols_(symbols), doubtful_(doubtful_items(providers)) {}

    Result<MergedClaims> run();

private:
    void drop_doubtful();
    void take_given();
    void take_code(const TableGroup& group);
    void drop_table(const TableGroup& group, const TableVariant& table, const std::vector<std::string_view>& needed);
    void take_group(const TableGroup& group);
    void take_item(std::string_view item, const std::vector<const TableVariant*>& variants);
    [[nodiscard]] bool given(std::string_view item) const;
    [[nodiscard]] LayoutClaim claim_of(const TableVariant& variant, std::string_view item) const;
    // The first getter that says otherwise about one of `items`; `listed`: only those that the variant lists.
    [[nodiscard]] const LayoutClaim* objection(
        const TableVariant& variant, const std::vector<std::string_view>& items, bool listed
    ) const;
    [[nodiscard]] bool confirms(const LayoutClaim& claim) const;
    void add_witnesses();
    void name_layout();
    // Matches by symbols and says what was found.
    [[nodiscard]] std::vector<const TableVariant*> fitting(const TableGroup& group) const;

    ProviderClaims providers_;
    const SymbolMap& symbols_;
    std::vector<std::string_view> doubtful_;  // names of groups' items
    MergedClaims merged_;
};

// Settled, by being given or by being given up.
bool Merger::given(std::string_view item) const {
    return find_claim(merged_.claims, item) != nullptr ||
           std::find(doubtful_.begin(), doubtful_.end(), item) != doubtful_.end();
}

void Merger::drop_doubtful() {
    for (Claims* claims : {&providers_.dwarf, &providers_.getters}) {
        std::erase_if(*claims, [&](const LayoutClaim& claim) {
            return std::find(doubtful_.begin(), doubtful_.end(), claim.item) != doubtful_.end();
        });
    }
}

// A getter may read less than the member: that has the width which it has in all tables.
std::optional<LayoutClaim> whole_member(const TableGroup& group, LayoutClaim claim) {
    if (claim.kind != ClaimKind::Access) {
        return claim;
    }
    std::uint32_t width = 0;
    for (const TableVariant& variant : group.variants) {
        const LayoutClaim* other = find_claim(variant.claims, claim.item);
        if (other == nullptr || !other->field.exists()) {
            continue;
        }
        if (width != 0 && width != other->field.width) {
            return std::nullopt;
        }
        width = other->field.width;
    }
    if (width == 0 || claim.field.width > width) {
        return std::nullopt;
    }
    claim.kind = ClaimKind::Place;
    claim.field.width = width;
    return claim;
}

void Merger::take_code(const TableGroup& group) {
    for (const std::string_view item : group.items) {
        const LayoutClaim* claim = find_claim(providers_.getters, item);
        const auto whole = claim != nullptr && !given(item) ? whole_member(group, *claim) : std::nullopt;
        if (whole) {
            merged_.claims.push_back(*whole);
        }
    }
}

// The table is of another build: what the code tells remains.
void Merger::drop_table(const TableGroup& group, const TableVariant& table, const std::vector<std::string_view>& needed) {
    const std::size_t settled = merged_.claims.size();
    take_code(group);
    const bool incomplete = std::any_of(table.claims.begin(), table.claims.end(), [&](const LayoutClaim& claim) {
        return find_claim(merged_.claims, claim.item) == nullptr;
    });
    if (group.doubt == Doubt::AllOrNothing && incomplete) {
        merged_.claims.resize(settled);
    }
    if (const LayoutClaim* getter = objection(table, needed, false)) {
        merged_.dropped.push_back(
            getter->item + " is " + described(*getter) + ", not " + described(claim_of(table, getter->item))
        );
    }
}

void Merger::take_given() {
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* file = find_claim(providers_.file, item.name);
        const LayoutClaim* dwarf = find_claim(providers_.dwarf, item.name);
        if (file == nullptr && dwarf == nullptr) {
            continue;
        }
        LayoutClaim claim = file != nullptr ? *file : *dwarf;
        if (file != nullptr && dwarf != nullptr) {
            claim.source += ", " + dwarf->source;
        }
        merged_.used_file = merged_.used_file || file != nullptr;
        merged_.used_dwarf = merged_.used_dwarf || dwarf != nullptr;
        merged_.claims.push_back(std::move(claim));
    }
}

LayoutClaim Merger::claim_of(const TableVariant& variant, std::string_view item) const {
    if (const LayoutClaim* claim = find_claim(variant.claims, item)) {
        return *claim;
    }
    const std::string source = "table " + std::string(variant.name);
    return is_field_item(item) ? place_claim(item, {}, source) : number_claim(item, 0, source);
}

const LayoutClaim* Merger::objection(
    const TableVariant& variant, const std::vector<std::string_view>& items, bool listed
) const {
    for (const std::string_view item : items) {
        if (listed && find_claim(variant.claims, item) == nullptr) {
            continue;
        }
        const LayoutClaim claim = claim_of(variant, item);
        for (const LayoutClaim& getter : providers_.getters) {
            if (!compatible(claim, getter)) {
                return &getter;
            }
        }
    }
    return nullptr;
}

bool Merger::confirms(const LayoutClaim& claim) const {
    const LayoutClaim* dwarf = find_claim(providers_.dwarf, claim.item);
    if (dwarf != nullptr && compatible(*dwarf, claim)) {
        return true;
    }
    return std::any_of(providers_.getters.begin(), providers_.getters.end(), [&](const LayoutClaim& getter) {
        return getter.item == claim.item && compatible(getter, claim);
    });
}

void Merger::take_item(std::string_view item, const std::vector<const TableVariant*>& variants) {
    const LayoutClaim first = claim_of(*variants.front(), item);
    std::string values;
    for (const TableVariant* variant : variants) {
        const std::string value = value_text(claim_of(*variant, item));
        if (values.find(value) == std::string::npos) {
            values += (values.empty() ? "" : " or ") + value;
        }
    }
    const bool agreed = std::all_of(variants.begin(), variants.end(), [&](const TableVariant* variant) {
        return compatible(first, claim_of(*variant, item));
    });
    if (agreed) {
        merged_.claims.push_back(first);
    } else {
        merged_.open.push_back({std::string(item), values});
    }
}

void Merger::take_group(const TableGroup& group) {
    if (group.doubt == Doubt::BelieveCode) {
        take_code(group);
    }
    std::vector<std::string_view> needed;
    std::copy_if(group.items.begin(), group.items.end(), std::back_inserter(needed), [&](std::string_view item) {
        return !given(item);
    });
    std::vector<const TableVariant*> matching;
    for (const TableVariant& variant : group.variants) {
        if (matches(variant.fingerprint, symbols_)) {
            matching.push_back(&variant);
        }
    }
    std::vector<const TableVariant*> viable = matching;
    // Where code gave items of its own, these count against a table, too: its other items are of another build then.
    const bool believe_code = group.doubt == Doubt::BelieveCode;
    std::erase_if(viable, [&](const TableVariant* variant) {
        return objection(*variant, believe_code ? group.items : needed, believe_code) != nullptr;
    });
    std::erase_if(viable, [&](const TableVariant* variant) {
        return (variant->derived || group.doubt == Doubt::DropIfUnconfirmed) &&
               std::none_of(variant->claims.begin(), variant->claims.end(), [&](const auto& claim) {
                   return confirms(claim);
               });
    });
    if (needed.empty() || matching.empty()) {
        return;
    }
    if (viable.empty()) {
        if (group.doubt == Doubt::CodeAlone || group.doubt == Doubt::AllOrNothing) {
            drop_table(group, *matching.front(), needed);
        }
        return;
    }
    const std::size_t settled = merged_.claims.size();
    const std::size_t open = merged_.open.size();
    for (const std::string_view item : needed) {
        take_item(item, viable);
    }
    if (group.doubt == Doubt::AllOrNothing && merged_.open.size() != open) {
        merged_.claims.resize(settled);  // a part is of no use
    }
    const bool buffer = &group == &era_tables().front();
    merged_.used_table = merged_.used_table || (buffer && std::any_of(needed.begin(), needed.end(), is_field_item));
}

// Getters that agree are named beside the source they agree with.
void Merger::add_witnesses() {
    for (LayoutClaim& claim : merged_.claims) {
        bool seen = false;
        for (const LayoutClaim& getter : providers_.getters) {
            if (getter.item == claim.item && claim.source.find(getter.source) == std::string::npos) {
                claim.source += ", " + getter.source;
                seen = true;
            }
        }
        if (seen) {
            merged_.confirmed.push_back(claim.item);
        }
    }
}

std::vector<const TableVariant*> Merger::fitting(const TableGroup& group) const {
    std::vector<const TableVariant*> fitting;
    for (const TableVariant& variant : group.variants) {
        const bool same = std::all_of(group.items.begin(), group.items.end(), [&](std::string_view item) {
            const LayoutClaim* claim = find_claim(merged_.claims, item);
            return claim == nullptr || compatible(*claim, claim_of(variant, item));
        });
        if (same && matches(variant.fingerprint, symbols_)) {
            fitting.push_back(&variant);
        }
    }
    return fitting;
}

void Merger::name_layout() {
    for (const TableGroup& group : era_tables()) {
        const auto variants = fitting(group);
        if (&group == &era_tables().front()) {
            merged_.layout_name = variants.empty() ? "unlisted" : variants.front()->name;
        }
        if (variants.size() == 1 && !variants.front()->note.empty()) {
            merged_.notes.emplace_back(variants.front()->note);
        }
    }
}

Result<MergedClaims> Merger::run() {
    drop_doubtful();
    for (const auto& [left, right] :
         {std::pair(&providers_.file, &providers_.dwarf),
          std::pair(&providers_.file, &providers_.getters),
          std::pair(&providers_.dwarf, &providers_.getters),
          std::pair(&providers_.getters, &providers_.getters)}) {
        if (auto status = check_agreement(*left, *right); !status) {
            return tl::make_unexpected(status.error());
        }
    }
    take_given();
    for (const TableGroup& group : era_tables()) {
        take_group(group);
    }
    add_witnesses();
    name_layout();
    return std::move(merged_);
}

}  // namespace

Result<MergedClaims> merge_claims(const ProviderClaims& providers, const SymbolMap& symbols) {
    return Merger(providers, symbols).run();
}

}  // namespace tt::alloc_trace
