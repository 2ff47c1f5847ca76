// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "sinks/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace tt::alloc_trace {
namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";  // alternate screen, cursor hidden
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";
constexpr const char* kHome = "\x1b[H";
constexpr const char* kEndOfLine = "\x1b[K";
constexpr const char* kEndOfScreen = "\x1b[J";
constexpr std::size_t kMaxCells = 10'000;

void write_all(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (written <= 0 && errno != EINTR) {
            return;  // the terminal is gone; SIGHUP tells
        }
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
}

std::size_t from_environment(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    const unsigned long value = text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
    return value > 0 && value <= kMaxCells ? value : otherwise;
}

}  // namespace

TerminalSize terminal_size() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        return {size.ws_col, size.ws_row};
    }
    const TerminalSize usual;
    return {from_environment("COLUMNS", usual.width), from_environment("LINES", usual.height)};
}

Terminal::Terminal() {
    termios settings{};
    if (isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &settings) == 0) {
        saved_ = settings;
        settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C stays a signal
        settings.c_cc[VMIN] = 0;
        settings.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    }
    write_all(kEnter);
}

Terminal::~Terminal() {
    write_all(kLeave);
    if (saved_) {
        tcsetattr(STDIN_FILENO, TCSANOW, &*saved_);
    }
}

void Terminal::paint(const std::vector<std::string>& lines) {
    std::string screen = kHome;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        screen += (i == 0 ? "" : "\r\n") + lines[i] + kEndOfLine;
    }
    write_all(screen + kEndOfScreen);
}

std::optional<char> Terminal::read_key() {
    char key = 0;
    return saved_ && read(STDIN_FILENO, &key, 1) == 1 ? std::optional(key) : std::nullopt;
}

}  // namespace tt::alloc_trace
