// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/python_probe.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstring>
#include <stdexcept>

#include "python/python_probe_abi.h"
#include "target/own_namespaces.hpp"

// clang-format off
#include "abi/config_abi.h"
#include "tat_python_probe.skel.h"
// clang-format on

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint32_t kRingBytes = 1U << 28U;

void require(bool done, const std::string& what) {
    if (!done) {
        throw std::runtime_error(what + ": " + std::strerror(errno));
    }
}

}  // namespace

void PythonProbe::Free::operator()(tat_python_probe* object) const { tat_python_probe__destroy(object); }
void PythonProbe::Free::operator()(bpf_link* link) const { bpf_link__destroy(link); }

PythonProbe::PythonProbe() : object_(tat_python_probe__open()) {
    require(object_ != nullptr, "open");
    const auto own = own_namespaces();
    require(own.has_value(), "namespaces");
    object_->rodata->config.pid_namespace = own->pid_namespace;
    object_->rodata->config.headroom_limit = kRingBytes;
    object_->rodata->config.wakeup_bytes = kRingBytes;
    bpf_map__set_max_entries(object_->maps.ring, kRingBytes);
    require(tat_python_probe__load(object_.get()) == 0, "load");
    forked_.reset(bpf_program__attach(object_->progs.forked));
    require(forked_ != nullptr, "attach to fork");
    auto ring = RingReader::open(bpf_map__fd(object_->maps.ring), [this](std::span<const std::byte> record) { take(record); });
    require(ring.has_value(), "ring");
    ring_ = std::move(*ring);
}

PythonProbe::~PythonProbe() = default;

void PythonProbe::attach(const std::string& library, Program program) {
    detach();
    bpf_program* const programs[] = {
        object_->progs.tell_python_frames, object_->progs.walk_python_frames, object_->progs.tell_nothing
    };
    LIBBPF_OPTS(bpf_uprobe_opts, options);
    options.func_name = "tat_probed";
    probe_.reset(bpf_program__attach_uprobe_opts(programs[static_cast<int>(program)], -1, library.c_str(), 0, &options));
    require(probe_ != nullptr, "attach to " + library);
}

void PythonProbe::detach() { probe_.reset(); }

void PythonProbe::add_process(std::uint32_t pid, const tat_python& settings) {
    require(bpf_map_update_elem(bpf_map__fd(object_->maps.pythons), &pid, &settings, BPF_ANY) == 0, "add a process");
}

void PythonProbe::drain() {
    constexpr std::size_t kBatch = 4096;
    while (ring_->consume(kBatch).value_or(0) == kBatch) {
    }
}

std::uint64_t PythonProbe::without_walk() const { return object_->bss->without_walk; }

void PythonProbe::take(std::span<const std::byte> record) {
    tat_event_header header{};
    std::memcpy(&header, record.data(), sizeof(header));
    if (header.kind == TAT_EVENT_CODE) {
        if (auto code = decode_code(record.first(header.size))) {
            ++codes_told_;
            codes_.insert_or_assign(code->id, std::move(*code));
        }
        return;
    }
    tat_python_probe_event event{};
    std::memcpy(&event, record.data(), sizeof(event));
    SeenStack stack{event.end, {event.frames, event.frames + std::min<std::uint32_t>(event.count, TAT_MAX_PYTHON_FRAMES)}};
    stacks_.emplace(Call{event.header.pid, event.number}, std::move(stack));
}

const SeenFrame& PythonProbe::name(const tat_python_frame& frame) {
    auto [it, inserted] = names_.try_emplace({frame.code, frame.instruction});
    if (const auto code = codes_.find(frame.code); inserted && code != codes_.end()) {
        const auto line = line_of(code->second.lines(), frame.instruction);
        it->second = {code->second.file.text, line ? std::int64_t{*line} : -1, code->second.name.text};
    }
    return it->second;
}

std::vector<SeenFrame> PythonProbe::frames_of(const SeenStack& stack) {
    std::vector<SeenFrame> frames;
    frames.reserve(stack.frames.size());
    for (const tat_python_frame& frame : stack.frames) {
        frames.push_back(name(frame));
        frames.back().ends_native = (frame.flags & TAT_PYTHON_ENTRY) != 0;
    }
    return frames;
}

}  // namespace tt::alloc_trace::test
