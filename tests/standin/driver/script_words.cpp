// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_words.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace standin {

namespace {

constexpr const char* kSpace = " \t\r";

}  // namespace

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

Words::Words(const std::string& text) : text_(text.substr(0, text.find_last_not_of(kSpace) + 1)) { skip(0); }

std::string Words::peek() const { return text_.substr(at_, text_.find_first_of(kSpace, at_) - at_); }

void Words::skip(std::size_t letters) { at_ = std::min(text_.find_first_not_of(kSpace, at_ + letters), text_.size()); }

std::string Words::word(const char* what) {
    if (!more()) {
        throw BadLine(std::string(what) + " is missing");
    }
    const std::string next = peek();
    skip(next.size());
    return next;
}

std::uint64_t Words::number(const char* what) {
    const std::string text = word(what);
    const bool hex = text.starts_with("0x");
    const char* end = text.data() + text.size();
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data() + (hex ? 2 : 0), end, value, hex ? 16 : 10);
    if (result.ec != std::errc{} || result.ptr != end) {
        throw BadLine(std::string(what) + " is '" + text + "', not a number");
    }
    return value;
}

bool Words::take(const char* expected) {
    const bool is_next = more() && peek() == expected;
    skip(is_next ? std::string(expected).size() : 0);
    return is_next;
}

std::string Words::rest() {
    std::string left = text_.substr(at_);
    at_ = text_.size();
    return replaced(std::move(left), "\\n", "\n");
}

}  // namespace standin
