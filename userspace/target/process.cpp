// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxStatusBytes = 65536;           // status grows with the number of CPUs (masks)
constexpr std::size_t kMaxCommandBytes = 4096;           // shown, not parsed: more of a command line helps nobody
constexpr std::size_t kMaxDescriptors = 1U << 20;        // the kernel's own default bound of open files per process
constexpr std::uint64_t kKernelThreadFlag = 0x00200000;  // PF_KTHREAD
constexpr std::uint64_t kExitingFlag = 0x00000004;       // PF_EXITING

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

struct StatLine {
    std::string comm;
    char state = '?';
    std::uint64_t parent = 0;
    std::uint64_t flags = 0;
    std::uint64_t threads = 0;
    std::uint64_t start_ticks = 0;
};

// "12 (comm) S 1 ..."; the comm may itself hold spaces and parentheses, so the last ')' ends it.
std::optional<StatLine> parse_stat(std::string_view text) {
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return std::nullopt;
    }
    std::vector<std::string_view> words;  // words[0] is field 3, the state
    for (std::string_view rest = text.substr(close + 1); !rest.empty();) {
        const auto begin = rest.find_first_not_of(" \n");
        if (begin == std::string_view::npos) {
            break;
        }
        const auto end = std::min(rest.find_first_of(" \n", begin), rest.size());
        words.push_back(rest.substr(begin, end - begin));
        rest.remove_prefix(end);
    }
    constexpr std::size_t kStartTime = 19;
    if (words.size() <= kStartTime) {
        return std::nullopt;
    }
    const auto parent = to_number(words[1]);
    const auto flags = to_number(words[6]);
    const auto threads = to_number(words[17]);
    const auto start = to_number(words[kStartTime]);
    if (!parent || !flags || !threads || !start) {
        return std::nullopt;
    }
    return StatLine{
        std::string(text.substr(open + 1, close - open - 1)), words[0][0], *parent, *flags, *threads, *start
    };
}

bool main_thread_has_ended(const StatLine& stat) {
    return stat.state == 'Z' || stat.state == 'X';
}

// All of it: its main thread may end while others go on.
bool has_ended(const StatLine& stat) {
    return main_thread_has_ended(stat) && stat.threads <= 1;
}

// What stands behind "<key>" at the start of a line of /proc/PID/status, without leading blanks.
std::optional<std::string_view> status_line(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        if (line.starts_with(key)) {
            auto rest = line.substr(key.size());
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
            return rest;
        }
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return std::nullopt;
}

// The first number of such a line.
std::optional<std::uint64_t> status_number(std::string_view text, std::string_view key) {
    const auto line = status_line(text, key);
    return line ? to_number(line->substr(0, line->find_first_of(" \t"))) : std::nullopt;
}

// The numbers of a process from our pid namespace down to its own: the last one, if there are several.
std::uint32_t namespace_pid(std::string_view status) {
    const auto line = status_line(status, "NSpid:");
    const auto last = line ? line->find_last_of(" \t") : std::string_view::npos;
    return last == std::string_view::npos ? 0 : static_cast<std::uint32_t>(to_number(line->substr(last + 1)).value_or(0));
}

// /etc/passwd only: the name service switch cannot be linked statically, and a number is a good enough name.
std::string user_name(std::uint32_t user_id) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"), &std::fclose);
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    while (file && fgetpwent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0) {
        if (entry.pw_uid == user_id) {
            return entry.pw_name;
        }
    }
    return std::to_string(user_id);
}

// Our own descriptor, because fdopendir() takes its argument over.
Directory open_directory(int parent, const char* name) {
    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return {nullptr, &::closedir};
    }
    DIR* directory = ::fdopendir(fd);
    if (directory == nullptr) {
        ::close(fd);
    }
    return {directory, &::closedir};
}

std::vector<std::uint32_t> opened_devices(const ProcessHandle& process) {
    constexpr std::string_view kDevices = "/dev/tenstorrent/";
    std::vector<std::uint32_t> devices;
    const Directory directory = open_directory(process.files_fd(), "fd");
    std::size_t looked_at = 0;
    while (directory && looked_at++ < kMaxDescriptors) {
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr) {
            break;
        }
        std::array<char, 256> target{};
        const auto length = ::readlinkat(::dirfd(directory.get()), entry->d_name, target.data(), target.size());
        if (length <= 0 || static_cast<std::size_t>(length) >= target.size()) {
            continue;
        }
        const std::string_view path(target.data(), static_cast<std::size_t>(length));
        if (!path.starts_with(kDevices)) {
            continue;
        }
        if (const auto number = to_number(path.substr(kDevices.size())); number && *number <= 0xffff) {
            devices.push_back(static_cast<std::uint32_t>(*number));
        }
    }
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    return devices;
}

std::string command_of(const ProcessHandle& process, const std::string& comm) {
    auto text = process.read_head("cmdline", kMaxCommandBytes).value_or("");
    while (!text.empty() && text.back() == '\0') {
        text.pop_back();
    }
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text.empty() ? "[" + comm + "]" : without_unprintable(text);
}

std::uint64_t ticks_to_ns(std::uint64_t ticks) {
    const auto per_second = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
    return ticks / per_second * 1'000'000'000U + ticks % per_second * 1'000'000'000U / per_second;
}

// They go with the memory of a thread.
bool is_of_memory(std::string_view name) {
    constexpr std::array kNames{"maps", "map_files", "exe", "fd", "root", "cmdline", "environ"};
    const std::string_view first = name.substr(0, name.find('/'));
    return std::find(kNames.begin(), kNames.end(), first) != kNames.end();
}

Result<StatLine> read_stat(const ProcessHandle& process) {
    const auto text = process.read("stat", kMaxStatBytes);
    if (!text) {
        return tl::make_unexpected(text.error());
    }
    auto stat = parse_stat(*text);
    if (!stat) {
        return fail(ErrorCode::RunTime, "cannot understand " + process.path_of("stat"));
    }
    return *std::move(stat);
}

}  // namespace

ProcessHandle::ProcessHandle(std::uint32_t pid, std::string path, UniqueFd directory)
    : pid_(pid), path_(std::move(path)), directory_(std::move(directory)) {}

Result<ProcessHandle> ProcessHandle::open(std::uint32_t pid, const std::string& proc_root) {
    std::string path = proc_root + "/" + std::to_string(pid);
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const int error = errno;
    ProcessHandle process(pid, std::move(path), std::move(directory));
    if (!process.directory_.valid()) {
        return process.failed("", error);
    }
    process.find_thread(proc_root);
    return process;
}

void ProcessHandle::find_thread(const std::string& proc_root) {
    const Result<StatLine> stat = read_stat(*this);
    if (!stat || !main_thread_has_ended(*stat) || has_ended(*stat)) {
        return;
    }
    for (const std::uint32_t tid : list_threads(*this).value_or(std::vector<std::uint32_t>{})) {
        const std::string path = proc_root + "/" + std::to_string(tid);
        UniqueFd thread(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (tid == pid_ || !thread.valid()) {
            continue;
        }
        ProcessHandle seen(tid, path, std::move(thread));
        const std::string status = seen.read_head("status", kMaxStatusBytes).value_or("");
        if (status_number(status, "Tgid:") == pid_) {  // its number was not given away meanwhile
            tid_ = tid;
            thread_path_ = path;
            thread_ = std::move(seen.directory_);
            return;
        }
    }
}

// What is not of the whole process stays with the main thread, also when it has ended.
int ProcessHandle::fd_for(const std::string& name) const {
    return is_of_memory(name) ? files_fd() : directory_fd();
}

std::string ProcessHandle::path_of(const std::string& name) const {
    return (thread_.valid() && is_of_memory(name) ? thread_path_ : path_) + "/" + name;
}

tl::unexpected<Error> ProcessHandle::failed(const std::string& name, int error) const {
    if (error == ENOENT || error == ESRCH) {
        const std::string what = name.empty() ? "there is no process " : "process has ended: ";
        return tl::make_unexpected(Error{
            ErrorCode::NoSuchProcess,
            what + std::to_string(pid_),
            "see `tt-alloc-trace list` for the processes that can be traced",
            error
        });
    }
    if (error == EACCES || error == EPERM) {
        return fail_errno(
            ErrorCode::NotPermitted,
            "cannot read " + path_of(name),
            error,
            "run as root (sudo), or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
        );
    }
    return fail_errno(ErrorCode::RunTime, "cannot read " + path_of(name), error);
}

Result<std::string> ProcessHandle::read_head(const std::string& name, std::size_t max_bytes) const {
    const UniqueFd fd(::openat(fd_for(name), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) {
        return failed(name, errno);
    }
    std::string text;
    while (text.size() < max_bytes) {
        const std::size_t before = text.size();
        text.resize(std::min(max_bytes, std::max<std::size_t>(before * 2, 4096)));
        const auto count = ::read(fd.get(), text.data() + before, text.size() - before);
        if (count < 0 && errno != EINTR) {
            return failed(name, errno);
        }
        text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0) {
            break;
        }
    }
    return text;
}

Result<std::string> ProcessHandle::read(const std::string& name, std::size_t max_bytes) const {
    auto text = read_head(name, max_bytes + 1);
    if (text && text->size() > max_bytes) {
        return fail(ErrorCode::RunTime, path_of(name) + " is longer than " + std::to_string(max_bytes) + " bytes");
    }
    return text;
}

Result<std::string> ProcessHandle::read_link(const std::string& name) const {
    std::array<char, 4096> target{};
    const auto length = ::readlinkat(fd_for(name), name.c_str(), target.data(), target.size());
    if (length < 0) {
        return failed(name, errno);
    }
    return std::string(target.data(), static_cast<std::size_t>(length));
}

Result<ProcessInfo> read_process_info(const ProcessHandle& process) {
    auto stat = read_stat(process);
    if (!stat) {
        return tl::make_unexpected(stat.error());
    }
    const auto status = process.read_head("status", kMaxStatusBytes);
    if (!status) {
        return tl::make_unexpected(status.error());
    }
    ProcessInfo info;
    info.pid = process.pid();
    info.namespace_pid = namespace_pid(*status);
    info.parent_pid = static_cast<std::uint32_t>(stat->parent);
    info.start_ticks = stat->start_ticks;
    info.start_time_ns = ticks_to_ns(stat->start_ticks);
    info.user_id = static_cast<std::uint32_t>(status_number(*status, "Uid:").value_or(0));
    info.user = user_name(info.user_id);
    info.comm = without_unprintable(stat->comm);
    info.command = command_of(process, info.comm);
    info.kernel_thread = (stat->flags & kKernelThreadFlag) != 0;
    info.zombie = has_ended(*stat);
    info.exiting = (stat->flags & kExitingFlag) != 0;
    info.devices = opened_devices(process);
    return info;
}

Result<ResolvedPid> resolve_pid(std::uint32_t pid, const std::string& proc_root) {
    if (pid == 0) {
        return fail(ErrorCode::Usage, "0 is no process id");
    }
    const auto process = ProcessHandle::open(pid, proc_root);
    if (!process) {
        return tl::make_unexpected(process.error());
    }
    const auto stat = read_stat(*process);
    const auto status = process->read_head("status", kMaxStatusBytes);
    if (!stat || !status) {
        return tl::make_unexpected(stat ? status.error() : stat.error());
    }
    const auto leader = status_number(*status, "Tgid:");
    if (!leader || *leader == 0) {
        return fail(ErrorCode::RunTime, "cannot understand " + process->path_of("status"));
    }
    if ((stat->flags & kKernelThreadFlag) != 0) {
        return fail(
            ErrorCode::NotTraceable,
            "process " + std::to_string(pid) + " (" + without_unprintable(stat->comm) + ") is a kernel thread"
        );
    }
    if (*leader != pid) {
        auto resolved = resolve_pid(static_cast<std::uint32_t>(*leader), proc_root);
        if (resolved) {
            resolved->note = std::to_string(pid) + " is a thread of process " + std::to_string(*leader);
        }
        return resolved;
    }
    if (has_ended(*stat)) {
        return fail(
            ErrorCode::NoSuchProcess, "process " + std::to_string(pid) + " has ended and only waits for its parent (zombie)"
        );
    }
    return ResolvedPid{pid, ""};
}

namespace {

std::vector<std::uint32_t> numbers_in(const Directory& directory) {
    std::vector<std::uint32_t> numbers;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (const auto number = to_number(entry->d_name); number && *number <= 0xffffffffU) {
            numbers.push_back(static_cast<std::uint32_t>(*number));
        }
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace

Result<std::vector<std::uint32_t>> list_pids(const std::string& proc_root) {
    const Directory directory = open_directory(AT_FDCWD, proc_root.c_str());
    if (!directory) {
        return fail_errno(ErrorCode::RunTime, "cannot read " + proc_root, errno);
    }
    return numbers_in(directory);
}

Result<std::vector<std::uint32_t>> list_threads(const ProcessHandle& process) {
    const Directory directory = open_directory(process.directory_fd(), "task");
    if (!directory) {
        const ErrorCode code = errno == ENOENT || errno == ESRCH ? ErrorCode::NoSuchProcess : ErrorCode::RunTime;
        return fail_errno(code, "cannot read " + process.path_of("task"), errno);
    }
    return numbers_in(directory);
}

}  // namespace tt::alloc_trace
