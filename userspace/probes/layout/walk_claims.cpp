// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/walk_claims.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "probes/code/call_targets.hpp"
#include "probes/code/module_code.hpp"
#include "probes/code/returned_address.hpp"
#include "probes/code/value_flow.hpp"
#include "probes/getter_decoder.hpp"
#include "probes/layout/walk_functions.hpp"
#include "probes/member_uses.hpp"
#include "target/elf_text.hpp"

namespace tt::alloc_trace {
namespace {

// A function that asks the MetalContext for its DeviceManager and calls one of its functions.
struct ManagerUse {
    std::string_view caller;
    std::string_view instance;
    std::string_view callee;
    std::string_view label;
};

constexpr std::array kManagerUses{
    ManagerUse{symbol::kCloseDevice, symbol::kMetalContext, symbol::kDeviceManagerClose, "CloseDevice()"},
    ManagerUse{symbol::kCloseDevice, symbol::kMetalContextById, symbol::kDeviceManagerClose, "CloseDevice()"},
    ManagerUse{symbol::kScopedDevicesGone, symbol::kMetalContext, symbol::kDeviceManagerCloseAll, "~ScopedDevices()"},
    ManagerUse{symbol::kScopedDevicesGone, symbol::kMetalContextById, symbol::kDeviceManagerCloseAll, "~ScopedDevices()"},
};

class CodeReader {
public:
    CodeReader(const ElfFile& elf, const SymbolMap& symbols) : elf_(elf), symbols_(symbols) {}

    void read(const WalkFunction& spec);
    void read_managers(const ElfSymbol& function, std::string_view label);
    void read_free_list();
    void read_shard_spec(std::string_view name);
    void read_per_core();
    void read_core_addresses();
    void read_spread();
    void read_view();
    void read_device_manager();
    std::vector<LayoutClaim> take() { return std::move(claims_); }

private:
    [[nodiscard]] const ElfSymbol* function(std::string_view name) const;
    [[nodiscard]] std::optional<Getter> getter(const ElfSymbol& function) const;
    // Of the member that a getter of this shape returns.
    [[nodiscard]] std::optional<std::uint32_t> offset_in(std::string_view getter, GetterShape shape) const;
    [[nodiscard]] std::vector<MemberUse> uses(const ElfSymbol& function, Register object) const;
    [[nodiscard]] std::optional<std::uint32_t> place(WalkUse use, const ElfSymbol& function) const;
    void read_getter(const WalkFunction& spec, const Getter& getter);
    [[nodiscard]] std::optional<std::uint32_t> manager_in(const ManagerUse& use) const;
    [[nodiscard]] std::optional<std::uint32_t> manager_in_set_fabric_topology() const;
    void claim(std::string_view item, Field field, std::string_view label) {
        claims_.push_back(place_claim(item, field, std::string(label)));
    }

    const ElfFile& elf_;
    const SymbolMap& symbols_;
    std::vector<LayoutClaim> claims_;
};

const ElfSymbol* CodeReader::function(std::string_view name) const {
    const ElfSymbol* symbol = find_symbol(symbols_, name);
    return symbol != nullptr && symbol->type == ElfSymbolType::Function && !symbol->ambiguous ? symbol : nullptr;
}

std::optional<Getter> CodeReader::getter(const ElfSymbol& function) const {
    const auto code = elf_.read(function.address, kMaxGetterBytes);
    const auto getter = code ? decode_getter(*code, function.address) : tl::make_unexpected(code.error());
    return getter ? std::optional(*getter) : std::nullopt;
}

std::optional<std::uint32_t> CodeReader::offset_in(std::string_view name, GetterShape shape) const {
    const ElfSymbol* symbol = function(name);
    if (symbol == nullptr) {
        return std::nullopt;
    }
    const auto found = getter(*symbol);
    return found && found->shape == shape ? std::optional(found->offset) : std::nullopt;
}

std::vector<MemberUse> CodeReader::uses(const ElfSymbol& function, Register object) const {
    return member_uses(elf_, function, object).value_or(std::vector<MemberUse>());
}

std::optional<std::uint32_t> CodeReader::place(WalkUse use, const ElfSymbol& function) const {
    switch (use) {
        case WalkUse::Pair:
            return pointer_pair_in(uses(function, Register::Rdi));
        case WalkUse::PairOfResult:
            return pointer_pair_in(uses(function, Register::Rsi));
        case WalkUse::Pointer:
            return pointer_in(uses(function, Register::Rdi));
        case WalkUse::HashContainer:
            return hash_container_in(uses(function, Register::Rdi));
        case WalkUse::HashCopy:
            return address_in(uses(function, Register::Rsi));
        default:
            return std::nullopt;
    }
}

// The items are all pointers or begin with one, but for bools.
void CodeReader::read_getter(const WalkFunction& spec, const Getter& getter) {
    // The function called may have been inlined: then something is read through the member.
    const Field pointer{getter.via.value_or(getter.offset), kPointerBytes};
    const bool load = getter.shape == GetterShape::Load && !getter.mask && !getter.via;
    const bool address = getter.shape == GetterShape::AddressOf && !getter.via;
    const bool handover = (getter.via && getter.shape != GetterShape::AddressOf) || getter.shape == GetterShape::Handover;
    const bool test = getter.shape == GetterShape::Predicate && getter.width == kPointerBytes && !getter.via;
    if (spec.use == WalkUse::Value && load) {
        claim(spec.item, {getter.offset, getter.width}, spec.label);
    } else if (
        (spec.use == WalkUse::Address && address) || (spec.use == WalkUse::Handover && handover) ||
        (spec.use == WalkUse::Test && test) ||
        (spec.use == WalkUse::Config && load && getter.width == kPointerBytes)
    ) {
        claim(spec.item, pointer, spec.label);
    } else if (spec.use == WalkUse::Config && address) {
        claim(spec.item, {}, spec.label);
    } else if (spec.use == WalkUse::ChipAllocator && (address || handover)) {
        claim("device.allocator", address ? pointer : Field{}, spec.label);
        claim("device.tracker", handover ? pointer : Field{}, spec.label);
    } else if (spec.use == WalkUse::HashCopy && address) {
        claim(spec.item, pointer, spec.label);  // once it returned a reference
    }
}

// All four are told to forget their buffers. They stand in the order of their types' numbers; that each is of its type is checked when it is read.
void CodeReader::read_managers(const ElfSymbol& function, std::string_view label) {
    static constexpr std::array<std::string_view, 4> kItems{
        "allocator.dram", "allocator.l1", "allocator.l1_small", "allocator.trace"
    };
    const auto first = pointer_row_in(uses(function, Register::Rdi), kItems.size());
    for (std::uint32_t i = 0; first && i < kItems.size(); ++i) {
        claim(kItems[i], {*first + i * kPointerBytes, kPointerBytes}, label);
    }
}

void CodeReader::read(const WalkFunction& spec) {
    const ElfSymbol* symbol = function(spec.symbol);
    if (symbol == nullptr) {
        return;
    }
    if (spec.use == WalkUse::Managers) {
        read_managers(*symbol, spec.label);
    } else if (const auto offset = place(spec.use, *symbol)) {
        claim(spec.item, {*offset, kPointerBytes}, spec.label);
    } else if (const auto plain = getter(*symbol)) {
        read_getter(spec, *plain);
    }
}

// It loops over the blocks: their addresses, sizes, and two flags. What lies between these never changed.
void CodeReader::read_free_list() {
    const ElfSymbol* symbol = function(kFreeListStatistics);
    if (symbol == nullptr) {
        return;
    }
    constexpr std::uint32_t kSize = 24;
    constexpr std::uint32_t kBlockAllocated = 96;
    constexpr std::uint32_t kBlockInUse = 120;
    const auto seen = uses(*symbol, Register::Rsi);
    for (const MemberUse& use : seen) {
        const auto reads = [&](std::uint32_t distance) { return reads_pointer(seen, use.offset + distance); };
        if (use.width == kPointerBytes && reads(kPointerBytes) && reads(kSize) && reads(kBlockAllocated) && reads(kBlockInUse)) {
            const std::string_view label = "FreeListOpt::get_statistics()";
            claim("free_list.block_address", {use.offset, kPointerBytes}, label);
            claim("free_list.block_size", {use.offset + kSize, kPointerBytes}, label);
            claim("free_list.block_allocated", {use.offset + kBlockAllocated, kPointerBytes}, label);
            claim("free_list.block_in_use", {use.offset + kBlockInUse, kPointerBytes}, label);
            return;
        }
    }
}

// It copies the value of the optional, which begins with an object that is copied by a function, if the flag says so.
void CodeReader::read_shard_spec(std::string_view name) {
    const ElfSymbol* symbol = function(name);
    const auto seen = symbol != nullptr ? uses(*symbol, Register::Rsi) : std::vector<MemberUse>();
    const auto value = address_in(seen);
    std::vector<std::uint32_t> flags;
    for (const MemberUse& use : seen) {
        if (value && use.width == 1 && use.offset > *value) {
            flags.push_back(use.offset - *value);
        }
    }
    if (flags.size() == 1) {
        const std::string label = "Buffer::shard_spec()";
        claim("buffer.shard_spec", {*value, kPointerBytes}, label);
        claims_.push_back(number_claim("buffer.shard_engaged", flags.front(), label));
    }
}

// `return impl_->flag;`, or `return buffer.impl().flag;`.
void CodeReader::read_per_core() {
    const ElfSymbol* symbol = function(kIsPerCore);
    if (symbol == nullptr) {
        return;
    }
    const ElfSymbol* impl = function(kBufferImplOf);
    const auto plain = getter(*symbol);
    std::optional<Field> flag;
    if (plain && plain->shape == GetterShape::Load) {
        flag = Field{plain->offset, plain->width};
    } else if (impl != nullptr) {
        flag = read_of_result(elf_, *symbol, *impl);
    }
    if (flag && flag->width == 1) {
        claim("buffer.per_core", *flag, "is_per_core_allocation()");
    }
}

// `return impl_->addresses;`, or `return buffer.impl().addresses;`: a reference.
void CodeReader::read_core_addresses() {
    const ElfSymbol* symbol = function(kCoreAddresses);
    if (symbol == nullptr) {
        return;
    }
    const ElfSymbol* impl = function(kBufferImplOf);
    const auto plain = getter(*symbol);
    std::optional<std::uint32_t> offset;
    if (plain && plain->shape == GetterShape::AddressOf) {
        offset = plain->offset;
    } else {
        offset = address_behind(elf_, *symbol, impl);
    }
    if (offset) {
        claim("buffer.core_addresses", {*offset, kPointerBytes}, "get_per_core_addresses()");
    }
}

// How shards are dealt over banks: vector<CoreCoord> cores; u64 pages of a shard, u64 shards. `shards / cores, rounded up, x pages`
// looks at all of them.
void CodeReader::read_spread() {
    const ElfSymbol* pages = function(kMaxPagesPerCore);
    const auto place = offset_in(kDistributionSpec, GetterShape::AddressOf);
    const auto shards = offset_in(kShardCount, GetterShape::Load);
    if (!place || !shards || pages == nullptr) {
        return;
    }
    std::vector<MemberUse> others = uses(*pages, Register::Rdi);
    std::erase(others, MemberUse{*shards, kPointerBytes});
    const auto cores = pointer_pair_in(others);
    if (!cores) {
        return;
    }
    std::erase(others, MemberUse{*cores, kPointerBytes});
    std::erase(others, MemberUse{*cores + kPointerBytes, kPointerBytes});
    if (others.size() == 1 && others.front().width == kPointerBytes) {
        const std::string_view label = "max_num_dev_pages_per_core()";
        claim("buffer.spread_cores", {*place + *cores, kPointerBytes}, label);
        claim("buffer.spread_pages", {*place + others.front().offset, kPointerBytes}, label);
        claim("buffer.spread_shards", {*place + *shards, kPointerBytes}, "num_shards()");
    }
}

void CodeReader::read_view() {
    const ElfSymbol* impl = function(kViewImplDevices);
    const ElfSymbol* view = function(kViewDevices);
    const ElfSymbol* symbol = impl != nullptr ? impl : view;
    if (const auto chips = symbol != nullptr ? pointer_pair_in(uses(*symbol, Register::Rsi)) : std::nullopt) {
        claim("owner.view_chips", {*chips, kPointerBytes}, "MeshDeviceView::get_devices()");
    }
    const ElfSymbol* size = function(kViewSize);
    if (const auto plain = size != nullptr ? getter(*size) : std::nullopt;
        plain && (plain->via || plain->shape == GetterShape::Handover)) {
        claim("owner.view_impl", {plain->via.value_or(plain->offset), kPointerBytes}, "MeshDeviceView::num_devices()");
    }
    const ElfSymbol* copy = function(kCopyOfLocals);
    if (const auto bytes = copy != nullptr ? element_bytes(elf_, *copy, Register::Rsi) : std::nullopt) {
        claims_.push_back(number_claim("owner.chips_element", *bytes, "extract_locals()"));
    }
}

// `MetalContext::instance().device_manager()->f(...)`: what is loaded from the context in front of the call, or the tail jump.
std::optional<std::uint32_t> CodeReader::manager_in(const ManagerUse& use) const {
    const ElfSymbol* caller = function(use.caller);
    const ElfSymbol* instance = function(use.instance);
    const ElfSymbol* callee = function(use.callee);
    if (caller == nullptr || instance == nullptr || callee == nullptr) {
        return std::nullopt;
    }
    const auto code = decode_function(elf_, *caller);
    if (!code) {
        return std::nullopt;
    }
    CallTargets targets(elf_);
    targets.resolve(code->instructions());
    const CallKnowledge calls{
        [&](const Instruction& call) { return targets.leads_to(call, instance->address); },
        [&](const Instruction& call) { return targets.never_returns(call); }
    };
    const auto flow = ValueFlow::follow(*code, Register::Rdi, calls);
    if (!flow) {
        return std::nullopt;
    }
    std::optional<std::uint32_t> last;
    std::optional<std::uint32_t> found;
    flow->visit([&](const Instruction& instruction, const ValueState& state) {
        const MemoryOperand& memory = instruction.memory;
        const bool member = !memory.unusual && !memory.indexed && memory.displacement > 0 &&
                            memory.displacement <= kMaxMemberOffset;
        if (instruction.action == Action::Load && member && state.in(memory.base).kind == Value::Kind::Result) {
            last = static_cast<std::uint32_t>(memory.displacement);
        } else if (targets.leads_to(with_slot(instruction, state), callee->address)) {
            found = last;
        } else if (instruction.flow == Flow::Call) {
            last.reset();
        }
    });
    return found;
}

// `device_manager_->get_all_active_devices()`, with the room for its result as the first argument.
std::optional<std::uint32_t> CodeReader::manager_in_set_fabric_topology() const {
    const ElfSymbol* caller = function(symbol::kSetFabricTopology);
    const ElfSymbol* callee = function(symbol::kManagerDevices);
    const auto code = caller != nullptr && callee != nullptr ? decode_function(elf_, *caller)
                                                             : fail(ErrorCode::NotTraceable, "no such function");
    if (!code) {
        return std::nullopt;
    }
    CallTargets targets(elf_);
    targets.resolve(code->instructions());
    const auto flow = ValueFlow::follow(
        *code, Register::Rdi, {{}, [&](const Instruction& call) { return targets.never_returns(call); }}
    );
    if (!flow) {
        return std::nullopt;
    }
    std::optional<std::uint32_t> found;
    flow->visit([&](const Instruction& instruction, const ValueState& state) {
        const Value object = state.in(Register::Rsi);
        if (instruction.flow == Flow::Call && object.kind == Value::Kind::Member &&
            targets.leads_to(with_slot(instruction, state), callee->address)) {
            found = static_cast<std::uint32_t>(object.number);
        }
    });
    return found;
}

void CodeReader::read_device_manager() {
    for (const ManagerUse& use : kManagerUses) {
        if (const auto offset = manager_in(use)) {
            claim("root.device_manager", {*offset, kPointerBytes}, use.label);
        }
    }
    if (const auto offset = manager_in_set_fabric_topology()) {
        claim("root.device_manager", {*offset, kPointerBytes}, "MetalContext::set_default_fabric_topology()");
    }
}

bool is_writable_data(const ElfFile& elf, std::uint64_t address) {
    return std::any_of(elf.segments().begin(), elf.segments().end(), [&](const ElfSegment& segment) {
        return segment.writable && address >= segment.address && address - segment.address < segment.memory_size;
    });
}

}  // namespace

std::vector<std::string_view> walk_symbols() {
    std::vector<std::string_view> names;
    for (const WalkFunction& spec : kFunctions) {
        names.push_back(spec.symbol);
    }
    for (const WalkFunction& spec : kInlineMeshFunctions) {
        names.push_back(spec.symbol);
    }
    names.insert(
        names.end(),
        {kFreeListStatistics,
         kViewDevices,
         kViewImplDevices,
         kViewSize,
         kIsPerCore,
         kCoreAddresses,
         kDistributionSpec,
         kShardCount,
         kMaxPagesPerCore,
         kBufferImplOf,
         kCopyOfLocals,
         kShardSpecs[0],
         kShardSpecs[1],
         symbol::kSetFabricTopology,
         symbol::kManagerDevices,
         symbol::kMetalContext,
         symbol::kMetalContextObject,
         symbol::kMeshImplVtable}
    );
    for (const ManagerUse& use : kManagerUses) {
        names.insert(names.end(), {use.caller, use.instance, use.callee});
    }
    return names;
}

std::vector<LayoutClaim> walk_claims(const ElfFile& elf, const SymbolMap& symbols) {
    CodeReader reader(elf, symbols);
    for (const WalkFunction& spec : kFunctions) {
        reader.read(spec);
    }
    if (find_symbol(symbols, symbol::kMeshImplVtable) == nullptr) {
        for (const WalkFunction& spec : kInlineMeshFunctions) {
            reader.read(spec);
        }
    }
    for (const std::string_view name : kShardSpecs) {
        reader.read_shard_spec(name);
    }
    reader.read_per_core();
    reader.read_core_addresses();
    reader.read_spread();
    reader.read_view();
    reader.read_free_list();
    reader.read_device_manager();
    return reader.take();
}

std::uint64_t metal_context_address(const ElfFile& elf, const SymbolMap& symbols) {
    const ElfSymbol* object = find_symbol(symbols, symbol::kMetalContextObject);
    if (object != nullptr && !object->ambiguous) {
        return object->address;
    }
    const ElfSymbol* instance = find_symbol(symbols, symbol::kMetalContext);
    const auto code = instance != nullptr && !instance->ambiguous ? decode_function(elf, *instance)
                                                                  : fail(ErrorCode::NotTraceable, "no such function");
    const auto address = code ? returned_address(*code) : std::nullopt;
    return address && is_writable_data(elf, *address) ? *address : 0;
}

bool uses_libcxx(const ElfFile& elf) {
    constexpr std::uint32_t kDynamicSymbols = 11;  // SHT_DYNSYM
    const auto& sections = elf.sections();
    const auto symbols = std::find_if(sections.begin(), sections.end(), [](const ElfSection& section) {
        return section.type == kDynamicSymbols;
    });
    if (symbols == sections.end() || symbols->link >= sections.size()) {
        return false;
    }
    // The names of symbols and of needed libraries.
    const ElfSection& strings = sections[symbols->link];
    const auto has = [&](std::string_view text) { return contains_text(elf, strings.offset, strings.size, text); };
    return has("NSt3__1") || has("libc++.so");
}

}  // namespace tt::alloc_trace
