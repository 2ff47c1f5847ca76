// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Headers go through libelf (byte order, extended section numbering, checked against the file's size); everything
// behind them is read here, bounded.
#include "target/elf_file.hpp"

#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxSegments = 1024;    // real files have about ten
constexpr std::size_t kMaxSections = 65'536;  // real shared objects have about forty
constexpr std::size_t kMaxNotes = 64U << 10U;
constexpr std::size_t kMaxBuildId = 64;  // SHA-1 has 20, --build-id=0x... may be anything
constexpr std::uint64_t kPage = 4096;

using ElfHandle = std::unique_ptr<Elf, int (*)(Elf*)>;

std::uint64_t align_up_4(std::uint64_t value) {
    return (value + 3) & ~std::uint64_t{3};
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text.push_back(kDigits[byte >> 4U]);
        text.push_back(kDigits[byte & 15U]);
    }
    return text;
}

// The build-id among the notes of one PT_NOTE segment, empty if there is none.
std::string find_build_id(std::span<const std::uint8_t> notes) {
    constexpr std::uint32_t kGnuBuildId = 3;
    while (notes.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr header{};
        std::memcpy(&header, notes.data(), sizeof header);
        const std::uint64_t name_end = sizeof header + align_up_4(header.n_namesz);
        const std::uint64_t end = name_end + header.n_descsz;
        if (end > notes.size()) {
            return {};
        }
        const bool gnu = header.n_namesz == 4 && std::memcmp(notes.data() + sizeof header, "GNU", 4) == 0;
        if (gnu && header.n_type == kGnuBuildId && header.n_descsz <= kMaxBuildId) {
            return to_hex(notes.subspan(name_end, header.n_descsz));
        }
        notes = notes.subspan(std::min<std::uint64_t>(align_up_4(end), notes.size()));
    }
    return {};
}

Result<std::vector<GElf_Phdr>> program_headers(Elf* elf) {
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0 || count == 0 || count > kMaxSegments) {
        return fail(ErrorCode::NotTraceable, "it has no program headers, or too many");
    }
    std::vector<GElf_Phdr> headers(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (gelf_getphdr(elf, static_cast<int>(i), &headers[i]) == nullptr) {
            return fail(ErrorCode::NotTraceable, "its program headers are cut short");
        }
    }
    return headers;
}

// Sections are optional: without them (or with broken ones) there just are no symbols.
std::vector<ElfSection> section_headers(Elf* elf) {
    std::vector<ElfSection> sections;
    std::size_t count = 0;
    if (elf_getshdrnum(elf, &count) != 0 || count > kMaxSections) {
        return sections;
    }
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Shdr header{};
        Elf_Scn* section = elf_getscn(elf, i);
        if (section == nullptr || gelf_getshdr(section, &header) == nullptr) {
            break;
        }
        sections.push_back({header.sh_type, header.sh_link, header.sh_name, header.sh_addr, header.sh_offset, header.sh_size});
    }
    return sections;
}

}  // namespace

ElfFile::ElfFile(ModuleFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

tl::unexpected<Error> ElfFile::refuse(const std::string& why) const {
    return fail(ErrorCode::NotTraceable, "cannot use " + path_ + ": " + why);
}

Result<ElfFile> ElfFile::open(ModuleFile file, std::string path) {
    ElfFile elf(std::move(file), std::move(path));
    if (auto status = elf.read_headers(); !status) {
        return tl::make_unexpected(status.error());
    }
    return elf;
}

Status ElfFile::read_headers() {
    static const bool kUsable = elf_version(EV_CURRENT) != EV_NONE;
    // ELF_C_READ, not ELF_C_READ_MMAP: see the header.
    const ElfHandle elf(kUsable ? elf_begin(fd(), ELF_C_READ, nullptr) : nullptr, &elf_end);
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF) {
        return refuse("it is no ELF file");
    }
    GElf_Ehdr header{};
    if (gelf_getehdr(elf.get(), &header) == nullptr) {
        return refuse("its ELF header is damaged");
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_machine != EM_X86_64) {
        return refuse("it is not for x86-64, the one machine tt-alloc-trace knows");
    }
    if (header.e_type != ET_DYN && header.e_type != ET_EXEC) {
        return refuse("it is neither a shared library nor an executable");
    }
    const auto segments = program_headers(elf.get());
    if (!segments) {
        return refuse(segments.error().message);
    }
    for (const GElf_Phdr& segment : *segments) {
        if (segment.p_type == PT_LOAD) {
            if (segment.p_vaddr + segment.p_memsz < segment.p_vaddr ||
                segment.p_offset + segment.p_filesz < segment.p_offset || segment.p_filesz > segment.p_memsz) {
                return refuse("a segment's place makes no sense");
            }
            if (segment.p_offset + segment.p_filesz > file_.identity.size) {
                return refuse("it is cut off: some of what is mapped from it is missing");
            }
            segments_.push_back(
                {segment.p_vaddr,
                 segment.p_offset,
                 segment.p_filesz,
                 segment.p_memsz,
                 (segment.p_flags & PF_X) != 0,
                 (segment.p_flags & PF_W) != 0}
            );
        } else if (segment.p_type == PT_GNU_EH_FRAME) {
            frame_header_address_ = segment.p_vaddr;
        } else if (segment.p_type == PT_NOTE && build_id_.empty()) {
            std::vector<std::uint8_t> notes(std::min<std::uint64_t>(segment.p_filesz, kMaxNotes));
            if (read_at(segment.p_offset, notes.data(), notes.size())) {
                build_id_ = find_build_id(notes);
            }
        }
    }
    sections_ = section_headers(elf.get());
    if (elf_getshdrstrndx(elf.get(), &section_names_) != 0) {
        section_names_ = 0;
    }
    return {};
}

const ElfSection* ElfFile::find_section(std::string_view name) const {
    if (section_names_ == 0 || section_names_ >= sections_.size()) {
        return nullptr;
    }
    const ElfSection& names = sections_[section_names_];
    std::string text(name.size() + 1, ' ');
    const std::string wanted = std::string(name) + '\0';
    for (const ElfSection& section : sections_) {
        const bool fits = section.name <= names.size && text.size() <= names.size - section.name;
        if (section.type != SHT_NULL && section.type != SHT_NOBITS && fits &&
            read_at(names.offset + section.name, text.data(), text.size()) && text == wanted) {
            return &section;
        }
    }
    return nullptr;
}

Status ElfFile::read_at(std::uint64_t offset, void* to, std::size_t size) const {
    // The size of the file when it was opened bounds what a header can make us read.
    if (offset > file_.identity.size || size > file_.identity.size - offset) {
        return refuse("it ends before what its headers promise");
    }
    auto* at = static_cast<char*>(to);
    while (size > 0) {
        const auto count = ::pread(fd(), at, size, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_errno(ErrorCode::RunTime, "cannot read " + path_, errno);
        }
        if (count == 0) {
            return refuse("it was cut short while it was read");
        }
        at += count;
        offset += static_cast<std::uint64_t>(count);
        size -= static_cast<std::size_t>(count);
    }
    return {};
}

Result<std::uint64_t> ElfFile::file_offset(std::uint64_t address) const {
    for (const ElfSegment& segment : segments_) {
        if (address >= segment.address && address - segment.address < segment.file_size) {
            return segment.offset + (address - segment.address);
        }
    }
    return refuse("no segment has content at address " + std::to_string(address));
}

Result<std::vector<std::uint8_t>> ElfFile::read(std::uint64_t address, std::size_t max_bytes) const {
    for (const ElfSegment& segment : segments_) {
        if (address < segment.address || address - segment.address >= segment.file_size) {
            continue;
        }
        const std::uint64_t skip = address - segment.address;
        std::vector<std::uint8_t> bytes(std::min<std::uint64_t>({max_bytes, kMaxRead, segment.file_size - skip}));
        if (auto status = read_at(segment.offset + skip, bytes.data(), bytes.size()); !status) {
            return tl::make_unexpected(status.error());
        }
        return bytes;
    }
    return refuse("no segment has content at address " + std::to_string(address));
}

std::optional<std::uint64_t> load_bias_of(std::span<const ElfSegment> segments, std::uint64_t map_start, std::uint64_t map_offset) {
    for (const ElfSegment& segment : segments) {
        // Mappings begin at page borders, so the first page may begin before the segment does. Neighbouring segments
        // may share that page of the file: only the executable one counts.
        const std::uint64_t first = segment.offset & ~(kPage - 1);
        if (segment.executable && map_offset >= first && map_offset < segment.offset + segment.file_size) {
            return map_start - (segment.address + (map_offset - segment.offset));  // modulo 2^64, as addresses are
        }
    }
    return std::nullopt;
}

Result<std::uint64_t> ElfFile::load_bias(std::uint64_t map_start, std::uint64_t map_offset) const {
    if (const auto bias = load_bias_of(segments_, map_start, map_offset)) {
        return *bias;
    }
    return refuse("no executable segment at file offset " + std::to_string(map_offset));
}

}  // namespace tt::alloc_trace
