// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/device.hpp"

#include <string>
#include <utility>

#include "runtime/buffer.hpp"
#include "runtime/host_api.hpp"

namespace tt::tt_metal {

#if ERA_SUB_DEVICES

namespace {

#if ERA_CLOSE_EVENTS
void clear_allocator(OwnedAllocator& allocator) {
#if ERA_DETAIL_ALLOCATE
    allocator::clear(allocator);
#else
    allocator.clear();
#endif
}

std::vector<Buffer*> live_buffers(const OwnedAllocator& allocator) {
#if ERA_DETAIL_ALLOCATE
    const auto& live = allocator::get_allocated_buffers(allocator);
#else
    const auto& live = allocator.get_allocated_buffers();
#endif
    return {live.begin(), live.end()};
}
#endif

}  // namespace

SubDeviceManager::SubDeviceManager(OwnerDevice* device) : sub_devices_(1), sub_device_ids_(1), device_(device) {
    sub_device_allocators_.push_back(std::make_unique<OwnedAllocator>(AllocatorConfig{}));
}

#if ERA_CLOSE_EVENTS
SubDeviceManager::~SubDeviceManager() {
    for (const auto& allocator : sub_device_allocators_) {
        clear_allocator(*allocator);
        for (Buffer* buffer : live_buffers(*allocator)) {
            DeallocateBuffer(*buffer);
        }
    }
#if ERA_PUSH_WORK
    device_->synchronize();
#endif
}
#else
SubDeviceManager::~SubDeviceManager() {
    for (const auto& allocator : sub_device_allocators_) {
        allocator->deallocate_buffers();
        allocator->clear();
    }
}
#endif

const std::unique_ptr<OwnedAllocator>& SubDeviceManager::allocator(SubDeviceId sub_device_id) const {
    return sub_device_allocators_.at(sub_device_id.value);
}

#if ERA_IDEVICE
SubDeviceManagerTracker::SubDeviceManagerTracker(IDevice* device) : device_(device) {
    auto manager = std::make_unique<SubDeviceManager>(device);
    active_sub_device_manager_ = default_sub_device_manager_ = manager.get();
    sub_device_managers_.emplace(manager->id_.value, std::move(manager));
}

SubDeviceManagerTracker::~SubDeviceManagerTracker() { sub_device_managers_.clear(); }

SubDeviceManager* SubDeviceManagerTracker::get_active_sub_device_manager() const { return active_sub_device_manager_; }

SubDeviceManager* SubDeviceManagerTracker::get_default_sub_device_manager() const {
    return default_sub_device_manager_;
}
#endif

#endif  // ERA_SUB_DEVICES

#if ERA_PUSH_WORK
WorkExecutor::~WorkExecutor() { stop(); }

void WorkExecutor::start() {
    if (!worker_.joinable()) {
        stopping_ = false;
        worker_ = std::thread([this] { run(); });
    }
}

void WorkExecutor::stop() {
    if (worker_.joinable()) {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        worker_.join();
    }
}

void WorkExecutor::push_work(std::function<void()> work) {
    if (!worker_.joinable() || worker_.get_id() == std::this_thread::get_id()) {
        work();
        return;
    }
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        queue_.push_back(std::move(work));
    }
    changed_.notify_all();
}

void WorkExecutor::synchronize() {
    if (worker_.joinable() && worker_.get_id() != std::this_thread::get_id()) {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
    }
}

void WorkExecutor::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) {
            return;
        }
        std::function<void()> work = std::move(queue_.front());
        queue_.pop_front();
        busy_ = true;
        lock.unlock();
        try {
            work();
        } catch (const std::exception&) {
            // The Buffer's status tells its user.
        }
        work = nullptr;  // may hold the last reference of a Buffer
        lock.lock();
        busy_ = false;
        changed_.notify_all();
    }
}
#endif  // ERA_PUSH_WORK

ERA_V0_BEGIN

Device::Device(ChipId id) : id_(id) {}

Device::~Device() = default;

#if ERA_PUSH_WORK
void Device::push_work(std::function<void()> work) { work_executor_.push_work(std::move(work)); }

void Device::synchronize() { work_executor_.synchronize(); }

void Device::enable_async(bool enable) {
    if (enable) {
        work_executor_.start();
    } else {
        work_executor_.stop();
    }
}
#endif

bool Device::initialize() {
#if ERA_IMPLS
    default_allocator_ = std::make_unique<OwnedAllocator>(AllocatorConfig{});
#elif ERA_IDEVICE
    sub_device_manager_tracker_ = std::make_unique<SubDeviceManagerTracker>(this);
#elif ERA_SUB_DEVICES
    auto manager = std::make_unique<SubDeviceManager>(this);
    active_sub_device_manager_ = default_sub_device_manager_ = manager.get();
    sub_device_managers_.emplace(manager->id_.value, std::move(manager));
#else
    allocator_ = std::make_unique<Allocator>(AllocatorConfig{});
#endif
    initialized_ = true;
    return true;
}

#if ERA_IMPLS

const std::unique_ptr<OwnedAllocator>& Device::allocator_impl() const { return default_allocator_; }

bool Device::close() {
    ERA_FATAL(initialized_, "Cannot close device that has not been initialized!");
    default_allocator_.reset();
    initialized_ = false;
    return true;
}

#elif ERA_IDEVICE

const std::unique_ptr<OwnedAllocator>& Device::allocator() const {
    return sub_device_manager_tracker_->get_default_sub_device_manager()->allocator({0});
}

bool Device::close() {
    ERA_FATAL(initialized_, "Cannot close device that has not been initialized!");
    sub_device_manager_tracker_.reset();
#if ERA_PUSH_WORK
    work_executor_.stop();
#endif
    initialized_ = false;
    return true;
}

#elif ERA_SUB_DEVICES

const std::unique_ptr<Allocator>& Device::allocator() const { return default_sub_device_manager_->allocator({0}); }

void Device::deallocate_buffers() { allocator::deallocate_buffers(*allocator()); }

bool Device::close() {
    ERA_FATAL(initialized_, "Cannot close device that has not been initialized!");
    sub_device_managers_.clear();
    work_executor_.stop();
    initialized_ = false;
    return true;
}

#else

const std::unique_ptr<Allocator>& Device::allocator() const { return allocator_; }

void Device::deallocate_buffers() { allocator::deallocate_buffers(*allocator_); }

// Every Buffer that the runtime knows is deallocated, with its event; the ranges are gone by then.
bool Device::close() {
    ERA_FATAL(initialized_, "Cannot close device that has not been initialized!");
    deallocate_buffers();
    allocator::clear(*allocator_);
#if ERA_BUFFER_MAP
    for (const auto& [key, buffer] : detail::BUFFER_MAP.value()) {
        if (std::get<0>(key) == static_cast<std::uint32_t>(id_)) {
            DeallocateBuffer(*buffer);
            detail::BUFFER_MAP.erase(key);  // a Buffer that was moved from does not, and would be gone at the next close
        }
    }
#else
    const std::unordered_set<Buffer*> live = allocator::get_allocated_buffers(*allocator_);
    for (Buffer* buffer : live) {
        DeallocateBuffer(*buffer);
    }
#endif
#if ERA_PUSH_WORK
    work_executor_.stop();
#endif
    allocator_.reset();
    initialized_ = false;
    return true;
}

#endif

ERA_V0_END
}  // namespace tt::tt_metal
