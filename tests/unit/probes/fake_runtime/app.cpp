// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// An application that has the runtime linked in and exports nothing of it. With an argument it writes "ready" and waits
// for its standard input to end.
#include <unistd.h>

#include "runtime.hpp"

int main(int argc, char**) {
    tt::tt_metal::Buffer* none = nullptr;
    if (argc > 100) {
        none->allocate_impl();
        none->deallocate_impl();
        tt::tt_metal::Device().close();
        tt::tt_metal::detail::ProgramImpl().allocate_circular_buffers(nullptr);
    }
    char byte = 0;
    return argc > 1 && ::write(1, "ready\n", 6) == 6 && ::read(0, &byte, 1) != 0 ? 1 : 0;
}
