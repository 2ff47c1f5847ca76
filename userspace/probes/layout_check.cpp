// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout_check.hpp"

#include <array>
#include <span>
#include <string>

#include "probes/getter_decoder.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kChipVtable = "_ZTVN2tt8tt_metal6DeviceE";
constexpr std::string_view kMeshVtable = "_ZTVN2tt8tt_metal11distributed10MeshDeviceE";
constexpr std::string_view kMeshId = "_ZNK2tt8tt_metal11distributed10MeshDevice2idEv";
constexpr std::uint64_t kVptrInVtable = 16;    // behind offset-to-top and type_info
constexpr std::size_t kMinAgreeingFields = 2;  // of a Buffer: one may agree by chance, two are 16 bits of evidence each

constexpr const char* kUnverifiedHint = "report the build-id of this library to the tt-alloc-trace project";

// One getter and the field it must read.
struct GetterCheck {
    std::string_view symbol;
    std::string_view name;
    Field BufferLayout::* buffer_field;  // either this
    Field OwnerLayout::* owner_field;    // or that
    GetterShape shape;
};

constexpr GetterCheck buffer_check(
    std::string_view symbol, std::string_view name, Field BufferLayout::* field, GetterShape shape
) {
    return {symbol, name, field, nullptr, shape};
}

constexpr std::array kBufferChecks{
    buffer_check("_ZNK2tt8tt_metal6Buffer9page_sizeEv", "page_size", &BufferLayout::page_size, GetterShape::Load),
    buffer_check(
        "_ZNK2tt8tt_metal6Buffer12is_allocatedEv", "is_allocated", &BufferLayout::status, GetterShape::Predicate
    ),
    buffer_check("_ZNK2tt8tt_metal6Buffer9allocatorEv", "allocator", &BufferLayout::allocator, GetterShape::Load),
    buffer_check("_ZNK2tt8tt_metal6Buffer7addressEv", "address", &BufferLayout::address, GetterShape::Load),
    buffer_check("_ZNK2tt8tt_metal6Buffer7is_dramEv", "is_dram", &BufferLayout::type, GetterShape::Predicate),
    buffer_check("_ZNK2tt8tt_metal6Buffer5is_l1Ev", "is_l1", &BufferLayout::type, GetterShape::Predicate)
};

constexpr GetterCheck kChipIdCheck{
    "_ZNK2tt8tt_metal6Device2idEv", "Device::id", nullptr, &OwnerLayout::chip_id, GetterShape::Load
};
constexpr GetterCheck kMeshImplIdCheck{
    "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl2idEv",
    "MeshDeviceImpl::id",
    nullptr,
    &OwnerLayout::mesh_id,
    GetterShape::Load
};

Result<Getter> decode_symbol(const ElfFile& elf, const ElfSymbol& symbol) {
    if (symbol.type != ElfSymbolType::Function || symbol.ambiguous) {
        return fail(ErrorCode::RunTime, "not a plain getter: its symbol is no function, or ambiguous");
    }
    const auto code = elf.read(symbol.address, kMaxGetterBytes);
    return code ? decode_getter(*code, symbol.address) : tl::make_unexpected(code.error());
}

// What speaks for a layout, and what could not be asked.
struct Evidence {
    std::vector<std::string> agreeing;
    std::vector<std::string> unclear;
};

std::string place(std::uint32_t offset, std::uint32_t width) {
    return std::to_string(width) + " bytes at offset " + std::to_string(offset);
}

// A getter may load less than the member has (Buffer::address() returns 32 of 64 bits), never more.
bool agrees(const Getter& getter, const Field& field, GetterShape shape, std::uint8_t status_allocated) {
    const bool same_place = getter.offset == field.offset && getter.width != 0 && getter.width <= field.width;
    const bool same_use = getter.shape == shape || (shape == GetterShape::Load && getter.shape == GetterShape::Handover);
    if (!same_place || !same_use) {
        return false;
    }
    // The one value that differs between periods: AllocationStatus::ALLOCATED was 2 for some time.
    return field.width != 1 || (getter.compared_to == status_allocated && !getter.mask && !getter.negated);
}

Status check(
    const GetterCheck& claim, const Field& field, const SymbolMap& symbols, const ElfFile& elf, Evidence& evidence
) {
    const ElfSymbol* symbol = find_symbol(symbols, claim.symbol);
    if (symbol == nullptr) {
        return {};
    }
    const auto getter = decode_symbol(elf, *symbol);
    if (!getter) {
        evidence.unclear.push_back(std::string(claim.name) + " (" + getter.error().message + ")");
        return {};
    }
    if (agrees(*getter, field, claim.shape, l5_buffer_layout().status_allocated)) {
        evidence.agreeing.emplace_back(claim.name);
        return {};
    }
    std::string found = place(getter->offset, getter->width);
    if (getter->compared_to) {
        found += " (compared with " + std::to_string(*getter->compared_to) + ")";
    }
    return fail(
        ErrorCode::NotTraceable,
        elf.path() + ": object layout L5 is contradicted: the library's " + std::string(claim.name) + "() reads " +
            found + ", the table says " + place(field.offset, field.width),
        kUnverifiedHint
    );
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

// The id of a mesh without impl moved twice in 2025, and no symbol tells when: its getter does.
Result<OwnerLayout> inline_mesh_layout(const SymbolMap& symbols, const ElfFile& elf, Evidence& evidence) {
    constexpr const char* kWhat = ": cannot tell where a MeshDevice keeps its id: ";
    const ElfSymbol* symbol = find_symbol(symbols, kMeshId);
    if (symbol == nullptr) {
        return fail(ErrorCode::NotTraceable, elf.path() + kWhat + "MeshDevice::id() is not exported", kUnverifiedHint);
    }
    const auto getter = decode_symbol(elf, *symbol);
    if (!getter) {
        return fail(
            ErrorCode::NotTraceable,
            elf.path() + kWhat + "MeshDevice::id() is " + getter.error().message,
            kUnverifiedHint
        );
    }
    if (getter->shape != GetterShape::Load || getter->width != 4 || !is_l5_inline_mesh_id_offset(getter->offset)) {
        return fail(
            ErrorCode::NotTraceable,
            elf.path() + kWhat + "MeshDevice::id() reads " + place(getter->offset, getter->width) +
                ", known are 4 bytes at 40, 80 or 88",
            kUnverifiedHint
        );
    }
    evidence.agreeing.emplace_back("MeshDevice::id");
    return l5_owner_layout_inline(getter->offset);
}

Result<OwnerLayout> resolve_owner(
    const RuntimeBuild& build, const SymbolMap& symbols, const ElfFile& elf, Evidence& evidence
) {
    const ElfSymbol* chip = find_symbol(symbols, kChipVtable);
    const ElfSymbol* mesh = find_symbol(symbols, kMeshVtable);
    if (chip == nullptr || mesh == nullptr) {
        return fail(
            ErrorCode::NotTraceable,
            elf.path() + ": the vtable of " + (chip == nullptr ? "Device" : "MeshDevice") +
                " is not exported, so chips and meshes cannot be told apart",
            kUnverifiedHint
        );
    }
    auto layout =
        build.mesh_impl ? Result<OwnerLayout>(l5_owner_layout_pimpl()) : inline_mesh_layout(symbols, elf, evidence);
    if (!layout) {
        return layout;
    }
    layout->chip_vptr = chip->address + kVptrInVtable;
    layout->mesh_vptr = mesh->address + kVptrInVtable;
    if (auto status = check(kChipIdCheck, layout->chip_id, symbols, elf, evidence); !status) {
        return tl::make_unexpected(status.error());
    }
    if (build.mesh_impl) {
        if (auto status = check(kMeshImplIdCheck, layout->mesh_id, symbols, elf, evidence); !status) {
            return tl::make_unexpected(status.error());
        }
    }
    return layout;
}

}  // namespace

std::vector<std::string_view> layout_symbols() {
    std::vector<std::string_view> names{
        kChipVtable, kMeshVtable, kMeshId, kChipIdCheck.symbol, kMeshImplIdCheck.symbol
    };
    for (const GetterCheck& claim : kBufferChecks) {
        names.push_back(claim.symbol);
    }
    return names;
}

Result<LayoutProfile> resolve_layout(const RuntimeBuild& build, const SymbolMap& symbols, const ElfFile& elf) {
    LayoutProfile profile;
    profile.name = "L5";
    profile.variant = describe(build);
    profile.buffer = l5_buffer_layout();
    profile.core_range_set = l5_core_range_set_layout();
    Evidence evidence;
    for (const GetterCheck& claim : kBufferChecks) {
        if (auto status = check(claim, profile.buffer.*claim.buffer_field, symbols, elf, evidence); !status) {
            return tl::make_unexpected(status.error());
        }
    }
    if (evidence.agreeing.size() < kMinAgreeingFields) {
        return fail(
            ErrorCode::NotTraceable,
            elf.path() + ": layout unverified: of a Buffer's getters " +
                (evidence.agreeing.empty() ? "none" : "only " + joined(evidence.agreeing)) + " could be checked" +
                (evidence.unclear.empty() ? "" : "; unclear: " + joined(evidence.unclear)),
            kUnverifiedHint
        );
    }
    auto owner = resolve_owner(build, symbols, elf, evidence);
    if (!owner) {
        return tl::make_unexpected(owner.error());
    }
    profile.owner = *owner;
    profile.evidence = "L5 table; getters agree: " + joined(evidence.agreeing) +
                       (evidence.unclear.empty() ? "" : "; unclear: " + joined(evidence.unclear));
    return profile;
}

}  // namespace tt::alloc_trace
