// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A job whose forked child frees what it inherited, as one does that leaves by exit() with everything in place.
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "runtime/buffer.hpp"
#include "runtime/host_api.hpp"

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;

int main() {
    tt::tt_metal::IDevice* device = tt::tt_metal::CreateDevice(0);
    std::vector<std::shared_ptr<Buffer>> buffers;
    for (int i = 0; i < 3; ++i) {
        buffers.push_back(Buffer::create(device, 65'536, 2'048, BufferType::DRAM));
    }
    const pid_t child = fork();
    if (child == 0) {
        buffers.clear();
        const auto own = Buffer::create(device, 4'096, 2'048, BufferType::DRAM);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    buffers.pop_back();
    _exit(status == 0 ? 0 : 1);
}
