// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A job that allocates and frees in front of a view, event by event: nothing is kept, so millions of events are no matter.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "report/view.hpp"
#include "report_support.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {

class ViewJob {
public:
    explicit ViewJob(std::string_view view, const ViewOptions& options = {});

    struct Buffer {
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        BufferType type = BufferType::Dram;
        std::uint64_t owner = kMesh;
    };
    Buffer alloc(std::uint64_t size, BufferType type = BufferType::Dram, std::uint64_t owner = kMesh);
    void free(const Buffer& buffer);
    void free_all(std::vector<Buffer>& buffers);
    void temporary(std::uint64_t size, BufferType type = BufferType::Dram) { free(alloc(size, type)); }
    void launch(std::uint64_t program);
    void apply(const Event& event);

    ViewJob& by(std::uint32_t tid) {
        tid_ = tid;
        return *this;
    }
    // From now on events have this stack.
    ViewJob& at(std::uint32_t stack) {
        stack_ = stack;
        return *this;
    }
    void pass(std::uint64_t ns) { t_ns_ += ns; }
    [[nodiscard]] EventHeader next() { return {t_ns_ += kTick, kPid, tid_, stack_}; }
    [[nodiscard]] std::uint64_t now() const { return t_ns_; }
    [[nodiscard]] std::uint64_t events() const { return tracker_.view().events; }

    // The end of the recording; once.
    void end();
    [[nodiscard]] nlohmann::ordered_json json() const;
    [[nodiscard]] std::string text(std::size_t width = 80) const;

    static constexpr std::uint64_t kTick = 1000;  // ns between events

private:
    SessionInfo session_ = test::session();
    std::unique_ptr<View> view_;
    Tracker tracker_;
    std::string warning_;
    std::uint64_t t_ns_ = kAttach;
    std::uint32_t tid_ = kPid + 1;
    std::uint32_t stack_ = 0;
    std::uint64_t next_address_ = 1U << 20U;
};

}  // namespace tt::alloc_trace::test
