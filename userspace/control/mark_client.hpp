// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `mark`'s end: finds the running recorders, chooses one, and asks it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "control/mark_message.hpp"

namespace tt::alloc_trace {

// A recorder that answered; the connection is kept for the mark.
struct FoundRecorder {
    RecorderInfo info;
    UniqueFd socket{};
};

struct FoundRecorders {
    std::vector<FoundRecorder> recorders;
    std::vector<FoundRecorder> tables{};    // live ones
    std::size_t not_permitted = 0;          // of other users
    std::vector<std::string> silent{};      // sockets whose recorder does not answer: it is stopped, or hangs
};

// Each is waited for a few seconds at most. What killed recorders left is passed over.
[[nodiscard]] FoundRecorders find_recorders(const std::vector<std::string>& directories);

struct RecorderChoice {
    std::string file;                  // the recording it writes; empty: any
    std::optional<std::uint32_t> pid;  // a process it traces, or its own
};

// Its place in the list. Errors: usage if none or several are meant, with those there are; a privilege if only others' are there.
[[nodiscard]] Result<std::size_t> choose_recorder(const FoundRecorders& found, const RecorderChoice& choice);

// Waits for the answer.
[[nodiscard]] Result<MarkPlaced> send_mark(const FoundRecorder& recorder, const std::string& name);

// Shows it in the live tables of what the recorder traces, too. What cannot be shown there is not.
void show_mark(const FoundRecorders& found, const RecorderInfo& recorder, const std::string& name);

}  // namespace tt::alloc_trace
