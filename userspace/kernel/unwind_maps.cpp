// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/unwind_maps.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace tt::alloc_trace {
namespace {

static_assert(sizeof(tat_unwind_chunk) % 8 == 0 && sizeof(tat_unwind_rule) % 8 == 0, "the kernel's arrays have no gaps then");
static_assert(sizeof(tat_unwind_table) % 8 == 0 && sizeof(tat_unwind_mapping) % 8 == 0);

Result<std::span<std::byte>> map_memory(const bpf_map* map) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t size = std::size_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
    const std::size_t whole = (size + page - 1) / page * page;
    void* memory = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (memory == MAP_FAILED) {
        return fail_errno(ErrorCode::RunTime, std::string("cannot map the memory of the BPF map ") + bpf_map__name(map), errno);
    }
    return std::span(static_cast<std::byte*>(memory), size);
}

template <typename T>
std::span<T> as(std::span<std::byte> memory) {
    return {static_cast<T*>(static_cast<void*>(memory.data())), memory.size() / sizeof(T)};
}

}  // namespace

Status set_capacity(const UnwindMapSet& maps, const UnwindCapacity& capacity) {
    for (const auto& [map, entries] :
         {std::pair{maps.words, capacity.words / TAT_UNWIND_CHUNK_WORDS},
          std::pair{maps.rules, capacity.rules},
          std::pair{maps.tables, capacity.tables},
          std::pair{maps.mappings, capacity.mappings},
          std::pair{maps.processes, capacity.processes}}) {
        if (const int error = bpf_map__set_max_entries(map, entries)) {
            return fail_errno(ErrorCode::RunTime, std::string("cannot size the BPF map ") + bpf_map__name(map), -error);
        }
    }
    return {};
}

Result<UnwindMaps> UnwindMaps::open(const UnwindMapSet& maps) {
    UnwindMaps opened;
    for (const auto& [map, memory] :
         {std::pair{maps.words, &opened.words_},
          std::pair{maps.rules, &opened.rules_},
          std::pair{maps.tables, &opened.tables_},
          std::pair{maps.mappings, &opened.mappings_}}) {
        const auto mapped = map_memory(map);
        if (!mapped) {
            return tl::make_unexpected(mapped.error());
        }
        *memory = *mapped;
    }
    opened.processes_fd_ = bpf_map__fd(maps.processes);
    return opened;
}

UnwindMaps::UnwindMaps(UnwindMaps&& other) noexcept :
    words_(std::exchange(other.words_, {})), rules_(std::exchange(other.rules_, {})), tables_(std::exchange(other.tables_, {})),
    mappings_(std::exchange(other.mappings_, {})), processes_fd_(other.processes_fd_) {}

UnwindMaps::~UnwindMaps() {
    for (const auto memory : {words_, rules_, tables_, mappings_}) {
        if (!memory.empty()) {
            ::munmap(memory.data(), memory.size());
        }
    }
}

TableStore::Memory UnwindMaps::table_memory() const {
    return {as<std::uint32_t>(words_), as<tat_unwind_rule>(rules_), as<tat_unwind_table>(tables_)};
}

std::span<tat_unwind_mapping> UnwindMaps::mapping_memory() const { return as<tat_unwind_mapping>(mappings_); }

Status UnwindMaps::set_process(std::uint32_t pid, const tat_unwind_process& process) {
    if (bpf_map_update_elem(processes_fd_, &pid, &process, BPF_ANY) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot tell BPF the mappings of process " + std::to_string(pid), errno);
    }
    return {};
}

void UnwindMaps::remove_process(std::uint32_t pid) { (void)bpf_map_delete_elem(processes_fd_, &pid); }

}  // namespace tt::alloc_trace
