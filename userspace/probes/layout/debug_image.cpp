// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/debug_image.hpp"

#include <elf.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMaxFile = std::uint64_t{64} << 30U;  // of address space only; debug files have a few GiB
constexpr std::uint64_t kMaxSections = 65'536;
constexpr std::uint64_t kMaxNameTable = 16U << 20U;
constexpr std::uint64_t kMaxNote = 4096;
constexpr std::size_t kMaxText = 256;

}  // namespace

DebugImage::~DebugImage() {
    if (elf_ != nullptr) {
        elf_end(elf_);
    }
    if (bytes_ != nullptr) {
        ::munmap(bytes_, mapped_);
    }
}

Result<std::unique_ptr<DebugImage>> DebugImage::open(int fd, std::uint64_t size) {
    std::unique_ptr<DebugImage> image(new DebugImage(fd, size));
    if (auto status = image->map_and_read_headers(); !status) {
        return tl::make_unexpected(status.error());
    }
    image->read_sections();
    return image;
}

Status DebugImage::map_and_read_headers() {
    if (size_ < sizeof(Elf64_Ehdr) || size_ > kMaxFile || elf_version(EV_CURRENT) == EV_NONE) {
        return fail(ErrorCode::RunTime, "it is too small or too large");
    }
    mapped_ = (size_ + kPage - 1) / kPage * kPage;
    void* memory = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return fail_errno(ErrorCode::RunTime, "no address space for it", errno);
    }
    bytes_ = static_cast<std::uint8_t*>(memory);
    loaded_.resize(mapped_ / kPage);
    load(0, sizeof(Elf64_Ehdr));
    Elf64_Ehdr header{};
    std::memcpy(&header, bytes_, sizeof header);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return fail(ErrorCode::RunTime, "it is no ELF file of this machine");
    }
    load(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr));
    load(header.e_shoff, std::max<std::uint64_t>(header.e_shnum, 1) * sizeof(Elf64_Shdr));
    elf_ = elf_memory(reinterpret_cast<char*>(bytes_), size_);
    return elf_ == nullptr ? fail(ErrorCode::RunTime, "its ELF header is damaged") : Status{};
}

void DebugImage::read_sections() {
    std::size_t count = 0;
    std::size_t names = 0;
    GElf_Shdr header{};
    if (elf_getshdrnum(elf_, &count) != 0 || elf_getshdrstrndx(elf_, &names) != 0) {
        return;
    }
    Elf_Scn* name_section = elf_getscn(elf_, names);
    if (name_section == nullptr || gelf_getshdr(name_section, &header) == nullptr || header.sh_size > kMaxNameTable) {
        return;
    }
    load(header.sh_offset, header.sh_size);
    for (std::size_t i = 1; i < std::min<std::uint64_t>(count, kMaxSections); ++i) {
        Elf_Scn* scn = elf_getscn(elf_, i);
        if (scn == nullptr || gelf_getshdr(scn, &header) == nullptr || header.sh_type == SHT_NOBITS) {
            continue;
        }
        const char* name = elf_strptr(elf_, names, header.sh_name);
        if (name != nullptr && header.sh_offset < size_) {
            sections_.push_back(
                {name,
                 header.sh_offset,
                 std::min<std::uint64_t>(header.sh_size, size_ - header.sh_offset),
                 (header.sh_flags & SHF_COMPRESSED) != 0}
            );
        }
        if (header.sh_type == SHT_NOTE) {
            load(header.sh_offset, std::min<std::uint64_t>(header.sh_size, kMaxNote));
        }
    }
    if (const DebugSection* link = section(".gnu_debuglink")) {
        load(link->offset, std::min(link->size, kMaxNote));
    }
}

const DebugSection* DebugImage::section(std::string_view name) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const DebugSection& section) {
        return section.name == name;
    });
    return found == sections_.end() ? nullptr : &*found;
}

std::string DebugImage::build_id() const {
    const void* bytes = nullptr;
    const auto length = dwelf_elf_gnu_build_id(elf_, &bytes);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (ssize_t i = 0; i < std::min<ssize_t>(length, 64); ++i) {
        const unsigned byte = static_cast<const std::uint8_t*>(bytes)[i];
        text.push_back(kDigits[byte >> 4U]);
        text.push_back(kDigits[byte & 15U]);
    }
    return text;
}

DebugImage::Link DebugImage::debug_link() const {
    GElf_Word crc = 0;
    const char* name = dwelf_elf_gnu_debuglink(elf_, &crc);
    return name == nullptr ? Link{} : Link{std::string(name, ::strnlen(name, kMaxText)), crc};
}

void DebugImage::load(std::uint64_t offset, std::uint64_t size) {
    if (offset >= size_ || size == 0) {
        return;
    }
    const std::uint64_t end = offset + std::min(size, size_ - offset);
    const std::uint64_t last = (end - 1) / kPage;
    for (std::uint64_t page = offset / kPage; page <= last; ++page) {
        if (loaded_[page]) {
            continue;
        }
        std::uint64_t until = page + 1;  // one read for all the pages in a row
        while (until <= last && !loaded_[until]) {
            ++until;
        }
        std::uint64_t at = page * kPage;
        const std::uint64_t stop = std::min(until * kPage, size_);
        while (at < stop) {
            const auto count = ::pread(fd_, bytes_ + at, stop - at, static_cast<off_t>(at));
            if (count <= 0) {
                break;  // cut short: the rest stays zero
            }
            at += static_cast<std::uint64_t>(count);
        }
        std::fill(
            loaded_.begin() + static_cast<std::ptrdiff_t>(page),
            loaded_.begin() + static_cast<std::ptrdiff_t>(until),
            true
        );
        bytes_loaded_ += (until - page) * kPage;
        page = until - 1;
    }
}

bool DebugImage::offset_of(const void* at, std::uint64_t& offset) const {
    const auto address = reinterpret_cast<std::uintptr_t>(at);
    const auto start = reinterpret_cast<std::uintptr_t>(bytes_);
    if (address < start || address >= start + size_) {
        return false;
    }
    offset = address - start;
    return true;
}

void DebugImage::load_at(const void* at, std::uint64_t size) {
    std::uint64_t offset = 0;
    if (offset_of(at, offset)) {
        load(offset, size);
    }
}

std::uint32_t DebugImage::word_at(std::uint64_t offset) {
    std::uint32_t word = 0;
    if (offset <= size_ && size_ - offset >= sizeof word) {
        load(offset, sizeof word);
        std::memcpy(&word, bytes_ + offset, sizeof word);
    }
    return word;
}

std::string_view DebugImage::text_at(const char* at) {
    std::uint64_t offset = 0;
    if (at == nullptr) {
        return {};
    }
    std::size_t most = kMaxText;
    if (offset_of(at, offset)) {
        most = std::min<std::uint64_t>(most, size_ - offset);
        load(offset, most);
    }
    return {at, ::strnlen(at, most)};
}

}  // namespace tt::alloc_trace
