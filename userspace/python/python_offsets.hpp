// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where CPython's objects hold what, by version: a table up to 3.12, the interpreter's own word from 3.13 on. Pure. What comes from
// here is a claim: interpreter_proof holds it against a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "python/python_abi.hpp"
#include "python/python_version.hpp"

namespace tt::alloc_trace {

inline constexpr PythonVersion kOldestPython{3, 8};
inline constexpr PythonVersion kNewestPython{3, 13};

// In bytes from the start of the object.
struct PythonOffsets {
    PythonVersion version{};

    struct {  // _PyRuntime
        std::uint32_t interpreters = 0;         // pointer to the first one
        std::optional<std::uint32_t> holder{};  // pointer to the state of the thread that holds the interpreter lock
    } runtime{};
    struct {
        std::uint32_t next = 0;
        std::uint32_t threads = 0;  // pointer to the first thread's state
    } interpreter{};
    struct {  // PyThreadState
        std::uint16_t interpreter = 0;
        std::uint16_t next = 0;
        std::uint16_t thread = 0;  // what pthread_self() says
        std::uint16_t frame = 0;   // pointer to the innermost frame, or to what has that
        std::uint16_t through = TAT_NO_MEMBER;
    } thread{};
    struct {  // PyFrameObject, from 3.11 on _PyInterpreterFrame
        std::uint16_t code = 0;
        std::uint16_t back = 0;
        std::uint16_t instruction = 0;
        std::uint16_t owner = TAT_NO_MEMBER;
        std::uint16_t entry = TAT_NO_MEMBER;
    } frame{};
    struct {  // PyCodeObject
        std::uint16_t line = 0;
        std::uint16_t file = 0;
        std::uint16_t name = 0;
        std::uint16_t qualified_name = TAT_NO_MEMBER;
        std::uint16_t table = 0;
        std::uint16_t version = TAT_NO_MEMBER;
        std::uint16_t first = TAT_NO_MEMBER;
        std::uint16_t bytes = 0;
    } code{};
    std::uint16_t ascii_text = 0;  // in a string
    std::uint16_t other_text = 0;
    std::uint8_t entry = TAT_PYTHON_ENTRY_EACH;
    std::uint8_t instruction_kind = TAT_PYTHON_BYTES;
};

// Of a version with a table: 3.8 to 3.12.
[[nodiscard]] std::optional<PythonOffsets> python_offsets(PythonVersion version);

inline constexpr std::size_t kDebugOffsetsSize = 568;  // bytes at the start of _PyRuntime that python_offsets() reads

// What 3.13 says of itself. Errors (NotTraceable, in words): it says nothing, or nonsense, or has no interpreter lock.
[[nodiscard]] Result<PythonOffsets> python_offsets(PythonVersion version, std::span<const std::byte> debug_offsets);

// For the programs, without what only the process can tell (holder, keys, key). Error (NotTraceable): the windows they copy do not hold
// all of it.
[[nodiscard]] Result<tat_python> python_settings(const PythonOffsets& offsets);

}  // namespace tt::alloc_trace
