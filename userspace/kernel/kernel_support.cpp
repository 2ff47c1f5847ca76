// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_support.hpp"

#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "kernel/uprobe_multi.hpp"
#include "target/own_namespaces.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kBtfPath = "/sys/kernel/btf/vmlinux";
constexpr const char* kUprobeTypePath = "/sys/bus/event_source/devices/uprobe/type";
constexpr std::size_t kMaxMessageBytes = std::size_t{1} << 20U;
constexpr std::pair kLeastVersion{5, 8};  // BPF ring buffer, CAP_BPF and CAP_PERFMON

struct Capability {
    unsigned bit;
    const char* name;
    const char* purpose;
};
constexpr unsigned kSysAdmin = 21;
// Numbers of <linux/capability.h>, which older headers lack.
constexpr std::array<Capability, 3> kCapabilities{{
    {39, "CAP_BPF", "load BPF programs"},
    {38, "CAP_PERFMON", "attach uprobes and read the target's memory in them"},
    {19, "CAP_SYS_PTRACE", "see which libraries another user's process has mapped"},
}};

std::string run_as_root_advice() { return "run it as root: sudo tt-alloc-trace ..."; }

KernelCheck check_version() {
    utsname name{};
    uname(&name);
    return {"kernel", linux_version() >= kLeastVersion, std::string("Linux ") + name.release, "Linux 5.8 or newer is needed"};
}

KernelCheck check_btf() {
    const bool readable = access(kBtfPath, R_OK) == 0;
    return {
        "BTF",
        readable,
        std::string(kBtfPath) + (readable ? "" : std::string(": ") + strerrordesc_np(errno)),
        "the kernel must be built with CONFIG_DEBUG_INFO_BTF=y (distribution kernels since about 2020 are)"};
}

KernelCheck check_uprobes() {
    if (has_uprobe_multi()) {
        return {"uprobes", true, "uprobe_multi links", ""};
    }
    const bool readable = access(kUprobeTypePath, R_OK) == 0;
    return {
        "uprobes",
        readable,
        readable ? "perf events, no uprobe_multi links: may need CAP_SYS_ADMIN" : std::string(kUprobeTypePath) + ": " + strerrordesc_np(errno),
        "the kernel must be built with CONFIG_UPROBE_EVENTS=y, and /sys must be mounted"};
}

std::uint64_t effective_capabilities() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "CapEff:") {
            std::uint64_t bits = 0;
            status >> std::hex >> bits;
            return bits;
        }
    }
    return 0;
}

KernelCheck check_capabilities() {
    const std::uint64_t held = effective_capabilities();
    const auto has = [held](unsigned bit) { return ((held >> bit) & 1U) != 0; };
    std::string missing;
    for (const Capability& capability : kCapabilities) {
        // CAP_SYS_ADMIN stands for the two that were split off from it, not for CAP_SYS_PTRACE.
        const bool covered = has(capability.bit) || (capability.bit >= 38 && has(kSysAdmin));
        if (!covered) {
            missing += (missing.empty() ? "missing " : ", ") + std::string(capability.name) + " (to " + capability.purpose + ")";
        }
    }
    const bool passed = missing.empty();
    return {"capabilities", passed, passed ? "CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE held" : missing, run_as_root_advice()};
}

KernelCheck check_namespaces() {
    const Result<OwnNamespaces> own = own_namespaces();
    if (!own) {
        return {"pid namespace", false, own.error().message, own.error().hint};
    }
    const bool first = own->pid_namespace == 0;
    return {
        "pid namespace",
        true,
        first ? "the machine's first: all processes are in reach" : "one of its own (a container): only its processes can be traced",
        ""};
}

KernelCheck check_ring_buffer() {
    const int answer = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr);
    return {
        "BPF ring buffer",
        answer == 1,
        answer == 1 ? "can be created" : std::string("the kernel refuses to create one") +
                                             (answer < 0 ? std::string(": ") + strerrordesc_np(-answer) : ""),
        "BPF must be enabled (CONFIG_BPF_SYSCALL=y), permitted, and Linux 5.8 or newer"};
}

// A verifier's log comes as one message of many lines.
int log_message(libbpf_print_level, const char* format, va_list arguments) {
    if (!spdlog::should_log(spdlog::level::debug)) {
        return 0;
    }
    std::string text(kMaxMessageBytes, '\0');
    const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
    text.resize(std::min(text.size() - 1, static_cast<std::size_t>(std::max(length, 0))));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        spdlog::debug("{}", line);
    }
    return 0;
}

}  // namespace

std::pair<int, int> linux_version() {
    utsname name{};
    uname(&name);
    std::pair<int, int> version;
    return std::sscanf(name.release, "%d.%d", &version.first, &version.second) == 2 ? version : std::pair{0, 0};
}

std::vector<KernelCheck> check_kernel() {
    return {check_version(), check_btf(), check_uprobes(), check_capabilities(), check_namespaces(), check_ring_buffer()};
}

Status require_kernel_support() {
    for (const KernelCheck& check : check_kernel()) {
        if (!check.passed) {
            const ErrorCode code = check.name == "capabilities" ? ErrorCode::NotPermitted : ErrorCode::RunTime;
            return fail(code, "cannot trace on this machine: " + check.name + ": " + check.detail, check.advice);
        }
    }
    return {};
}

Error explain_load_failure(int system_error) {
    const std::string what = std::string("the kernel refused the BPF programs: ") + strerrordesc_np(system_error);
    const KernelCheck capabilities = check_capabilities();
    // EACCES is also what the verifier refuses a program with.
    if (system_error == EPERM || (system_error == EACCES && !capabilities.passed)) {
        return {
            ErrorCode::NotPermitted,
            what + (capabilities.passed ? "" : "; " + capabilities.detail),
            capabilities.passed ? "kernel lockdown, a container's seccomp filter or a locked-memory limit may forbid it"
                                : capabilities.advice,
            system_error};
    }
    return {ErrorCode::RunTime, what, "this is a fault of tt-alloc-trace on this kernel, or a security module; the kernel's reason: --log-level debug", system_error};
}

void log_libbpf_messages() { libbpf_set_print(log_message); }

}  // namespace tt::alloc_trace
