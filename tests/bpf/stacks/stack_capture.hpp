// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A probe at a function of a job, and the native stacks taken there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/unwind_maps.hpp"
#include "live/stack_tables.hpp"

struct native_frames;
struct bpf_link;
struct ring_buffer;

namespace tt::alloc_trace::test {

struct TakenStack {
    std::uint32_t end = 0;  // TAT_STACK_*
    std::vector<std::uint64_t> frames;
};

class StackCapture {
public:
    // A probe at `symbol` of the ELF file, in all processes. Throws std::runtime_error.
    StackCapture(const std::string& path, const std::string& symbol, const UnwindCapacity& capacity = {});
    ~StackCapture();
    StackCapture(const StackCapture&) = delete;
    StackCapture& operator=(const StackCapture&) = delete;

    void update(std::uint32_t pid);
    void poll();  // takes what there is
    [[nodiscard]] std::uint64_t hits() const;
    [[nodiscard]] std::uint64_t lost() const;
    [[nodiscard]] StackTables& tables() { return *tables_; }
    [[nodiscard]] const std::map<std::uint32_t, std::vector<TakenStack>>& by_thread() const { return by_thread_; }

private:
    static int take(void* self, void* data, std::size_t size);

    native_frames* object_ = nullptr;
    bpf_link* link_ = nullptr;
    ring_buffer* ring_ = nullptr;
    std::unique_ptr<UnwindMaps> maps_;
    std::unique_ptr<StackTables> tables_;
    std::map<std::uint32_t, std::vector<TakenStack>> by_thread_;
};

}  // namespace tt::alloc_trace::test
