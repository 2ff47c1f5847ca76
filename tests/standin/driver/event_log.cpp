// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/event_log.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::IDevice;

namespace {

constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;
constexpr std::uint64_t kAlloc = 1;
constexpr std::uint64_t kFree = 2;
constexpr std::size_t kBlockBytes = 256 * 1024;

std::uint64_t fnv1a(std::uint64_t hash, std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) {
        hash = (hash ^ (word & 0xff)) * kFnvPrime;
        word >>= 8;
    }
    return hash;
}

template <typename... Args>
std::string format(const char* pattern, Args... args) {
    std::array<char, 256> text{};
    const int length = std::snprintf(text.data(), text.size(), pattern, args...);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

unsigned long long number(std::uint64_t value) { return value; }

}  // namespace

const char* type_name(BufferType type) {
    switch (type) {
        case BufferType::DRAM: return "DRAM";
        case BufferType::L1: return "L1";
        case BufferType::SYSTEM_MEMORY: return "SYSTEM_MEMORY";
        case BufferType::L1_SMALL: return "L1_SMALL";
        case BufferType::TRACE: return "TRACE";
    }
    return "UNKNOWN";
}

std::string owner_name(const IDevice* device) {
    const bool is_mesh = dynamic_cast<const tt::tt_metal::distributed::MeshDevice*>(device) != nullptr;
    return (is_mesh ? "mesh " : "chip ") + std::to_string(device->id());
}

EventFile::EventFile(const std::string& path) : file_(std::fopen(path.c_str(), "we")), path_(path) {
    if (file_ == nullptr) {
        throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
    }
    write("index_in_thread,tid,kind,owner,allocator,type,address,size,page_size,buffer,program\n");
}

EventFile::~EventFile() { std::fclose(file_); }

void EventFile::write(const std::string& rows) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool written = std::fwrite(rows.data(), 1, rows.size(), file_) == rows.size();
    if (!written || std::fflush(file_) != 0) {
        throw std::runtime_error("cannot write " + path_ + ": " + std::strerror(errno));
    }
}

ThreadLog::ThreadLog(EventFile* file) : tid_(::gettid()), file_(file), digest_(kFnvOffset) {}

void ThreadLog::alloc(const Buffer& buffer) {
    ++counts_.allocs;
    digest_event(kAlloc, buffer);
    row("alloc", buffer);
}

void ThreadLog::freed(const Buffer& buffer) {
    ++counts_.frees;
    digest_event(kFree, buffer);
    row("free", buffer);
}

void ThreadLog::freed_again(const Buffer& buffer) {
    ++counts_.double_frees;
    freed(buffer);
}

void ThreadLog::hooked_alloc(const Buffer& buffer) {
    ++counts_.hooked_allocs;
    row("hooked_alloc", buffer);
}

void ThreadLog::hooked_free(const Buffer& buffer) {
    ++counts_.hooked_frees;
    row("hooked_free", buffer);
}

void ThreadLog::failed(const FailedRequest& request) {
    ++counts_.failed;
    last_failure_ = request.message;
    if (file_ != nullptr) {
        row("alloc_failed",
            request.device,
            format(
                "%p,%s,0x0,%llu,%llu,,",
                static_cast<const void*>(request.device->allocator_impl().get()),
                type_name(request.type),
                number(request.size),
                number(request.page_size)));
    }
}

void ThreadLog::circular_buffer(const CircularBufferEvent& event) {
    ++counts_.cbs;
    if (file_ != nullptr) {
        row("cb",
            event.device,
            format(",CB,0x%llx,%llu,0,,%p", number(event.address), number(event.size), event.program));
    }
}

void ThreadLog::launch(const IDevice* device, const void* program) {
    ++counts_.launches;
    if (file_ != nullptr) {
        row("launch", device, format(",,,,,,%p", program));
    }
}

void ThreadLog::clash(const char* message) {
    ++counts_.clashes;
    last_clash_ = message;
}

void ThreadLog::flush() {
    if (file_ != nullptr && !rows_.empty()) {
        file_->write(rows_);
        rows_.clear();
    }
}

void ThreadLog::digest_event(std::uint64_t kind, const Buffer& buffer) {
    const std::array<std::uint64_t, 6> words{
        kind,
        reinterpret_cast<std::uintptr_t>(buffer.allocator()),
        static_cast<std::uint64_t>(buffer.buffer_type()),
        buffer.address(),
        buffer.size(),
        reinterpret_cast<std::uintptr_t>(&buffer)};
    for (const std::uint64_t word : words) {
        digest_ = fnv1a(digest_, word);
    }
}

void ThreadLog::row(std::string_view kind, const Buffer& buffer) {
    if (file_ == nullptr) {
        return;
    }
    row(kind,
        buffer.device(),
        format(
            "%p,%s,0x%llx,%llu,%llu,%p,",
            static_cast<const void*>(buffer.allocator()),
            type_name(buffer.buffer_type()),
            number(buffer.address()),
            number(buffer.size()),
            number(buffer.page_size()),
            static_cast<const void*>(&buffer)));
}

void ThreadLog::row(std::string_view kind, const IDevice* device, std::string_view rest) {
    rows_ += std::to_string(index_++) + ',' + std::to_string(tid_) + ',';
    rows_.append(kind).append(",").append(owner_name(device)).append(",").append(rest).append("\n");
    if (rows_.size() > kBlockBytes) {
        flush();
    }
}

EventBook::EventBook(const std::string& events_path) {
    if (!events_path.empty()) {
        file_ = std::make_unique<EventFile>(events_path);
    }
}

ThreadLog& EventBook::make_log() {
    const std::lock_guard<std::mutex> lock(mutex_);
    logs_.push_back(std::make_unique<ThreadLog>(file_.get()));
    return *logs_.back();
}

EventCounts EventBook::total() const {
    EventCounts sum;
    for (const auto& log : logs_) {
        const EventCounts& counts = log->counts();
        sum.allocs += counts.allocs;
        sum.frees += counts.frees;
        sum.double_frees += counts.double_frees;
        sum.failed += counts.failed;
        sum.hooked_allocs += counts.hooked_allocs;
        sum.hooked_frees += counts.hooked_frees;
        sum.cbs += counts.cbs;
        sum.launches += counts.launches;
        sum.clashes += counts.clashes;
    }
    return sum;
}

void EventBook::flush() {
    for (const auto& log : logs_) {
        log->flush();
    }
}

}  // namespace standin
