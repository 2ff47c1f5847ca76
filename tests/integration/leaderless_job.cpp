// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A job that goes on without its main thread: leaderless_job exit|exec. Each step waits for a line: the main thread ends (exit), or
// another one executes this program anew (exec); four buffers are allocated and one of them freed; the process ends.
#include <pthread.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/buffer.hpp"
#include "runtime/host_api.hpp"

namespace {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;

void wait_for_line() {
    std::string line;
    std::getline(std::cin, line);
}

std::vector<std::shared_ptr<Buffer>> allocate(tt::tt_metal::IDevice* device, int count) {
    std::vector<std::shared_ptr<Buffer>> buffers;
    for (int i = 0; i < count; ++i) {
        buffers.push_back(Buffer::create(device, 65'536, 2'048, BufferType::DRAM));
    }
    return buffers;
}

[[noreturn]] void work(tt::tt_metal::IDevice* device) {
    wait_for_line();
    auto buffers = allocate(device, 4);
    buffers.pop_back();
    std::cout << "done" << std::endl;
    wait_for_line();
    _exit(0);
}

}  // namespace

int main(int, char** argv) {
    const std::string mode = argv[1];
    tt::tt_metal::IDevice* device = tt::tt_metal::CreateDevice(0);
    if (mode == "work") {
        work(device);
    }
    static const auto older = allocate(device, 3);  // stays when the main thread's stack is unwound
    std::cout << "ready" << std::endl;
    wait_for_line();
    if (mode == "exec") {
        std::thread([argv] { execl("/proc/self/exe", argv[0], "work", nullptr); }).join();
    }
    std::thread([device] { work(device); }).detach();
    pthread_exit(nullptr);
}
