// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/replay.hpp"
#include "report/event_json.hpp"
#include "report/owner_labels.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 20U;

// Lines go to a file or to stdout, in large pieces.
class LineWriter {
public:
    [[nodiscard]] Status open(const Options& options) {
        if (options.output.empty() || options.output == "-") {
            return {};
        }
        const int mode = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (options.force ? O_TRUNC : O_EXCL);
        file_ = UniqueFd(::open(options.output.c_str(), mode, S_IRUSR | S_IWUSR));
        if (!file_.valid()) {
            const char* hint = errno == EEXIST ? "choose another file, or give --force to overwrite it" : "";
            return fail_errno(
                errno == EEXIST ? ErrorCode::Usage : ErrorCode::RunTime, "cannot create " + options.output, errno, hint
            );
        }
        path_ = options.output;
        return {};
    }

    [[nodiscard]] std::string& buffer() { return buffer_; }
    [[nodiscard]] bool closed() const { return closed_; }  // the reader of the pipe has gone

    [[nodiscard]] Status flush_if_large() { return buffer_.size() >= kFlushBytes ? flush() : Status{}; }

    [[nodiscard]] Status flush() {
        Status written = file_.valid() ? write_file() : write_stdout(buffer_, &closed_);
        buffer_.clear();
        return written;
    }

private:
    [[nodiscard]] Status write_file() {
        for (std::size_t done = 0; done < buffer_.size();) {
            const ssize_t written = write(file_.get(), buffer_.data() + done, buffer_.size() - done);
            if (written < 0 && errno != EINTR) {
                return fail_errno(ErrorCode::RunTime, "cannot write to " + path_, errno);
            }
            done += written > 0 ? static_cast<std::size_t>(written) : 0;
        }
        return {};
    }

    UniqueFd file_;
    std::string path_;
    std::string buffer_;
    bool closed_ = false;
};

}  // namespace

Result<int> run_export(const Options& options) {
    LineWriter lines;
    if (Status opened = lines.open(options); !opened) {
        return tl::make_unexpected(opened.error());
    }
    OwnerLabels labels;
    bool has_header = false;
    Replay replay;
    const Status replayed = replay_recording(
        options.file,
        replay,
        {},
        nullptr,
        [&](const SessionInfo& session, const Event& event, const Applied& applied) -> Status {
            if (!std::exchange(has_header, true)) {
                lines.buffer() += json_line(export_header_json(session, {}));
            }
            append_event_json(lines.buffer(), event, applied, labels.observe(event));
            return lines.closed() ? fail(ErrorCode::RunTime, "") : lines.flush_if_large();
        }
    );
    if (lines.closed()) {
        return 0;
    }
    if (!replayed) {
        return tl::make_unexpected(replayed.error());
    }
    const TrackerView view = replay.tracker.view();
    const Completeness completeness{replay.complete, view.lost.total()};
    if (!has_header) {
        lines.buffer() += json_line(export_header_json(replay.session, {}));
    }
    lines.buffer() += json_line(export_end_json(view.events, completeness));
    if (Status flushed = lines.flush(); !flushed) {
        return tl::make_unexpected(flushed.error());
    }
    if (!replay.warning.empty()) {
        spdlog::warn("{}: {}", printable(options.file), printable(replay.warning));
    }
    return 0;
}

}  // namespace tt::alloc_trace
