// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/program_table.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace tt::alloc_trace {
namespace {

bool overlap(const CoreRange& a, const CoreRange& b) {
    return a.start_x <= b.end_x && b.start_x <= a.end_x && a.start_y <= b.end_y && b.start_y <= a.end_y;
}

bool overlap(const Program& a, const Program& b) {
    return std::any_of(a.cores.begin(), a.cores.end(), [&b](const CoreRange& core) {
        return std::any_of(b.cores.begin(), b.cores.end(), [&core](const CoreRange& other) { return overlap(core, other); });
    });
}

}  // namespace

std::uint64_t CircularBuffer::core_count() const { return alloc_trace::core_count(cores); }

std::uint64_t core_count(const std::vector<CoreRange>& cores) {
    std::uint64_t count = 0;
    for (const CoreRange& range : cores) {
        if (range.end_x >= range.start_x && range.end_y >= range.start_y) {
            count += (std::uint64_t{range.end_x} - range.start_x + 1) * (std::uint64_t{range.end_y} - range.start_y + 1);
        }
    }
    return count;
}

void Program::add(CircularBuffer buffer) {
    constexpr std::size_t kMaxCores = 4096;  // ranges, all different: a chip has fewer cores
    for (const CoreRange& range : buffer.cores) {
        if (cores.size() < kMaxCores && std::find(cores.begin(), cores.end(), range) == cores.end()) {
            cores.push_back(range);
        }
    }
    bytes += buffer.size * buffer.core_count();
    const auto at = std::find_if(circular_buffers.begin(), circular_buffers.end(), [&buffer](const CircularBuffer& other) {
        return other.kind > buffer.kind;
    });
    circular_buffers.insert(at, std::move(buffer));
}

void Program::clear(PlanKind kind) {
    const std::vector<CircularBuffer> all = std::exchange(circular_buffers, {});
    cores.clear();
    bytes = 0;
    for (const CircularBuffer& buffer : all) {
        if (buffer.kind != kind) {
            add(buffer);
        }
    }
}

Program& ProgramTable::program(std::uint64_t id) {
    if (programs_.size() >= kMaxPrograms && !programs_.contains(id)) {
        forget_idle();
    }
    return programs_[id];
}

void ProgramTable::forget_idle() {
    std::set<std::uint64_t> residents;
    for (const auto& [place, of_place] : resident_) {
        residents.insert(of_place.programs.begin(), of_place.programs.end());
    }
    for (auto program = programs_.begin(); program != programs_.end();) {
        program = residents.contains(program->first) ? std::next(program) : programs_.erase(program);
    }
}

bool ProgramTable::add(const CircularBufferAllocated& event, const std::vector<Place>& places) {
    if (event.globally_allocated || event.program == 0) {
        return false;  // a global one is counted as the L1 buffer it lives in
    }
    Program& program = this->program(event.program);
    if (std::exchange(program.planned_anew[static_cast<std::size_t>(event.kind)], false)) {
        program.clear(event.kind);
        told_after_all(program, event.kind);
    }
    program.add({event.address, event.size, event.cores, event.cores_complete, event.kind});
    for (const Place& place : places) {
        evict_overlapping(event.program, resident_[place].programs);
        settle(event.program, place);
    }
    return true;
}

bool ProgramTable::launch(std::uint64_t program, const std::vector<Place>& places) {
    Program& launched = this->program(program);
    launched.planned_anew.fill(true);
    if (launched.launches_not_told > 0) {
        ++launched.launches_not_told;
        ++not_told_.launches;
    }
    bool changed = false;
    for (const Place& place : places) {
        Residents& residents = resident_[place];
        residents.launched = program;
        residents.before = residents.programs;
        changed = settle(program, place) || changed;
    }
    return changed;
}

void ProgramTable::not_told(std::uint64_t program, PlanKind kind) {
    Program& launched = this->program(program);
    launched.not_told[static_cast<std::size_t>(kind)] = true;
    if (launched.launches_not_told == 0) {
        launched.launches_not_told = 1;
        ++not_told_.programs;
        ++not_told_.launches;
    }
}

// It has placed its buffers of this kind in the launch of which that was not to be seen.
void ProgramTable::told_after_all(Program& program, PlanKind kind) {
    program.not_told[static_cast<std::size_t>(kind)] = false;
    if (program.launches_not_told > 0 && program.not_told == decltype(program.not_told){}) {
        --not_told_.launches;
        not_told_.programs -= program.launches_not_told == 1 ? 1 : 0;
        program.launches_not_told = 0;
    }
}

std::vector<Place> ProgramTable::refuse(std::uint64_t program, const std::vector<Place>& places) {
    std::vector<Place> undone;
    for (const Place& place : places) {
        const auto found = resident_.find(place);
        if (found == resident_.end()) {
            continue;
        }
        Residents& residents = found->second;
        if (program != 0 && residents.launched == program) {
            residents.programs = std::exchange(residents.before, {});
            std::erase_if(residents.programs, [this](std::uint64_t id) { return !programs_.contains(id); });
            residents.launched = 0;
            undone.push_back(place);
        }
        std::erase(residents.programs, program);
    }
    return undone;
}

bool ProgramTable::settle(std::uint64_t program, const Place& place) {
    std::vector<std::uint64_t>& residents = resident_[place].programs;
    const bool is_last = !residents.empty() && residents.back() == program;
    if (is_last || programs_.at(program).circular_buffers.empty()) {
        return false;
    }
    std::erase(residents, program);
    evict_overlapping(program, residents);
    residents.push_back(program);
    return true;
}

void ProgramTable::evict_overlapping(std::uint64_t program, std::vector<std::uint64_t>& residents) const {
    const Program& newcomer = programs_.at(program);
    std::erase_if(residents, [&](std::uint64_t other) {
        return other != program && overlap(programs_.at(other), newcomer);
    });
}

void ProgramTable::destroy(std::uint64_t program) {
    if (programs_.erase(program) == 0) {
        return;
    }
    for (auto& [place, residents] : resident_) {
        std::erase(residents.programs, program);
    }
}

void ProgramTable::release(const std::vector<Place>& places) {
    for (const Place& place : places) {
        resident_.erase(place);
    }
}

void ProgramTable::clear() {
    programs_.clear();
    resident_.clear();
}

void ProgramTable::restore(std::uint64_t program, const Program& plan) {
    Program& restored = programs_[program] = {};
    restored.planned_anew = plan.planned_anew;
    restored.not_told = plan.not_told;
    restored.launches_not_told = plan.launches_not_told;
    for (const CircularBuffer& buffer : plan.circular_buffers) {
        restored.add(buffer);
    }
}

bool ProgramTable::restore(const Place& place, Residents residents) {
    const std::vector<std::uint64_t>& programs = residents.programs;
    const bool known = std::all_of(programs.begin(), programs.end(), [this](std::uint64_t program) {
        return programs_.contains(program);
    });
    resident_[place] = std::move(residents);
    return known;
}

ProgramTable::Resident ProgramTable::resident(const Place& place) const {
    Resident sum;
    for (const std::uint64_t id : resident_programs(place)) {
        const auto program = programs_.find(id);
        if (program == programs_.end()) {
            continue;
        }
        sum.count += program->second.circular_buffers.size();
        sum.bytes += program->second.bytes;
    }
    return sum;
}

const std::vector<std::uint64_t>& ProgramTable::resident_programs(const Place& place) const {
    static const std::vector<std::uint64_t> kNone;
    const auto found = resident_.find(place);
    return found == resident_.end() ? kNone : found->second.programs;
}

}  // namespace tt::alloc_trace
