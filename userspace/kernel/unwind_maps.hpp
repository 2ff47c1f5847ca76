// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The BPF maps of bpf/native_stack.bpf.h: their sizes, and their memory as this process sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "unwind/table_store.hpp"

struct bpf_map;

namespace tt::alloc_trace {

struct UnwindCapacity {
    std::uint32_t words = 8U << 20U;  // 32 MB: the modules of a Python process with ttnn need 1.5 million
    std::uint32_t rules = 1U << 16U;  // those have 2,400
    std::uint32_t tables = 4096;
    std::uint32_t mappings = 1U << 16U;  // a Python process has about 150
    std::uint32_t processes = 16384;
};

struct UnwindMapSet {
    bpf_map* words = nullptr;
    bpf_map* rules = nullptr;
    bpf_map* tables = nullptr;
    bpf_map* mappings = nullptr;
    bpf_map* processes = nullptr;
};

// Before the object is loaded.
[[nodiscard]] Status set_capacity(const UnwindMapSet& maps, const UnwindCapacity& capacity);

class UnwindMaps {
public:
    // Of a loaded object, which must outlive this.
    [[nodiscard]] static Result<UnwindMaps> open(const UnwindMapSet& maps);

    UnwindMaps(UnwindMaps&& other) noexcept;
    UnwindMaps& operator=(UnwindMaps&&) = delete;
    UnwindMaps(const UnwindMaps&) = delete;
    UnwindMaps& operator=(const UnwindMaps&) = delete;
    ~UnwindMaps();

    [[nodiscard]] TableStore::Memory table_memory() const;
    [[nodiscard]] std::span<tat_unwind_mapping> mapping_memory() const;

    [[nodiscard]] Status set_process(std::uint32_t pid, const tat_unwind_process& process);
    void remove_process(std::uint32_t pid);

private:
    UnwindMaps() = default;

    std::span<std::byte> words_;
    std::span<std::byte> rules_;
    std::span<std::byte> tables_;
    std::span<std::byte> mappings_;
    int processes_fd_ = -1;
};

}  // namespace tt::alloc_trace
