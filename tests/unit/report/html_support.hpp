// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Pages of small streams.
#pragma once

#include <string>

#include "report/html_page.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {

[[nodiscard]] inline std::string page_of(const Stream& stream, const ViewOptions& options = {}) {
    const std::unique_ptr<View> view = make_html_view(options);
    const std::unique_ptr<Tracker> tracker = replayed(stream, *view->observer());
    return view->text({tracker->view(), session(), true, ""}, {});
}

// Two chips: a DRAM buffer that is freed, one that stays, two in L1, a resident circular buffer, a failure, a clash, a gap.
[[nodiscard]] inline Stream failing_stream() {
    Stream stream;
    stream.process(0, kPid, "python3 job.py <b>").mesh(0, 0, 2).mesh_regions(0);
    stream.alloc(1, 0x100000, 8 * kMiB).alloc(2, 0x900000, 16 * kMiB);
    stream.alloc(3, 1200 * kKiB, 6400 * kKiB, BufferType::L1).alloc(4, 1400 * kKiB, 6400 * kKiB, BufferType::L1);
    stream.circular_buffer(5, 0x77, 100 * kKiB, 64 * kKiB).launch(5, 0x77);
    stream.apply(AllocationFailed{
        stream.at(6), mesh_buffer(0, 76800 * kKiB, BufferType::L1), "Out of Memory: Not enough space to allocate"
    });
    stream.apply(CircularBufferClash{stream.at(7), 0x77, kMesh, "Statically allocated circular buffers clash"});
    stream.free(8, 0x100000, 8 * kMiB).lost(10, 3, 4);
    return stream;
}

}  // namespace tt::alloc_trace::test
