// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The commands of a script that make buffers, and the words they have in common with others.
#pragma once

#include "driver/script_objects.hpp"
#include "runtime/core_coord.hpp"

namespace standin {

// X0 Y0 X1 Y1
tt::tt_metal::CoreRange core_range(Words& words);
tt::tt_metal::BufferType buffer_type(Words& words);

// With the children of a mesh buffer, unless direction or sub-device ask for a plain one.
void allocate_buffer(ScriptObjects& objects, Words& words);
void view_buffer(ScriptObjects& objects, Words& words);
void alias_memory(ScriptObjects& objects, Words& words);

}  // namespace standin
