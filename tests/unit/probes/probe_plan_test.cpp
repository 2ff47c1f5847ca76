// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fakes.hpp"
#include "probes/call_site.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::open_fake;

constexpr const char* kTrackAllocate = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE";
constexpr const char* kAllocateImpl = "_ZN2tt8tt_metal6Buffer13allocate_implEv";
constexpr const char* kDeallocateImpl = "_ZN2tt8tt_metal6Buffer15deallocate_implEv";

std::vector<std::string_view> catalog_symbols() {
    std::vector<std::string_view> names{kAllocateImpl, kDeallocateImpl};
    for (const ProbeSpec& spec : probe_catalog()) {
        for (const ProbeAlternative& alternative : spec.alternatives) {
            names.insert(names.end(), alternative.symbols.begin(), alternative.symbols.end());
            names.insert(names.end(), alternative.others.begin(), alternative.others.end());
        }
    }
    return names;
}

class ProbePlanTest : public ::testing::Test {
protected:
    void load(const std::string& fake) {
        auto elf = open_fake(fake);
        ASSERT_TRUE(elf) << elf.error().message;
        elf_.emplace(*std::move(elf));
        auto symbols = elf_->find_symbols(catalog_symbols(), SymbolTables::All);
        ASSERT_TRUE(symbols);
        symbols_ = *std::move(symbols);
    }
    Result<ProbePlan> plan() { return make_probe_plan(probe_catalog(), symbols_, *elf_); }

    std::optional<ElfFile> elf_;
    SymbolMap symbols_;
};

const ProbeRequest* request_of(const ProbePlan& plan, ProbeRole role) {
    const auto at = std::find_if(plan.requests.begin(), plan.requests.end(), [&](const ProbeRequest& request) {
        return request.role == role;
    });
    return at == plan.requests.end() ? nullptr : &*at;
}

TEST(ProbeCatalogTest, EveryRoleHasANameAndAtLeastOneAlternative) {
    std::set<ProbeRole> roles;
    for (const ProbeSpec& spec : probe_catalog()) {
        roles.insert(spec.role);
        EXPECT_FALSE(spec.alternatives.empty());
        for (const ProbeAlternative& alternative : spec.alternatives) {
            EXPECT_TRUE(alternative.symbols[0].starts_with("_ZN2tt8tt_metal")) << alternative.symbols[0];
            EXPECT_TRUE(alternative.values.object.exists() || alternative.values.trace.exists()) << alternative.symbols[0];
        }
    }
    EXPECT_EQ(roles.size(), kProbeRoleCount - 1) << "AllocationEntered comes with a strategy";
    EXPECT_EQ(to_string(ProbeRole::AllocatorDestroyed), "allocator_destroyed");
}

TEST_F(ProbePlanTest, EveryRoleIsPlannedForACompleteLibrary) {
    load("good-gxx-O2-1.so");
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->skipped.empty());
    for (std::size_t role = 0; role < kProbeRoleCount; ++role) {
        const bool planned = request_of(*made, static_cast<ProbeRole>(role)) != nullptr;
        const bool stands_in = static_cast<ProbeRole>(role) == ProbeRole::ProgramPlaced ||
                               static_cast<ProbeRole>(role) == ProbeRole::AllocationEntered ||
                               static_cast<ProbeRole>(role) >= ProbeRole::DataflowBuffersPlaced;  // and traces: of other builds
        EXPECT_NE(planned, stands_in) << role;
    }
    const ProbeRequest* allocated = request_of(*made, ProbeRole::Allocated);
    EXPECT_EQ(allocated->symbol, kTrackAllocate);
    EXPECT_TRUE(allocated->required);
    EXPECT_EQ(allocated->values.object, argument(1));
    EXPECT_FALSE(allocated->values.address.exists()) << "the object holds it";
    EXPECT_EQ(allocated->cost, TrapCost::Emulated);
    EXPECT_THAT(allocated->instruction, HasSubstr("push"));
}

TEST_F(ProbePlanTest, OffsetPointsAtTheInstructionInTheFile) {
    load("good-lld-O3-1.so");
    const auto made = plan();
    ASSERT_TRUE(made);
    const auto file = testing::bytes_of("good-lld-O3-1.so");
    for (const ProbeRequest& request : made->requests) {
        ASSERT_LT(request.file_offset + 2, file.size());
        EXPECT_NE(request.file_offset, request.address) << "lld puts addresses and offsets apart";
        const auto here = choose_entry_site({file.data() + request.file_offset, 32});
        ASSERT_TRUE(here);
        const auto mnemonic = [](const std::string& text) { return text.substr(0, text.find(' ')); };
        EXPECT_EQ(mnemonic(here->instruction), mnemonic(request.instruction));
    }
}

TEST_F(ProbePlanTest, BehindEndbr64InAProtectedBuild) {
    load("good-gxx-O2-cet-1.so");
    const auto made = plan();
    ASSERT_TRUE(made);
    const ProbeRequest* freed = request_of(*made, ProbeRole::Freed);
    ASSERT_NE(freed, nullptr);
    EXPECT_EQ(freed->file_offset, *elf_->file_offset(freed->address) + 4);
    EXPECT_THAT(freed->detail, HasSubstr("endbr64"));
}

TEST_F(ProbePlanTest, AliasesAreProbedOnce) {
    load("good-gxx-O2-1.so");  // gcc makes D1 an alias of D2
    const auto made = plan();
    ASSERT_TRUE(made);
    std::set<std::uint64_t> addresses;
    for (const ProbeRequest& request : made->requests) {
        EXPECT_TRUE(addresses.insert(request.address).second) << request.symbol;
    }
}

TEST_F(ProbePlanTest, SeparateDestructorVariantsAreBothProbed) {
    load("good-clangxx-O0-1.so");
    const ElfSymbol* complete = find_symbol(symbols_, "_ZN2tt8tt_metal13AllocatorImplD1Ev");
    const ElfSymbol* base = find_symbol(symbols_, "_ZN2tt8tt_metal13AllocatorImplD2Ev");
    ASSERT_TRUE(complete != nullptr && base != nullptr);
    const auto made = plan();
    ASSERT_TRUE(made);
    const auto count = std::count_if(made->requests.begin(), made->requests.end(), [](const ProbeRequest& request) {
        return request.role == ProbeRole::AllocatorDestroyed;
    });
    EXPECT_EQ(count, complete->address == base->address ? 1 : 2);
}

TEST_F(ProbePlanTest, MissingRequiredHookIsAnErrorWithItsConsequence) {
    load("no-free-hook.so");
    const auto made = plan();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::NotTraceable);
    EXPECT_THAT(made.error().message, AllOf(HasSubstr("the free of a Buffer"), HasSubstr("look like a leak")));
}

TEST_F(ProbePlanTest, MissingOptionalFunctionIsSkippedWithItsConsequence) {
    load("good-gxx-O2-1.so");
    symbols_.erase("_ZN2tt8tt_metal6Device5closeEv");
    const auto made = plan();
    ASSERT_TRUE(made);
    ASSERT_EQ(made->skipped.size(), 1U);
    EXPECT_EQ(made->skipped[0].role, ProbeRole::OwnerClosing);
    EXPECT_THAT(made->skipped[0].reason, HasSubstr("not shown by name"));
    const ProbeOutcome outcome = to_outcome(made->skipped[0], "/lib/x.so");
    EXPECT_EQ(outcome.role, "owner_closing");
    EXPECT_FALSE(outcome.attached);
}

TEST_F(ProbePlanTest, HookThatIsNeverCalledIsRefused) {
    load("inlined-hooks.so");
    EXPECT_TRUE(plan()) << "deallocate_impl is called by whoever frees";
    symbols_.erase("_ZN2tt8tt_metal6Buffer10deallocateEv");
    const auto made = plan();
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("link-time optimized"));
}

constexpr const char* kTrackDeallocate = "_ZN2tt8tt_metal12GraphTracker16track_deallocateEPNS0_6BufferE";

TEST_F(ProbePlanTest, FreesAreSeenWhereFailuresAreAsWellIfEveryWayLeadsThere) {
    for (const std::string& fake : testing::good_fakes()) {
        load(fake);
        const auto made = plan();
        ASSERT_TRUE(made) << fake << ": " << made.error().message;
        const ProbeRequest* freed = request_of(*made, ProbeRole::Freed);
        ASSERT_NE(freed, nullptr);
        EXPECT_EQ(freed->symbol, kDeallocateImpl) << fake;
        EXPECT_EQ(freed->strategy, ProbeStrategy::EntryByStatus);
        EXPECT_EQ(freed->values.object, argument(0));
        EXPECT_EQ(to_outcome(*freed, "x").strategy, "entry");
    }
}

TEST_F(ProbePlanTest, AWayThatDoesNotLeadToTheFreeKeepsTheHook) {
    load("inlined-free.so");
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const ProbeRequest* freed = request_of(*made, ProbeRole::Freed);
    EXPECT_EQ(freed->symbol, kTrackDeallocate);
    EXPECT_EQ(freed->strategy, ProbeStrategy::Entry);
}

TEST_F(ProbePlanTest, AWayThatIsNotExportedKeepsTheHook) {
    load("good-gxx-O2-1.so");
    for (const char* way : {"_ZN2tt8tt_metal6Buffer10deallocateEv", "_ZN2tt8tt_metal6BufferD1Ev"}) {
        SymbolMap all = symbols_;
        symbols_.erase(way);
        const auto made = plan();
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_EQ(request_of(*made, ProbeRole::Freed)->symbol, kTrackDeallocate) << way;
        symbols_ = all;
    }
}

TEST_F(ProbePlanTest, TwoRolesOnTheSameCodeAreNotTrusted) {
    load("good-gxx-O2-1.so");
    symbols_["_ZN2tt8tt_metal13AllocatorImpl5clearEv"] =
        symbols_["_ZN2tt8tt_metal13AllocatorImpl18deallocate_buffersEv"];
    const auto made = plan();
    ASSERT_TRUE(made);
    ASSERT_EQ(made->skipped.size(), 1U);
    EXPECT_THAT(made->skipped[0].reason, HasSubstr("identical code folding"));
}

TEST_F(ProbePlanTest, SymbolsThatAreNoCodeAreRefused) {
    load("good-gxx-O2-1.so");
    const std::string name = "_ZN2tt8tt_metal13AllocatorImpl18deallocate_buffersEv";
    const ElfSymbol good = symbols_[name];
    symbols_[name].type = ElfSymbolType::IndirectFunction;
    EXPECT_FALSE(plan());
    symbols_[name] = good;
    symbols_[name].ambiguous = true;
    EXPECT_FALSE(plan());
    symbols_[name] = good;
    symbols_[name].address = ~std::uint64_t{0} - 3;
    EXPECT_FALSE(plan());
}

TEST_F(ProbePlanTest, ReturnsAreTheLastResort) {
    load("good-gxx-O2-1.so");
    symbols_.erase(kTrackAllocate);
    symbols_.erase("_ZN2tt8tt_metal13AllocatorImpl15allocate_bufferEPNS0_6BufferE");
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const ProbeRequest* entered = request_of(*made, ProbeRole::AllocationEntered);
    const ProbeRequest* returned = request_of(*made, ProbeRole::Allocated);
    ASSERT_TRUE(entered != nullptr && returned != nullptr);
    EXPECT_EQ(entered->address, symbols_[kAllocateImpl].address);
    EXPECT_EQ(entered->values.object, argument(0));
    EXPECT_GT(returned->site, entered->site);
    EXPECT_FALSE(returned->values.object.exists()) << "the Buffer the thread entered with";
    EXPECT_FALSE(returned->values.address.exists()) << "the object holds it";
    EXPECT_EQ(returned->instruction, "ret");
    EXPECT_EQ(to_outcome(*entered, "x").strategy, "entry");
    EXPECT_EQ(to_outcome(*returned, "x").strategy, "return");
    EXPECT_TRUE(entered->required && returned->required);
}

TEST_F(ProbePlanTest, OutcomeCarriesTheRequest) {
    load("good-gxx-O2-1.so");
    const auto made = plan();
    ASSERT_TRUE(made);
    const ProbeOutcome outcome = to_outcome(made->requests.front(), "/lib/libtt_metal.so");
    EXPECT_EQ(outcome.role, "allocated");
    EXPECT_EQ(outcome.module, "/lib/libtt_metal.so");
    EXPECT_EQ(outcome.offset, made->requests.front().file_offset);
    EXPECT_TRUE(outcome.required);
    EXPECT_FALSE(outcome.attached);
}

TEST_F(ProbePlanTest, CallIsSeenThroughEveryKindOfLinkage) {
    for (const std::string& fake : testing::good_fakes()) {
        load(fake);
        EXPECT_EQ(find_call(*elf_, symbols_[kAllocateImpl], symbols_[kTrackAllocate]), CallEvidence::Called) << fake;
    }
    load("inlined-hooks.so");
    EXPECT_EQ(find_call(*elf_, symbols_[kAllocateImpl], symbols_[kTrackAllocate]), CallEvidence::NotSeen);
}

// The destructor calls other functions through the same PLT, and deallocate() has an entry there.
TEST_F(ProbePlanTest, NeighboursInThePltAreNotTheCallersOwnCalls) {
    load("inlined-free.so");
    const ElfSymbol& destructor = symbols_["_ZN2tt8tt_metal6BufferD1Ev"];
    EXPECT_EQ(find_own_call(*elf_, destructor, symbols_[kTrackDeallocate]), CallEvidence::Called);
    EXPECT_EQ(find_own_call(*elf_, destructor, symbols_[kDeallocateImpl]), CallEvidence::NotSeen);
}

TEST_F(ProbePlanTest, CallerOfUnknownSizeProvesNothing) {
    load("inlined-hooks.so");
    ElfSymbol caller = symbols_[kAllocateImpl];
    caller.size = 0;
    EXPECT_EQ(find_call(*elf_, caller, symbols_[kTrackAllocate]), CallEvidence::Unknown);
    caller.size = std::uint64_t{1} << 40U;
    EXPECT_EQ(find_call(*elf_, caller, symbols_[kTrackAllocate]), CallEvidence::Unknown);
}

}  // namespace
}  // namespace tt::alloc_trace
