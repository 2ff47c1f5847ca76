// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>

#include "sinks/terminal.hpp"

namespace tt::alloc_trace {

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

TextStyle stdout_style(ColorMode color) {
    std::setlocale(LC_CTYPE, "");
    TextStyle style;
    const char* no_color = std::getenv("NO_COLOR");
    const bool wanted = color == ColorMode::Auto && stdout_is_terminal() && (no_color == nullptr || *no_color == '\0');
    style.color = color == ColorMode::Always || wanted;
    style.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    style.width = stdout_is_terminal() || std::getenv("COLUMNS") != nullptr ? terminal_size().width : 0;
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
        if (written < 0 && errno != EINTR) {
            return fail_errno(ErrorCode::RunTime, "cannot write to standard output", errno);
        }
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    return {};
}

}  // namespace tt::alloc_trace
