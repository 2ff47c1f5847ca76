// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/python_frames.hpp"

namespace tt::alloc_trace {
namespace {

// A process that makes code without end: what is told later stays without names.
constexpr std::size_t kMaxCodes = std::size_t{1} << 18U;
constexpr std::size_t kMaxTableBytes = std::size_t{256} << 20U;

std::string said(const PythonText& text) { return text.cut ? text.text + "\u2026" : text.text; }

}  // namespace

void PythonFrames::add(PythonCode code) {
    if (codes_.size() >= kMaxCodes || table_bytes_ + code.table.size() > kMaxTableBytes) {
        return;
    }
    const std::size_t bytes = code.table.size();
    if (codes_.try_emplace(code.id, std::move(code)).second) {
        table_bytes_ += bytes;
    }
}

FrameSeen PythonFrames::frame(const tat_python_frame& frame) const {
    FrameSeen seen;
    seen.kind = FrameKind::Python;
    seen.address = frame.instruction == TAT_PYTHON_NOT_BEGUN ? 0 : frame.instruction;
    if (const auto code = codes_.find(frame.code); code != codes_.end()) {
        seen.function = said(code->second.name);
        seen.file = said(code->second.file);
        seen.line = line_of(code->second.lines(), frame.instruction).value_or(0);
    }
    return seen;
}

std::uint32_t PythonFrames::known(const tat_python_frame& frame) const {
    const auto number = by_code_.find({frame.code, frame.instruction});
    return number == by_code_.end() ? 0 : number->second;
}

std::uint32_t PythonFrames::number_of(const tat_python_frame& frame, const FrameSeen& seen, std::uint32_t next) {
    if (!codes_.contains(frame.code)) {
        return next;  // its record was lost: it may yet come
    }
    const auto place = by_place_.try_emplace({seen.file, seen.function, seen.line, seen.address}, next).first;
    by_code_.emplace(std::pair{frame.code, frame.instruction}, place->second);
    return place->second;
}

}  // namespace tt::alloc_trace
