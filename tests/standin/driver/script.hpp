// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Obeys a script, line by line: jobs of a few allocations that a test or a reader writes down.
#pragma once

#include <string>

#include "driver/script_lines.hpp"

namespace standin {

// Prints "ready PID", does what the lines say, prints "done" and frees what is left. What the runtime throws is told on
// a line and caught, as jobs do that go on. `controlled`: waits for a line on stdin before the first and behind the
// last of them. Throws ScriptError for a line that cannot be obeyed, before it has an effect.
void run_script(const std::string& path, bool controlled);

}  // namespace standin
