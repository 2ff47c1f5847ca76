// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/call_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "origin/function_name.hpp"

namespace tt::alloc_trace {
namespace {

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Whose code a frame is: the author's own comes first.
bool is_library(const FrameSeen& frame) {
    if (frame.kind == FrameKind::Python) {
        const bool installed = contains(frame.file, "/site-packages/") || contains(frame.file, "/dist-packages/");
        const bool of_python = contains(frame.file, "/lib/python") && !installed;
        return contains(frame.file, "/ttnn/") || of_python || frame.file.starts_with('<');
    }
    const std::string_view scope = outer_scope(frame.function);
    const std::string file = base_name(frame.file);
    const bool of_system = file.starts_with("libc.so") || file.starts_with("libstdc++") || file.starts_with("libc++") ||
                           file.starts_with("ld-linux") || file.starts_with("libpython") || file.starts_with("libpthread");
    return scope == "tt" || scope == "ttnn" || scope == "std" || scope == "nanobind" || of_system;
}

bool is_python(const FrameSeen& frame) { return frame.kind == FrameKind::Python; }

bool is_device_operation(const std::string& name) { return contains(name, "DeviceOperation") || contains(name, "device_operation::"); }

// What bindings and shared parts are made of: no name that a caller knows.
bool is_detail(const std::string& name) { return contains(name, "::detail::"); }

}  // namespace

std::string file_text(const FrameSeen& frame) { return base_name(frame.file); }

std::string function_text(const FrameSeen& frame) {
    return frame.kind == FrameKind::Python ? frame.function : frame_text(frame);
}

std::string frame_text(const FrameSeen& frame, bool full) {
    const std::string file = full ? frame.file : base_name(frame.file);
    if (frame.kind == FrameKind::Python) {
        return fmt::format("{}:{} {}", file, frame.line == 0 ? "?" : fmt::format("{}", frame.line), frame.function);
    }
    if (!frame.function.empty()) {
        const std::string name = demangled(frame.function);
        return full ? fmt::format("{} ({})", name, file) : short_name(name);
    }
    return frame.file.empty() ? fmt::format("0x{:x}", frame.address) : fmt::format("{}+0x{:x}", file, frame.address);
}

const CallSites::CallSite& CallSites::of(std::uint32_t stack) {
    const StackSeen* seen = stacks_.find(stack);
    if (seen == nullptr || seen->frames.empty()) {
        return none_;
    }
    if (known_.size() < stacks_.stacks().size()) {
        known_.resize(stacks_.stacks().size());
    }
    CallSite& site = known_[stack - 1U];
    if (site.frame == 0) {
        site = find(*seen);
    }
    return site;
}

CallSites::CallSite CallSites::find(const StackSeen& stack) {
    const FrameSeen* site = nullptr;
    const bool python = std::any_of(stack.frames.begin(), stack.frames.end(), [this](std::uint32_t number) {
        return is_python(stacks_.frame(number));
    });
    std::string operation;
    bool in_operation = false;
    bool found = false;
    for (const std::uint32_t number : stack.frames) {
        const FrameSeen& frame = stacks_.frame(number);
        if (!found && is_python(frame) == python) {
            site = &frame;
            found = !is_library(frame);
        }
        const std::string_view scope = is_python(frame) ? std::string_view{} : outer_scope(frame.function);
        if (scope == "ttnn") {
            const std::string name = short_name(demangled(frame.function));
            in_operation = in_operation || is_device_operation(name);
            operation = in_operation && !is_device_operation(name) && !is_detail(name) ? name : operation;
        }
    }
    std::string text = frame_text(*site);
    const std::uint32_t first = frames_.try_emplace(text, site->number).first->second;
    return {std::move(text), std::move(operation), first};
}

}  // namespace tt::alloc_trace
