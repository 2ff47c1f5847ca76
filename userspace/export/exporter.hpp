// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recording in another tool's format. An exporter watches one replay and writes while it goes, in memory that is bounded by live
// buffers and its own stated limits. What goes wrong is kept in status(), which ends the replay.
//
//     begin() ... observe() ... end()    as every Observer
//     finish()                           what comes last, once the replay is through
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/observer.hpp"
#include "base/error.hpp"
#include "export/export_options.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {

// Where text goes.
class TextSink {
public:
    TextSink() = default;
    TextSink(const TextSink&) = delete;
    TextSink& operator=(const TextSink&) = delete;
    virtual ~TextSink() = default;

    [[nodiscard]] virtual Status write(std::string_view text) = 0;
};

class Exporter : public Observer {
public:
    // Of the writing so far; after a failure nothing more is written.
    [[nodiscard]] virtual const Status& status() const = 0;
    [[nodiscard]] virtual Status finish(const ReplayedStream& stream) = 0;
    // Hands on what was written so far; for a stream that is watched while it goes.
    virtual void flush() {}
    // What the reader of the file has to know and cannot see there, for people; after finish().
    [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

// An exporter that writes text: collects it and hands it on in large pieces.
class TextExporter : public Exporter {
public:
    explicit TextExporter(TextSink& sink) : sink_(sink) {}

    [[nodiscard]] const Status& status() const final { return status_; }
    [[nodiscard]] Status finish(const ReplayedStream& stream) final {
        write_end(stream);
        flush();
        return status_;
    }

    void flush() final {
        if (status_) {
            status_ = sink_.write(text_);
        }
        text_.clear();
    }

protected:
    // Appends to text() whatever comes last.
    virtual void write_end(const ReplayedStream& stream) = 0;
    [[nodiscard]] std::string& text() { return text_; }
    void flush_if_large() {
        if (text_.size() >= kFlushBytes) {
            flush();
        }
    }

private:
    static constexpr std::size_t kFlushBytes = std::size_t{1} << 18U;

    TextSink& sink_;
    std::string text_;
    Status status_;
};

}  // namespace tt::alloc_trace
