// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/export_output.hpp"
#include "watch/terminal.hpp"

namespace tt::alloc_trace {
namespace {

bool is_stdout(const std::string& path) { return path.empty() || path == "-"; }

}  // namespace

tl::unexpected<Error> cannot_create(const std::string& path, int error) {
    if (error == EEXIST) {
        return fail_errno(
            ErrorCode::Usage, "cannot create " + path, error, "choose another file, or give --force to overwrite it"
        );
    }
    const bool denied = error == EACCES || error == EPERM || error == EROFS;
    return fail_errno(denied ? ErrorCode::NotPermitted : ErrorCode::RunTime, "cannot create " + path, error);
}

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

TextStyle stdout_style(ColorMode color) {
    std::setlocale(LC_CTYPE, "");
    TextStyle style;
    const char* no_color = std::getenv("NO_COLOR");
    const bool wanted = color == ColorMode::Auto && stdout_is_terminal() && (no_color == nullptr || *no_color == '\0');
    style.color = color == ColorMode::Always || wanted;
    style.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    style.width = stdout_is_terminal() || std::getenv("COLUMNS") != nullptr ? watch::terminal_size().width : 0;
    return style;
}

Status write_stdout(const std::string& text, bool* closed) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (written < 0 && errno == EPIPE) {
            if (closed != nullptr) {
                *closed = true;
            }
            return {};
        }
        if (written < 0 && errno == EAGAIN) {  // whoever shares it made it so
            pollfd room{STDOUT_FILENO, POLLOUT, 0};
            ::poll(&room, 1, -1);
            continue;
        }
        if (written < 0 && errno != EINTR) {
            return fail_errno(ErrorCode::RunTime, "cannot write to standard output", errno);
        }
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    return {};
}

Status check_output(const std::string& path, bool force, const std::string& recording) {
    std::error_code ignored;
    if (!is_stdout(path) && std::filesystem::equivalent(recording, path, ignored)) {
        return fail(ErrorCode::Usage, path + " is the recording itself", "choose another file");
    }
    const bool exists = !is_stdout(path) && ::access(path.c_str(), F_OK) == 0;
    return exists && !force ? cannot_create(path, EEXIST) : Status{};
}

Status write_output(const std::string& text, const std::string& path, bool force) {
    if (is_stdout(path)) {
        return write_stdout(text);
    }
    Result<ExportFile> file = ExportFile::create(path, force);
    if (!file) {
        return tl::make_unexpected(file.error());
    }
    const Status written = file->append(text);
    return written ? file->publish() : written;
}

}  // namespace tt::alloc_trace
