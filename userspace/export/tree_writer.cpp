// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/tree_writer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "export/labels.hpp"

namespace tt::alloc_trace {
namespace {

constexpr int kBatch = 1000;           // as Python's own
constexpr std::size_t kMaxWords = 256;  // one byte names one

void append_little_endian(std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>(i < 8 ? number >> (8 * i) & 0xffU : 0);
    }
}

}  // namespace

void JsonTreeWriter::separate() {
    if (!first_) {
        out() += ',';
    }
    first_ = false;
}

void JsonTreeWriter::open(char bracket) {
    separate();
    out() += bracket;
    first_ = true;
}

void JsonTreeWriter::close(char bracket) {
    out() += bracket;
    first_ = false;
}

void JsonTreeWriter::key(std::string_view name) {
    separate();
    out().append("\"").append(name).append("\":");
    first_ = true;
}

void JsonTreeWriter::value(std::string_view text) {
    separate();
    out() += json_string(text);
}

void JsonTreeWriter::value(std::uint64_t number) {
    separate();
    fmt::format_to(std::back_inserter(out()), "{}", number);
}

void JsonTreeWriter::value(bool flag) {
    separate();
    out() += flag ? "true" : "false";
}

PickleTreeWriter::PickleTreeWriter(std::string& out_text) : TreeWriter(out_text) { out() += "\x80\x02"; }

// An entry of a list is complete.
void PickleTreeWriter::added() {
    if (!batches_.empty() && batches_.back() >= 0 && ++batches_.back() == kBatch) {
        batches_.back() = 0;
        out() += "e(";
    }
}

void PickleTreeWriter::begin_map() {
    out() += "}(";
    batches_.push_back(-1);
}

void PickleTreeWriter::end_map() {
    out() += 'u';
    batches_.pop_back();
    added();
}

void PickleTreeWriter::begin_list() {
    out() += "](";
    batches_.push_back(0);
}

void PickleTreeWriter::end_list() {
    out() += 'e';
    batches_.pop_back();
    added();
}

void PickleTreeWriter::value(std::string_view text) {
    word(text);
    added();
}

void PickleTreeWriter::value(std::uint64_t number) {
    if (number < 0x100) {
        out() += 'K';
        append_little_endian(out(), number, 1);
    } else if (number < 0x10000) {
        out() += 'M';
        append_little_endian(out(), number, 2);
    } else if (number < 0x80000000) {
        out() += 'J';
        append_little_endian(out(), number, 4);
    } else {
        const int bytes = number >> 63U == 0 ? 8 : 9;  // two's complement
        out() += '\x8a';
        out() += static_cast<char>(bytes);
        append_little_endian(out(), number, bytes);
    }
    added();
}

void PickleTreeWriter::value(bool flag) {
    out() += flag ? '\x88' : '\x89';
    added();
}

void PickleTreeWriter::word(std::string_view text) {
    const std::string quoted = json_string(text);
    std::string clean(text);
    if (quoted.size() != text.size() + 2) {  // it may be no valid UTF-8
        clean = nlohmann::json::parse(quoted).get<std::string>();
    }
    if (const auto known = words_.find(clean); known != words_.end()) {
        out() += 'h';
        out() += static_cast<char>(known->second);
        return;
    }
    out() += 'X';
    append_little_endian(out(), clean.size(), 4);
    out() += clean;
    if (words_.size() < kMaxWords) {
        const auto number = static_cast<std::uint8_t>(words_.size());
        words_[clean] = number;
        out() += 'q';
        out() += static_cast<char>(number);
    }
}

}  // namespace tt::alloc_trace
