// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Opens the libraries CMakeLists.txt makes, and ELF files that exist in memory only, and resolves their layout.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "probes/layout/resolve_layout.hpp"
#include "probes/runtime_build.hpp"

namespace tt::alloc_trace::testing {

inline std::string library_path(const std::string& name) {
    return (std::filesystem::path(TAT_LIBRARY_DIR) / name).string();
}

inline bool library_exists(const std::string& name) {
    return std::filesystem::exists(library_path(name));
}

inline Result<ElfFile> open_path(const std::string& path) {
    auto file = open_library_file(path);
    return file ? ElfFile::open(*std::move(file), path) : tl::make_unexpected(file.error());
}

inline SymbolMap symbols_of(const ElfFile& elf) {
    std::vector<std::string_view> names = layout_symbols();
    for (const std::string_view name : fingerprint_symbols()) {
        names.push_back(name);
    }
    return elf.find_symbols(names, SymbolTables::All).value_or(SymbolMap{});
}

// Without the network, whatever the environment says.
inline Result<LayoutProfile> resolve_path(const std::string& path, LayoutSources sources = {"", "", false}) {
    const auto elf = open_path(path);
    return elf ? resolve_layout(*elf, symbols_of(*elf), sources) : tl::make_unexpected(elf.error());
}

inline Result<LayoutProfile> resolve_library(const std::string& name) {
    return resolve_path(library_path(name));
}

inline Result<LayoutProfile> resolve_with_file(const std::string& name, const std::string& layout_file) {
    return resolve_path(library_path(name), {layout_file, "", false});
}

inline std::string source_of(const LayoutProfile& profile, const std::string& item) {
    for (const LayoutEvidence& evidence : profile.evidence) {
        if (evidence.item == item) {
            return evidence.source;
        }
    }
    return {};
}

inline std::vector<std::uint8_t> bytes_of_library(const std::string& name) {
    std::ifstream stream(library_path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline Result<ElfFile> open_image(const std::vector<std::uint8_t>& bytes) {
    UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
    EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ModuleFile file{std::move(fd), {}, "memory"};
    file.identity.size = bytes.size();
    return ElfFile::open(std::move(file), "memory");
}

// A directory that goes with its contents.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tat-layout-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data()) == nullptr ? "" : pattern;
        EXPECT_FALSE(path_.empty());
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] std::filesystem::path path() const { return path_; }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace tt::alloc_trace::testing
