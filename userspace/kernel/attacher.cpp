// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/attacher.hpp"

#include <bpf/libbpf.h>
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "kernel/kernel_support.hpp"
#include "kernel/uprobe_multi.hpp"

namespace tt::alloc_trace {
namespace {

Error explain_attach_failure(const std::string& path, int error) {
    const std::string what = "cannot probe " + path + ": " + strerrordesc_np(error);
    switch (error) {
        case EPERM:
        case EACCES: return {ErrorCode::NotPermitted, what, "run it as root: sudo tt-alloc-trace ...", error};
        case ESRCH: return {ErrorCode::NoSuchProcess, what, "the process ended meanwhile", error};
        default: return {ErrorCode::RunTime, what, {}, error};
    }
}

}  // namespace

void Attacher::Destroy::operator()(bpf_link* link) const { bpf_link__destroy(link); }

Attacher::~Attacher() { detach_all(); }

Status Attacher::attach_at(bpf_program* program, const ProbedFile& file, std::uint64_t offset, pid_t pid) {
    const std::string path = "/proc/self/fd/" + std::to_string(file.fd);
    if (uses_uprobe_multi(program)) {
        UniqueFd link = attach_uprobe_multi(program, path.c_str(), offset, pid == kAnyProcess ? 0 : pid);
        if (!link.valid()) {
            return tl::make_unexpected(explain_attach_failure(file.path, errno));
        }
        links_.emplace_back(std::move(link));
    } else {
        LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = false);
        PerfLink link(bpf_program__attach_uprobe_opts(program, pid, path.c_str(), offset, &options));
        if (!link) {
            return tl::make_unexpected(explain_attach_failure(file.path, errno));
        }
        links_.emplace_back(std::move(link));
    }
    if (pid != kAnyProcess) {
        scoped_.push_back({program, UniqueFd(::fcntl(file.fd, F_DUPFD_CLOEXEC, 0)), file.path, offset, links_.size() - 1});
    }
    return {};
}

Status Attacher::attach_everywhere() {
    const std::vector<ScopedProbe> probes = std::exchange(scoped_, {});
    // These go on in the threads that are left: together with the others each event would come twice.
    std::vector<Link> outlived;
    for (const ScopedProbe& probe : probes) {
        if (std::holds_alternative<UniqueFd>(links_[probe.link])) {
            outlived.push_back(std::move(links_[probe.link]));
        }
    }
    detach(outlived);
    for (const ScopedProbe& probe : probes) {
        const ProbedFile file{probe.file.get(), probe.path};
        if (Status attached = attach_at(probe.program, file, probe.offset, kAnyProcess); !attached) {
            return attached;
        }
    }
    return {};
}

Result<std::vector<ProbeOutcome>> Attacher::attach(
    const BpfPrograms& programs,
    std::span<const InstanceId> instances,
    const ProbePlan& plan,
    const ProbedFile& file,
    pid_t pid
) {
    std::vector<ProbeOutcome> outcomes;
    const std::size_t before = links_.size();
    const std::size_t scoped_before = scoped_.size();
    // The catalog begins with allocations. From the back: whoever sees an allocation shall see its end, too.
    for (std::size_t i = plan.requests.size(); i-- > 0;) {
        const ProbeRequest& request = plan.requests[i];
        ProbeOutcome outcome = to_outcome(request, file.path);
        bpf_program* program = programs.program_for(instances[i], request.role);
        const Status attached = attach_at(program, file, request.file_offset, pid);
        outcome.attached = attached.has_value();
        if (!attached && request.required) {
            links_.resize(before);
            scoped_.resize(scoped_before);
            return tl::make_unexpected(attached.error());
        }
        if (!attached) {
            outcome.detail = attached.error().message;
        }
        outcomes.push_back(std::move(outcome));
    }
    std::reverse(outcomes.begin(), outcomes.end());
    for (const SkippedProbe& skipped : plan.skipped) {
        outcomes.push_back(to_outcome(skipped, file.path));
    }
    return outcomes;
}

Status Attacher::attach_process_programs(const BpfPrograms& programs) {
    for (bpf_program* program : programs.process_programs()) {
        PerfLink link(bpf_program__attach(program));
        if (!link) {
            const int error = errno;
            return fail_errno(
                ErrorCode::RunTime, std::string("cannot watch ") + bpf_program__name(program) + " events", error
            );
        }
        links_.push_back(std::move(link));
    }
    return {};
}

void Attacher::detach(std::vector<Link>& links) {
    std::vector<std::thread> threads;
    threads.reserve(links.size());
    for (Link& link : links) {
        threads.emplace_back([&link] { std::visit([](auto& held) { held.reset(); }, link); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    links.clear();
}

void Attacher::detach_all() { detach(links_); }

}  // namespace tt::alloc_trace
