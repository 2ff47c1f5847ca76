// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A tracker's whole state, written down and restored: a tracker that starts from a checkpoint goes on as the one it was made of
// (docs/recording-format.md 3.3). Pure.
#pragma once

#include "base/error.hpp"
#include "recording/checkpoint.hpp"
#include "recording/fields.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

class TrackerCheckpoint {
public:
    [[nodiscard]] static Checkpoint encode(const Tracker& tracker);
    // `tracker` must be new. The bytes may be anything: after an error it is of no use. Errors name no file.
    [[nodiscard]] static Status decode(const Checkpoint& checkpoint, Tracker& tracker);

private:
    template <typename Archive, typename Stream>
    static void describe_stream(Archive& archive, Stream& tracker);
    [[nodiscard]] static Status decode_field(const ChunkField& field, Tracker& tracker);
};

}  // namespace tt::alloc_trace
