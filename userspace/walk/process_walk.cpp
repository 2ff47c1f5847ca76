// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/process_walk.hpp"

#include <tsl/robin_set.h>

#include <algorithm>
#include <list>
#include <utility>

#include "walk/allocator_reader.hpp"
#include "walk/allocator_search.hpp"
#include "walk/mirrors.hpp"
#include "walk/owner_reader.hpp"
#include "walk/target_reader.hpp"
#include "walk/walk_proof.hpp"

namespace tt::alloc_trace {
namespace {

class ProcessWalker {
public:
    ProcessWalker(const TargetReader& reader, const WalkOptions& options) : reader_(reader), options_(options) {
        walk_.roots_known = true;
        walk_.complete = true;
    }

    void walk_module(const WalkModule& module, OwnerReader& owners);
    // Only the event stream told of it. While the roots are known, it has been destroyed if they do not lead to it.
    void walk_known(const WalkModule& module, OwnerReader& owners, const KnownAllocator& known);
    [[nodiscard]] bool has(std::uint64_t allocator) const { return seen_allocators_.contains(allocator); }
    void incomplete(const std::string& reason);
    // Whether what was read fits what the allocators say of themselves.
    void judge_layout();
    [[nodiscard]] Walk take() { return std::move(walk_); }

private:
    void doubt_emptiness(WalkedAllocator& allocator);
    void doubt_meshless(std::uint64_t chip, const std::vector<WalkedAllocator>& allocators, OwnerReader& owners);
    void add_owner(OwnerReader& owners, std::uint64_t owner);
    void add(WalkedAllocator walked, OwnerReader& owners);

    const TargetReader& reader_;
    const WalkOptions& options_;
    Walk walk_;
    tsl::robin_set<std::uint64_t> seen_allocators_;
    tsl::robin_set<std::uint64_t> seen_owners_;
};

void ProcessWalker::incomplete(const std::string& reason) {
    walk_.complete = false;
    if (walk_.incomplete_reason.empty()) {
        walk_.incomplete_reason = reason;
    }
}

void ProcessWalker::add_owner(OwnerReader& owners, std::uint64_t owner) {
    if (!seen_owners_.insert(owner).second) {
        return;
    }
    if (auto walked = owners.read(owner)) {
        if (has_equal_chips(*walked)) {
            incomplete("two chips of mesh " + std::to_string(walked->id) + " have the same id: owner.chip_id does not fit");
            walked->chips.clear();
        }
        walk_.owners.push_back(*std::move(walked));
    } else {
        WalkedOwner unknown;
        unknown.owner = owner;
        walk_.owners.push_back(std::move(unknown));
    }
}

void ProcessWalker::add(WalkedAllocator walked, OwnerReader& owners) {
    seen_allocators_.insert(walked.allocator);
    add_owner(owners, walked.owner);
    for (const WalkedBuffer& buffer : walked.buffers) {
        add_owner(owners, buffer.fields.owner);
    }
    walk_.allocators.push_back(std::move(walked));
}

// Up to 0.66 the end of a closed mesh takes the way to the mesh that was opened over the same chips since. A chip that is used
// without a mesh holds Buffers itself.
void ProcessWalker::doubt_meshless(std::uint64_t chip, const std::vector<WalkedAllocator>& allocators, OwnerReader& owners) {
    const bool holds = std::any_of(allocators.begin(), allocators.end(), [&](const WalkedAllocator& allocator) {
        return allocator.owner == chip && !allocator.buffers.empty();
    });
    if (holds || !options_.buffers) {
        return;
    }
    const auto owner = owners.read(chip);
    walk_.roots_known = false;
    incomplete(
        "chip " + (owner ? std::to_string(owner->id) : std::string("?")) +
        " is open, but nothing leads to the mesh that uses it: it was closed and opened again, perhaps"
    );
}

void ProcessWalker::walk_module(const WalkModule& module, OwnerReader& owners) {
    const FoundAllocators found = search_allocators(reader_, module, owners, options_);
    if (!found.complete) {
        walk_.roots_known = false;
        incomplete(found.incomplete_reason);
    }
    for (const std::uint64_t owner : found.owners) {
        add_owner(owners, owner);
    }
    std::vector<WalkedAllocator> allocators;
    if (module.layout.walk.root.buffer_map != 0) {
        allocators = read_mapped_allocators(reader_, module, owners, found.allocators, options_);
    } else {
        for (const KnownAllocator& which : found.allocators) {
            allocators.push_back(read_allocator(reader_, module, owners, which, options_));
        }
    }
    for (WalkedAllocator& walked : allocators) {
        walked.from_globals = true;
        if (!walked.complete) {
            incomplete(walked.incomplete_reason);
        }
    }
    for (const std::uint64_t chip : found.meshless) {
        doubt_meshless(chip, allocators, owners);
    }
    for (WalkedAllocator& walked : allocators) {
        add(std::move(walked), owners);
    }
}

void ProcessWalker::walk_known(const WalkModule& module, OwnerReader& owners, const KnownAllocator& known) {
    WalkedAllocator walked = read_allocator(reader_, module, owners, known, options_);
    if (!walked.complete && walk_.roots_known) {
        return;
    }
    if (!walked.complete) {
        incomplete(walked.incomplete_reason);
    }
    add(std::move(walked), owners);
}

void ProcessWalker::judge_layout() {
    forget_mirrors(walk_);
    if (std::any_of(walk_.allocators.begin(), walk_.allocators.end(), proves_layout)) {
        return;
    }
    for (WalkedAllocator& allocator : walk_.allocators) {
        if (allocator.doubt.empty()) {
            doubt_emptiness(allocator);
            continue;
        }
        if (walk_.contradiction.empty()) {
            walk_.contradiction = allocator.doubt;
        }
        allocator.buffers.clear();
        allocator.regions.clear();
        allocator.complete = false;
        allocator.incomplete_reason = allocator.doubt;
        incomplete(allocator.doubt);
    }
}

// It has handed out memory, and no Buffer was found: its set may be elsewhere.
void ProcessWalker::doubt_emptiness(WalkedAllocator& allocator) {
    std::size_t blocks = 0;
    for (const WalkedRegion& region : allocator.regions) {
        blocks += region.orphans.size();
    }
    if (allocator.complete && allocator.buffers.empty() && blocks != 0) {
        allocator.complete = false;
        allocator.incomplete_reason = "an allocator has " + std::to_string(blocks) + " blocks in use, but no Buffer was found in it";
        incomplete(allocator.incomplete_reason);
    }
}

}  // namespace

Walk walk_process(
    const TargetMemory& memory, std::span<const WalkModule> modules, std::span<const KnownAllocator> known, const WalkOptions& options
) {
    const TargetReader reader(memory, options.cancel);
    ProcessWalker walker(reader, options);
    std::list<OwnerReader> owners;  // of each module; addresses must stay
    for (const WalkModule& module : modules) {
        walker.walk_module(module, owners.emplace_back(reader, module));
    }
    for (const KnownAllocator& which : known) {
        auto of_module = owners.begin();
        for (const WalkModule& module : modules) {
            if (of_module->kind_of(which.owner) != OwnerKind::Unknown && !walker.has(which.allocator) && is_pointer(which.allocator)) {
                walker.walk_known(module, *of_module, which);
                break;
            }
            ++of_module;
        }
    }
    if (modules.empty()) {
        walker.incomplete("no module of the runtime is known");
    }
    if (reader.cancelled()) {
        walker.incomplete("the walk was cancelled");
    }
    walker.judge_layout();
    Walk walk = walker.take();
    walk.roots_known = walk.roots_known && !modules.empty();
    return walk;
}

WalkedAllocator read_capacity(
    const TargetMemory& memory, std::span<const WalkModule> modules, const KnownAllocator& which
) {
    const TargetReader reader(memory, nullptr);
    WalkOptions options;
    options.buffers = false;
    options.orphans = false;
    options.blocks = false;
    for (const WalkModule& module : modules) {
        OwnerReader owners(reader, module);
        if (owners.kind_of(which.owner) != OwnerKind::Unknown && is_pointer(which.allocator)) {
            return read_allocator(reader, module, owners, which, options);
        }
    }
    return {};
}

}  // namespace tt::alloc_trace
