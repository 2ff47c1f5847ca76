// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/scale_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "report/human_size.hpp"
#include "report/memory_kind.hpp"
#include "report/owner_labels.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kNearest = 3;
constexpr double kMostTimes = 1e6;

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) {
            words.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && rest == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<double> parse_factor(std::string_view word) {
    const auto factor = word.starts_with('x') ? parse_number<double>(word.substr(1)) : std::nullopt;
    return factor && *factor > 0 && *factor <= kMostTimes ? factor : std::nullopt;
}

// Sets what the first of `words` say; how many that were, 0: they say nothing. A thing is said once.
class Reader {
public:
    explicit Reader(ScaleRule& rule) : rule_(rule) {}

    std::size_t read(std::span<const std::string_view> words) {
        const std::string_view word = words[0];
        if (const std::size_t two = words.size() > 1 ? read_two(word, words[1]) : 0; two > 0) {
            return two;
        }
        if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
            return kind(word.substr(0, colon)) && size(word.substr(colon + 1)) ? 1 : 0;
        }
        if (word == "sharded" || word == "interleaved") {
            return set(rule_.sharded, word == "sharded") ? 1 : 0;
        }
        if (word == "loaded" || word == "iteration" || word == "iterations") {
            return set(rule_.loaded, word == "loaded") ? 1 : 0;
        }
        return kind(word) || size(word) ? 1 : 0;
    }

private:
    template <typename Value, typename Said>
    static bool set(std::optional<Value>& value, const Said& said) {
        const bool fresh = !value;
        value = said;
        return fresh;
    }
    std::size_t read_two(std::string_view word, std::string_view next) {
        if (word == "mesh" || word == "chip") {
            const auto id = parse_number<std::int32_t>(next);
            return id && set(rule_.owner, std::pair(word == "mesh" ? OwnerKind::Mesh : OwnerKind::Chip, *id)) ? 2 : 0;
        }
        if (word == "thread") {
            const auto tid = parse_number<std::uint32_t>(next);
            return tid && set(rule_.thread, *tid) ? 2 : 0;
        }
        const bool unit = !next.empty() && std::string_view("KMGTB").find(next[0]) != std::string_view::npos;
        return unit && parse_number<double>(word) && size(fmt::format("{} {}", word, next)) ? 2 : 0;
    }
    bool kind(std::string_view word) {
        const std::optional<MemoryKind> kind = parse_memory_kind(word);
        if (kind == MemoryKind::CircularBuffer) {
            return !std::exchange(rule_.circular_buffers, true);
        }
        for (std::size_t i = 0; kind && i < kBufferTypeCount; ++i) {
            if (const auto type = static_cast<BufferType>(i); memory_kind(type) == *kind) {
                return set(rule_.type, type);
            }
        }
        return false;
    }
    bool size(std::string_view word) {
        const std::optional<GivenBytes> bytes = parse_given_bytes(word);
        return bytes && bytes->bytes > 0 && set(rule_.size, ScaleRule::Size{bytes->bytes, bytes->tolerance});
    }

    ScaleRule& rule_;
};

bool says_of_buffers(const ScaleRule& rule) {
    return rule.type || rule.size || rule.sharded || rule.owner || rule.thread || rule.loaded;
}

std::string nearest_sizes(const Fits& fits, const ScaleRule& rule) {
    std::vector<std::pair<BufferType, std::uint64_t>> sizes(fits.sizes().begin(), fits.sizes().end());
    const auto distance = [&rule](const auto& one) { return std::pair(rule.type && *rule.type != one.first, rule.size->distance(one.second)); };
    std::stable_sort(sizes.begin(), sizes.end(), [&distance](const auto& a, const auto& b) { return distance(a) < distance(b); });
    std::string text;
    for (std::size_t i = 0; i < std::min(kNearest, sizes.size()); ++i) {
        text += fmt::format("{}{}:{}", i == 0 ? "the nearest sizes are " : ", ", to_string(sizes[i].first), sizes[i].second);
    }
    return text;
}

template <typename Names, typename ToText>
std::string list_of(const char* what, const Names& names, const ToText& to_text) {
    std::string text = what;
    std::size_t left = kNearest * kNearest;
    for (const auto& name : names) {
        text += fmt::format("{}{}", left == kNearest * kNearest ? " " : ", ", left == 0 ? "..." : to_text(name));
        if (left-- == 0) {
            break;
        }
    }
    return text;
}

std::string what_there_is(const Fits& fits, const ScaleRule& rule) {
    if (fits.sizes().empty()) {
        return "nothing was allocated";
    }
    const auto& owners = fits.owners();
    if (rule.owner && !owners.contains(*rule.owner)) {
        return list_of("there are", owners, [](const auto& owner) { return owner_label(owner.first, owner.second); });
    }
    if (rule.thread && !fits.threads().contains(*rule.thread)) {
        return list_of("there are threads", fits.threads(), [](std::uint32_t tid) { return fmt::format("{}", tid); });
    }
    if (rule.size) {
        return nearest_sizes(fits, rule);
    }
    std::set<BufferType> types;
    for (const auto& [type, size] : fits.sizes()) {
        types.insert(type);
    }
    return list_of("there are buffers in", types, [](BufferType type) { return std::string(to_string(type)); });
}

}  // namespace

std::optional<ScaleRule> parse_scale(std::string_view text) {
    const std::vector<std::string_view> words = words_of(text);
    const std::optional<double> factor = words.size() < 2 ? std::nullopt : parse_factor(words.back());
    if (!factor) {
        return std::nullopt;
    }
    ScaleRule rule;
    rule.text = text;
    rule.factor = *factor;
    const std::span<const std::string_view> named(words.data(), words.size() - 1);
    Reader reader(rule);
    for (std::size_t at = 0; at < named.size();) {
        const std::size_t read = reader.read(named.subspan(at));
        if (read == 0) {
            return std::nullopt;
        }
        at += read;
    }
    return rule.circular_buffers && says_of_buffers(rule) ? std::nullopt : std::optional(std::move(rule));
}

std::string matches_nothing(const Fits& fits, const ScaleRule& rule) {
    if (rule.circular_buffers) {
        return fmt::format("--scale '{}': no circular buffers were seen at launches", rule.text);
    }
    return fmt::format("--scale '{}': no buffer is like that; {}", rule.text, what_there_is(fits, rule));
}

}  // namespace tt::alloc_trace
