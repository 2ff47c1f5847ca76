// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/uprobe_multi.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "kernel/kernel_support.hpp"

namespace tt::alloc_trace {
namespace {

constexpr auto kUprobeMulti = static_cast<bpf_attach_type>(48);  // BPF_TRACE_UPROBE_MULTI, which older headers lack

// The part of bpf_attr for BPF_LINK_CREATE and this attach type (include/uapi/linux/bpf.h of 6.6).
struct LinkCreate {
    std::uint32_t prog_fd = 0;
    std::uint32_t target_fd = 0;
    std::uint32_t attach_type = kUprobeMulti;
    std::uint32_t flags = 0;
    std::uint64_t path = 0;
    std::uint64_t offsets = 0;
    std::uint64_t reference_counters = 0;
    std::uint64_t cookies = 0;
    std::uint32_t count = 1;
    std::uint32_t uprobe_flags = 0;
    std::uint32_t pid = 0;
    std::uint32_t unused = 0;
};

UniqueFd create_link(int program_fd, const char* path, std::uint64_t offset, pid_t pid) {
    LinkCreate attributes;
    attributes.prog_fd = static_cast<std::uint32_t>(program_fd);
    attributes.path = reinterpret_cast<std::uintptr_t>(path);
    attributes.offsets = reinterpret_cast<std::uintptr_t>(&offset);
    attributes.pid = static_cast<std::uint32_t>(pid);
    return UniqueFd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes))));
}

bool counts_all_threads() { return linux_version() >= std::pair{6, 10}; }

// A directory cannot be probed: a kernel that gets so far as to say so knows such links.
bool creates_links() {
    const std::array<bpf_insn, 2> nothing{
        bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = kUprobeMulti);
    const UniqueFd program(
        bpf_prog_load(BPF_PROG_TYPE_KPROBE, "tat_try", "GPL", nothing.data(), nothing.size(), &options)
    );
    return program.valid() && !create_link(program.get(), "/", 0, 0).valid() && errno == EBADF;
}

}  // namespace

bool has_uprobe_multi() {
    static const bool has = counts_all_threads() && creates_links();
    return has;
}

void use_uprobe_multi(bpf_object& object) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, &object) {
        if (bpf_program__type(program) == BPF_PROG_TYPE_KPROBE) {
            bpf_program__set_expected_attach_type(program, kUprobeMulti);
        }
    }
}

bool uses_uprobe_multi(const bpf_program* program) { return bpf_program__expected_attach_type(program) == kUprobeMulti; }

UniqueFd attach_uprobe_multi(const bpf_program* program, const char* path, std::uint64_t offset, pid_t pid) {
    return create_link(bpf_program__fd(program), path, offset, pid);
}

}  // namespace tt::alloc_trace
