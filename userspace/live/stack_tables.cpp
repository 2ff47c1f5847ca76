// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/stack_tables.hpp"

#include <algorithm>
#include <utility>

#include "live/process_image.hpp"
#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 63U;  // behind it lies the vsyscall page alone: nobody calls from there

constexpr std::size_t kMaxNotes = 1000;  // distinct ones that are remembered

}  // namespace

StackTables::StackTables(UnwindMaps& maps) : maps_(maps), tables_(maps.table_memory()), lists_(maps.mapping_memory()) {}

Status StackTables::update(const ProcessHandle& process) {
    const auto entries = read_memory_map(process);
    if (!entries) {
        return tl::make_unexpected(entries.error());
    }
    Process now;
    std::vector<tat_unwind_mapping> mappings;
    for (const MapEntry& entry : *entries) {
        if (entry.executable && entry.end <= kUserEnd) {
            mappings.push_back(mapping_of(process, entry, now));
        }
    }
    if (mappings.size() > TAT_UNWIND_MAX_MAPPINGS) {
        note("process " + std::to_string(process.pid()) + " has more executable mappings than stacks are followed through");
    }
    const auto list = lists_.put(mappings);
    if (!list) {
        note("more is mapped by all traced processes than stacks can be followed through");
        release(now);
        return {};
    }
    now.list = *list;
    const Status told = maps_.set_process(process.pid(), *list);
    const auto before = processes_.find(process.pid());
    if (before != processes_.end()) {
        release(before->second);
    }
    if (!told) {
        release(now);
        processes_.erase(process.pid());
        return told;
    }
    processes_[process.pid()] = std::move(now);
    return {};
}

void StackTables::forget(std::uint32_t pid) {
    const auto known = processes_.find(pid);
    if (known != processes_.end()) {
        maps_.remove_process(pid);
        release(known->second);
        processes_.erase(known);
    }
}

void StackTables::release(const Process& process) {
    for (const FileIdentity& identity : process.modules) {
        const auto module = modules_.find(identity);
        --module->second.users;
        if (module->second.users == 0 && module->second.place.generation == 0) {  // there may be room when it comes again
            modules_.erase(module);
        }
    }
    lists_.remove(process.list);
}

tat_unwind_mapping StackTables::mapping_of(const ProcessHandle& process, const MapEntry& entry, Process& into) {
    tat_unwind_mapping mapping{entry.start, entry.end, 0, 0, 0, 0};
    const Module* module = module_of(process, entry, into);
    const auto bias = module != nullptr ? load_bias_of(module->segments, entry.start, entry.offset) : std::nullopt;
    if (bias) {
        mapping.base = *bias + module->place.base;
        mapping.table = module->place.table;
        mapping.generation = module->place.generation;
    }
    return mapping;
}

// The module that stands behind a mapping; nullptr if none does: memory for code made at run time, say.
StackTables::Module* StackTables::module_of(const ProcessHandle& process, const MapEntry& entry, Process& into) {
    const bool image = entry.path == "[vdso]";
    if (!image && entry.inode == 0) {
        return nullptr;
    }
    auto file = image ? copy_of_image(process, entry) : open_module_file(process, entry);
    if (!file) {
        note(without_unprintable(entry.path) + ": " + file.error().message);
        return nullptr;
    }
    const FileIdentity identity = file->identity;
    auto known = modules_.find(identity);
    if (known == modules_.end()) {
        const std::string path = without_unprintable(entry.path);
        known = modules_.emplace(identity, make_module(ElfFile::open(*std::move(file), path), path)).first;
    }
    ++known->second.users;
    into.modules.push_back(identity);
    return &known->second;
}

StackTables::Module StackTables::make_module(Result<ElfFile> elf, const std::string& path) {
    Module module;
    if (!elf) {
        return module;  // no ELF file: nothing that is called
    }
    module.segments = elf->segments();
    const auto table = make_unwind_table(*elf, tables_.book());
    const auto place = table ? put(*table) : std::nullopt;
    if (!table) {
        note(table.error().message);
    } else if (!place) {
        note("the tables of the modules in use leave no room for that of " + path);
    } else if (tables_.book().refused() > 0) {
        note("the modules in use have more different rules than there is room for");
    }
    module.place = place.value_or(TableStore::Place{});
    return module;
}

std::optional<TableStore::Place> StackTables::put(const UnwindTable& table) {
    auto place = tables_.put(table);
    while (!place && make_room()) {
        place = tables_.put(table);
    }
    return place;
}

// Gives up a table: one that no process has mapped, else one that no walk needed since this was asked last.
bool StackTables::make_room() {
    const auto has_table = [](const auto& entry) { return entry.second.place.generation != 0; };
    auto victim = std::find_if(modules_.begin(), modules_.end(), [&](const auto& entry) { return has_table(entry) && entry.second.users == 0; });
    if (victim == modules_.end()) {
        victim = std::find_if(modules_.begin(), modules_.end(), [&](const auto& entry) {
            return has_table(entry) && !tables_.take_used(entry.second.place.table);
        });
        if (victim == modules_.end()) {
            return false;
        }
        note("the tables of the modules in use need more room than there is: those used least are given up");
    }
    tables_.remove(victim->second.place.table);
    if (victim->second.users == 0) {
        modules_.erase(victim);
    } else {
        victim->second.place = {};
    }
    return true;
}

void StackTables::note(std::string words) {
    if (noted_.size() < kMaxNotes && noted_.insert(words).second) {
        notes_.push_back(std::move(words));
    }
}

std::vector<std::string> StackTables::take_notes() { return std::exchange(notes_, {}); }

}  // namespace tt::alloc_trace
