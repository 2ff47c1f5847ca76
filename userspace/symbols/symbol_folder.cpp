// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbol_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "target/module_file.hpp"

namespace tt::alloc_trace {
namespace {

std::optional<ElfFile> open_elf(const std::string& path) {
    auto file = open_library_file(path);
    auto elf = file ? ElfFile::open(*std::move(file), path) : tl::make_unexpected(file.error());
    return elf ? std::optional(*std::move(elf)) : std::nullopt;
}

// Recordings are hostile: it becomes a part of a path.
bool is_build_id(const std::string& text) {
    return text.size() > 2 && text.size() <= 128 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<SymbolFolder> SymbolFolder::open(const std::string& path) {
    SymbolFolder folder(path);
    std::error_code error;
    std::size_t looked_at = 0;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end && looked_at < kMaxFiles; entry.increment(error)) {
        std::error_code ignored;
        if (!entry->is_regular_file(ignored)) {
            continue;
        }
        ++looked_at;
        if (const auto elf = open_elf(entry->path())) {
            folder.paths_.emplace(elf->build_id(), entry->path());
        }
    }
    if (error) {
        return fail(ErrorCode::Usage, path + " cannot be read: " + error.message(), "--symbols takes a folder with libraries or debug files");
    }
    return folder;
}

std::optional<SymbolFolder::File> SymbolFolder::read(const std::string& build_id) const {
    const auto known = paths_.find(build_id);
    const std::string path = known != paths_.end() ? known->second : path_ + "/.build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2) + ".debug";
    auto elf = open_elf(path);
    if (!elf || elf->build_id() != build_id) {
        return std::nullopt;
    }
    auto functions = FunctionTable::read(*elf);
    return functions ? std::optional(File{*std::move(elf), *std::move(functions)}) : std::nullopt;
}

std::string SymbolFolder::function_at(const std::string& build_id, std::uint64_t address) {
    if (!is_build_id(build_id)) {
        return {};
    }
    auto known = files_.find(build_id);
    if (known == files_.end() && files_.size() < kMaxFiles) {
        known = files_.emplace(build_id, read(build_id)).first;
    }
    return known == files_.end() || !known->second ? std::string() : known->second->functions.name_at(known->second->elf, address);
}

}  // namespace tt::alloc_trace
