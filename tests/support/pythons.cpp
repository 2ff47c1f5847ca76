// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/pythons.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

namespace tt::alloc_trace::test {
namespace {

std::vector<std::string> candidates() {
    std::vector<std::string> paths;
    if (const char* given = std::getenv("TAT_PYTHONS"); given != nullptr) {
        std::istringstream words{given};
        for (std::string path; std::getline(words, path, ':');) {
            paths.push_back(path);
        }
        return paths;
    }
    if (const char* home = std::getenv("HOME"); home != nullptr) {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator{std::string{home} + "/.pyenv/versions", none}) {
            paths.push_back(entry.path().string() + "/bin/python3");
        }
    }
    std::sort(paths.begin(), paths.end());
    paths.emplace_back("/usr/bin/python3");
    return paths;
}

// "3 10", nothing if it does not run.
std::string version_said_by(const std::string& path) {
    const std::string command =
        "'" + path + "' -c 'import sys; print(*sys.version_info[:2]) if sys.implementation.name == \"cpython\" else 0' 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
    std::array<char, 64> line{};
    return pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr ? line.data() : "";
}

}  // namespace

std::vector<Python> pythons() {
    std::vector<Python> found;
    for (const std::string& path : candidates()) {
        std::istringstream words{std::filesystem::exists(path) ? version_said_by(path) : ""};
        int major = 0;
        int minor = 0;
        if (words >> major >> minor && major == 3) {
            const PythonVersion version{static_cast<std::uint8_t>(major), static_cast<std::uint8_t>(minor)};
            const bool system = path.rfind("/usr/", 0) == 0;
            const std::string name = "cpython_" + std::to_string(major) + "_" + std::to_string(minor);
            found.push_back({path, version, name + (system ? "_system" : "")});
        }
    }
    return found;
}

}  // namespace tt::alloc_trace::test
