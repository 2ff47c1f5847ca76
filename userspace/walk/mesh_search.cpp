// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/mesh_search.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kPieceWords = std::size_t{128} << 10U;  // 1 MB
constexpr std::size_t kMaxCandidates = 4096;

// Freed objects keep their first words; the tracker of a live one begins with a pointer to its mesh, of a closed one it is gone.
bool is_open_mesh(const TargetReader& reader, const WalkModule& module, const OwnerReader& owners, std::uint64_t mesh) {
    const auto impl = owners.mesh_impl(mesh);
    const auto tracker = impl ? reader.field(*impl, module.layout.walk.device.mesh_tracker) : std::nullopt;
    return tracker && is_pointer(*tracker) && reader.word(*tracker) == mesh;
}

}  // namespace

std::vector<std::uint64_t> find_meshes(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, std::span<const AddressRange> heap
) {
    std::vector<std::uint64_t> meshes;
    const std::uint64_t vptr = module.layout.owner.mesh_vptr + module.bias;
    std::vector<std::uint64_t> words;
    std::uint64_t left = kMaxHeapBytes;
    std::size_t candidates = 0;
    for (const AddressRange& range : heap) {
        for (std::uint64_t at = range.begin; at < range.end && left != 0 && !reader.cancelled();) {
            const std::uint64_t bytes = std::min({range.end - at, kPieceWords * sizeof(std::uint64_t), left});
            words.resize(bytes / sizeof(std::uint64_t));
            const bool read = !words.empty() && reader.read(at, std::as_writable_bytes(std::span(words)));
            for (std::size_t i = 0; read && i < words.size() && candidates < kMaxCandidates; ++i) {
                if (words[i] != vptr) {
                    continue;
                }
                ++candidates;
                const std::uint64_t mesh = at + i * sizeof(std::uint64_t);
                if (owners.kind_of(mesh) == OwnerKind::Mesh && is_open_mesh(reader, module, owners, mesh)) {
                    meshes.push_back(mesh);
                }
            }
            at += bytes;
            left -= bytes;
        }
    }
    return meshes;
}

}  // namespace tt::alloc_trace
