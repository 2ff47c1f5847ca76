// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// A program that knows nothing of the runtime and loads it late, as a Python interpreter does: _ttnn.so beside the program
// holds runtime and driver.

#include <dlfcn.h>

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
    const auto library = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "_ttnn.so";
    void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) {
        std::fprintf(stderr, "%s\n", ::dlerror());
        return 1;
    }
    auto* entry = reinterpret_cast<int (*)(int, char**)>(::dlsym(handle, "standin_main"));
    return entry == nullptr ? 1 : entry(argc, argv);
}
