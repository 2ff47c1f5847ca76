// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/memory_map.hpp"

#include <charconv>
#include <optional>

#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

// The kernel's default bound is 65,530 mappings; some systems raise it. 256 bytes a line is generous.
constexpr std::size_t kMaxMapsBytes = 256U << 20U;

// Takes a number off the front of a line, and the separator behind it.
class LineReader {
public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    template <typename T>
    bool number(T& value, int base, char separator) {
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (error != std::errc{}) {
            return false;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return skip(separator);
    }

    bool skip(char separator) {
        if (rest_.empty()) {
            return separator == ' ';  // the end of the line will do for a space
        }
        if (rest_.front() != separator) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<std::string_view> take(std::size_t count) {
        if (rest_.size() < count) {
            return std::nullopt;
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

// The kernel writes a newline in a name as \012 and nothing else escaped.
std::string unescape(std::string_view path) {
    constexpr std::string_view kNewline = "\\012";
    std::string result;
    for (auto at = path.find(kNewline); at != std::string_view::npos; at = path.find(kNewline)) {
        result.append(path.substr(0, at)).push_back('\n');
        path.remove_prefix(at + kNewline.size());
    }
    return result.append(path);
}

std::optional<MapEntry> parse_line(std::string_view line) {
    constexpr std::string_view kDeleted = " (deleted)";
    MapEntry entry;
    LineReader reader(line);
    if (!reader.number(entry.start, 16, '-') || !reader.number(entry.end, 16, ' ')) {
        return std::nullopt;
    }
    const auto permissions = reader.take(4);
    if (!permissions || !reader.skip(' ') || !reader.number(entry.offset, 16, ' ') ||
        !reader.number(entry.device_major, 16, ':') || !reader.number(entry.device_minor, 16, ' ') ||
        !reader.number(entry.inode, 10, ' ') || entry.end < entry.start) {
        return std::nullopt;
    }
    entry.readable = (*permissions)[0] == 'r';
    entry.writable = (*permissions)[1] == 'w';
    entry.executable = (*permissions)[2] == 'x';
    entry.shared = (*permissions)[3] == 's';
    std::string_view path = reader.rest();
    path.remove_prefix(std::min(path.find_first_not_of(' '), path.size()));
    if (path.ends_with(kDeleted)) {
        entry.deleted = true;
        path.remove_suffix(kDeleted.size());
    }
    entry.path = unescape(path);
    return entry;
}

// Allocators may name theirs.
bool is_anonymous(const MapEntry& entry) { return entry.path.empty() || entry.path.starts_with("[anon:"); }

}  // namespace

Result<std::vector<MapEntry>> parse_memory_map(std::string_view text) {
    std::vector<MapEntry> entries;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto entry = parse_line(line);
        if (!entry) {
            return fail(
                ErrorCode::RunTime,
                "cannot understand a line of a memory map: \"" + without_unprintable(line.substr(0, 200)) + "\""
            );
        }
        entries.push_back(*std::move(entry));
    }
    return entries;
}

Result<std::vector<MapEntry>> read_memory_map(const ProcessHandle& process) {
    const auto text = process.read("maps", kMaxMapsBytes);
    if (!text) {
        return tl::make_unexpected(text.error());
    }
    if (text->empty()) {
        return fail(
            ErrorCode::NoSuchProcess,
            "process " + std::to_string(process.pid()) + " has no memory: it has ended, or is a kernel thread"
        );
    }
    return parse_memory_map(*text);
}

std::vector<AddressRange> heap_of(const std::vector<MapEntry>& entries) {
    std::vector<AddressRange> ranges;
    for (const bool proper : {true, false}) {
        for (const MapEntry& entry : entries) {
            const bool ours = entry.readable && entry.writable && !entry.shared && entry.inode == 0;
            if (ours && (proper ? entry.path == "[heap]" : is_anonymous(entry))) {
                ranges.push_back({entry.start, entry.end});
            }
        }
    }
    return ranges;
}

}  // namespace tt::alloc_trace
