// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/csv_source.hpp"

#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace standin {

namespace {

constexpr std::size_t kBlock = 128 * 1024;

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

LineSource::LineSource(const std::string& path) :
    path_(path),
    file_(std::fopen(path.c_str(), "re")),
    context_(ends_with(path, ".zst") ? ZSTD_createDCtx() : nullptr, ZSTD_freeDCtx),
    compressed_(kBlock) {
    if (file_ == nullptr) {
        throw std::runtime_error("cannot read " + path + ": " + std::strerror(errno));
    }
}

LineSource::~LineSource() { std::fclose(file_); }

bool LineSource::next(std::string& line) {
    for (;;) {
        const auto end = text_.find('\n', text_at_);
        if (end != std::string::npos) {
            line.assign(text_, text_at_, end - text_at_);
            text_at_ = end + 1;
            return true;
        }
        text_.erase(0, text_at_);
        text_at_ = 0;
        if (!(context_ ? refill_compressed() : refill())) {
            line = text_;
            text_.clear();
            return !line.empty();
        }
    }
}

bool LineSource::refill() {
    const std::size_t got = std::fread(compressed_.data(), 1, compressed_.size(), file_);
    text_.append(compressed_.data(), got);
    return got != 0;
}

bool LineSource::refill_compressed() {
    if (compressed_at_ == compressed_end_) {
        compressed_end_ = std::fread(compressed_.data(), 1, compressed_.size(), file_);
        compressed_at_ = 0;
        if (compressed_end_ == 0) {
            if (frame_hint_ != 0) {
                throw std::runtime_error(path_ + " is cut off");
            }
            return false;
        }
    }
    const std::size_t before = text_.size();
    text_.resize(before + kBlock);
    ZSTD_inBuffer in{compressed_.data(), compressed_end_, compressed_at_};
    ZSTD_outBuffer out{text_.data() + before, kBlock, 0};
    frame_hint_ = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(frame_hint_) != 0) {
        throw std::runtime_error(path_ + ": " + ZSTD_getErrorName(frame_hint_));
    }
    compressed_at_ = in.pos;
    text_.resize(before + out.pos);
    return true;
}

}  // namespace standin
