// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A directory that goes with the test.
#pragma once

#include <string>

namespace tt::alloc_trace::test {

class TempDir {
public:
    TempDir();  // throws std::runtime_error
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

[[nodiscard]] std::string read_file(const std::string& path);  // throws std::runtime_error
void write_file(const std::string& path, const std::string& content);

}  // namespace tt::alloc_trace::test
