// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Whether offsets are those of the interpreter in a process; and where its C library keeps a thread's state. Read from a process that
// runs meanwhile: what does not hold is looked at again.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "python/python_offsets.hpp"
#include "target/target_memory.hpp"

namespace tt::alloc_trace {

struct InterpreterSymbols {  // addresses in the process
    std::uint64_t runtime = 0;    // _PyRuntime
    std::uint64_t code_type = 0;  // PyCode_Type
};

enum class ProofState : std::uint8_t {
    Proved,
    NotYet,   // it does not run Python yet, or no thread stood still long enough: ask again
    Refused,  // `why`
};

struct InterpreterProof {
    ProofState state = ProofState::NotYet;
    std::string why{};        // not Proved: in words
    std::uint32_t keys = 0;   // as in tat_python
    std::uint32_t key = 0;
};

[[nodiscard]] InterpreterProof prove_interpreter(
    const TargetMemory& memory, const InterpreterSymbols& symbols, const PythonOffsets& offsets
);

}  // namespace tt::alloc_trace
