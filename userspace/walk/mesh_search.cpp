// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/mesh_search.hpp"

#include <algorithm>
#include <utility>

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

bool overlaps(const AddressRange& a, const AddressRange& b) { return a.begin < b.end && b.begin < a.end; }

class HeapSearch {
public:
    HeapSearch(const TargetReader& reader, const WalkModule& module, OwnerReader& owners)
        : reader_(reader), module_(module), owners_(owners), vptr_(module.layout.owner.mesh_vptr + module.bias) {}

    void search(const AddressRange& range);
    [[nodiscard]] bool stopped() const { return left_ == 0 || candidates_ == kMaxCandidates || reader_.cancelled(); }
    [[nodiscard]] const std::vector<AddressRange>& unread() const { return unread_; }
    [[nodiscard]] std::vector<std::uint64_t> take() { return std::move(meshes_); }

private:
    void look_at(std::uint64_t address);

    const TargetReader& reader_;
    const WalkModule& module_;
    OwnerReader& owners_;
    std::uint64_t vptr_;
    std::uint64_t left_ = kMaxHeapBytes;
    std::size_t candidates_ = 0;
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> meshes_;
    std::vector<AddressRange> unread_;
};

void HeapSearch::search(const AddressRange& range) {
    for (std::uint64_t at = range.begin; at < range.end && !stopped();) {
        const std::uint64_t bytes = std::min({range.end - at, kPieceWords * sizeof(std::uint64_t), left_});
        words_.resize(bytes / sizeof(std::uint64_t));
        if (words_.empty() || !reader_.read(at, std::as_writable_bytes(std::span(words_)))) {
            unread_.push_back({at, at + bytes});
            words_.clear();
        }
        for (std::size_t i = 0; i < words_.size() && !stopped(); ++i) {
            if (words_[i] == vptr_) {
                look_at(at + i * sizeof(std::uint64_t));
            }
        }
        at += bytes;
        left_ -= bytes;
    }
}

void HeapSearch::look_at(std::uint64_t address) {
    ++candidates_;
    if (owners_.kind_of(address) == OwnerKind::Mesh && is_open_mesh(reader_, module_, owners_, address)) {
        meshes_.push_back(address);
    }
}

}  // namespace

FoundMeshes find_meshes(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const ReadHeap& heap, std::span<const std::uint64_t> chips
) {
    HeapSearch search(reader, module, owners);
    const auto ranges = heap();
    for (const AddressRange& range : ranges) {
        search.search(range);
    }
    const auto in_heap = [&](std::uint64_t chip) {
        return std::any_of(ranges.begin(), ranges.end(), [chip](const AddressRange& range) { return range.begin <= chip && chip < range.end; });
    };
    bool all = !search.stopped() && std::all_of(chips.begin(), chips.end(), in_heap);
    for (const AddressRange& still_there : all && !search.unread().empty() ? heap() : std::vector<AddressRange>{}) {
        all = all && std::none_of(search.unread().begin(), search.unread().end(), [&](const AddressRange& unread) {
            return overlaps(unread, still_there);
        });
    }
    return {search.take(), all};
}

}  // namespace tt::alloc_trace
