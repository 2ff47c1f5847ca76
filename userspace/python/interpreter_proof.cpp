// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/interpreter_proof.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "python/process_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxInterpreters = 64;
constexpr std::size_t kMaxThreads = 1024;
constexpr int kTries = 20;

struct ThreadState {
    std::uint64_t address = 0;
    std::uint64_t thread = 0;
};

InterpreterProof not_yet(std::string why) { return {ProofState::NotYet, std::move(why)}; }
InterpreterProof refused(std::string why) { return {ProofState::Refused, std::move(why)}; }

// ---- the members that the type of code objects tells of

constexpr std::uint64_t kTypeMembers = 240;
constexpr std::size_t kMaxMembers = 64;

struct MemberDefinition {  // PyMemberDef
    std::uint64_t name = 0;
    std::uint64_t type = 0;
    std::uint64_t offset = 0;
    std::uint64_t flags = 0;
    std::uint64_t text = 0;
};

// What is wrong; empty: nothing.
std::string wrong_member(const TargetMemory& memory, std::uint64_t code_type, const PythonOffsets& offsets) {
    struct Expected {
        std::string_view name;
        std::uint16_t offset;
    };
    const bool lines_by_steps = offsets.version < PythonVersion{3, 10};
    std::vector<Expected> expected{
        {"co_firstlineno", offsets.code.line},
        {"co_filename", offsets.code.file},
        {"co_name", offsets.code.name},
        {lines_by_steps ? "co_lnotab" : "co_linetable", offsets.code.table},
    };
    if (offsets.code.qualified_name != TAT_NO_MEMBER) {
        expected.push_back({"co_qualname", offsets.code.qualified_name});
    }
    const std::uint64_t members = read_word(memory, code_type + kTypeMembers).value_or(0);
    for (std::size_t i = 0; members != 0 && i < kMaxMembers && !expected.empty(); ++i) {
        const auto member = read_value<MemberDefinition>(memory, members + i * sizeof(MemberDefinition));
        if (!member || member->name == 0) {
            break;
        }
        const std::string name = read_name<16>(memory, member->name);
        const auto found = std::find_if(expected.begin(), expected.end(), [&](const Expected& one) { return one.name == name; });
        if (found == expected.end()) {
            continue;
        }
        if (found->offset != member->offset) {
            return name + " is not where it is in this version";
        }
        expected.erase(found);
    }
    return expected.empty() ? "" : "its code objects have no " + std::string{expected.front().name};
}

// ---- threads and frames

// Nothing: a list that was in motion, or is none.
std::optional<std::vector<ThreadState>> thread_states(
    const TargetMemory& memory, std::uint64_t first_interpreter, const PythonOffsets& offsets
) {
    std::vector<ThreadState> states;
    std::uint64_t interpreter = first_interpreter;
    for (std::size_t i = 0; interpreter != 0 && i < kMaxInterpreters; ++i) {
        std::uint64_t state = read_word(memory, interpreter + offsets.interpreter.threads).value_or(0);
        while (state != 0 && states.size() < kMaxThreads) {
            const auto owner = read_word(memory, state + offsets.thread.interpreter);
            const auto thread = read_word(memory, state + offsets.thread.thread);
            const auto next = read_word(memory, state + offsets.thread.next);
            if (!owner || *owner != interpreter || !thread || !next) {
                return std::nullopt;
            }
            states.push_back({state, *thread});
            state = *next;
        }
        interpreter = read_word(memory, interpreter + offsets.interpreter.next).value_or(0);
    }
    return states;
}

std::uint64_t innermost_frame(const TargetMemory& memory, const ThreadState& state, const PythonOffsets& offsets) {
    const std::uint64_t frame = read_word(memory, state.address + offsets.thread.frame).value_or(0);
    return frame == 0 || offsets.thread.through == TAT_NO_MEMBER ? frame
                                                                : read_word(memory, frame + offsets.thread.through).value_or(0);
}

constexpr std::uint8_t kOwnedByC = 3;

// How many frames of a thread have code objects; nothing if one has not, or cannot be read.
std::optional<std::size_t> sound_frames(
    const TargetMemory& memory, const ThreadState& state, std::uint64_t code_type, const PythonOffsets& offsets
) {
    constexpr std::uint64_t kType = 8;  // in any object
    std::size_t sound = 0;
    std::uint64_t frame = innermost_frame(memory, state, offsets);
    for (std::size_t i = 0; frame != 0 && i < 2 * TAT_MAX_PYTHON_FRAMES; ++i) {
        const auto code = read_word(memory, frame + offsets.frame.code);
        const auto back = read_word(memory, frame + offsets.frame.back);
        const bool owned = offsets.frame.owner != TAT_NO_MEMBER;
        const auto owner = owned ? read_value<std::uint8_t>(memory, frame + offsets.frame.owner) : std::uint8_t{0};
        if (!code || !back || !owner) {
            return std::nullopt;
        }
        const bool has_code = offsets.entry != TAT_PYTHON_ENTRY_OWNER || *owner != kOwnedByC;
        if (has_code && read_word(memory, *code + kType) != code_type) {
            return std::nullopt;
        }
        sound += has_code ? 1 : 0;
        frame = *back;
    }
    return sound;
}

// ---- what the C library keeps for a thread

constexpr std::uint32_t kKeysPerBlock = 32;
constexpr std::uint32_t kBlocks = 32;
constexpr std::uint32_t kBlockBytes = kKeysPerBlock * 16;
constexpr std::size_t kDescriptorWords = 0x900 / 8;

struct Keys {
    std::uint32_t at = 0;  // of the first block, from the thread pointer
    std::uint32_t key = 0;
};

// glibc: the thread's descriptor has its own address at two places, and a table of blocks of which the first lies right before it.
std::optional<std::uint32_t> find_blocks(const std::array<std::uint64_t, kDescriptorWords>& descriptor, std::uint64_t thread) {
    if (descriptor[0] != thread || descriptor[2] != thread) {
        return std::nullopt;
    }
    for (std::uint32_t i = kBlockBytes / 8; i < kDescriptorWords; ++i) {
        if (descriptor[i] == thread + std::uint64_t{i} * 8 - kBlockBytes) {
            return i * 8 - kBlockBytes;
        }
    }
    return std::nullopt;
}

// The lowest key with the thread's state: the interpreter made it as it started, before any extension could keep a copy.
std::optional<std::uint32_t> find_key(const TargetMemory& memory, const ThreadState& state, std::uint32_t blocks) {
    for (std::uint32_t block = 0; block < kBlocks; ++block) {
        const std::uint64_t table = state.thread + blocks + kBlockBytes;
        const std::uint64_t at = read_word(memory, table + std::uint64_t{block} * 8).value_or(0);
        const auto values = at == 0 ? std::nullopt : read_value<std::array<std::uint64_t, kBlockBytes / 8>>(memory, at);
        for (std::uint32_t key = 0; values && key < kKeysPerBlock; ++key) {
            if ((*values)[std::size_t{2} * key + 1] == state.address) {
                return block * kKeysPerBlock + key;
            }
        }
    }
    return std::nullopt;
}

enum class KeySearch : std::uint8_t { Found, NoDescriptor, NoKey };

KeySearch find_keys(const TargetMemory& memory, const ThreadState& state, Keys& keys) {
    const auto descriptor = read_value<std::array<std::uint64_t, kDescriptorWords>>(memory, state.thread);
    const auto blocks = descriptor ? find_blocks(*descriptor, state.thread) : std::nullopt;
    if (!blocks) {
        return KeySearch::NoDescriptor;
    }
    const auto key = find_key(memory, state, *blocks);
    if (!key) {
        return KeySearch::NoKey;
    }
    keys = {*blocks, *key};
    return KeySearch::Found;
}

InterpreterProof try_once(const TargetMemory& memory, const InterpreterSymbols& symbols, const PythonOffsets& offsets) {
    const auto first = read_word(memory, symbols.runtime + offsets.runtime.interpreters);
    if (!first) {
        return refused("its memory cannot be read");
    }
    if (*first == 0) {
        return not_yet("it has not started to run Python");
    }
    const auto states = thread_states(memory, *first, offsets);
    if (!states) {
        return refused("its threads are not where they are in this version");
    }
    bool descriptors = false;
    bool frames = true;
    for (const ThreadState& state : *states) {
        Keys keys;
        const KeySearch search = state.thread == 0 ? KeySearch::NoKey : find_keys(memory, state, keys);
        descriptors = descriptors || search != KeySearch::NoDescriptor;
        const auto sound = sound_frames(memory, state, symbols.code_type, offsets);
        frames = frames && sound;
        if (search == KeySearch::Found && sound && *sound > 0) {
            return {ProofState::Proved, {}, keys.at, keys.key};
        }
    }
    if (!frames) {
        return refused("its frames are not as in this version");
    }
    return !descriptors && !states->empty() ? refused("its C library is not glibc") : not_yet("no thread of it runs Python");
}

}  // namespace

InterpreterProof prove_interpreter(const TargetMemory& memory, const InterpreterSymbols& symbols, const PythonOffsets& offsets) {
    if (std::string wrong = wrong_member(memory, symbols.code_type, offsets); !wrong.empty()) {
        return refused(std::move(wrong));
    }
    InterpreterProof proof;
    for (int i = 0; i < kTries; ++i) {
        proof = try_once(memory, symbols, offsets);
        if (proof.state == ProofState::Proved) {
            break;
        }
    }
    return proof;
}

}  // namespace tt::alloc_trace
