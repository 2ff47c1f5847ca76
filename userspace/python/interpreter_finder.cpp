// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/interpreter_finder.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "python/interpreter_proof.hpp"
#include "python/process_words.hpp"
#include "target/target_memory.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kRuntime = "_PyRuntime";
constexpr const char* kVersion = "Py_Version";
constexpr const char* kCodeType = "PyCode_Type";
constexpr const char* kEvaluator = "_PyEval_EvalFrameDefault";

std::optional<PythonVersion> version_in_name(std::string_view path) {
    constexpr std::string_view kMark = "python3.";
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t at = name.rfind(kMark);
    unsigned minor = 0;
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const char* digits = name.data() + at + kMark.size();
    if (std::from_chars(digits, name.data() + name.size(), minor).ec != std::errc{} || minor > 255) {
        return std::nullopt;
    }
    return PythonVersion{3, static_cast<std::uint8_t>(minor)};
}

struct Candidate {
    const MappedModule& module;
    const TargetMemory& memory;

    [[nodiscard]] std::uint64_t address_of(const char* name) const {  // 0: not there
        const ElfSymbol* symbol = find_symbol(module.symbols, name);
        return symbol == nullptr || module.load_biases.empty() ? 0 : symbol->address + module.load_biases.front();
    }

    // In the order in which they are tried; a version that no name and no symbol tells is one of those that have no symbol for it.
    [[nodiscard]] std::vector<PythonVersion> versions() const {
        if (const std::uint64_t at = address_of(kVersion); at != 0) {
            const auto number = read_value<std::uint32_t>(memory, at).value_or(0);
            return {{static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U & 0xffU)}};
        }
        if (const auto version = version_in_name(module.path)) {
            return {*version};
        }
        return {{3, 10}, {3, 9}, {3, 8}};
    }

    [[nodiscard]] Result<PythonOffsets> offsets(PythonVersion version) const {
        if (const auto offsets = python_offsets(version)) {
            return *offsets;
        }
        if (version < kOldestPython || version > kNewestPython) {
            return fail(
                ErrorCode::NotTraceable, "CPython " + to_string(version) + ": Python frames are read of " + to_string(kOldestPython) +
                                             " to " + to_string(kNewestPython)
            );
        }
        std::array<std::byte, kDebugOffsetsSize> said{};
        if (!read_bytes(memory, address_of(kRuntime), said)) {
            return fail(ErrorCode::NotTraceable, "CPython " + to_string(version) + ": its memory cannot be read");
        }
        return python_offsets(version, said);
    }
};

PythonInterpreter with(PythonState state, PythonVersion version, std::string why) {
    PythonInterpreter interpreter;
    interpreter.state = state;
    interpreter.version = version;
    interpreter.why = std::move(why);
    return interpreter;
}

PythonInterpreter refused(PythonVersion version, std::string why) { return with(PythonState::Refused, version, std::move(why)); }

PythonInterpreter look_at(const Candidate& candidate, PythonVersion version) {
    const auto offsets = candidate.offsets(version);
    if (!offsets) {
        return refused(version, offsets.error().message);
    }
    auto settings = python_settings(*offsets);
    if (!settings) {
        return refused(version, settings.error().message);
    }
    const InterpreterSymbols symbols{candidate.address_of(kRuntime), candidate.address_of(kCodeType)};
    const std::string named = "CPython " + to_string(version) + ": ";
    if (symbols.code_type == 0) {
        return refused(version, named + "it has no symbol " + kCodeType);
    }
    const InterpreterProof proof = prove_interpreter(candidate.memory, symbols, *offsets);
    if (proof.state != ProofState::Proved) {
        return with(proof.state == ProofState::NotYet ? PythonState::NotYet : PythonState::Refused, version, named + proof.why);
    }
    PythonInterpreter interpreter = with(PythonState::Found, version, "");
    interpreter.settings = *settings;
    interpreter.settings.holder = offsets->runtime.holder ? symbols.runtime + *offsets->runtime.holder : 0;
    interpreter.settings.keys = proof.keys;
    interpreter.settings.key = proof.key;
    if (const ElfSymbol* evaluator = find_symbol(candidate.module.symbols, kEvaluator); evaluator != nullptr) {
        const std::uint64_t begin = candidate.address_of(kEvaluator);
        interpreter.evaluator = {begin, begin + evaluator->size};
    }
    return interpreter;
}

PythonInterpreter look_at(const MappedModule& module, const TargetMemory& memory) {
    const Candidate candidate{module, memory};
    PythonInterpreter interpreter;
    for (const PythonVersion version : candidate.versions()) {
        interpreter = look_at(candidate, version);
        if (interpreter.state != PythonState::Refused) {
            break;
        }
    }
    interpreter.path = module.path;
    return interpreter;
}

}  // namespace

InterpreterFinder::InterpreterFinder() : modules_({kRuntime, kVersion, kCodeType, kEvaluator}) {}

Result<PythonInterpreter> InterpreterFinder::find(const ProcessHandle& process) {
    const auto scan = modules_.scan(process);
    if (!scan) {
        return tl::make_unexpected(scan.error());
    }
    const ProcessMemory memory{process};
    PythonInterpreter best;
    for (const MappedModule& module : scan->modules) {
        if (find_symbol(module.symbols, kRuntime) == nullptr) {
            continue;
        }
        PythonInterpreter interpreter = look_at(module, memory);
        if (interpreter.state == PythonState::Found) {
            return interpreter;
        }
        if (best.state == PythonState::None || interpreter.state == PythonState::NotYet) {
            best = std::move(interpreter);
        }
    }
    return best;
}

}  // namespace tt::alloc_trace
