// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// An ELF file with debug info as elfutils wants to see it: in memory as a whole, but without mapping it (a file cut
// short while mapped would kill us with SIGBUS) and without reading gigabytes of it. The memory is private and empty;
// pieces are read into it before they are looked at. What was not read, or is no longer in the file, is zeros, which as
// DWARF means "nothing here".
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tt::alloc_trace {

struct DebugSection {
    std::string name;
    std::uint64_t offset = 0;  // in the file
    std::uint64_t size = 0;
    bool compressed = false;
};

class DebugImage {
public:
    // Does not own `fd`, which must live as long. Error in words if it is no ELF file that can be read this way.
    [[nodiscard]] static Result<std::unique_ptr<DebugImage>> open(int fd, std::uint64_t size);
    ~DebugImage();
    DebugImage(const DebugImage&) = delete;
    DebugImage& operator=(const DebugImage&) = delete;

    [[nodiscard]] const DebugSection* section(std::string_view name) const;
    [[nodiscard]] std::string build_id() const;  // lower-case hex, empty if none
    struct Link {
        std::string file;
        std::uint32_t crc = 0;
    };
    [[nodiscard]] Link debug_link() const;  // .gnu_debuglink; file empty if none

    // Reads [offset, offset + size) of the file, as far as it is there.
    void load(std::uint64_t offset, std::uint64_t size);
    // The same for a place in the image; other memory (of decompressed sections) is left alone.
    void load_at(const void* at, std::uint64_t size);
    // A number of the file, loaded first; 0 behind its end.
    [[nodiscard]] std::uint32_t word_at(std::uint64_t offset);
    // The zero-terminated text at a place elfutils returned, at most 256 bytes.
    [[nodiscard]] std::string_view text_at(const char* at);
    // Where in the file, if it is in the image.
    [[nodiscard]] bool offset_of(const void* at, std::uint64_t& offset) const;
    [[nodiscard]] std::uint64_t bytes_loaded() const { return bytes_loaded_; }

    [[nodiscard]] Elf* elf() const { return elf_; }

private:
    DebugImage(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
    Status map_and_read_headers();
    void read_sections();

    int fd_;
    std::uint64_t size_;
    std::uint64_t mapped_ = 0;
    std::uint8_t* bytes_ = nullptr;
    std::vector<bool> loaded_;  // per page
    std::uint64_t bytes_loaded_ = 0;
    Elf* elf_ = nullptr;
    std::vector<DebugSection> sections_;
};

}  // namespace tt::alloc_trace
