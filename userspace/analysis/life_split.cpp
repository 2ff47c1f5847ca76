// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/life_split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "analysis/buffer_facts.hpp"
#include "analysis/equal_groups.hpp"

namespace tt::alloc_trace {
namespace {

void add(LifePart& part, const BufferLife& life) {
    part.first_t_ns = part.buffers == 0 ? life.born_t_ns : std::min(part.first_t_ns, life.born_t_ns);
    part.last_t_ns = std::max(part.last_t_ns, life.born_t_ns);
    ++part.buffers;
    part.bytes += life.size;
    add_known(part.footprint_bytes, life.footprint);
    if (life.freed_t_ns) {
        const std::uint64_t lived = *life.freed_t_ns - std::min(*life.freed_t_ns, life.born_t_ns);
        part.shortest_ns = part.freed == 0 ? lived : std::min(part.shortest_ns, lived);
        part.longest_ns = std::max(part.longest_ns, lived);
        ++part.freed;
    }
}

class Split {
public:
    Split(const Iterations* found, std::uint64_t t_ns) : found_(found), t_ns_(t_ns) {
        if (found_ != nullptr && found_->first_t_ns <= t_ns) {
            for (const IterationBegin& begin : found_->begins) {
                if (begin.t_ns <= t_ns) {
                    latest_[begin.tid] = begin.t_ns;
                }
            }
        }
    }

    [[nodiscard]] LifeKind kind_of(const BufferLife& life) const {
        if (life.pre_existing) {
            return LifeKind::BeforeAttach;
        }
        if (found_ == nullptr) {
            return life.freed_t_ns ? LifeKind::Freed : LifeKind::Kept;
        }
        if (!found_->frees) {  // what is freed behind it was loaded all the same
            return life.freed_t_ns && *life.freed_t_ns <= found_->last_t_ns ? LifeKind::BeforeIterations : LifeKind::Loaded;
        }
        if (life.born_t_ns < found_->first_t_ns) {
            return life.freed_t_ns ? LifeKind::BeforeIterations : LifeKind::Loaded;
        }
        if (!life.freed_t_ns) {
            return in_first(life) ? LifeKind::FirstIteration : LifeKind::LaterIterations;
        }
        const std::optional<std::uint64_t> begin = begin_for(life.tid);
        return !begin ? LifeKind::Iterations : life.born_t_ns >= *begin ? LifeKind::ThisIteration : LifeKind::EarlierIterations;
    }

    [[nodiscard]] std::optional<std::uint64_t> number() const {
        if (found_ == nullptr || !known_from_first() || latest_.empty() || t_ns_ > found_->last_t_ns) {
            return std::nullopt;
        }
        return std::count_if(found_->begins.begin(), found_->begins.end(), [this](const IterationBegin& begin) { return begin.t_ns <= t_ns_; });
    }

private:
    // One loop, and each of its iterations is known.
    [[nodiscard]] bool known_from_first() const {
        return found_->tids.size() <= 1 && found_->begins.size() == static_cast<std::size_t>(std::llround(found_->count));
    }
    [[nodiscard]] bool in_first(const BufferLife& life) const {
        return known_from_first() && (found_->begins.size() < 2 || life.born_t_ns < found_->begins[1].t_ns);
    }
    // Of the thread's iteration at the moment, or of that of all threads together.
    [[nodiscard]] std::optional<std::uint64_t> begin_for(std::uint32_t tid) const {
        const auto own = latest_.find(tid);
        if (!found_->tids.empty() && own != latest_.end()) {
            return own->second;
        }
        std::optional<std::uint64_t> latest;
        for (const auto& [thread, t_ns] : latest_) {
            latest = std::max(latest.value_or(0), t_ns);
        }
        return latest;
    }

    const Iterations* found_;
    std::uint64_t t_ns_;
    std::map<std::uint32_t, std::uint64_t> latest_;  // begin of the iteration at the moment, by thread
};

void add_shape(LifePart& part, const BufferLife& life, bool of_first_group) {
    auto shape = std::find_if(part.shapes.begin(), part.shapes.end(), [&life](const auto& one) { return one.size == life.size; });
    if (shape == part.shapes.end()) {
        shape = part.shapes.insert(part.shapes.end(), {life.size});
    }
    shape->count += of_first_group ? 1 : 0;
    shape->bytes += life.size;
    add_known(shape->footprint_bytes, life.footprint);
}

LifePart part_of(const std::vector<BufferLife>& loaded, const EqualGroups& groups) {
    LifePart part;
    part.kind = LifeKind::LoadedInGroups;
    part.groups = groups.count;
    for (std::size_t i = groups.begin; i < groups.end(); ++i) {
        add(part, loaded[i]);
        add_shape(part, loaded[i], i < groups.begin + groups.length);
    }
    std::stable_sort(part.shapes.begin(), part.shapes.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return part;
}

void add_loaded(LifeSplit& split, const std::vector<BufferLife>& loaded) {
    std::vector<std::uint64_t> sizes;
    for (const BufferLife& life : loaded) {
        sizes.push_back(life.size);
    }
    LifePart single;
    single.kind = LifeKind::Loaded;
    std::vector<LifePart> grouped;
    std::size_t next = 0;
    const auto single_until = [&](std::size_t end) {
        for (; next < end; ++next) {
            add(single, loaded[next]);
        }
    };
    for (const EqualGroups& groups : find_equal_groups(sizes)) {
        single_until(groups.begin);
        grouped.push_back(part_of(loaded, groups));
        next = groups.end();
    }
    single_until(loaded.size());
    if (single.buffers > 0) {
        split.parts.push_back(std::move(single));
    }
    split.parts.insert(split.parts.end(), grouped.begin(), grouped.end());
}

}  // namespace

std::string_view to_string(LifeKind kind) {
    switch (kind) {
        case LifeKind::BeforeAttach: return "before attach";
        case LifeKind::Loaded: return "loaded";
        case LifeKind::LoadedInGroups: return "loaded in equal groups";
        case LifeKind::BeforeIterations: return "before iterations, freed";
        case LifeKind::FirstIteration: return "first iteration, kept";
        case LifeKind::LaterIterations: return "later iterations, kept";
        case LifeKind::EarlierIterations: return "earlier iterations";
        case LifeKind::ThisIteration: return "this iteration";
        case LifeKind::Iterations: return "iterations";
        case LifeKind::Kept: return "kept";
        case LifeKind::Freed: break;
    }
    return "freed";
}

LifeSplit split_by_life(std::vector<BufferLife> lives, const Iterations* found, std::uint64_t t_ns) {
    std::sort(lives.begin(), lives.end(), [](const BufferLife& a, const BufferLife& b) {
        return std::tuple(a.born_t_ns, a.address) < std::tuple(b.born_t_ns, b.address);
    });
    const Split by(found, t_ns);
    LifeSplit split;
    split.loading = found != nullptr && !found->frees;
    if (found != nullptr && found->frees) {
        split.iterations = static_cast<std::uint64_t>(std::llround(found->count));
        split.iteration = by.number();
        split.certainty = found->certainty;
    }
    std::map<LifeKind, LifePart> parts;
    std::vector<BufferLife> loaded;
    for (const BufferLife& life : lives) {
        if (const LifeKind kind = by.kind_of(life); kind == LifeKind::Loaded) {
            loaded.push_back(life);
        } else {
            LifePart& part = parts[kind];
            part.kind = kind;
            add(part, life);
        }
    }
    add_loaded(split, loaded);
    for (const auto& [kind, part] : parts) {
        split.parts.push_back(part);
    }
    std::stable_sort(split.parts.begin(), split.parts.end(), [](const LifePart& a, const LifePart& b) { return a.kind < b.kind; });
    return split;
}

const Iterations* iterations_around(const GrowthResult& growth, std::uint32_t pid, std::uint64_t t_ns) {
    const Iterations* first = nullptr;
    for (const Iterations& found : growth.iterations) {
        if (found.pid != pid || found.found_by == FoundBy::Runs) {
            continue;
        }
        if (found.first_t_ns <= t_ns && t_ns <= found.last_t_ns) {
            return &found;
        }
        if (!found.over && (first == nullptr || found.first_t_ns < first->first_t_ns)) {
            first = &found;
        }
    }
    return first;
}

}  // namespace tt::alloc_trace
