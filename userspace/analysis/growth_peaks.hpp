// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the chips held at most while a process went on, by bins of its clock (group_series.hpp): behind its allocations, each byte once
// however many owners hold it, and at its launches the L1 buffers together with the circular buffers of the program.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/core_plan.hpp"
#include "analysis/open_launches.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// Bytes of one bank.
class PeakSeries {
public:
    static constexpr std::uint64_t kNotKnown = ~std::uint64_t{0};  // the footprint of some buffer is not

    void take(std::uint64_t clock, unsigned level, std::uint64_t bytes);
    void coarsen(unsigned level);
    [[nodiscard]] const std::vector<std::uint64_t>& bins() const { return bins_; }  // 0: nothing happened there

private:
    std::vector<std::uint64_t> bins_;
    unsigned level_ = 0;
};

class GrowthPeaks {
public:
    static constexpr std::size_t kMaxSeries = 1024;  // of chips, types and processes, 4 MiB; further ones are left out

    // `clock`, `level`: of the process, after the allocation.
    void allocated(const ProcessState& process, const AllocationKey& key, std::uint64_t clock, unsigned level);
    // As LifeListener has it.
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning, std::uint64_t clock, unsigned level);
    void refused(const CircularBufferClash& clash) { open_.refused(clash); }
    void finish();

    // `process`: ProcessState::number. nullptr: not followed.
    [[nodiscard]] const PeakSeries* of(std::uint32_t process, const Place& place, BufferType type) const;

private:
    struct Followed {
        PeakSeries series;
        std::uint32_t banks = 0;   // 0: not known yet
        std::uint64_t begin = 0;   // first address there is to hand out
        unsigned level = 0;        // of the process, lately
    };
    struct Launch {
        std::vector<std::pair<Followed*, std::uint64_t>> bytes;  // of a bank
        std::uint64_t clock = 0;
    };
    struct Answer {  // where the buffers of an allocator count
        std::uint32_t process = ~std::uint32_t{0};
        std::uint32_t allocator = 0;
        std::uint16_t generation = 0;
        BufferType type = BufferType::Dram;
        std::vector<Followed*> places;
    };

    const std::vector<Followed*>& places_of(const ProcessState& process, const AllocationKey& key);
    Followed* follow(const ProcessState& process, const Place& place, BufferType type);
    static void let_through(const Launch& launch);

    std::map<std::tuple<std::uint32_t, Place, BufferType>, Followed> followed_;
    std::array<Answer, 64> answers_;  // the latest ones
    CorePlans plans_;
    OpenLaunches<Launch> open_;
};

}  // namespace tt::alloc_trace
