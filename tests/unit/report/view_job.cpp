// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

BufferFields fields_of(const ViewJob::Buffer& buffer) {
    BufferFields fields = buffer.owner == kMesh ? mesh_buffer(buffer.address, buffer.size, buffer.type)
                                                : chip_buffer(buffer.address, buffer.size, buffer.type);
    return fields;
}

}  // namespace

ViewJob::ViewJob(std::string_view view, const ViewOptions& options) : view_(find_view(view)->make(options)) {
    if (Observer* observer = view_->observer()) {
        observer->begin(tracker_.view());
        tracker_.listen(observer);
    }
    apply(ProcessSeen{next(), 1, 77, true, "job"});
    apply(OwnerSeen{next(), kMesh, OwnerKind::Mesh, 0, {0, 1}});
    apply(OwnerSeen{next(), kChip3, OwnerKind::Chip, 3, {3}});
    apply(AllocatorSeen{next(), kMeshAllocator, kMesh, {dram_region(), l1_region()}});
}

ViewJob::Buffer ViewJob::alloc(std::uint64_t size, BufferType type, std::uint64_t owner) {
    const Buffer buffer{next_address_ += 32, size, type, owner};
    apply(Allocated{next(), fields_of(buffer)});
    return buffer;
}

void ViewJob::free(const Buffer& buffer) { apply(Freed{next(), fields_of(buffer)}); }

void ViewJob::free_all(std::vector<Buffer>& buffers) {
    for (const Buffer& buffer : buffers) {
        free(buffer);
    }
    buffers.clear();
}

void ViewJob::launch(std::uint64_t program) { apply(ProgramLaunched{next(), program, kMesh}); }

void ViewJob::apply(const Event& event) {
    const Applied applied = tracker_.apply(event);
    if (Observer* observer = view_->observer()) {
        observer->observe(event, applied);
    }
}

void ViewJob::end() {
    tracker_.listen(nullptr);
    if (Observer* observer = view_->observer()) {
        observer->end(tracker_.view());
    }
}

nlohmann::ordered_json ViewJob::json() const {
    const TrackerView tracker = tracker_.view();
    return view_->json({tracker, session_, true, warning_});
}

std::string ViewJob::text(std::size_t width) const {
    const TrackerView tracker = tracker_.view();
    return view_->text({tracker, session_, true, warning_}, {width, false, true});
}

}  // namespace tt::alloc_trace::test
