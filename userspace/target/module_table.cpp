// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/module_table.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "target/elf_text.hpp"
#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxNamesShown = 12;  // of the libraries looked at, in a message

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_file_mapping(const MapEntry& entry) {
    return entry.executable && entry.inode != 0 && !entry.path.empty();
}

}  // namespace

// One distinct file and all its executable mappings.
struct ModuleFinder::Candidate {
    std::vector<const MapEntry*> entries;
    bool main_executable = false;
};

ModuleFinder::ModuleFinder(std::vector<std::string> wanted)
    : wanted_(std::move(wanted)), wanted_views_(wanted_.begin(), wanted_.end()) {}

void ModuleFinder::inspect(const ProcessHandle& process, const Candidate& candidate, ModuleScan& scan) {
    const MapEntry& entry = *candidate.entries.front();
    const auto unreadable = [&](const Error& error) {
        scan.unreadable.push_back(without_unprintable(entry.path) + ": " + error.message);
    };
    auto file = open_module_file(process, entry);
    if (!file) {
        return unreadable(file.error());
    }
    const FileIdentity identity = file->identity;
    if (without_.contains(identity)) {
        return;
    }
    auto elf = ElfFile::open(*std::move(file), without_unprintable(entry.path));
    if (!elf) {
        without_.insert(identity
        );  // no ELF file: holds nothing, and is nothing worth a word (fonts, caches, JIT output)
        return;
    }
    // Libraries must export the hooks (others call them); an application that links the runtime in need not.
    auto symbols =
        elf->find_symbols(wanted_views_, candidate.main_executable ? SymbolTables::All : SymbolTables::DynamicOnly);
    if (!symbols) {
        return unreadable(symbols.error());
    }
    if (symbols->empty()) {
        if (!candidate.main_executable) {
            without_.insert(identity);
        }
        return;
    }
    std::vector<std::uint64_t> biases;
    for (const MapEntry* mapping : candidate.entries) {
        const auto bias = elf->load_bias(mapping->start, mapping->offset);
        if (bias && std::find(biases.begin(), biases.end(), *bias) == biases.end()) {
            biases.push_back(*bias);
        }
    }
    if (biases.empty()) {
        return unreadable({ErrorCode::NotTraceable, "its mappings do not fit its segments", "", 0});
    }
    scan.modules.push_back(
        {without_unprintable(entry.path), entry.deleted, std::move(biases), *std::move(elf), *std::move(symbols)}
    );
}

Result<ModuleScan> ModuleFinder::scan(const ProcessHandle& process) {
    const auto entries = read_memory_map(process);
    if (!entries) {
        return tl::make_unexpected(entries.error());
    }
    const std::string executable = process.read_link("exe").value_or("");
    std::vector<Candidate> candidates;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>, std::size_t> by_file;
    for (const MapEntry& entry : *entries) {
        if (!is_file_mapping(entry)) {
            continue;
        }
        const auto [at, first] =
            by_file.try_emplace({entry.device_major, entry.device_minor, entry.inode}, candidates.size());
        if (first) {
            candidates.push_back({{}, entry.path == executable || entry.path + " (deleted)" == executable});
        }
        candidates[at->second].entries.push_back(&entry);
    }
    ModuleScan scan;
    for (const Candidate& candidate : candidates) {
        scan.looked_at.push_back(without_unprintable(candidate.entries.front()->path));
        inspect(process, candidate, scan);
    }
    return scan;
}

std::optional<std::string> HiddenRuntimeFinder::find(const ProcessHandle& process) {
    const auto entries = read_memory_map(process);
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; entries && i < entries->size(); ++i) {
        const MapEntry& entry = (*entries)[i];
        if (!is_file_mapping(entry) || !seen.insert(entry.inode).second) {
            continue;
        }
        auto file = open_module_file(process, entry);
        if (file && is_hidden(*std::move(file), entry)) {
            return without_unprintable(entry.path);
        }
    }
    return std::nullopt;
}

bool HiddenRuntimeFinder::is_hidden(ModuleFile file, const MapEntry& entry) {
    const auto [known, first] = known_.try_emplace(file.identity, false);
    if (first) {
        const auto elf = ElfFile::open(std::move(file), without_unprintable(entry.path));
        known->second = elf && has_runtime_inside(*elf);
    }
    return known->second;
}

Error not_a_tt_metal_process(const ProcessHandle& process, const ModuleScan& scan) {
    if (const auto path = HiddenRuntimeFinder().find(process)) {
        Error error = hidden_runtime(*path);
        error.message = "process " + std::to_string(process.pid()) + " cannot be traced: " + error.message;
        return error;
    }
    std::string names;
    for (std::size_t i = 0; i < std::min(scan.looked_at.size(), kMaxNamesShown); ++i) {
        names += (i == 0 ? "" : ", ") + base_name(scan.looked_at[i]);
    }
    if (scan.looked_at.size() > kMaxNamesShown) {
        names += ", ...";
    }
    Error error{
        ErrorCode::NotTraceable,
        "process " + std::to_string(process.pid()) + " is not a TT-Metal process: none of its " +
            std::to_string(scan.looked_at.size()) + " mapped files has tt-metal's allocation hooks (looked at " +
            names + ")",
        "if it loads tt-metal later, give --wait, or start it through `tt-alloc-trace -- COMMAND`",
        0
    };
    if (!scan.unreadable.empty()) {
        error.message += "; not readable: " + scan.unreadable.front();
        if (scan.unreadable.size() > 1) {
            error.message += " and " + std::to_string(scan.unreadable.size() - 1) + " more";
        }
        error.hint = "run as root (sudo) to read all of them";
    }
    return error;
}

}  // namespace tt::alloc_trace
