// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Opens the libraries that CMakeLists.txt makes for these tests, and ELF files that exist in memory only.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "target/elf_file.hpp"

namespace tt::alloc_trace::testing {

inline std::string fake_path(const std::string& name) {
    return (std::filesystem::path(TAT_FAKE_DIR) / name).string();
}

inline Result<ElfFile> open_fake(const std::string& name) {
    auto file = open_library_file(fake_path(name));
    return file ? ElfFile::open(*std::move(file), name) : tl::make_unexpected(file.error());
}

// good-*.so: all the libraries that have to be accepted.
inline std::vector<std::string> good_fakes() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(TAT_FAKE_DIR)) {
        if (entry.path().filename().string().starts_with("good-")) {
            names.push_back(entry.path().filename().string());
        }
    }
    return names;
}

inline std::vector<std::uint8_t> bytes_of(const std::string& name) {
    std::ifstream stream(fake_path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline Result<ElfFile> open_bytes(std::span<const std::uint8_t> bytes) {
    UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
    EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ModuleFile file{std::move(fd), {}, "memory"};
    file.identity.size = bytes.size();
    return ElfFile::open(std::move(file), "memory");
}

}  // namespace tt::alloc_trace::testing
