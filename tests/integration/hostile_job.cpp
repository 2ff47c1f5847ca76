// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What any unprivileged program can do: load a copy of the runtime and call its hook with Buffers that are garbage. usage: hostile_job
// LIBRARY COUNT. Waits for a line before, and for the end of stdin after it.
#include <dlfcn.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    void* library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : nullptr;
    if (library == nullptr) {
        return 1;
    }
    using Instance = void* (*)();
    using Hook = void (*)(void*, const void*);
    const auto instance = reinterpret_cast<Instance>(dlsym(library, "_ZN2tt8tt_metal12GraphTracker8instanceEv"));
    const auto hook = reinterpret_cast<Hook>(dlsym(library, "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE"));
    if (instance == nullptr || hook == nullptr) {
        return 2;
    }
    std::array<std::uint8_t, 512> garbage{};
    garbage.fill(0xee);
    std::cout << "ready" << std::endl;
    std::string line;
    std::getline(std::cin, line);
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        hook(instance(), garbage.data());
    }
    std::cout << "done" << std::endl;
    while (std::getline(std::cin, line)) {
    }
}
