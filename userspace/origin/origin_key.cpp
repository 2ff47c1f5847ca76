// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/origin_key.hpp"

#include <charconv>

namespace tt::alloc_trace {
namespace {

using By = OriginKey::By;

const std::string kNative = "native:";

std::string native_at(const StackTable& stacks, const StackSeen& stack, std::uint32_t depth) {
    for (const std::uint32_t number : stack.frames) {
        const FrameSeen& frame = stacks.frame(number);
        if (frame.kind == FrameKind::Native && depth-- == 0) {
            return frame_text(frame);
        }
    }
    return {};
}

std::string of_frame(By by, const FrameSeen& frame) {
    const std::string file = file_text(frame);
    const std::string function = function_text(frame);
    if (by == By::File) {
        return file.empty() ? function : file;
    }
    return file.empty() || frame.function.empty() ? function : function + " (" + file + ")";
}

}  // namespace

std::string to_string(const OriginKey& key) {
    switch (key.by) {
        case By::Line: return "line";
        case By::Function: return "function";
        case By::File: return "file";
        case By::Native: return kNative + std::to_string(key.depth);
        case By::Operation: break;
    }
    return "operation";
}

std::optional<OriginKey> parse_origin_key(std::string_view text) {
    for (const OriginKey key : {OriginKey{By::Line}, OriginKey{By::Function}, OriginKey{By::File}, OriginKey{By::Operation}}) {
        if (text == to_string(key)) {
            return key;
        }
    }
    OriginKey key{By::Native};
    const char* const end = text.data() + text.size();
    if (!text.starts_with(kNative)) {
        return std::nullopt;
    }
    const auto [parsed_to, error] = std::from_chars(text.data() + kNative.size(), end, key.depth);
    return error == std::errc{} && parsed_to == end ? std::optional(key) : std::nullopt;
}

std::string origin_of(const OriginKey& key, const StackTable& stacks, std::uint32_t stack, CallSites& sites) {
    const CallSites::CallSite& site = sites.of(stack);
    switch (key.by) {
        case By::Line: return site.text;
        case By::Operation: return site.operation;
        case By::Native: return site.frame == 0 ? std::string() : native_at(stacks, *stacks.find(stack), key.depth);
        case By::Function:
        case By::File: break;
    }
    return site.frame == 0 ? std::string() : of_frame(key.by, stacks.frame(site.frame));
}

}  // namespace tt::alloc_trace
