// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_code.hpp"

#include <algorithm>
#include <utility>

#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxMappings = 4096;  // of one process; real ones have some hundred
constexpr std::size_t kMaxModules = 4096;   // kept open

bool is_code(const MapEntry& entry) { return entry.executable && entry.inode != 0 && !entry.path.empty(); }

}  // namespace

std::string CodeModule::function_at(std::uint64_t address) {
    if (!functions_) {
        functions_ = FunctionTable::read(elf_).value_or(FunctionTable());
    }
    return functions_->name_at(elf_, address);
}

std::shared_ptr<CodeModule> ProcessCode::module_of(const ProcessHandle& process, const MapEntry& entry) {
    auto file = open_module_file(process, entry);
    if (!file || no_modules_.contains(file->identity)) {
        return nullptr;
    }
    const FileIdentity identity = file->identity;
    if (const auto known = modules_.find(identity); known != modules_.end()) {
        return known->second;
    }
    const std::string path = without_unprintable(entry.path);
    auto elf = ElfFile::open(*std::move(file), path);
    if (!elf || modules_.size() >= kMaxModules) {
        no_modules_.insert(identity);
        return nullptr;
    }
    return modules_.emplace(identity, std::make_shared<CodeModule>(*std::move(elf), path)).first->second;
}

void ProcessCode::update(const ProcessHandle& process) {
    const auto entries = read_memory_map(process);
    if (!entries) {
        return;  // it has ended: what it had stays known until it is forgotten
    }
    std::vector<CodeMapping> mappings;
    for (const MapEntry& entry : *entries) {
        if (!is_code(entry) || mappings.size() >= kMaxMappings) {
            continue;
        }
        const std::shared_ptr<CodeModule> module = module_of(process, entry);
        const auto bias = module ? module->elf().load_bias(entry.start, entry.offset) : Result<std::uint64_t>(0);
        if (module && bias) {
            mappings.push_back({entry.start, entry.end, *bias, module});
        }
    }
    processes_[process.pid()] = std::move(mappings);
}

void ProcessCode::fork(std::uint32_t parent, std::uint32_t child) {
    if (const auto known = processes_.find(parent); known != processes_.end()) {
        processes_[child] = known->second;
    }
}

const std::vector<CodeMapping>& ProcessCode::mappings(std::uint32_t pid) const {
    static const std::vector<CodeMapping> kNone;
    const auto known = processes_.find(pid);
    return known == processes_.end() ? kNone : known->second;
}

const CodeMapping* ProcessCode::find(std::uint32_t pid, std::uint64_t address) const {
    const std::vector<CodeMapping>& all = mappings(pid);
    const auto behind = std::upper_bound(all.begin(), all.end(), address, [](std::uint64_t value, const CodeMapping& mapping) {
        return value < mapping.start;
    });
    return behind != all.begin() && address < std::prev(behind)->end ? &*std::prev(behind) : nullptr;
}

}  // namespace tt::alloc_trace
