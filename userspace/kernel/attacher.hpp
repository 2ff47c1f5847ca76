// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Executes a probe plan: one link per probe, owned here, with an outcome each. Links go with this object, and with the
// process if it dies: nothing stays in the kernel.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "event/session_info.hpp"
#include "kernel/bpf_programs.hpp"
#include "probes/probe_plan.hpp"

struct bpf_link;

namespace tt::alloc_trace {

inline constexpr pid_t kAnyProcess = -1;

// A file to probe, by descriptor: what was analysed is what is probed, whatever happens to its name.
struct ProbedFile {
    int fd = -1;
    std::string path;  // as the traced process sees it, for messages
};

class Attacher {
public:
    Attacher() = default;
    Attacher(Attacher&&) noexcept = default;
    Attacher& operator=(Attacher&&) = delete;
    ~Attacher();

    // Attaches every probe of the plan, in `pid` or wherever the file is mapped, with the program of `instances`, one per
    // request. A required probe that fails is an error, with everything detached again that this call attached; the others
    // are said in their outcome.
    [[nodiscard]] Result<std::vector<ProbeOutcome>> attach(
        const BpfPrograms& programs,
        std::span<const InstanceId> instances,
        const ProbePlan& plan,
        const ProbedFile& file,
        pid_t pid
    );

    // A single probe at a file offset.
    [[nodiscard]] Status attach_at(bpf_program* program, const ProbedFile& file, std::uint64_t offset, pid_t pid);

    // Puts the probes of one process into every process that maps their files, in place of those tied to its main
    // thread: a perf event ends with that, a link of the kernel's own may go on in the others.
    [[nodiscard]] Status attach_everywhere();

    // Process fork, exec and exit.
    [[nodiscard]] Status attach_process_programs(const BpfPrograms& programs);

    // The kernel waits for running handlers each time: done by several threads, which then wait together.
    void detach_all();

private:
    struct Destroy {
        void operator()(bpf_link* link) const;
    };
    using PerfLink = std::unique_ptr<bpf_link, Destroy>;
    using Link = std::variant<PerfLink, UniqueFd>;  // the latter is of uprobe_multi

    struct ScopedProbe {
        bpf_program* program = nullptr;
        UniqueFd file;
        std::string path;
        std::uint64_t offset = 0;
        std::size_t link = 0;  // in links_
    };

    static void detach(std::vector<Link>& links);

    std::vector<Link> links_;
    std::vector<ScopedProbe> scoped_;  // those of links_ that are in one process only
};

}  // namespace tt::alloc_trace
