// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The layouts as this compiler lays the runtime's classes out: what tables and debug info are held against.
#pragma once

#include <map>
#include <string>

#include "probes/layout_profile.hpp"

namespace tt::alloc_trace::testing {

// "l0", "l1", "l2-first", "l2-plain", "l2-owns", "l3", "l4-plain", "l4-hooked", "l5", "l6".
[[nodiscard]] const std::map<std::string, BufferLayout>& mirrored_buffers();

// Of libraries by those names and longer ones ("l3-mesh", "clang-l5").
[[nodiscard]] BufferLayout mirrored_buffer(std::string library);

struct MirroredMesh {
    std::uint32_t impl = 0;
    std::uint32_t id = 0;
    std::uint32_t view = 0;
    std::uint32_t chips = 0;  // in the view's impl
    std::uint32_t element = 0;
};
[[nodiscard]] MirroredMesh mirrored_mesh(int kind);  // MIRROR_MESH
[[nodiscard]] std::uint32_t mirrored_chip_id(bool vtable);
[[nodiscard]] std::uint32_t mirrored_ranges(int kind);  // MIRROR_CORES; of a set: the set itself
[[nodiscard]] ProgramLayout mirrored_program();

}  // namespace tt::alloc_trace::testing
