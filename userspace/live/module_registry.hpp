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
#include "live/record_decoder.hpp"
#include "probes/traceable_module.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace {

class ModuleRegistry {
public:
    // `scope`: the only process to probe, or kAnyProcess for every process that maps a file.
    ModuleRegistry(BpfPrograms& programs, Attacher& attacher, RecordDecoder& decoder, pid_t scope) :
        programs_(programs), attacher_(attacher), decoder_(decoder), scope_(scope), finder_(screening_symbols()) {}

    // Probes what `process` has mapped and is not probed yet. Returns how many modules of the runtime it has mapped. Error
    // NotTraceable if it has some and none can be traced; the others are in warnings().
    [[nodiscard]] Result<std::size_t> add_modules_of(const ProcessHandle& process);

    // What the last scan looked at, for a message that nothing was found.
    [[nodiscard]] const ModuleScan& last_scan() const { return scan_; }

    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return modules_; }
    [[nodiscard]] const std::vector<ProbeOutcome>& probes() const { return probes_; }

private:
    struct Known {
        FileIdentity identity;
        std::optional<Error> refused;
    };

    [[nodiscard]] Status add(const MappedModule& module);
    [[nodiscard]] Status accept_layout(const LayoutProfile& layout);
    [[nodiscard]] const Known* find(const FileIdentity& identity) const;

    BpfPrograms& programs_;
    Attacher& attacher_;
    RecordDecoder& decoder_;
    pid_t scope_;
    ModuleFinder finder_;
    ModuleScan scan_;
    std::vector<Known> known_;
    std::optional<LayoutProfile> layout_;  // of the first module; all must agree, the programs know one
    std::vector<ModuleInfo> modules_;
    std::vector<ProbeOutcome> probes_;
};

}  // namespace tt::alloc_trace
