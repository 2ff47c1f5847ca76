// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A library with the classes of walk_mirror.inc, the functions whose code tells their layout, and the symbols by which
// the period is recognised. Further switch: LIBRARY_SILENT, without those functions.
#include "mirror_includes.hpp"

#define WALK_OUTER tt::tt_metal
#include "walk_mirror.inc"

#define METAL "_ZN2tt8tt_metal"
#define MARK(function, name)             \
    extern "C" int function() asm(name); \
    extern "C" int function() {          \
        return 1;                        \
    }
MARK(hook, METAL "12GraphTracker14track_allocateEPKNS0_6BufferE")
MARK(view, METAL "6Buffer4viewERKNS0_12BufferRegionE")
#if WALK_ERA == 2026
MARK(allocator_impl, METAL "13AllocatorImpl15allocate_bufferEPNS0_6BufferE")
MARK(dependencies, METAL "11BankManager21AllocatorDependenciesC1Ev")
#else
MARK(allocator_class, METAL "9Allocator15allocate_bufferEPNS0_6BufferE")
MARK(place, METAL "6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE")
#endif

namespace tt::tt_metal {

allocator::FreeListOpt::~FreeListOpt() = default;
SubDeviceManagerTracker::~SubDeviceManagerTracker() = default;
Device::~Device() = default;
int Device::id() const {
    return id_;
}
bool Device::is_initialized() const {
    return initialized_;
}

#if !LIBRARY_SILENT
allocator::Statistics allocator::FreeListOpt::get_statistics() const {
    Statistics statistics;
    std::uint64_t largest = 0;
    for (std::size_t i = 0; i < block_address_.size(); ++i) {
        if (!meta_block_is_allocated_[i]) {
            continue;
        }
        (block_is_allocated_[i] ? statistics.used : statistics.free) += block_size_[i];
        if (!block_is_allocated_[i] && block_size_[i] >= largest) {
            largest = block_size_[i];
            statistics.largest_free_block_addrs.push_back(
                static_cast<std::uint32_t>(block_address_[i] + offset_bytes_)
            );
        }
    }
    return statistics;
}
std::uint32_t BankManager::num_banks() const {
    return static_cast<std::uint32_t>(bank_id_to_bank_offset_.size());
}
std::uint64_t BankManager::bank_size() const {
#if WALK_ERA == 2026
    return buffer_type_ != 2 ? allocators_[0]->max_size_bytes_ : 0;
#else
    return buffer_type_ != 2 ? allocator_->max_size_bytes_ : 0;
#endif
}
std::size_t AllocatorClass::get_num_allocated_buffers() const {
    const std::lock_guard lock(mutex_);
    return allocated_buffers_.size();
}
std::unordered_set<Buffer*> AllocatorClass::get_allocated_buffers() const {
    const std::lock_guard lock(mutex_);
    return allocated_buffers_;
}
const AllocatorConfig& AllocatorClass::get_config() const {
#if WALK_ERA == 2026
    return *config_;
#else
    return config_;
#endif
}
bool SubDeviceManager::has_allocations() const {
    for (const auto& allocator : sub_device_allocators_) {
        if (allocator && allocator->get_num_allocated_buffers() != 0) {
            return true;
        }
    }
    return false;
}
SubDeviceManager* SubDeviceManagerTracker::get_default_sub_device_manager() const {
    return default_sub_device_manager_;
}
std::shared_ptr<distributed::MeshDevice> Device::get_mesh_device() {
    return mesh_device.lock();
}
#if WALK_ERA == 2026
const std::unique_ptr<AllocatorImpl>& Device::allocator_impl() const {
    return default_allocator_;
}
#define MESH MeshDeviceImpl
#define MESH_ALLOCATOR allocator_impl
bool distributed::MeshDeviceImpl::is_parent_mesh() const {
    return parent_mesh_ == nullptr;
}
#else
SubDeviceManager* Device::allocator() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager();
}
#define MESH MeshDevice
#define MESH_ALLOCATOR allocator
#endif
SubDeviceManager* distributed::MESH::MESH_ALLOCATOR() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager();
}
const std::shared_ptr<distributed::MeshDevice>& distributed::MESH::get_parent_mesh() const {
    return parent_mesh_;
}
std::vector<std::shared_ptr<distributed::MeshDevice>> distributed::MESH::get_submeshes() const {
    std::vector<std::shared_ptr<MeshDevice>> meshes;
    for (const auto& mesh : submeshes_) {
        if (auto alive = mesh.lock()) {
            meshes.push_back(std::move(alive));
        }
    }
    return meshes;
}
#endif

#if WALK_ERA == 2026 && !LIBRARY_SILENT
[[noreturn]] void fail() {
    throw 1;
}
BufferImpl& Buffer::impl() const {
    if (pimpl_ == nullptr) {
        fail();
    }
    return *pimpl_;
}
const std::optional<BufferDistributionSpec>& Buffer::buffer_distribution_spec() const {
    return pimpl_->distribution_spec_;
}
std::size_t BufferDistributionSpec::num_shards() const {
    return shards_;
}
std::size_t BufferDistributionSpec::max_num_dev_pages_per_core() const {
    return (cores_.empty() ? 0 : (shards_ + cores_.size() - 1) / cores_.size()) * shard_pages_;
}
namespace experimental::per_core_allocation {
bool is_per_core_allocation(const Buffer& buffer) {
    return buffer.impl().per_core_allocation_;
}
const CoreAddresses& get_per_core_addresses(const Buffer& buffer) {
    return buffer.impl().per_core_addresses_;
}
}  // namespace experimental::per_core_allocation
#endif

distributed::MeshDevice::~MeshDevice() = default;
bool distributed::MeshDevice::is_initialized() const {
    return true;
}
int distributed::MeshDevice::id() const {
#if WALK_ERA == 2026
    return pimpl_->mesh_id_;
#else
    return mesh_id_;
#endif
}

#if WALK_ERA == 2026
distributed::MeshDeviceImpl::~MeshDeviceImpl() = default;
bool DeviceManager::close_device(int id) {
    devices_.erase(devices_.begin() + id);
    return true;
}
std::vector<IDevice*> DeviceManager::get_all_active_devices() const {
    std::vector<IDevice*> active;
    for (const auto& device : devices_) {
        if (device && device->is_initialized()) {
            active.push_back(device.get());
        }
    }
    return active;
}
MetalContext::~MetalContext() = default;
MetalContext& MetalContext::instance() {
    static MetalContext inst;
    return inst;
}
#if !LIBRARY_SILENT
void MetalContext::set_default_fabric_topology() {
    if (device_manager_->get_all_active_devices().empty()) {
        before_[0] = 1;
    }
}
bool CloseDevice(IDevice* device);
bool CloseDevice(IDevice* device) {
    const int id = device->id();
    return MetalContext::instance().device_manager_->close_device(id);
}
#endif
#endif

void* use_walk();
void* use_walk() {
    const static AllocatorClass kAllocator{};
    const static SubDeviceManager kManager{};
    const static SubDeviceManagerTracker kTracker{};
    const static BankManager kBanks{};
    const static allocator::FreeListOpt kFreeList{};
    const static distributed::MeshDevice kMesh{};
    static Device device;
    return &device;
}

}  // namespace tt::tt_metal

#if WALK_ERA == 2025
namespace tt {
class DevicePool {
public:
    static DevicePool* _inst;
    std::vector<tt_metal::IDevice*> get_all_active_devices() const;
    std::uint64_t before_[13];
    std::vector<std::unique_ptr<tt_metal::Device>> devices;
};
DevicePool* DevicePool::_inst = nullptr;
#if !LIBRARY_SILENT
std::vector<tt_metal::IDevice*> DevicePool::get_all_active_devices() const {
    std::vector<tt_metal::IDevice*> active;
    for (const auto& device : devices) {
        if (device->is_initialized()) {
            active.push_back(device.get());
        }
    }
    return active;
}
#endif
}  // namespace tt
#endif
