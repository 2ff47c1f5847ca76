// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/tmux.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/subprocess.hpp"

namespace tt::alloc_trace::test {

Tmux::Tmux(const std::string& command, int width, int height, const std::vector<std::string>& environment) {
    std::string words = "env";
    for (const std::string& variable : environment) {
        words += " " + variable;
    }
    // The server lives as long as the session; its own options are nobody's.
    tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(width), "-y", std::to_string(height),
          words + " sh -c " + quoted({"trap : INT; " + command + "; echo ended $?; exec sleep 1000"})});
}

Tmux::~Tmux() {
    SpawnOptions options;
    options.arguments = {"tmux", "-S", dir_.file("socket"), "kill-server"};
    (void)run(options);
}

std::string Tmux::tmux(std::vector<std::string> arguments) {
    SpawnOptions options;
    options.arguments = {"tmux", "-u", "-S", dir_.file("socket")};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    const Outcome outcome = run(options);
    if (outcome.status != 0) {
        throw std::runtime_error("tmux " + arguments.front() + ": " + outcome.err);
    }
    return outcome.out;
}

void Tmux::press(const std::string& key) { tmux({"send-keys", key}); }
void Tmux::type(const std::string& text) { tmux({"send-keys", "-l", text}); }
void Tmux::resize(int width, int height) {
    tmux({"resize-window", "-x", std::to_string(width), "-y", std::to_string(height)});
}
std::string Tmux::screen() { return tmux({"capture-pane", "-p"}); }

std::string Tmux::wait_until(const std::function<bool(const std::string&)>& done, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    for (;;) {
        std::string seen = screen();
        if (done(seen)) {
            return seen;
        }
        if (std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("never on the screen: " + what + "\n" + seen);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::string Tmux::wait_for(const std::string& text) {
    return wait_until([&text](const std::string& seen) { return seen.find(text) != std::string::npos; }, text);
}

std::string quoted(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += text.empty() ? "'" : " '";
        for (const char c : word) {
            text += c == '\'' ? std::string("'\\''") : std::string(1, c);
        }
        text += "'";
    }
    return text;
}

}  // namespace tt::alloc_trace::test
