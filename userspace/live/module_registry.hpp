// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The runtime modules of the traced processes: found, understood, probed, each file once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "event/session_info.hpp"
#include "kernel/attacher.hpp"
#include "kernel/bpf_programs.hpp"
#include "live/exception_runtime.hpp"
#include "live/record_decoder.hpp"
#include "live/walk_job.hpp"
#include "probes/traceable_module.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace {

class ModuleRegistry {
public:
    // `scope`: the only process to probe, or kAnyProcess for every process that maps a file.
    // `layout_file`: empty, or what takes the place of what is known of object layouts.
    ModuleRegistry(
        BpfPrograms& programs, Attacher& attacher, RecordDecoder& decoder, pid_t scope, std::string layout_file
    ) :
        programs_(programs), attacher_(attacher), decoder_(decoder), scope_(scope),
        layout_file_(std::move(layout_file)), finder_(screening_symbols()) {}

    // Probes what `process` has mapped and is not probed yet. Returns how many modules of the runtime it has mapped. Error
    // NotTraceable if it has some and none can be traced; the others are in warnings().
    [[nodiscard]] Result<std::size_t> add_modules_of(const ProcessHandle& process);

    // The traceable modules of the process scanned last, as it has them mapped.
    [[nodiscard]] std::vector<MappedLayout> mapped_layouts() const;

    // Why a runtime module of the process scanned last is not traced; nullopt if all are.
    [[nodiscard]] const std::optional<Error>& refused() const { return refused_; }

    // Files found from now on are probed in every process.
    void end_scope() { scope_ = kAnyProcess; }

    // What the last scan looked at, for a message that nothing was found.
    [[nodiscard]] const ModuleScan& last_scan() const { return scan_; }

    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return modules_; }
    [[nodiscard]] std::vector<ProbeOutcome> probes() const;  // with the hits so far
    [[nodiscard]] std::size_t probe_count() const { return probes_.size(); }

    // Hooks that have been silent while their siblings were hit again and again, in words: link-time optimization may have
    // left a function that is exported and never called.
    [[nodiscard]] std::vector<std::string> silent_probes() const;

private:
    struct Known {
        FileIdentity identity;
        std::shared_ptr<const LayoutProfile> layout;  // null if refused
        std::optional<Error> refused;
    };

    [[nodiscard]] Result<LayoutProfile> add(const MappedModule& module, const ProcessHandle& process);
    void add_exception_runtimes(const ProcessHandle& process);
    [[nodiscard]] const Known* find(const FileIdentity& identity) const;

    BpfPrograms& programs_;
    Attacher& attacher_;
    RecordDecoder& decoder_;
    pid_t scope_;
    std::string layout_file_;
    ModuleFinder finder_;
    ExceptionRuntimeFinder exception_runtimes_;
    ModuleScan scan_;
    std::optional<Error> refused_;
    std::vector<Known> known_;
    std::vector<ModuleInfo> modules_;
    struct Probe {
        ProbeOutcome outcome;
        InstanceId instance = 0;  // 0: not attached
        ProbeRole role = ProbeRole::Allocated;
    };
    [[nodiscard]] std::uint64_t hits(const Probe& probe) const { return decoder_.hits(probe.instance, probe.role); }

    std::vector<Probe> probes_;
};

}  // namespace tt::alloc_trace
