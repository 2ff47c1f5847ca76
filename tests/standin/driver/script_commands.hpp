// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The commands of a script: what they are called, and what they do to the runtime.
#pragma once

#include <string>

#include "driver/script_objects.hpp"

namespace standin {

struct ScriptCommand {
    const char* name;
    const char* words;  // behind the name, for those who misspell it
    void (*run)(ScriptObjects&, Words&);
};

// Null if there is none.
const ScriptCommand* find_command(const std::string& name);
// All names, as a sentence lists them.
std::string command_names();

}  // namespace standin
