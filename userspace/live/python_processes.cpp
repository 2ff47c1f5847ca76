// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/python_processes.hpp"

namespace tt::alloc_trace {

void PythonProcesses::look_at(const ProcessHandle& process, BpfPrograms& programs) {
    if (settled_.contains(process.pid())) {
        return;
    }
    const Result<PythonInterpreter> python = finder_.find(process);
    if (!python || python->state == PythonState::None || python->state == PythonState::NotYet) {
        return;  // it may map one, or come to run it
    }
    settled_.insert(process.pid());
    std::string why = python->why;
    if (python->state == PythonState::Found) {
        const Status added = programs.add_python(process.pid(), python->settings);
        why = added ? "" : added.error().message;
    }
    if (!why.empty() && said_.insert(why).second) {
        notice_("no Python frames of " + python->path + " in process " + std::to_string(process.pid()) + ": " + why);
    }
}

void PythonProcesses::forked(std::uint32_t parent, std::uint32_t child) {
    if (settled_.contains(parent)) {
        settled_.insert(child);
    }
}

}  // namespace tt::alloc_trace
