// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/event_book.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace standin {

namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3;
constexpr std::uint64_t kAlloc = 1;
constexpr std::uint64_t kFree = 2;
constexpr std::size_t kBlockBytes = 256 * 1024;

thread_local ThreadLog* log_of_thread = nullptr;

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
    std::snprintf(text.data(), text.size(), pattern, args...);
    return text.data();
}

unsigned long long number(std::uint64_t value) { return value; }

}  // namespace

const char* type_name(int type) {
    static constexpr std::array kNames{"DRAM", "L1", "SYSTEM_MEMORY", "L1_SMALL", "TRACE"};
    return kNames.at(static_cast<std::size_t>(type));
}

void EventCounts::add(const EventCounts& other) {
    allocs += other.allocs;
    frees += other.frees;
    close_frees += other.close_frees;
    double_frees += other.double_frees;
    failed += other.failed;
    hooked_allocs += other.hooked_allocs;
    hooked_frees += other.hooked_frees;
    cbs += other.cbs;
    cb_releases += other.cb_releases;
    launches += other.launches;
    clashes += other.clashes;
    allocs_without_address += other.allocs_without_address;
    frees_without_size += other.frees_without_size;
}

EventBook::EventBook(const std::string& events_path) {
    if (events_path.empty()) {
        return;
    }
    file_ = std::fopen(events_path.c_str(), "we");
    if (file_ == nullptr) {
        throw std::runtime_error("cannot write " + events_path + ": " + std::strerror(errno));
    }
    std::fputs("index_in_thread,tid,kind,owner,allocator,type,address,size,page_size,buffer,program\n", file_);
}

EventBook::~EventBook() {
    if (file_ != nullptr) {
        std::fclose(file_);
    }
}

ThreadLog& EventBook::log() {
    if (log_of_thread == nullptr) {
        const std::lock_guard<std::mutex> lock(mutex_);
        log_of_thread = logs_.emplace_back(std::make_unique<ThreadLog>()).get();
        log_of_thread->tid = ::gettid();
    }
    return *log_of_thread;
}

EventBook::Shard& EventBook::shard_of(const Key& key) { return shards_[(std::get<2>(key) >> 5) % shards_.size()]; }

void EventBook::alloc(const BufferFacts& facts) {
    const Key key{facts.owner->allocator, facts.type, facts.address};
    {
        Shard& shard = shard_of(key);
        const std::lock_guard<std::mutex> lock(shard.mutex);
        shard.live.insert_or_assign(key, facts);
    }
    ++log().counts.allocs;
    digest(kAlloc, facts);
    row("alloc", facts);
}

void EventBook::freed(const BufferFacts& facts) {
    {
        const std::lock_guard<std::mutex> lock(hooked_mutex_);
        if (hooked_.erase(facts.buffer) != 0) {
            ++log().counts.hooked_frees;
            row("hooked_free", facts);
            return;
        }
    }
    const Key key{facts.owner->allocator, facts.type, facts.address};
    BufferFacts known = facts;
    EventCounts& counts = log().counts;
    {
        Shard& shard = shard_of(key);
        const std::lock_guard<std::mutex> lock(shard.mutex);
        const auto found = shard.live.find(key);
        if (found == shard.live.end()) {
            ++counts.double_frees;
        } else {
            known.size = found->second.size;
            shard.live.erase(found);
        }
    }
    ++counts.frees;
    counts.close_frees += closing_ ? 1 : 0;
    digest(kFree, known);
    row("free", known);
}

void EventBook::hooked_alloc(const BufferFacts& facts) {
    {
        const std::lock_guard<std::mutex> lock(hooked_mutex_);
        hooked_.insert(facts.buffer);
    }
    ++log().counts.hooked_allocs;
    row("hooked_alloc", facts);
}

void EventBook::failed(const BufferFacts& facts) {
    ++log().counts.failed;
    row("alloc_failed", facts);
}

void EventBook::circular_buffer(
    const OwnerInfo& owner, std::uint64_t address, std::uint64_t size, const void* program) {
    ++log().counts.cbs;
    if (file_ != nullptr) {
        row("cb", owner.name, format(",CB,0x%llx,%llu,0,,%p", number(address), number(size), program));
    }
}

void EventBook::launch(const OwnerInfo& owner, const void* program) {
    ++log().counts.launches;
    if (file_ != nullptr) {
        row("launch", owner.name, format(",,,,,,%p", program));
    }
}

std::uint64_t EventBook::drop_live() {
    std::uint64_t dropped = 0;
    for (Shard& shard : shards_) {
        dropped += shard.live.size();
        shard.live.clear();
    }
    hooked_.clear();  // they die without an event
    released_ += dropped;
    return dropped;
}

EventCounts EventBook::total() const {
    EventCounts sum;
    for (const auto& log : logs_) {
        sum.add(log->counts);
    }
    return sum;
}

std::vector<BufferFacts> EventBook::live() const {
    std::vector<BufferFacts> all;
    for (const Shard& shard : shards_) {
        for (const auto& [key, facts] : shard.live) {
            all.push_back(facts);
        }
    }
    return all;
}

void EventBook::flush() {
    for (const auto& log : logs_) {
        write_out(*log);
    }
}

void EventBook::digest(std::uint64_t kind, const BufferFacts& facts) {
    const std::array<std::uint64_t, 6> words{
        kind,
        reinterpret_cast<std::uintptr_t>(facts.owner->allocator),
        static_cast<std::uint64_t>(facts.type),
        facts.address,
        facts.size,
        reinterpret_cast<std::uintptr_t>(facts.buffer)};
    for (const std::uint64_t word : words) {
        log().digest = fnv1a(log().digest, word);
    }
}

void EventBook::row(std::string_view kind, const BufferFacts& facts) {
    if (file_ == nullptr) {
        return;
    }
    row(kind,
        facts.owner->name,
        format(
            "%p,%s,0x%llx,%llu,%llu,%p,",
            facts.owner->allocator,
            type_name(facts.type),
            number(facts.address),
            number(facts.size),
            number(facts.page_size),
            facts.buffer));
}

void EventBook::row(std::string_view kind, const std::string& owner, const std::string& rest) {
    ThreadLog& log = this->log();
    log.text += std::to_string(log.rows++) + ',' + std::to_string(log.tid) + ',';
    log.text.append(kind).append(",").append(owner).append(",").append(rest).append("\n");
    if (log.text.size() > kBlockBytes) {
        write_out(log);
    }
}

void EventBook::write_out(ThreadLog& log) {
    if (file_ == nullptr || log.text.empty()) {
        return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::fwrite(log.text.data(), 1, log.text.size(), file_) != log.text.size() || std::fflush(file_) != 0) {
        throw std::runtime_error(std::string("cannot write the events: ") + std::strerror(errno));
    }
    log.text.clear();
}

}  // namespace standin
