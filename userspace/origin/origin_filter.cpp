// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/origin_filter.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// Texts are what a user gives; brackets and question marks of C++ names and lambdas mean themselves.
std::string glob_of(const std::string& text) {
    std::string glob = "*";
    for (const char letter : text) {
        if (letter == '[' || letter == '?' || letter == '\\') {
            glob += '\\';
        }
        glob += letter;
    }
    return glob + "*";
}

bool has(const std::string& name, const std::string& text) { return fnmatch(glob_of(text).c_str(), name.c_str(), 0) == 0; }

}  // namespace

void OriginMatcher::begin(const StackTable& stacks) {
    stacks_ = &stacks;
    sites_.emplace(stacks);
}

bool OriginMatcher::passes(std::uint32_t stack) {
    if (filter_.empty()) {
        return true;
    }
    if (stacks_ == nullptr || stacks_->find(stack) == nullptr) {
        return false;
    }
    if (known_.size() < stack) {
        known_.resize(stacks_->stacks().size());
    }
    std::int8_t& known = known_[stack - 1U];
    if (known == 0) {
        known = matches(stack) ? 1 : -1;
    }
    return known > 0;
}

bool OriginMatcher::matches(std::uint32_t stack) {
    if (!filter_.operation.empty()) {
        const std::string& operation = sites_->of(stack).operation;
        if (operation.empty() || !has(operation, filter_.operation)) {
            return false;
        }
    }
    const std::vector<std::uint32_t>& frames = stacks_->find(stack)->frames;
    return filter_.call.empty() || std::any_of(frames.begin(), frames.end(), [this](std::uint32_t frame) {
        return has(frame_text(stacks_->frame(frame), true), filter_.call);
    });
}

}  // namespace tt::alloc_trace
