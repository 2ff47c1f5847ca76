// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#define NCURSES_NOMACROS
#include "watch/terminal.hpp"

#include <fcntl.h>
#include <ncurses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <map>
#include <utility>

#include "base/unique_fd.hpp"

namespace tt::alloc_trace::watch {
namespace {

constexpr std::size_t kMaxCells = 10'000;
constexpr int kEscapeMs = 25;       // how long the rest of a key's sequence may take
constexpr int kLeaveMs = 300;       // how long a terminal may take nothing until it is left as it is
constexpr const wchar_t kEscape = 27;
constexpr int kBackspace = 8;
constexpr int kDelete = 127;

std::size_t from_environment(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    const unsigned long value = text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
    return value > 0 && value <= kMaxCells ? value : otherwise;
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string utf8_of(wint_t character) {
    std::mbstate_t state{};
    std::array<char, 16> bytes{};
    const std::size_t size = std::wcrtomb(bytes.data(), static_cast<wchar_t>(character), &state);
    return size == static_cast<std::size_t>(-1) ? std::string{} : std::string(bytes.data(), size);
}

enum Pair : short { kGood = 1, kWarning, kBad };

attr_t attributes(Ink ink, bool color) {
    const auto pair = [color](Pair which) { return color ? static_cast<attr_t>(COLOR_PAIR(which)) : attr_t{0}; };
    switch (ink) {
        case Ink::Plain: return A_NORMAL;
        case Ink::Strong: return A_BOLD;
        case Ink::Dim: return A_DIM;
        case Ink::Good: return pair(kGood);
        case Ink::Warning: return A_BOLD | pair(kWarning);
        case Ink::Bad: return A_BOLD | pair(kBad);
    }
    return A_NORMAL;
}

std::optional<Key> mouse_key() {
    MEVENT event{};
    if (getmouse(&event) != OK || event.y < 0) {
        return std::nullopt;
    }
    const auto row = static_cast<std::size_t>(event.y);
    if ((event.bstate & BUTTON1_DOUBLE_CLICKED) != 0) {
        return Key{KeyKind::OpenClick, {}, row};
    }
    if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) != 0) {
        return Key{KeyKind::Click, {}, row};
    }
    if ((event.bstate & BUTTON4_PRESSED) != 0) {
        return Key{KeyKind::WheelUp, {}, row};
    }
    if ((event.bstate & BUTTON5_PRESSED) != 0) {
        return Key{KeyKind::WheelDown, {}, row};
    }
    return std::nullopt;
}

std::optional<Key> function_key(wint_t code) {
    switch (code) {
        case KEY_UP: return Key{KeyKind::Up};
        case KEY_DOWN: return Key{KeyKind::Down};
        case KEY_PPAGE: return Key{KeyKind::PageUp};
        case KEY_NPAGE: return Key{KeyKind::PageDown};
        case KEY_HOME: return Key{KeyKind::Home};
        case KEY_END: return Key{KeyKind::End};
        case KEY_LEFT: return Key{KeyKind::Left};
        case KEY_RIGHT: return Key{KeyKind::Right};
        case KEY_ENTER: return Key{KeyKind::Enter};
        case KEY_BACKSPACE: return Key{KeyKind::Backspace};
        case KEY_MOUSE: return mouse_key();
        default: return std::nullopt;
    }
}

std::optional<Key> character_key(wint_t character) {
    switch (character) {
        case kEscape: return Key{KeyKind::Escape};
        case L'\r':
        case L'\n': return Key{KeyKind::Enter};
        case L'\t': return Key{KeyKind::Tab};
        case kBackspace:
        case kDelete: return Key{KeyKind::Backspace};
        default: break;
    }
    return character < L' ' ? std::nullopt : std::optional(Key{KeyKind::Text, utf8_of(character)});
}

}  // namespace

Size terminal_size() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        return {size.ws_col, size.ws_row};
    }
    const Size usual;
    return {from_environment("COLUMNS", usual.width), from_environment("LINES", usual.height)};
}

struct Terminal::State {
    bool color = false;
    UniqueFd tty;        // stdout opened anew, so that only we do not wait for it: the flag is of the open file, which a job shares
    File drawn;          // in memory: where ncurses writes
    std::size_t taken = 0;  // bytes of it that are in `pending`
    File keys;
    SCREEN* screen = nullptr;
    std::string pending;  // for the terminal
    bool dropped = false;
    bool ended = false;   // stdin
    std::optional<termios> saved;
    std::optional<termios> raw;

    ~State() {
        if (screen != nullptr) {
            delscreen(screen);
        }
    }

    void take_drawn() {
        std::array<char, 16384> bytes{};
        const int fd = fileno(drawn.get());
        for (ssize_t count = 0; (count = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(taken))) > 0;) {
            pending.append(bytes.data(), static_cast<std::size_t>(count));
            taken += static_cast<std::size_t>(count);
        }
        if (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0) {
            taken = 0;
        }
    }

    // As much as the terminal takes now.
    void send() {
        std::size_t done = 0;
        while (done < pending.size()) {
            const ssize_t count = write(tty.get(), pending.data() + done, pending.size() - done);
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count <= 0) {
                done = errno == EAGAIN ? done : pending.size();  // gone: SIGHUP tells
                break;
            }
            done += static_cast<std::size_t>(count);
        }
        pending.erase(0, done);
    }

    void send_for_a_while() {
        send();
        pollfd writable{tty.get(), POLLOUT, 0};
        while (!pending.empty() && poll(&writable, 1, kLeaveMs) > 0) {
            send();
        }
    }
};

Terminal::Terminal(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<Terminal> Terminal::open(bool color) {
    auto state = std::make_unique<State>();
    state->tty = UniqueFd(::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    UniqueFd memory(memfd_create("screen", MFD_CLOEXEC));
    UniqueFd keys(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!keys.valid()) {
        keys = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    if (!state->tty.valid() || !memory.valid() || !keys.valid()) {
        return nullptr;
    }
    state->drawn.reset(fdopen(memory.get(), "w"));
    state->keys.reset(fdopen(keys.get(), "r"));
    if (!state->drawn || !state->keys) {
        return nullptr;
    }
    (void)memory.release();
    (void)keys.release();
    state->screen = newterm(nullptr, state->drawn.get(), state->keys.get());
    const char* move = state->screen == nullptr ? nullptr : tigetstr("cup");
    if (move == nullptr || reinterpret_cast<std::intptr_t>(move) == -1) {
        return nullptr;
    }
    termios settings{};
    if (isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &settings) == 0) {
        state->saved = settings;
        settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
        settings.c_cc[VMIN] = 1;
        settings.c_cc[VTIME] = 0;
        state->raw = settings;
    }
    state->color = color && has_colors();
    if (state->color) {
        start_color();
        use_default_colors();
        init_pair(kGood, COLOR_CYAN, -1);
        init_pair(kWarning, COLOR_YELLOW, -1);
        init_pair(kBad, COLOR_RED, -1);
    }
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    typeahead(-1);
    set_escdelay(kEscapeMs);
    curs_set(0);
    mouseinterval(0);
    if (state->raw) {
        mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, nullptr);
    }
    std::unique_ptr<Terminal> terminal(new Terminal(std::move(state)));
    terminal->enter();
    return terminal;
}

Terminal::~Terminal() { leave(); }

int Terminal::output_fd() const { return state_->tty.get(); }
bool Terminal::reads_keys() const { return state_->raw.has_value() && !state_->ended; }
bool Terminal::input_ended() const { return state_->ended; }

void Terminal::enter() {
    if (state_->raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &*state_->raw);
    }
    resized();
}

void Terminal::leave() {
    endwin();
    state_->take_drawn();
    state_->send_for_a_while();
    if (state_->saved) {
        tcsetattr(STDIN_FILENO, TCSANOW, &*state_->saved);
    }
}

void Terminal::resized() {
    const Size size = terminal_size();
    resizeterm(static_cast<int>(size.height), static_cast<int>(size.width));
    clearok(stdscr, TRUE);
}

bool Terminal::paint(const Screen& screen) {
    if (!state_->pending.empty()) {
        state_->dropped = true;
        return false;
    }
    werase(stdscr);
    int row = 0;
    for (const Line& line : screen.lines) {
        const attr_t chosen = line.selected ? A_REVERSE : A_NORMAL;
        wmove(stdscr, row, 0);
        for (const Span& span : line.spans()) {
            wattrset(stdscr, static_cast<int>(attributes(span.ink, state_->color) | chosen));
            waddnstr(stdscr, span.text.c_str(), -1);
        }
        if (line.selected && line.room() > 0) {
            waddnstr(stdscr, std::string(line.room(), ' ').c_str(), -1);
        }
        ++row;
    }
    wattrset(stdscr, A_NORMAL);
    wrefresh(stdscr);
    state_->take_drawn();
    state_->send();
    return true;
}

bool Terminal::flush() {
    state_->send();
    return state_->pending.empty() && std::exchange(state_->dropped, false);
}

std::optional<Key> Terminal::read_key() {
    pollfd readable{STDIN_FILENO, POLLIN, 0};
    for (int ready = 0; state_->raw && (ready = poll(&readable, 1, 0)) > 0;) {
        wint_t code = 0;
        const int kind = wget_wch(stdscr, &code);
        if (kind == ERR) {
            // What was readable and gave nothing has ended, unless it was the beginning of something.
            state_->ended = (readable.revents & (POLLHUP | POLLERR)) != 0 || poll(&readable, 1, 0) > 0;
            return std::nullopt;
        }
        const std::optional<Key> key = kind == KEY_CODE_YES ? function_key(code) : character_key(code);
        if (key) {
            return key;
        }
    }
    wint_t code = 0;  // ncurses may hold what it has read already
    const int kind = state_->raw ? wget_wch(stdscr, &code) : ERR;
    return kind == ERR ? std::nullopt : kind == KEY_CODE_YES ? function_key(code) : character_key(code);
}

}  // namespace tt::alloc_trace::watch
