// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Runs stand-ins that are inside of libraries: loading_job together|reload LIBRARY TRUTH OPS [LIBRARY TRUTH OPS...].
// together: all are mapped from the beginning; reload: each is loaded, run and unloaded before the next.
#include <dlfcn.h>
#include <getopt.h>
#include <sys/mman.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

void* load(const char* path) {
    void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::fprintf(stderr, "%s\n", ::dlerror());
    }
    return library;
}

bool run(void* library, const char* truth, const char* ops) {
    using Main = int (*)(int, char**);
    const auto standin_main = reinterpret_cast<Main>(::dlsym(library, "standin_main"));
    std::vector<std::string> words{"standin", "--threads", "2", "--ops", ops, "--truth", truth};
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::optind = 1;  // the C library's parser starts anew
    return standin_main != nullptr && standin_main(static_cast<int>(words.size()), arguments.data()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bool together = argc > 1 && std::string_view(argv[1]) == "together";
    std::vector<void*> libraries;
    for (int i = 2; together && i + 2 < argc; i += 3) {
        libraries.push_back(load(argv[i]));
    }
    for (int i = 2; i + 2 < argc; i += 3) {
        void* library = together ? libraries[static_cast<std::size_t>(i - 2) / 3] : load(argv[i]);
        if (library == nullptr || !run(library, argv[i + 1], argv[i + 2])) {
            return 1;
        }
        if (!together) {
            ::dlclose(library);
            // So that the next one cannot come to the same place.
            ::mmap(nullptr, std::size_t{64} << 20U, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        }
    }
    return 0;
}
