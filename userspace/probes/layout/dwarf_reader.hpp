// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Classes of the runtime in its debug info, and their members. On top of elfutils' libdw, which parses; here is what
// keeps gigabytes of hostile debug info cheap and harmless: compilation units are visited in the order in which their
// code and names promise something, only those visited are read, and everything is counted against a bound. Not
// understood: split debug info (.dwo), common files of dwz.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "probes/layout/debug_image.hpp"

namespace tt::alloc_trace {

// What may be looked at; then the search ends with what it has. A unit of tt-metal has 2 to 5 MB.
inline constexpr std::uint64_t kMaxDwarfUnitBytes = std::uint64_t{96} << 20U;
inline constexpr std::uint64_t kMaxDwarfUnits = 400'000;
inline constexpr std::uint64_t kMaxDwarfEntries = 8'000'000;
inline constexpr std::uint64_t kMaxDwarfAddressRanges = 4'000'000;

struct DwarfMember {
    std::uint32_t offset = 0;  // from the start of the class it was asked of, base classes included
    Dwarf_Die type{};
};

class DwarfReader {
public:
    // `image` must live as long. Error in words: no debug info that can be used.
    [[nodiscard]] static Result<std::unique_ptr<DwarfReader>> open(DebugImage& image);
    ~DwarfReader();
    DwarfReader(const DwarfReader&) = delete;
    DwarfReader& operator=(const DwarfReader&) = delete;

    // Looks for the definitions of these classes of tt::tt_metal (and of its namespaces v0, detail, distributed; the
    // global namespace for CoreRangeSet) until all are found or a bound is reached. `functions`: ELF addresses of
    // functions of theirs; the units that hold these come first.
    void find_classes(const std::vector<std::string>& names, const std::vector<std::uint64_t>& functions);
    [[nodiscard]] std::optional<Dwarf_Die> found(const std::string& name) const;

    [[nodiscard]] std::optional<DwarfMember> member(const Dwarf_Die& of, std::string_view name);
    // Of an entry's DW_AT_type, behind typedefs, const and the like; a type unit's definition for its declaration.
    [[nodiscard]] std::optional<Dwarf_Die> type_of(const Dwarf_Die& entry);
    [[nodiscard]] std::optional<Dwarf_Die> template_argument(const Dwarf_Die& of);  // the first one that is a type
    [[nodiscard]] std::optional<std::uint64_t> enumerator(const Dwarf_Die& enumeration, std::string_view name);
    [[nodiscard]] std::uint64_t byte_size(const Dwarf_Die& type);  // 0: not told
    [[nodiscard]] std::string_view name_of(const Dwarf_Die& entry);
    [[nodiscard]] bool is_declaration(const Dwarf_Die& entry);

private:
    struct Range {  // of a unit, in the file
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    struct Unit {
        Dwarf_Die die{};
        int promise = 0;
    };
    enum class Scope : std::uint8_t { Unit, Tt, TtMetal, Inner };

    explicit DwarfReader(DebugImage& image) : image_(image) {}
    Status begin();
    Status load_tables();
    void list_ranges(std::string_view section);
    void list_units();
    void load_strings(Dwarf_Die& unit, bool all);
    void load_unit(const Dwarf_Die& entry);
    [[nodiscard]] int promise_of(Dwarf_Die& unit);
    // How many of the addresses the unit's code covers.
    [[nodiscard]] int holds(Dwarf_Die& unit, const std::vector<std::uint64_t>& functions);
    void visit(const Dwarf_Die& parent, Scope scope);
    void visit_entry(const Dwarf_Die& entry, Scope scope);
    void visit_class(const Dwarf_Die& entry, Scope scope);
    // Children in order; `use` returns false to end.
    template <typename Use>
    void for_children(const Dwarf_Die& parent, Use use);
    [[nodiscard]] std::optional<DwarfMember> member(const Dwarf_Die& of, std::string_view name, int depth);
    [[nodiscard]] std::optional<Dwarf_Die> reference(const Dwarf_Die& entry, unsigned attribute);
    [[nodiscard]] std::optional<std::uint64_t> constant(const Dwarf_Die& entry, unsigned attribute);
    [[nodiscard]] std::string_view text(const Dwarf_Die& entry, unsigned attribute);

    DebugImage& image_;
    Dwarf* dwarf_ = nullptr;
    std::vector<Range> ranges_;  // ascending
    std::vector<Unit> units_;
    std::vector<std::string> wanted_;
    std::map<std::string, Dwarf_Die> found_;
    std::map<const void*, std::string> declared_;  // of the unit that is visited: declarations of wanted classes
    std::uint64_t entries_ = 0;
    std::uint64_t address_ranges_ = 0;
    std::uint64_t unit_bytes_ = 0;
};

}  // namespace tt::alloc_trace
