// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/debug_file.hpp"

#include <dlfcn.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

#include "target/module_file.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kDebugRoot = "/usr/lib/debug";

bool has_debug_info(const DebugImage& image) {
    const DebugSection* info = image.section(".debug_info");
    return info != nullptr && info->size != 0;
}

std::optional<std::uint32_t> checksum(int fd) {
    std::vector<Bytef> buffer(1U << 20U);
    uLong crc = 0;
    off_t at = 0;
    while (true) {
        const auto count = ::pread(fd, buffer.data(), buffer.size(), at);
        if (count < 0) {
            return std::nullopt;
        }
        if (count == 0) {
            return static_cast<std::uint32_t>(crc);
        }
        crc = ::crc32(crc, buffer.data(), static_cast<uInt>(count));
        at += count;
    }
}

class Search {
public:
    Search(const ElfFile& elf, const DebugFileSources& sources) : elf_(elf), sources_(sources) {}
    Result<DebugInfo> run();

private:
    [[nodiscard]] std::vector<std::string> roots() const;
    [[nodiscard]] std::vector<std::string> linked_paths() const;
    bool try_path(const std::string& path, bool by_link);
    bool try_file(UniqueFd fd, std::uint64_t size, const std::string& path, bool by_link);
    bool try_build_id();
    bool try_link();
    bool try_debuginfod();

    const ElfFile& elf_;
    const DebugFileSources& sources_;
    DebugImage::Link link_;
    std::string rejected_;
    std::optional<DebugInfo> found_;
};

std::vector<std::string> Search::roots() const {
    return sources_.target_root.empty() ? std::vector<std::string>{""}
                                        : std::vector<std::string>{sources_.target_root, ""};
}

bool Search::try_path(const std::string& path, bool by_link) {
    auto file = open_library_file(path);
    return file && file->identity != elf_.identity() &&
           try_file(std::move(file->fd), file->identity.size, path, by_link);
}

bool Search::try_file(UniqueFd fd, std::uint64_t size, const std::string& path, bool by_link) {
    auto image = DebugImage::open(fd.get(), size);
    if (!image || !has_debug_info(**image)) {
        return false;
    }
    const std::string id = (*image)->build_id();
    const bool same_id = !id.empty() && id == elf_.build_id();
    const bool no_id = id.empty() || elf_.build_id().empty();
    if (!same_id && !(no_id && by_link && checksum(fd.get()) == link_.crc)) {
        rejected_ = "; " + path + " is of another build";
        return false;
    }
    found_ = DebugInfo{std::move(fd), *std::move(image), path};
    return true;
}

bool Search::try_build_id() {
    const std::string& id = elf_.build_id();
    if (id.size() < 4) {
        return false;
    }
    for (const std::string& root : roots()) {
        if (try_path(root + kDebugRoot + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug", false)) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> Search::linked_paths() const {
    const std::filesystem::path directory = std::filesystem::path(elf_.path()).parent_path();
    std::vector<std::string> paths;
    for (const std::string& root : roots()) {
        const std::string here = root + directory.string();
        paths.push_back(here + "/" + link_.file);
        paths.push_back(here + "/.debug/" + link_.file);
        paths.push_back(root + kDebugRoot + directory.string() + "/" + link_.file);
    }
    return paths;
}

bool Search::try_link() {
    // A name, not a path: the module may say anything here.
    if (link_.file.empty() || link_.file.find('/') != std::string::npos || !elf_.path().starts_with('/')) {
        return false;
    }
    for (const std::string& path : linked_paths()) {
        if (try_path(path, true)) {
            return true;
        }
    }
    return false;
}

bool Search::try_debuginfod() {
    const char* urls = std::getenv("DEBUGINFOD_URLS");
    if (!sources_.allow_debuginfod || urls == nullptr || *urls == '\0' || elf_.build_id().empty()) {
        return false;
    }
    // Never unloaded: it brings libcurl, whose clean-up is not ours.
    void* library = ::dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        rejected_ += "; libdebuginfod is not installed";
        return false;
    }
    using Begin = void* (*)();
    using Find = int (*)(void*, const unsigned char*, int, char**);
    using End = void (*)(void*);
    const auto begin = reinterpret_cast<Begin>(::dlsym(library, "debuginfod_begin"));
    const auto find = reinterpret_cast<Find>(::dlsym(library, "debuginfod_find_debuginfo"));
    const auto end = reinterpret_cast<End>(::dlsym(library, "debuginfod_end"));
    void* client = begin != nullptr && find != nullptr && end != nullptr ? begin() : nullptr;
    if (client == nullptr) {
        return false;
    }
    char* path = nullptr;
    // Length 0: the build-id is text.
    UniqueFd fd(find(client, reinterpret_cast<const unsigned char*>(elf_.build_id().c_str()), 0, &path));
    end(client);
    const std::string shown = path == nullptr ? "the file of debuginfod" : path;
    std::free(path);
    if (!fd.valid()) {
        rejected_ += "; the servers of $DEBUGINFOD_URLS have none";
        return false;
    }
    const off_t size = ::lseek(fd.get(), 0, SEEK_END);
    return size > 0 && try_file(std::move(fd), static_cast<std::uint64_t>(size), shown, false);
}

Result<DebugInfo> Search::run() {
    auto own = DebugImage::open(elf_.fd(), elf_.identity().size);
    if (!own) {
        return tl::make_unexpected(own.error());
    }
    if (has_debug_info(**own)) {
        return DebugInfo{UniqueFd(), *std::move(own), elf_.path()};
    }
    link_ = (*own)->debug_link();
    if (try_build_id() || try_link() || try_debuginfod()) {
        return *std::move(found_);
    }
    return fail(
        ErrorCode::RunTime,
        (elf_.build_id().empty() ? "the library has none, and no build-id"
                                 : "the library has none, and there is no debug file with build-id " + elf_.build_id()
        ) + rejected_
    );
}

}  // namespace

Result<DebugInfo> find_debug_info(const ElfFile& elf, const DebugFileSources& sources) {
    return Search(elf, sources).run();
}

}  // namespace tt::alloc_trace
