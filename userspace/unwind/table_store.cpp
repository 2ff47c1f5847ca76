// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/table_store.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

namespace tt::alloc_trace {
namespace {

// BPF sees stores in the order in which they are made (x86), if the compiler leaves it.
template <typename T>
void store(T& to, T value) {
    std::atomic_ref(to).store(value, std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace

TableStore::TableStore(Memory memory) :
    memory_(memory), words_(static_cast<std::uint32_t>(memory.words.size())), tables_(static_cast<std::uint32_t>(memory.tables.size())),
    runs_(memory.tables.size()), book_(memory.rules.size()) {}

void TableStore::publish_rules() {
    const auto rules = book_.rules();
    std::copy(rules.begin() + static_cast<std::ptrdiff_t>(published_), rules.end(), memory_.rules.begin() + static_cast<std::ptrdiff_t>(published_));
    published_ = rules.size();
}

std::optional<TableStore::Place> TableStore::put(const UnwindTable& table) {
    const auto length = static_cast<std::uint32_t>(table.words.size());
    const auto number = tables_.take(1);
    const auto first = number ? words_.take(length) : std::nullopt;
    if (!first) {
        if (number) {
            tables_.give_back(*number, 1);
        }
        return std::nullopt;
    }
    runs_[*number] = {*first, length};
    publish_rules();
    std::copy(table.words.begin(), table.words.end(), memory_.words.begin() + *first);
    last_generation_ = last_generation_ == std::numeric_limits<std::uint32_t>::max() ? 1 : last_generation_ + 1;
    tat_unwind_table& entry = memory_.tables[*number];
    entry.first = *first;
    entry.pages = table.pages;
    store(entry.used, 1U);  // not the first one to go
    store(entry.generation, last_generation_);
    return Place{*number, last_generation_, table.base};
}

void TableStore::remove(std::uint32_t table) {
    store(memory_.tables[table].generation, 0U);
    const Run run = runs_[table];
    runs_[table] = {};
    words_.give_back(run.first, run.length);
    tables_.give_back(table, 1);
}

bool TableStore::take_used(std::uint32_t table) {
    const bool used = std::atomic_ref(memory_.tables[table].used).load(std::memory_order_relaxed) != 0;
    if (used) {
        store(memory_.tables[table].used, 0U);
    }
    return used;
}

std::optional<tat_unwind_process> MappingLists::put(std::span<const tat_unwind_mapping> mappings) {
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(mappings.size(), TAT_UNWIND_MAX_MAPPINGS));
    const auto first = count > 0 ? mappings_.take(count) : std::optional<std::uint32_t>(0);
    if (!first) {
        return std::nullopt;
    }
    const std::uint64_t list = ++last_list_;
    for (std::uint32_t i = 0; i < count; ++i) {
        tat_unwind_mapping entry = mappings[i];
        entry.list = 0;
        memory_[*first + i] = entry;
        store<__u64>(memory_[*first + i].list, list);
    }
    return tat_unwind_process{*first, count, list};
}

void MappingLists::remove(const tat_unwind_process& list) {
    if (list.count == 0) {
        return;
    }
    for (std::uint32_t i = 0; i < list.count; ++i) {
        store<__u64>(memory_[list.first + i].list, 0);
    }
    mappings_.give_back(list.first, list.count);
}

}  // namespace tt::alloc_trace
