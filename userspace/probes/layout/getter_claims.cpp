// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/getter_claims.hpp"

#include <array>

#include "probes/getter_decoder.hpp"
#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

enum class Use : std::uint8_t {
    Value,      // returns the member
    Pointer,    // returns the member, or calls a function of what it points to
    Status,     // compares the member with AllocationStatus::ALLOCATED
    Type,       // compares or masks the member
    Reference,  // returns the member's address
    Condition,  // is no getter, but begins by asking for the member
};

struct GetterSpec {
    std::string_view symbol;
    std::string_view label;
    std::string_view item;
    Use use = Use::Value;
    std::string_view impl_item{};  // the pointer through which its class may reach the member
};

constexpr std::string_view kImpl = "buffer.impl";
constexpr std::string_view kMeshImpl = "owner.mesh_impl";

constexpr std::array kGetters{
    GetterSpec{"_ZNK2tt8tt_metal6Buffer9page_sizeEv", "Buffer::page_size()", "buffer.page_size", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal2v06Buffer9page_sizeEv", "Buffer::page_size()", "buffer.page_size", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer7addressEv", "Buffer::address()", "buffer.address", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal2v06Buffer7addressEv", "Buffer::address()", "buffer.address", Use::Value, kImpl},
    GetterSpec{
        "_ZNK2tt8tt_metal6Buffer12is_allocatedEv", "Buffer::is_allocated()", "buffer.status", Use::Status, kImpl
    },
    GetterSpec{
        "_ZNK2tt8tt_metal2v06Buffer12is_allocatedEv", "Buffer::is_allocated()", "buffer.status", Use::Status, kImpl
    },
    GetterSpec{"_ZNK2tt8tt_metal6Buffer7is_dramEv", "Buffer::is_dram()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal2v06Buffer7is_dramEv", "Buffer::is_dram()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer5is_l1Ev", "Buffer::is_l1()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal2v06Buffer5is_l1Ev", "Buffer::is_l1()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer8is_traceEv", "Buffer::is_trace()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal2v06Buffer8is_traceEv", "Buffer::is_trace()", "buffer.type", Use::Type, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer9allocatorEv", "Buffer::allocator()", "buffer.allocator", Use::Pointer, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal10BufferImpl9page_sizeEv", "BufferImpl::page_size()", "buffer.page_size", Use::Value},
    GetterSpec{"_ZNK2tt8tt_metal10BufferImpl7addressEv", "BufferImpl::address()", "buffer.address", Use::Value},
    GetterSpec{
        "_ZNK2tt8tt_metal10BufferImpl12is_allocatedEv", "BufferImpl::is_allocated()", "buffer.status", Use::Status
    },
    GetterSpec{"_ZNK2tt8tt_metal10BufferImpl7is_dramEv", "BufferImpl::is_dram()", "buffer.type", Use::Type},
    GetterSpec{"_ZNK2tt8tt_metal10BufferImpl5is_l1Ev", "BufferImpl::is_l1()", "buffer.type", Use::Type},
    GetterSpec{"_ZNK2tt8tt_metal10BufferImpl9allocatorEv", "BufferImpl::allocator()", "buffer.allocator", Use::Pointer},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer4sizeEv", "Buffer::size()", "buffer.size", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer6deviceEv", "Buffer::device()", "buffer.owner", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer11buffer_typeEv", "Buffer::buffer_type()", "buffer.type", Use::Value, kImpl},
    GetterSpec{"_ZNK2tt8tt_metal6Buffer13buffer_layoutEv", "Buffer::buffer_layout()", "buffer.layout", Use::Value, kImpl},
    GetterSpec{symbol::kChipId, "Device::id()", "owner.chip_id"},
    GetterSpec{"_ZNK2tt8tt_metal2v06Device2idEv", "Device::id()", "owner.chip_id"},
    GetterSpec{
        symbol::kMeshId, "MeshDevice::id()", "owner.mesh_id", Use::Value, kMeshImpl
    },
    GetterSpec{"_ZNK2tt8tt_metal11distributed14MeshDeviceImpl2idEv", "MeshDeviceImpl::id()", "owner.mesh_id"},
    GetterSpec{
        "_ZNK2tt8tt_metal11distributed14MeshDeviceImpl8get_viewEv",
        "MeshDeviceImpl::get_view()",
        "owner.mesh_view",
        Use::Condition
    },
    GetterSpec{
        "_ZNK2tt8tt_metal11distributed10MeshDevice8get_viewEv",
        "MeshDevice::get_view()",
        "owner.mesh_view",
        Use::Condition,
        kMeshImpl
    },
    GetterSpec{
        "_ZNK2tt8tt_metal12CoreRangeSet6rangesEv", "CoreRangeSet::ranges()", "core_range_set.ranges", Use::Reference
    },
    GetterSpec{"_ZNK12CoreRangeSet6rangesEv", "CoreRangeSet::ranges()", "core_range_set.ranges", Use::Reference},
    GetterSpec{
        symbol::kProgramImplPlace, "ProgramImpl::allocate_circular_buffers()", "program.placing_needed", Use::Condition
    },
};

constexpr std::array<std::string_view, 4> kHasBufferImpl{
    symbol::kBufferImplAllocate, symbol::kBufferImplDeallocate, symbol::kBufferImplFree, symbol::kMeshImplVtable
};
// A CoreRangeSet of these builds is a set, of which libstdc++ keeps the header at 8 and libc++ the first node at 0. In
// those in between nobody tells a set from a vector: the getter returns either.
constexpr std::array<std::string_view, 2> kSetPeriod{symbol::kTrackAllocateBool, symbol::kAllocateBuffer};
constexpr std::array<std::string_view, 1> kSetOrVector{symbol::kTrackAllocateV0Bool};
constexpr std::array<std::string_view, 2> kLibcxxSet{
    symbol::kAllocatorFunctionByAddressLibcxx, symbol::kAllocatorFunction32Libcxx
};
constexpr std::uint32_t kHeaderInSet = 8;

bool any_defined(const SymbolMap& symbols, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
        if (find_symbol(symbols, name) != nullptr) {
            return true;
        }
    }
    return false;
}

class GetterReader {
public:
    GetterReader(const ElfFile& elf, const SymbolMap& symbols)
        : elf_(elf),
          symbols_(symbols),
          buffer_impl_(any_defined(symbols, std::span(kHasBufferImpl).first<3>())),
          mesh_impl_(find_symbol(symbols, symbol::kMeshImplVtable) != nullptr),
          set_(any_defined(symbols, kSetPeriod)),
          set_or_vector_(any_defined(symbols, kSetOrVector)) {}

    void read(const GetterSpec& spec);
    GetterClaims take() { return std::move(result_); }

private:
    [[nodiscard]] Result<Getter> decode(const GetterSpec& spec, const ElfSymbol& symbol) const;
    [[nodiscard]] bool claim(const GetterSpec& spec, const Getter& getter);
    void claim_impl(const GetterSpec& spec, std::optional<std::uint32_t> offset);
    [[nodiscard]] bool class_has_impl(const GetterSpec& spec) const;

    const ElfFile& elf_;
    const SymbolMap& symbols_;
    bool buffer_impl_;
    bool mesh_impl_;
    bool set_;
    bool set_or_vector_;
    GetterClaims result_;
};

Result<Getter> GetterReader::decode(const GetterSpec& spec, const ElfSymbol& symbol) const {
    if (symbol.type != ElfSymbolType::Function || symbol.ambiguous) {
        return fail(ErrorCode::RunTime, "not a plain getter: its symbol is no function, or ambiguous");
    }
    std::uint64_t address = symbol.address;
    auto code = elf_.read(address, kMaxGetterBytes);
    if (const auto target = code ? forwarded_to(*code, address) : std::nullopt) {
        address = *target;
        code = elf_.read(address, kMaxGetterBytes);
    }
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    if (spec.use == Use::Condition) {
        auto condition = decode_first_condition(*code, address);
        return condition ? condition : decode_getter(*code, address);
    }
    return decode_getter(*code, address);
}

bool GetterReader::class_has_impl(const GetterSpec& spec) const {
    return (spec.impl_item == kImpl && buffer_impl_) || (spec.impl_item == kMeshImpl && mesh_impl_);
}

void GetterReader::claim_impl(const GetterSpec& spec, std::optional<std::uint32_t> offset) {
    if (!spec.impl_item.empty()) {
        const Field field = offset ? Field{*offset, 8} : Field{};
        result_.claims.push_back(place_claim(spec.impl_item, field, std::string(spec.label)));
    }
}

// False if the getter is of a shape that says nothing certain.
bool GetterReader::claim(const GetterSpec& spec, const Getter& getter) {
    if (getter.via && spec.impl_item.empty()) {
        return false;
    }
    if (getter.shape == GetterShape::Handover && !getter.via && class_has_impl(spec)) {
        // `return pimpl_->page_size();`: of the member itself nothing is seen.
        claim_impl(spec, getter.offset);
        return true;
    }
    bool fits = false;
    switch (spec.use) {
        case Use::Value:
            fits = getter.shape == GetterShape::Load;
            break;
        case Use::Pointer:
            fits = getter.width == 8 && (getter.shape == GetterShape::Load || getter.shape == GetterShape::Handover);
            break;
        case Use::Status:
            fits = getter.shape == GetterShape::Predicate && getter.compared_to && !getter.mask && !getter.negated;
            break;
        case Use::Type:
            fits = getter.shape == GetterShape::Predicate;
            break;
        case Use::Reference:
            fits = getter.shape == GetterShape::AddressOf;
            break;
        case Use::Condition:
            fits = getter.shape == GetterShape::Predicate || getter.shape == GetterShape::Load;
            break;
    }
    if (!fits) {
        return false;
    }
    if (spec.use == Use::Reference && set_) {
        const std::uint32_t header = any_defined(symbols_, kLibcxxSet) ? 0 : kHeaderInSet;
        result_.claims.push_back(
            access_claim("core_range_set.tree", {getter.offset + header, 0}, std::string(spec.label))
        );
        return true;
    }
    claim_impl(spec, getter.via);
    result_.claims.push_back(access_claim(spec.item, {getter.offset, getter.width}, std::string(spec.label)));
    if (spec.use == Use::Status) {
        result_.claims.push_back(number_claim(
            "buffer.status_allocated", static_cast<std::uint32_t>(*getter.compared_to), std::string(spec.label)
        ));
    }
    return true;
}

void GetterReader::read(const GetterSpec& spec) {
    const ElfSymbol* symbol = find_symbol(symbols_, spec.symbol);
    if (symbol == nullptr || (spec.use == Use::Reference && set_or_vector_)) {
        return;
    }
    const auto getter = decode(spec, *symbol);
    if (getter && claim(spec, *getter)) {
        return;
    }
    result_.unclear.push_back(
        std::string(spec.label) + " (" + (getter ? "its code has an unusual form" : getter.error().message) + ")"
    );
}

}  // namespace

std::vector<std::string_view> getter_symbols() {
    std::vector<std::string_view> names(kHasBufferImpl.begin(), kHasBufferImpl.end());
    names.insert(names.end(), kSetPeriod.begin(), kSetPeriod.end());
    names.insert(names.end(), kSetOrVector.begin(), kSetOrVector.end());
    names.insert(names.end(), kLibcxxSet.begin(), kLibcxxSet.end());
    for (const GetterSpec& spec : kGetters) {
        names.push_back(spec.symbol);
    }
    return names;
}

GetterClaims getter_claims(const ElfFile& elf, const SymbolMap& symbols) {
    GetterReader reader(elf, symbols);
    for (const GetterSpec& spec : kGetters) {
        reader.read(spec);
    }
    return reader.take();
}

}  // namespace tt::alloc_trace
