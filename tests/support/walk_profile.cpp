// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/walk_profile.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "probes/traceable_module.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::string_view kMetalContext = "_ZZN2tt8tt_metal12MetalContext8instanceEvE4inst";

template <typename T>
T value_of(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return *std::move(result);
}

}  // namespace

WalkLayout february_walk_layout(std::uint64_t metal_context) {
    WalkLayout layout;
    layout.root.metal_context = metal_context;
    layout.root.device_manager = {0xbd0, 8};
    layout.root.devices = {104, 8};
    DeviceWalkLayout& device = layout.device;
    device.initialized = {0x28, 1};
    device.allocator = {0x1c0, 8};
    device.mesh = {80, 8};
    device.mesh_tracker = {0xd0, 8};
    device.mesh_parent = {88, 8};
    device.mesh_submeshes = {104, 8};
    device.managers = {8, 8};
    device.default_manager = {72, 8};
    device.allocators = {96, 8};
    layout.allocator = {{0x130, 8}, 8, {0x30, 8}, {0x38, 8}, {0x40, 8}, {0x48, 8}, {0x168, 8}};
    layout.bank_manager = {{8, 8}, {0x48, 4}, {0x3b0, 8}};
    layout.free_list = {{8, 8}, {16, 8}, {24, 8}, {32, 8}, {40, 8}, {64, 8}, {88, 8}, {160, 8}, {184, 8}};
    return layout;
}

WalkedProcess::WalkedProcess(pid_t pid)
    : process_(value_of(ProcessHandle::open(static_cast<std::uint32_t>(pid)))), memory_(process_) {
    ModuleFinder finder(screening_symbols());
    const ModuleScan scan = value_of(finder.scan(process_));
    if (scan.modules.size() != 1 || scan.modules[0].load_biases.size() != 1) {
        throw std::runtime_error("the process has not one runtime");
    }
    const ElfFile& elf = scan.modules[0].elf;
    layout_ = value_of(resolve_module(elf)).layout;
    const std::array names{kMetalContext};
    const SymbolMap symbols = value_of(elf.find_symbols(names, SymbolTables::All));
    const ElfSymbol* context = find_symbol(symbols, kMetalContext);
    layout_.walk = february_walk_layout(context == nullptr ? 0 : context->address);
    modules_.push_back({layout_, scan.modules[0].load_biases[0]});
}

LiveSet live_set(const Walk& walk) {
    LiveSet lines;
    for (const WalkedAllocator& allocator : walk.allocators) {
        for (const WalkedBuffer& buffer : allocator.buffers) {
            const auto owner = std::find_if(walk.owners.begin(), walk.owners.end(), [&](const WalkedOwner& candidate) {
                return candidate.owner == buffer.fields.owner;
            });
            LiveLine line;
            if (owner != walk.owners.end()) {
                line.owner = (owner->kind == OwnerKind::Chip ? "chip " : "mesh ") + std::to_string(owner->id);
                line.chips = owner->chips;
            }
            line.owner_pointer = buffer.fields.owner;
            line.allocator = buffer.fields.allocator;
            line.type = to_string(buffer.fields.type);
            line.address = buffer.fields.address;
            line.size = buffer.fields.size;
            line.page_size = buffer.fields.page_size;
            line.buffer = buffer.fields.buffer;
            lines.push_back(to_text(line));
        }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace tt::alloc_trace::test
