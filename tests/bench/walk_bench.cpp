// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How long the walk of another process's memory takes, by the number of its live buffers. The other process is a fork of this
// one, with the containers a runtime has: Buffers of its size all over the heap, a set of them, a free list of as many blocks.
#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "target/target_memory.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kChipClass = 0x1111'0000;
constexpr std::uint64_t kBlockBytes = 64;
constexpr std::uint64_t kBase = 0x400;

struct Buffer {
    const void* weak_this[2]{};
    std::uint64_t owner = 0;
    std::uint64_t size = 4096;
    std::uint32_t type = 0;
    std::uint32_t layout = 0;
    std::uint64_t flags[3]{};
    const void* allocator = nullptr;
    std::uint8_t status = 1;
    std::uint8_t hooked = 0;
    std::uint64_t address = 0;
    std::uint64_t page_size = 64;
    std::uint64_t rest[48]{};
};
static_assert(sizeof(Buffer) == 0x1e0);

struct FreeList {
    const void* vptr = nullptr;
    std::uint64_t bytes = 0;
    std::uint64_t offset = kBase;
    std::uint64_t granularity = 32;
    std::uint64_t shrunk = 0;
    std::vector<std::uint64_t> address, size;
    std::vector<std::uint8_t> allocated, in_use;
};
struct BankManager {
    std::unordered_map<std::uint32_t, std::int64_t> bank_offsets{{0, 0}};
    std::uint32_t alignment = 32;
    FreeList* list = nullptr;
};
struct Allocator {
    BankManager* dram = nullptr;
    std::unordered_set<Buffer*> buffers;
};
struct Device {
    std::uint64_t vptr = kChipClass;
    std::int64_t id = 0;
    Allocator* allocator = nullptr;
};
struct Pool {
    std::vector<Device*> devices;
};

template <typename T>
std::uint64_t address_of(const T& object) {
    return reinterpret_cast<std::uint64_t>(&object);
}

template <typename Object, typename Member>
Field field(Member Object::*member, std::uint32_t width = 8) {
    const Object object;
    return {static_cast<std::uint32_t>(address_of(object.*member) - address_of(object)), width};
}

// A runtime with so many live buffers, scattered as malloc left them.
class Runtime {
public:
    explicit Runtime(std::size_t count) {
        std::minstd_rand random(1);
        for (std::size_t i = 0; i < count; ++i) {
            buffers_.push_back(std::make_unique<Buffer>());
            others_.emplace_back(random() % 256);  // what the program has besides
        }
        std::shuffle(buffers_.begin(), buffers_.end(), random);
        for (std::size_t i = 0; i < count; ++i) {
            Buffer& buffer = *buffers_[i];
            buffer.owner = address_of(device_);
            buffer.allocator = &allocator_;
            buffer.address = kBase + (i * kBlockBytes);
            allocator_.buffers.insert(&buffer);
            list_.address.push_back(i * kBlockBytes);
            list_.size.push_back(kBlockBytes);
        }
        list_.allocated.assign(count, 1);
        list_.in_use.assign(count, 1);
        list_.bytes = count * kBlockBytes;
        manager_.list = &list_;
        allocator_.dram = &manager_;
        device_.allocator = &allocator_;
        pool_.devices = {&device_};
    }

    [[nodiscard]] LayoutProfile layout() const {
        LayoutProfile layout;
        layout.buffer.owner = field(&Buffer::owner);
        layout.buffer.size = field(&Buffer::size);
        layout.buffer.type = field(&Buffer::type, 4);
        layout.buffer.layout = field(&Buffer::layout, 4);
        layout.buffer.allocator = field(&Buffer::allocator);
        layout.buffer.status = field(&Buffer::status, 1);
        layout.buffer.hooked = field(&Buffer::hooked, 1);
        layout.buffer.address = field(&Buffer::address);
        layout.buffer.page_size = field(&Buffer::page_size);
        layout.owner.chip_vptr = kChipClass;
        layout.owner.chip_id = field(&Device::id, 4);
        WalkLayout& walk = layout.walk;
        walk.root.device_pool = address_of(instance_);
        walk.root.devices = field(&Pool::devices);
        walk.device.allocator = field(&Device::allocator);
        walk.allocator.buffers = field(&Allocator::buffers);
        walk.allocator.dram = field(&Allocator::dram);
        walk.bank_manager = {field(&BankManager::bank_offsets), field(&BankManager::alignment, 4), field(&BankManager::list)};
        walk.free_list.bytes = field(&FreeList::bytes);
        walk.free_list.offset = field(&FreeList::offset);
        walk.free_list.granularity = field(&FreeList::granularity);
        walk.free_list.shrunk = field(&FreeList::shrunk);
        walk.free_list.block_address = field(&FreeList::address);
        walk.free_list.block_size = field(&FreeList::size);
        walk.free_list.block_allocated = field(&FreeList::allocated);
        walk.free_list.block_in_use = field(&FreeList::in_use);
        return layout;
    }

private:
    std::vector<std::unique_ptr<Buffer>> buffers_;
    std::vector<std::vector<char>> others_;
    Allocator allocator_;
    BankManager manager_;
    FreeList list_;
    Device device_;
    Pool pool_;
    Pool* instance_ = &pool_;
};

// range(0): live buffers; range(1): whether the free list is read, too.
void walk(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const Runtime runtime(count);
    const LayoutProfile layout = runtime.layout();
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const Result<ProcessHandle> process = ProcessHandle::open(static_cast<std::uint32_t>(child));
    const ProcessMemory memory(*process);
    const WalkModule modules[1]{{layout, 0}};
    WalkOptions options;
    options.free_lists = state.range(1) != 0;
    for (auto _ : state) {
        const Walk result = walk_process(memory, modules, {}, options);
        if (!result.complete || result.allocators.at(0).buffers.size() != count) {
            state.SkipWithError(("not everything was found: " + result.incomplete_reason).c_str());
            break;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}
BENCHMARK(walk)->ArgNames({"buffers", "free_list"})->ArgsProduct({{1000, 100'000, 2'000'000}, {0, 1}})->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace tt::alloc_trace
