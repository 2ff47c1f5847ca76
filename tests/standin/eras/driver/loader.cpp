// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// A program that knows nothing of the runtime and loads it late, as a Python interpreter does: _ttnn.so beside the program
// holds runtime and driver.

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

namespace {

// Without --unload the library stays, as a Python module does.
bool take_unload_option(int& argc, char** argv) {
    const auto is_it = [](const char* argument) { return std::strcmp(argument, "--unload") == 0; };
    char** end = std::remove_if(argv + 1, argv + argc, is_it);
    const bool unload = end != argv + argc;
    argc = static_cast<int>(end - argv);
    argv[argc] = nullptr;
    return unload;
}

int run(const std::string& library, int argc, char** argv, bool unload) {
    void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) {
        std::fprintf(stderr, "%s\n", ::dlerror());
        return 1;
    }
    auto* entry = reinterpret_cast<int (*)(int, char**)>(::dlsym(handle, "standin_main"));
    const int status = entry == nullptr ? 1 : entry(argc, argv);
    if (unload && status == 0) {
        ::dlclose(handle);
        const bool gone = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD) == nullptr;
        std::puts(gone ? "unloaded" : "still loaded");
        std::fflush(stdout);
    }
    return status;
}

}  // namespace

// With --unload the library goes at the end of its driver, and the line "load" brings it back.
int main(int argc, char** argv) {
    const auto library = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "_ttnn.so";
    const bool unload = take_unload_option(argc, argv);
    for (;;) {
        ::optind = 1;  // the driver's options are parsed each time
        const int status = run(library, argc, argv, unload);
        std::array<char, 16> line{};
        const bool again = unload && status == 0 && std::fgets(line.data(), line.size(), stdin) != nullptr &&
                           std::strcmp(line.data(), "load\n") == 0;
        if (!again) {
            return status;
        }
    }
}
