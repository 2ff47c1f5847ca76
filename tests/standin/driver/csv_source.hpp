// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Lines of a text file that may be compressed with zstd.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

struct ZSTD_DCtx_s;

namespace standin {

class LineSource {
public:
    explicit LineSource(const std::string& path);  // throws std::runtime_error
    ~LineSource();
    LineSource(const LineSource&) = delete;
    LineSource& operator=(const LineSource&) = delete;
    // False at the end of the file. Throws on read errors and on damaged or cut compressed data.
    bool next(std::string& line);

private:
    bool refill();
    bool refill_compressed();

    std::string path_;
    std::FILE* file_;
    std::unique_ptr<ZSTD_DCtx_s, std::size_t (*)(ZSTD_DCtx_s*)> context_;
    std::vector<char> compressed_;
    std::size_t compressed_at_ = 0;
    std::size_t compressed_end_ = 0;
    std::size_t frame_hint_ = 0;
    std::string text_;
    std::size_t text_at_ = 0;
};

}  // namespace standin
