// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// `set NAME VALUE`: the sizes of the memory that is opened from then on, and the words of the runtime's errors.
#pragma once

#include "driver/script_words.hpp"

namespace standin {

// Throws BadLine.
void apply_setting(Words& words);

}  // namespace standin
