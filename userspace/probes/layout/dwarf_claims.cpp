// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Members go by their names in tt-metal's source, which hardly ever changed; that a class is fully described and has no
// member of a name is a claim too.
#include "probes/layout/dwarf_claims.hpp"

#include <algorithm>
#include <array>

#include "probes/layout/dwarf_reader.hpp"
#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kSource = "DWARF";

enum class Shape : std::uint8_t {
    Number,   // a number, enum or bool, also inside of std::atomic or a class of one number
    Pointer,  // a pointer, unique_ptr, shared_ptr
};

struct MemberItem {
    std::string_view item;
    std::string_view member;
    Shape shape;
};

constexpr std::array kBufferMembers{
    MemberItem{"buffer.owner", "device_", Shape::Pointer},
    MemberItem{"buffer.size", "size_", Shape::Number},
    MemberItem{"buffer.type", "buffer_type_", Shape::Number},
    MemberItem{"buffer.layout", "buffer_layout_", Shape::Number},
    MemberItem{"buffer.allocator", "allocator_", Shape::Pointer},
    MemberItem{"buffer.status", "allocation_status_", Shape::Number},
    MemberItem{"buffer.hooked", "hooked_allocation_", Shape::Number},
    MemberItem{"buffer.address", "address_", Shape::Number},
    MemberItem{"buffer.page_size", "page_size_", Shape::Number}
};

// The units that define these describe the classes they belong to, with every compiler.
constexpr std::array<std::string_view, 17> kBufferFunctions{
    symbol::kBufferAllocateImpl,
    symbol::kBufferAllocateImplV0,
    symbol::kBufferDeleter,
    symbol::kBufferDeleterV0,
    symbol::kBufferView,
    symbol::kBufferImplAllocate,
    symbol::kAllocateBuffer,
    symbol::kAllocateBufferV0,
    symbol::kTrackAllocateBool,
    symbol::kTrackAllocateV0Bool,
    symbol::kDeviceClose,
    symbol::kDeviceCloseV0,
    symbol::kMeshClose,
    symbol::kMeshImplClose,
    symbol::kMeshViewRows,
    symbol::kProgramImplPlace,
    symbol::kCoreRanges
};

bool names_template(std::string_view type, std::string_view name) {
    return type.starts_with(name) && (type.size() == name.size() || type[name.size()] == '<');
}

class Claimer {
public:
    Claimer(DwarfReader& reader, const SymbolMap& symbols) : reader_(reader), symbols_(symbols) {}
    std::vector<LayoutClaim> run();

private:
    [[nodiscard]] bool defined(std::string_view name) const { return find_symbol(symbols_, name) != nullptr; }
    [[nodiscard]] std::vector<std::string> wanted() const;
    [[nodiscard]] std::vector<std::uint64_t> functions() const;
    [[nodiscard]] std::optional<Dwarf_Die> class_named(const char* name) const { return reader_.found(name); }
    [[nodiscard]] Field field_of(const DwarfMember& member, Shape shape);
    // The definition of what a smart or plain pointer points to; `name` if it is only declared there.
    [[nodiscard]] std::optional<Dwarf_Die> pointee(const Dwarf_Die& type, const char* name);
    [[nodiscard]] bool claim(const Dwarf_Die& of, const MemberItem& wanted, bool absent_too);
    void place(std::string_view item, Field field) { claims_.push_back(place_claim(item, field, kSource)); }
    void number(std::string_view item, std::uint64_t value) {
        claims_.push_back(number_claim(item, static_cast<std::uint32_t>(value), kSource));
    }
    void claim_buffer();
    void claim_status(const Dwarf_Die& buffer);
    void claim_chip();
    void claim_mesh();
    void claim_view(const Dwarf_Die& mesh);
    [[nodiscard]] std::optional<DwarfMember> vector_in(const DwarfMember& member, int depth);
    void claim_core_range_set();
    void claim_program();
    void claim_hook();

    DwarfReader& reader_;
    const SymbolMap& symbols_;
    std::vector<LayoutClaim> claims_;
    bool buffer_complete_ = false;
};

std::vector<std::string> Claimer::wanted() const {
    std::vector<std::string> names{"Buffer", "Device", "CoreRangeSet"};
    if (defined(symbol::kBufferImplAllocate) || defined(symbol::kBufferImplDeallocate)) {
        names.emplace_back("BufferImpl");
    }
    if (defined(symbol::kMeshVtable)) {
        names.insert(names.end(), {"MeshDevice", "MeshDeviceView"});
    }
    if (defined(symbol::kMeshImplVtable)) {
        names.insert(names.end(), {"MeshDeviceImpl", "MeshDeviceViewImpl"});
    }
    if (defined(symbol::kProgramImplPlace)) {
        names.emplace_back("ProgramImpl");
    }
    if (defined(symbol::kTrackAllocateBool) || defined(symbol::kTrackAllocateV0Bool)) {
        names.emplace_back("GraphTracker");
    }
    return names;
}

std::vector<std::uint64_t> Claimer::functions() const {
    std::vector<std::uint64_t> addresses;
    for (const std::string_view name : kBufferFunctions) {
        if (const ElfSymbol* symbol = find_symbol(symbols_, name)) {
            addresses.push_back(symbol->address);
        }
    }
    return addresses;
}

// Width 0 if it is not what it should be.
Field Claimer::field_of(const DwarfMember& member, Shape shape) {
    const std::uint64_t size = reader_.byte_size(member.type);
    const std::string_view type = reader_.name_of(member.type);
    if (shape == Shape::Pointer) {
        Dwarf_Die copy = member.type;
        const bool pointer = dwarf_tag(&copy) == DW_TAG_pointer_type || names_template(type, "unique_ptr") ||
                             names_template(type, "shared_ptr") || names_template(type, "weak_ptr");
        return pointer ? Field{member.offset, 8} : Field{};
    }
    std::uint64_t width = size;
    if (names_template(type, "optional") || (names_template(type, "atomic") && size == 0)) {
        const auto value = reader_.template_argument(member.type);
        width = value ? reader_.byte_size(*value) : 0;
    }
    const bool usable = width == 1 || width == 2 || width == 4 || width == 8;
    return usable ? Field{member.offset, static_cast<std::uint32_t>(width)} : Field{};
}

// True if there is such a member, understood or not.
bool Claimer::claim(const Dwarf_Die& of, const MemberItem& wanted, bool absent_too) {
    const auto member = reader_.member(of, wanted.member);
    const Field field = member ? field_of(*member, wanted.shape) : Field{};
    if (field.exists() || (!member && absent_too)) {
        place(wanted.item, field);
    }
    return member.has_value();
}

std::optional<Dwarf_Die> Claimer::pointee(const Dwarf_Die& type, const char* name) {
    const auto argument = reader_.name_of(type).empty() ? reader_.type_of(type) : reader_.template_argument(type);
    if (argument && !reader_.is_declaration(*argument) && reader_.byte_size(*argument) != 0) {
        return argument;
    }
    return class_named(name);
}

void Claimer::claim_status(const Dwarf_Die& buffer) {
    const auto status = reader_.member(buffer, "allocation_status_");
    if (!status) {
        return;
    }
    const bool atomic = names_template(reader_.name_of(status->type), "atomic");
    const auto enumeration = atomic ? reader_.template_argument(status->type) : status->type;
    const auto allocated = enumeration ? reader_.enumerator(*enumeration, "ALLOCATED") : std::nullopt;
    const auto deallocated = enumeration ? reader_.enumerator(*enumeration, "DEALLOCATED") : std::nullopt;
    if (allocated && deallocated) {
        number("buffer.status_allocated", *allocated);
        number("buffer.status_deallocated", *deallocated);
    }
}

void Claimer::claim_buffer() {
    auto buffer = class_named("Buffer");
    if (!buffer) {
        return;
    }
    const auto impl = reader_.member(*buffer, "pimpl_");
    place("buffer.impl", impl ? field_of(*impl, Shape::Pointer) : Field{});
    if (impl) {
        buffer = pointee(impl->type, "BufferImpl");
    }
    if (!buffer || !reader_.member(*buffer, "size_")) {
        return;
    }
    buffer_complete_ = true;
    for (const MemberItem& item : kBufferMembers) {
        (void)claim(*buffer, item, true);
    }
    claim_status(*buffer);
}

void Claimer::claim_chip() {
    const auto chip = class_named("Device");
    if (!chip) {
        return;
    }
    (void)claim(*chip, {"owner.chip_id", "id_", Shape::Number}, false);
    const LayoutClaim* allocator = find_claim(claims_, "buffer.allocator");
    if (buffer_complete_ && allocator != nullptr && !allocator->field.exists()) {
        (void)claim(*chip, {"owner.chip_allocator", "allocator_", Shape::Pointer}, false);
    }
}

void Claimer::claim_mesh() {
    auto mesh = defined(symbol::kMeshVtable) ? class_named("MeshDevice") : std::nullopt;
    if (!mesh) {
        return;
    }
    const auto impl = reader_.member(*mesh, "pimpl_");
    place("owner.mesh_impl", impl ? field_of(*impl, Shape::Pointer) : Field{});
    if (impl) {
        mesh = pointee(impl->type, "MeshDeviceImpl");
    }
    if (mesh) {
        (void)claim(*mesh, {"owner.mesh_id", "mesh_id_", Shape::Number}, false);
        claim_view(*mesh);
    }
}

// The vector that holds the chips: the member itself, or inside of the runtime's container classes.
std::optional<DwarfMember> Claimer::vector_in(const DwarfMember& member, int depth) {
    constexpr int kMaxDepth = 4;
    if (names_template(reader_.name_of(member.type), "vector")) {
        return member;
    }
    for (const std::string_view name : {"values_", "container_"}) {
        const auto inner = depth < kMaxDepth ? reader_.member(member.type, name) : std::nullopt;
        const auto vector = inner ? vector_in(*inner, depth + 1) : std::nullopt;
        if (vector) {
            return DwarfMember{member.offset + vector->offset, vector->type};
        }
    }
    return std::nullopt;
}

// All of it or nothing: a part is of no use, and with a part from elsewhere it would be dangerous.
void Claimer::claim_view(const Dwarf_Die& mesh) {
    const auto view = reader_.member(mesh, "view_");
    const Field to_view = view ? field_of(*view, Shape::Pointer) : Field{};
    auto view_class = to_view.exists() ? pointee(view->type, "MeshDeviceView") : std::nullopt;
    if (!view_class) {
        return;
    }
    Field to_impl;
    for (const std::string_view name : {"pimpl_", "impl_"}) {
        if (const auto impl = reader_.member(*view_class, name); impl && !to_impl.exists()) {
            to_impl = field_of(*impl, Shape::Pointer);
            view_class = pointee(impl->type, "MeshDeviceViewImpl");
            break;
        }
    }
    const auto devices = view_class ? reader_.member(*view_class, "devices_") : std::nullopt;
    const auto chips = devices ? vector_in(*devices, 0) : std::nullopt;
    const auto element = chips ? reader_.template_argument(chips->type) : std::nullopt;
    const std::uint64_t size = element ? reader_.byte_size(*element) : 0;
    if (size < 8 || size % 8 != 0) {
        return;
    }
    place("owner.mesh_view", to_view);
    place("owner.view_impl", to_impl);
    place("owner.view_chips", {chips->offset, 8});
    number("owner.chips_element", size);
}

void Claimer::claim_core_range_set() {
    const auto cores = class_named("CoreRangeSet");
    const auto ranges = cores ? reader_.member(*cores, "ranges_") : std::nullopt;
    if (!ranges) {
        return;
    }
    const std::string_view type = reader_.name_of(ranges->type);
    if (names_template(type, "vector")) {
        place("core_range_set.ranges", {ranges->offset, 8});
        place("core_range_set.tree", {});
    } else if (names_template(type, "set")) {
        // libstdc++ has the comparator and padding before the header of the tree.
        const bool libstdcxx = reader_.member(ranges->type, "_M_t").has_value();
        place("core_range_set.ranges", {});
        place("core_range_set.tree", {ranges->offset + (libstdcxx ? 8 : 0), 8});
    }
}

void Claimer::claim_program() {
    const auto program = class_named("ProgramImpl");
    const auto needed = program ? reader_.member(*program, "local_circular_buffer_allocation_needed_") : std::nullopt;
    const auto allocators = needed ? reader_.member(*program, "cb_allocators_") : std::nullopt;
    const auto element = allocators ? reader_.template_argument(allocators->type) : std::nullopt;
    const auto regions = element ? reader_.member(*element, "l1_regions") : std::nullopt;
    if (!regions) {
        return;
    }
    place("program.placing_needed", field_of(*needed, Shape::Number));
    place("program.allocators", {allocators->offset, 8});
    number("program.allocator_element", reader_.byte_size(*element));
    place("program.allocator_regions", {regions->offset, 8});
}

void Claimer::claim_hook() {
    const auto tracker = class_named("GraphTracker");
    if (tracker) {
        (void)claim(*tracker, {"hook.hook", "hook", Shape::Pointer}, false);
    }
}

std::vector<LayoutClaim> Claimer::run() {
    reader_.find_classes(wanted(), functions());
    claim_buffer();
    claim_chip();
    claim_mesh();
    claim_core_range_set();
    claim_program();
    claim_hook();
    return std::move(claims_);
}

}  // namespace

std::vector<std::string_view> dwarf_symbols() {
    std::vector<std::string_view> names(kBufferFunctions.begin(), kBufferFunctions.end());
    names.insert(names.end(), {symbol::kBufferImplDeallocate, symbol::kMeshVtable, symbol::kMeshImplVtable});
    return names;
}

DwarfClaims dwarf_claims(const ElfFile& elf, const SymbolMap& symbols, const DebugFileSources& sources) {
    auto info = find_debug_info(elf, sources);
    if (!info) {
        return {{}, info.error().message};
    }
    auto reader = DwarfReader::open(*info->image);
    if (!reader) {
        return {{}, info->path + ": " + reader.error().message};
    }
    DwarfClaims result{Claimer(**reader, symbols).run(), info->path};
    if (result.claims.empty()) {
        result.note = info->path + ": its debug info does not describe the runtime's classes";
    }
    return result;
}

}  // namespace tt::alloc_trace
