// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/dwarf_reader.hpp"

#include <elf.h>

#include <algorithm>
#include <array>

#include "probes/field.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kUnitHead = 512;  // header and root entry; more of it may come by chance, as whole pages do
constexpr std::uint64_t kMaxTable = std::uint64_t{64} << 20U;          // of each table that is read as a whole
constexpr std::uint64_t kMaxDecompressed = std::uint64_t{512} << 20U;  // elfutils decompresses sections as a whole
constexpr int kMaxTypeChain = 32;
constexpr int kMaxBases = 8;

constexpr std::array<std::string_view, 9> kSections{
    ".debug_info",
    ".debug_types",
    ".debug_abbrev",
    ".debug_str",
    ".debug_line_str",
    ".debug_str_offsets",
    ".debug_ranges",
    ".debug_rnglists",
    ".debug_addr"
};
// Small beside the others, and wanted from all over.
constexpr std::array<std::string_view, 4> kWholeSections{
    ".debug_abbrev", ".debug_ranges", ".debug_rnglists", ".debug_addr"
};

// Compilers define a class in the unit that defines its functions, or in all that use it.
constexpr std::array<std::string_view, 8> kSourceFiles{
    "/buffer.cpp",
    "/device.cpp",
    "/mesh_device.cpp",
    "/mesh_device_view.cpp",
    "/program.cpp",
    "/core_coord.cpp",
    "/graph_tracking.cpp",
    "/allocator.cpp"
};

bool is_class(int tag) {
    return tag == DW_TAG_class_type || tag == DW_TAG_structure_type;
}

bool is_transparent(int tag) {
    return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

int tag_of(const Dwarf_Die& entry) {
    Dwarf_Die copy = entry;
    return dwarf_tag(&copy);
}

}  // namespace

DwarfReader::~DwarfReader() {
    if (dwarf_ != nullptr) {
        dwarf_end(dwarf_);
    }
}

Result<std::unique_ptr<DwarfReader>> DwarfReader::open(DebugImage& image) {
    std::unique_ptr<DwarfReader> reader(new DwarfReader(image));
    if (auto status = reader->begin(); !status) {
        return tl::make_unexpected(status.error());
    }
    return reader;
}

Status DwarfReader::load_tables() {
    std::uint64_t decompressed = 0;
    for (const std::string_view name : kSections) {
        const DebugSection* section = image_.section(name);
        if (section == nullptr) {
            continue;
        }
        if (section->compressed) {
            decompressed += image_.word_at(section->offset + offsetof(Elf64_Chdr, ch_size)) +
                            (std::uint64_t{image_.word_at(section->offset + offsetof(Elf64_Chdr, ch_size) + 4)} << 32U);
            if (decompressed > kMaxDecompressed || section->size > kMaxDecompressed) {
                return fail(ErrorCode::RunTime, "its compressed debug info is too large");
            }
            image_.load(section->offset, section->size);
        } else if (std::find(kWholeSections.begin(), kWholeSections.end(), name) != kWholeSections.end()) {
            image_.load(section->offset, std::min(section->size, kMaxTable));
        }
    }
    return {};
}

Status DwarfReader::begin() {
    if (image_.section(".gnu_debugaltlink") != nullptr) {
        return fail(ErrorCode::RunTime, "its debug info refers to a common file of dwz, which is not supported");
    }
    if (auto status = load_tables(); !status) {
        return status;
    }
    list_ranges(".debug_info");
    list_ranges(".debug_types");
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
    dwarf_ = dwarf_begin_elf(image_.elf(), DWARF_C_READ, nullptr);
    if (dwarf_ == nullptr) {
        return fail(ErrorCode::RunTime, std::string("its debug info is damaged: ") + dwarf_errmsg(-1));
    }
    list_units();
    return units_.empty() ? fail(ErrorCode::RunTime, "its debug info is split off (.dwo files), or damaged") : Status{};
}

// Only the length of each unit, to hop from one to the next; elfutils needs their heads in place for the rest.
void DwarfReader::list_ranges(std::string_view section_name) {
    constexpr std::uint32_t kWide = 0xffff'ffff;  // then the length is in the next eight bytes
    const DebugSection* section = image_.section(section_name);
    if (section == nullptr || section->compressed) {
        return;
    }
    std::uint64_t at = section->offset;
    const std::uint64_t end = section->offset + section->size;
    while (at < end && ranges_.size() < kMaxDwarfUnits) {
        image_.load(at, std::min(kUnitHead, end - at));
        std::uint64_t length = image_.word_at(at);
        std::uint64_t head = 4;
        if (length == kWide) {
            length = image_.word_at(at + 4) + (std::uint64_t{image_.word_at(at + 8)} << 32U);
            head = 12;
        }
        if (length == 0 || length > end - at || head > end - at - length) {
            break;
        }
        ranges_.push_back({at, at + head + length});
        at += head + length;
    }
}

void DwarfReader::list_units() {
    Dwarf_CU* unit = nullptr;
    for (std::uint64_t count = 0; count < kMaxDwarfUnits; ++count) {
        Dwarf_Half version = 0;
        std::uint8_t kind = 0;
        Dwarf_Die die{};
        // No sub-entry is asked for: that would open the file of a split unit.
        if (dwarf_get_units(dwarf_, unit, &unit, &version, &kind, &die, nullptr) != 0) {
            break;
        }
        if (kind == DW_UT_skeleton || kind == DW_UT_split_compile || kind == DW_UT_split_type || die.addr == nullptr) {
            continue;
        }
        load_strings(die, false);
        units_.push_back({die, promise_of(die)});
    }
}

// Of the table through which DWARF 5 units name their strings: the unit's part of it, or only the start of that.
void DwarfReader::load_strings(Dwarf_Die& unit, bool all) {
    const DebugSection* section = image_.section(".debug_str_offsets");
    const auto base = constant(unit, DW_AT_str_offsets_base);
    if (section == nullptr || section->compressed || !base || *base < 8 || *base > section->size) {
        return;
    }
    const std::uint64_t begin = section->offset + *base;
    const std::uint64_t length = image_.word_at(begin - 8);
    image_.load(begin, std::min<std::uint64_t>(all ? length : kUnitHead, section->size - *base));
}

void DwarfReader::load_unit(const Dwarf_Die& entry) {
    std::uint64_t offset = 0;
    if (!image_.offset_of(entry.addr, offset)) {
        return;
    }
    const auto after = std::upper_bound(
        ranges_.begin(), ranges_.end(), offset, [](std::uint64_t at, const Range& range) { return at < range.begin; }
    );
    if (after == ranges_.begin() || offset >= std::prev(after)->end) {
        return;
    }
    const Range& range = *std::prev(after);
    if (unit_bytes_ > kMaxDwarfUnitBytes) {
        return;
    }
    const std::uint64_t before = image_.bytes_loaded();
    image_.load(range.begin, range.end - range.begin);
    unit_bytes_ += image_.bytes_loaded() - before;
    Dwarf_Die copy = entry;
    Dwarf_Die unit{};
    if (before != image_.bytes_loaded() && dwarf_diecu(&copy, &unit, nullptr, nullptr) != nullptr) {
        load_strings(unit, true);
    }
}

int DwarfReader::promise_of(Dwarf_Die& unit) {
    const std::string_view name = text(unit, DW_AT_name);
    const std::string_view directory = text(unit, DW_AT_comp_dir);
    const auto ends = [&](std::string_view file) { return name.ends_with(file); };
    const bool runtime =
        name.find("tt_metal") != std::string_view::npos || directory.find("tt_metal") != std::string_view::npos;
    const bool unity = name.find("unity_") != std::string_view::npos;
    return (std::any_of(kSourceFiles.begin(), kSourceFiles.end(), ends) ? 4 : 0) + (runtime ? 2 : 0) + (unity ? 1 : 0);
}

int DwarfReader::holds(Dwarf_Die& unit, const std::vector<std::uint64_t>& functions) {
    int count = 0;
    std::ptrdiff_t next = 0;
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    while (++address_ranges_ <= kMaxDwarfAddressRanges) {
        next = dwarf_ranges(&unit, next, &base, &begin, &end);
        if (next <= 0) {
            break;
        }
        count += static_cast<int>(std::count_if(functions.begin(), functions.end(), [&](std::uint64_t address) {
            return address >= begin && address < end;
        }));
    }
    return count;
}

void DwarfReader::find_classes(const std::vector<std::string>& names, const std::vector<std::uint64_t>& functions) {
    constexpr int kMoreThanAnyName = 16;
    for (const std::string& name : names) {
        if (!found_.contains(name)) {
            wanted_.push_back(name);
        }
    }
    for (Unit& unit : units_) {
        unit.promise += kMoreThanAnyName * holds(unit.die, functions);
    }
    std::stable_sort(units_.begin(), units_.end(), [](const Unit& a, const Unit& b) { return a.promise > b.promise; });
    for (const Unit& unit : units_) {
        if (wanted_.empty() || unit_bytes_ > kMaxDwarfUnitBytes || entries_ > kMaxDwarfEntries) {
            return;
        }
        load_unit(unit.die);
        declared_.clear();
        visit(unit.die, Scope::Unit);
    }
}

std::optional<Dwarf_Die> DwarfReader::found(const std::string& name) const {
    const auto entry = found_.find(name);
    return entry == found_.end() ? std::nullopt : std::optional(entry->second);
}

template <typename Use>
void DwarfReader::for_children(const Dwarf_Die& parent, Use use) {
    Dwarf_Die copy = parent;
    Dwarf_Die entry{};
    if (dwarf_child(&copy, &entry) != 0) {
        return;
    }
    // Entries of damaged debug info may name an earlier one as their next.
    const void* last = nullptr;
    while (entry.addr > last && ++entries_ <= kMaxDwarfEntries) {
        last = entry.addr;
        if (!use(entry)) {
            return;
        }
        if (dwarf_siblingof(&entry, &entry) != 0) {
            return;
        }
    }
}

void DwarfReader::visit(const Dwarf_Die& parent, Scope scope) {
    for_children(parent, [&](const Dwarf_Die& entry) {
        visit_entry(entry, scope);
        return !wanted_.empty();
    });
}

void DwarfReader::visit_entry(const Dwarf_Die& entry, Scope scope) {
    const int tag = tag_of(entry);
    if (tag == DW_TAG_namespace) {
        const std::string_view name = name_of(entry);
        if (scope == Scope::Unit && name == "tt") {
            visit(entry, Scope::Tt);
        } else if (scope == Scope::Tt && name == "tt_metal") {
            visit(entry, Scope::TtMetal);
        } else if (scope == Scope::TtMetal && (name == "v0" || name == "detail" || name == "distributed")) {
            visit(entry, Scope::Inner);
        }
        return;
    }
    if (is_class(tag) && scope != Scope::Tt) {
        visit_class(entry, scope);
    }
}

// In type units the definition stands outside of the namespaces and refers to a declaration inside.
void DwarfReader::visit_class(const Dwarf_Die& entry, Scope scope) {
    std::string name(name_of(entry));
    if (scope == Scope::Unit && name != "CoreRangeSet") {
        const auto declaration = reference(entry, DW_AT_specification);
        const auto declared = declaration ? declared_.find(declaration->addr) : declared_.end();
        name = declared == declared_.end() ? "" : declared->second;
    }
    const auto wanted = std::find(wanted_.begin(), wanted_.end(), name);
    if (wanted == wanted_.end()) {
        return;
    }
    if (is_declaration(entry)) {
        declared_.emplace(entry.addr, name);
    } else if (byte_size(entry) != 0) {
        found_.emplace(name, entry);
        wanted_.erase(wanted);
    }
}

std::string_view DwarfReader::text(const Dwarf_Die& entry, unsigned attribute) {
    Dwarf_Die copy = entry;
    Dwarf_Attribute value{};
    if (dwarf_attr(&copy, attribute, &value) == nullptr) {
        return {};
    }
    return image_.text_at(dwarf_formstring(&value));
}

std::string_view DwarfReader::name_of(const Dwarf_Die& entry) {
    return text(entry, DW_AT_name);
}

std::optional<std::uint64_t> DwarfReader::constant(const Dwarf_Die& entry, unsigned attribute) {
    Dwarf_Die copy = entry;
    Dwarf_Attribute value{};
    Dwarf_Word word = 0;
    if (dwarf_attr(&copy, attribute, &value) == nullptr || dwarf_formudata(&value, &word) != 0) {
        return std::nullopt;
    }
    return word;
}

std::uint64_t DwarfReader::byte_size(const Dwarf_Die& type) {
    const std::uint64_t size = constant(type, DW_AT_byte_size).value_or(0);
    const int tag = tag_of(type);
    const bool pointer = tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type;
    return size == 0 && pointer ? 8 : std::min<std::uint64_t>(size, kMaxMemberOffset);
}

bool DwarfReader::is_declaration(const Dwarf_Die& entry) {
    Dwarf_Die copy = entry;
    return dwarf_hasattr(&copy, DW_AT_declaration) != 0;
}

std::optional<Dwarf_Die> DwarfReader::reference(const Dwarf_Die& entry, unsigned attribute) {
    Dwarf_Die copy = entry;
    Dwarf_Attribute value{};
    Dwarf_Die target{};
    if (dwarf_attr(&copy, attribute, &value) == nullptr || dwarf_formref_die(&value, &target) == nullptr) {
        return std::nullopt;
    }
    load_unit(target);
    return target;
}

std::optional<Dwarf_Die> DwarfReader::type_of(const Dwarf_Die& entry) {
    std::optional<Dwarf_Die> type = reference(entry, DW_AT_type);
    for (int steps = 0; type && steps < kMaxTypeChain; ++steps) {
        if (is_transparent(tag_of(*type))) {
            type = reference(*type, DW_AT_type);
            continue;
        }
        const auto in_type_unit = reference(*type, DW_AT_signature);
        return in_type_unit ? in_type_unit : type;
    }
    return std::nullopt;
}

std::optional<DwarfMember> DwarfReader::member(const Dwarf_Die& of, std::string_view name) {
    return member(of, name, 0);
}

std::optional<DwarfMember> DwarfReader::member(const Dwarf_Die& of, std::string_view name, int depth) {
    std::optional<DwarfMember> answer;
    for_children(of, [&](const Dwarf_Die& entry) {
        const int tag = tag_of(entry);
        const bool base = tag == DW_TAG_inheritance && depth < kMaxBases;
        if (!base && (tag != DW_TAG_member || name_of(entry) != name)) {
            return true;
        }
        const auto offset = constant(entry, DW_AT_data_member_location);
        const auto type = type_of(entry);
        if (!offset || !type || *offset > kMaxMemberOffset) {
            return true;  // static, or of a virtual base
        }
        answer = base ? member(*type, name, depth + 1) : DwarfMember{0, *type};
        if (answer) {
            answer->offset += static_cast<std::uint32_t>(*offset);
        }
        return !answer;
    });
    return answer;
}

std::optional<Dwarf_Die> DwarfReader::template_argument(const Dwarf_Die& of) {
    std::optional<Dwarf_Die> answer;
    for_children(of, [&](const Dwarf_Die& entry) {
        if (tag_of(entry) == DW_TAG_template_type_parameter) {
            answer = type_of(entry);
        }
        return !answer;
    });
    return answer;
}

std::optional<std::uint64_t> DwarfReader::enumerator(const Dwarf_Die& enumeration, std::string_view name) {
    std::optional<std::uint64_t> answer;
    for_children(enumeration, [&](const Dwarf_Die& entry) {
        if (tag_of(entry) == DW_TAG_enumerator && name_of(entry) == name) {
            answer = constant(entry, DW_AT_const_value);
        }
        return !answer;
    });
    return answer;
}

}  // namespace tt::alloc_trace
