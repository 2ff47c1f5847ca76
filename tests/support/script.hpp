// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Jobs written down as scripts of the stand-in (tests/standin/README.md, "--script"), run under the tool.
#pragma once

#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {

// The path of tests/data/cases/NAME.
[[nodiscard]] std::string case_file(const std::string& name);

// `record -p [OPTIONS]` of a stand-in from before the script's first event; the path of the recording in `dir`. What the script leaves
// open is so until the recorder has ended, so what there is to read from its memory is read however short the job is. Throws
// std::runtime_error if the tool fails.
[[nodiscard]] std::string record_case(const TempDir& dir, const std::string& name, const std::vector<std::string>& options = {});
[[nodiscard]] std::string record_script(
    const TempDir& dir, const std::string& lines, const std::vector<std::string>& options = {}
);

// `record -- COMMAND` of stand-ins that run scripts as fast as they can, one behind the other: each is over within milliseconds. A
// job is a file of tests/data/cases, or the lines of a script. The path of the recording.
[[nodiscard]] std::string record_short(const TempDir& dir, const std::vector<std::string>& jobs);

// What `report` says of it, as text; throws if it fails.
[[nodiscard]] std::string report_text(const std::string& recording, const std::vector<std::string>& view = {});

}  // namespace tt::alloc_trace::test
