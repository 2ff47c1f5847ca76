// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/container.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kIdDigits = 64;
constexpr std::size_t kMaxBytes = 65536;  // of each file that is read
constexpr int kMaxAncestors = 16;         // between a process and the one that watches over its container

// What stands before the id in a path of a cgroup.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRuntimes{{
    {"libpod-", "podman"},
    {"docker-", "docker"},
    {"/docker/", "docker"},
    {"cri-containerd-", "containerd"},
    {"crio-", "cri-o"},
}};

// Where the last run of exactly so many digits begins; npos if there is none.
std::size_t find_id(std::string_view cgroup) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t end = cgroup.size(); end > 0;) {
        const std::size_t last = cgroup.find_last_of(kDigits, end - 1);
        if (last == std::string_view::npos) {
            break;
        }
        const std::size_t before = cgroup.find_last_not_of(kDigits, last);
        const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
        if (last + 1 - begin == kIdDigits) {
            return begin;
        }
        end = begin;
    }
    return std::string_view::npos;
}

// Among words that end with a NUL: what follows `prefix` in the first that begins so.
std::string value_of(std::string_view words, std::string_view prefix) {
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find('\0'));
        if (word.starts_with(prefix)) {
            return without_unprintable(std::string(word.substr(prefix.size())));
        }
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
    return {};
}

// podman's monitor is an ancestor, and has the name in its arguments: conmon ... -n NAME ...
std::string name_of_monitor(const ProcessHandle& process, const std::string& proc_root) {
    Result<ProcessInfo> info = read_process_info(process);
    for (int i = 0; i < kMaxAncestors && info && info->parent_pid > 1; ++i) {
        const Result<ProcessHandle> parent = ProcessHandle::open(info->parent_pid, proc_root);
        info = parent ? read_process_info(*parent) : tl::make_unexpected(parent.error());
        if (info && info->comm == "conmon") {
            const std::string words = parent->read_head("cmdline", kMaxBytes).value_or("");
            const std::string_view option("\0-n\0", 4);
            const std::size_t at = words.find(option);
            return at == std::string::npos ? "" : value_of(std::string_view(words).substr(at + option.size()), "");
        }
    }
    return {};
}

// /run/.containerenv as the process sees it: never a way out of its root, never a file that blocks.
std::string read_container_file(const ProcessHandle& process) {
    const UniqueFd root(::openat(process.files_fd(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
    open_how how{};
    how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const UniqueFd file(static_cast<int>(::syscall(SYS_openat2, root.get(), "run/.containerenv", &how, sizeof(how))));
    struct stat status{};
    if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {};
    }
    std::string text(kMaxBytes, '\0');
    const ssize_t count = ::read(file.get(), text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

// Of lines such as image="docker.io/library/debian".
std::string quoted_value(std::string text, std::string_view key) {
    std::replace(text.begin(), text.end(), '\n', '\0');
    std::string value = value_of(text, std::string(key) + "=\"");
    return value.substr(0, value.find('"'));
}

}  // namespace

std::optional<ContainerInfo> container_of(const ProcessHandle& process, const std::string& proc_root) {
    const std::string cgroup = process.read_head("cgroup", kMaxBytes).value_or("");
    const std::size_t at = find_id(cgroup);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    ContainerInfo container;
    container.id = cgroup.substr(at, kIdDigits);
    for (const auto& [prefix, runtime] : kRuntimes) {
        if (std::string_view(cgroup).substr(0, at).ends_with(prefix)) {
            container.runtime = runtime;
        }
    }
    container.name = name_of_monitor(process, proc_root);
    if (container.name.empty()) {  // a pod's is its host name; by default that is the id's beginning
        const std::string host = value_of(process.read_head("environ", kMaxBytes).value_or(""), "HOSTNAME=");
        container.name = container.id.starts_with(host) ? "" : host;
    }
    container.image = quoted_value(read_container_file(process), "image");
    return container;
}

}  // namespace tt::alloc_trace
