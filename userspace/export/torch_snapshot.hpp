// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A memory snapshot as PyTorch writes it: what each address space holds at the end, and what happened in it before.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "export/tree_writer.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {

enum class TorchAction : std::uint8_t { Alloc, Free, OutOfMemory };

struct TorchEntry {
    std::uint64_t t_ns = 0;
    std::uint64_t address = 0;  // OutOfMemory: bytes that were free
    std::uint64_t bytes = 0;    // of one bank
    std::string_view category{};
    std::uint32_t space = 0;
    std::uint32_t tid = 0;
    std::uint32_t stack = 0;    // of the allocation; 0: not known
    TorchAction action = TorchAction::Alloc;
    bool by_size = false;       // the footprint is not known: the size of a chip, as far as the bank reaches
};

struct TorchBlock {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
    std::uint32_t tid = 0;
    std::uint32_t stack = 0;
    std::string_view category{};
};

struct TorchSpace {
    std::string owner;    // "mesh 0 (chips 0-7)"
    BufferType type = BufferType::Dram;
    std::uint32_t banks = 0;  // per chip; 0: not known
    std::string process;
    std::uint64_t first = ~std::uint64_t{0};  // of what can be allocated, or was
    std::uint64_t end = 0;
    std::vector<TorchBlock> live;  // at the end

    [[nodiscard]] std::string name() const {
        const std::string unit = banks == 0 ? "bytes" : fmt::format("bytes of one bank of {}", banks);
        return fmt::format("{} {}, {}", owner, to_string(type), unit);
    }
    void cover(std::uint64_t address, std::uint64_t bytes) {
        const std::uint64_t reach = std::min(std::max<std::uint64_t>(bytes, 1), ~address);  // never past the last address
        first = std::min(first, address);
        end = std::max(end, address + reach);
    }
};

struct TorchSnapshot {
    std::vector<TorchSpace> spaces;
    std::deque<TorchEntry> entries;  // in order
    std::uint64_t dropped = 0;       // older entries
    std::uint64_t failures_left_out = 0;
    std::uint64_t end_t_ns = 0;

    [[nodiscard]] std::uint64_t by_size() const {
        const auto shown = [](const TorchEntry& entry) { return entry.by_size; };
        return static_cast<std::uint64_t>(std::count_if(entries.begin(), entries.end(), shown));
    }
};

class TorchSnapshotWriter {
public:
    // `flush` is called now and then: what the tree has written so far may be taken from it. All outlive this.
    TorchSnapshotWriter(TorchSnapshot& snapshot, TreeWriter& tree, std::function<void()> flush)
        : snapshot_(snapshot), tree_(tree), flush_(std::move(flush)) {}

    void write(const ReplayedStream& stream);

private:
    void write_about(const ReplayedStream& stream);
    void write_segment(std::uint32_t number);
    void write_block(std::uint64_t address, std::uint64_t bytes, const TorchBlock* held, const TorchSpace& space);
    void write_trace(const std::vector<const TorchEntry*>& entries, const TorchSpace& space);
    void write_end_of_trace();
    void write_entry(const TorchEntry& entry, std::string_view action, bool with_frame, const TorchSpace& space);
    void write_frames(const TorchSpace* space, std::uint32_t tid, std::uint32_t stack);
    void write_frame(std::string_view filename, std::uint64_t line, std::string_view name);

    TorchSnapshot& snapshot_;
    TreeWriter& tree_;
    std::function<void()> flush_;
    const StackTable* stacks_ = nullptr;
};

}  // namespace tt::alloc_trace
