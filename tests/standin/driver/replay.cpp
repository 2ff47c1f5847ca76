// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/replay.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "internal/scripted_address.hpp"
#include "runtime/idevice.hpp"

namespace standin {

namespace {

constexpr std::size_t kColumns = 6;
constexpr std::string_view kHeader = "op_id,event,device_id,buffer_type,address,max_size_per_bank";
constexpr std::uint64_t kMaxChips = 256;
constexpr std::uint64_t kMaxType = 4;

// Unique as long as addresses stay below 2^48 and chips below 2^8.
std::uint64_t key_of(const ReplayRow& row) {
    return (std::uint64_t{row.device_id} << 56) | (static_cast<std::uint64_t>(row.type) << 52) | row.address;
}

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t limit) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
    return whole && value <= limit ? std::optional(value) : std::nullopt;
}

std::optional<ReplayRow> parse(std::string_view line) {
    std::array<std::string_view, kColumns> fields;
    for (std::size_t column = 0; column < kColumns; ++column) {
        const auto comma = line.find(',');
        if ((comma == std::string_view::npos) != (column == kColumns - 1)) {
            return std::nullopt;
        }
        fields[column] = line.substr(0, comma);
        line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
    }
    const auto op_id = number(fields[0], std::numeric_limits<std::uint64_t>::max());
    const auto device_id = number(fields[2], kMaxChips - 1);
    const auto type = number(fields[3], kMaxType);
    const auto address = number(fields[4], std::numeric_limits<std::uint32_t>::max());
    const auto size = number(fields[5], std::numeric_limits<std::uint32_t>::max());
    const bool is_alloc = fields[1] == "alloc";
    if (!op_id || !device_id || !type || !address || !size || (!is_alloc && fields[1] != "free")) {
        return std::nullopt;
    }
    return ReplayRow{
        *op_id,
        is_alloc,
        static_cast<unsigned>(*device_id),
        static_cast<tt::tt_metal::BufferType>(*type),
        *address,
        *size};
}

}  // namespace

ReplayFile::ReplayFile(const std::string& path) : path_(path), lines_(path) {
    std::string header;
    if (!lines_.next(header) || header != kHeader) {
        throw std::runtime_error(path + " does not start with the line " + std::string(kHeader));
    }
}

bool ReplayFile::next(ReplayRow& row) {
    std::string line;
    if (!lines_.next(line)) {
        return false;
    }
    ++line_number_;
    const auto parsed = parse(line);
    if (!parsed.has_value()) {
        throw std::runtime_error(path_ + ":" + std::to_string(line_number_) + ": not understood: " + line);
    }
    row = *parsed;
    return true;
}

unsigned chips_in_replay(const std::string& path) {
    ReplayFile file(path);
    unsigned chips = 1;
    for (ReplayRow row; file.next(row);) {
        chips = std::max(chips, row.device_id + 1);
    }
    return chips;
}

Replay::Replay(const Options& options, World& world) : options_(options), world_(world), file_(options.replay_file) {}

void Replay::prepare(ThreadLog& log) {
    if (!options_.from_op.has_value()) {
        return;
    }
    for (ReplayRow row; file_.next(row);) {
        if (row.op_id >= *options_.from_op) {
            pending_ = row;
            return;
        }
        apply(row, log);
    }
}

void Replay::run(unsigned, ThreadLog& log, const std::atomic<bool>& stop) {
    if (pending_.has_value()) {
        apply(*pending_, log);
        pending_.reset();
    }
    for (ReplayRow row; !stop.load(std::memory_order_relaxed) && file_.next(row);) {
        apply(row, log);
    }
}

// The logical size is chosen as one page of the recorded size per bank, which reserves exactly that in every bank.
void Replay::apply(const ReplayRow& row, ThreadLog& log) {
    if (!row.is_alloc) {
        const auto found = live_.find(key_of(row));
        if (found == live_.end()) {
            ++unknown_frees_;
            return;
        }
        release(log, found->second);
        live_.erase(found);
        return;
    }
    const auto owner = std::find_if(world_.chips().begin(), world_.chips().end(), [&](const Owner& chip) {
        return chip.device->id() == static_cast<int>(row.device_id);
    });
    Request request;
    request.owner = *owner;
    request.type = row.type;
    request.size = row.size;
    request.page_size = row.size;
    tt::tt_metal::standin::script_next_address(row.address);
    auto holding = allocate(log, request);
    if (!holding.has_value()) {
        throw std::runtime_error(
            "operation " + std::to_string(row.op_id) + ": address " + std::to_string(row.address) + " is not free");
    }
    live_.insert_or_assign(key_of(row), std::move(*holding));
}

void Replay::free_all(ThreadLog& log) {
    for (auto& [key, holding] : live_) {
        release(log, holding);
    }
    live_.clear();
}

}  // namespace standin
