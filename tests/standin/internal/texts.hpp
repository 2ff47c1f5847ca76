// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Sentences of the runtime that other releases word differently, with <words> for what is filled in. Not part of the imitated
// runtime: a script may set them before anything is open.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tt::tt_metal::standin {

struct Texts {
    // <size> <type> <banks> <per_bank> <bank> <used> <free> <largest>
    std::string out_of_memory =
        "Out of Memory: Not enough space to allocate <size> B <type> buffer across <banks> banks, where each bank needs to "
        "store <per_bank> B, but bank size is <bank> B (allocated: <used> B, free: <free> B, largest free block: <largest> B)";
    // <program> <x0> <y0> <x1> <y1> <lowest> <end>
    std::string clash =
        "Statically allocated circular buffers in program <program> clash with L1 buffers on core range "
        "[(x=<x0>,y=<y0>) - (x=<x1>,y=<y1>)]. L1 buffer allocated at <lowest> and static circular buffer region ends at <end>";
};

Texts& texts();

// Every <word> of the text becomes its value; the others stay.
std::string filled(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> values);

}  // namespace tt::tt_metal::standin
