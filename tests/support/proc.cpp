// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/proc.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/subprocess.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::chrono::milliseconds kLookAgain{2};

struct Stat {
    char state = 0;
    pid_t parent = 0;
};

Stat read_stat(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    Stat stat;
    if (const std::size_t name_end = text.rfind(')'); name_end != std::string::npos) {
        std::sscanf(text.c_str() + name_end + 1, " %c %d", &stat.state, &stat.parent);
    }
    return stat;
}

std::vector<pid_t> numbers_in(const std::string& directory) {
    std::vector<pid_t> numbers;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        const std::string name = entry.path().filename();
        pid_t number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ptr == name.data() + name.size()) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

std::string read_bytes(const std::string& path, std::uint64_t offset, std::size_t count) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(count, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

}  // namespace

char process_state(pid_t pid) { return read_stat(pid).state; }

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    for (const pid_t candidate : numbers_in("/proc")) {
        if (read_stat(candidate).parent == pid) {
            children.push_back(candidate);
        }
    }
    return children;
}

std::vector<pid_t> threads_of(pid_t pid) { return numbers_in("/proc/" + std::to_string(pid) + "/task"); }

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return true;
}

testing::AssertionResult has_original_code(pid_t pid, const std::string& library) {
    const std::string process = "/proc/" + std::to_string(pid);
    std::ifstream maps(process + "/maps");
    bool found = false;
    for (std::string line; std::getline(maps, line);) {
        unsigned long start = 0;
        unsigned long end = 0;
        unsigned long offset = 0;
        char mode[5] = {};
        if (!line.ends_with(library) || std::sscanf(line.c_str(), "%lx-%lx %4s %lx", &start, &end, mode, &offset) != 4 ||
            mode[2] != 'x') {
            continue;
        }
        found = true;
        const std::string in_file = read_bytes(library, offset, end - start);
        const std::string in_memory = read_bytes(process + "/mem", start, in_file.size());
        for (std::size_t i = 0; i < in_file.size(); ++i) {
            if (in_memory.size() <= i || in_memory[i] != in_file[i]) {
                return testing::AssertionFailure() << "the code of " << library << " is changed at offset " << offset + i;
            }
        }
    }
    return found ? testing::AssertionSuccess() : testing::AssertionFailure() << library << " is not mapped in " << pid;
}

testing::AssertionResult has_original_code_soon(pid_t pid, const std::string& library) {
    (void)eventually([&] { return static_cast<bool>(has_original_code(pid, library)); });
    return has_original_code(pid, library);
}

}  // namespace tt::alloc_trace::test
