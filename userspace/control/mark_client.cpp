// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "control/mark_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "control/runtime_directory.hpp"
#include "control/socket_address.hpp"

namespace tt::alloc_trace {
namespace {

constexpr timeval kMostWait{5, 0};       // for a recorder to say who it is
constexpr timeval kMostMarkWait{30, 0};  // until it has caught up with its events

void limit_waits(int socket, timeval most) {
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
}

// nullopt: nothing came, errno tells why (0: the other end has gone).
std::optional<MarkAnswer> ask(int socket, const MarkQuestion& question) {
    const std::string packet = encode(question);
    if (send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) {
        return std::nullopt;
    }
    std::array<char, kMaxPacketBytes> answer{};
    const ssize_t size = recv(socket, answer.data(), answer.size(), 0);
    if (size <= 0) {
        errno = size == 0 ? 0 : errno;
        return std::nullopt;
    }
    errno = 0;
    return decode_answer({answer.data(), static_cast<std::size_t>(size)});
}

// As this process sees it; a pid of another pid namespace says nothing here.
std::uint32_t pid_of_peer(int socket) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0 ? static_cast<std::uint32_t>(peer.pid) : 0;
}

void look_at(const std::string& path, FoundRecorders& found) {
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const auto address = socket_address(path);
    if (!socket.valid() || !address) {
        return;
    }
    limit_waits(socket.get(), kMostWait);
    if (connect(socket.get(), address->get(), address->size()) != 0) {
        found.not_permitted += errno == EACCES || errno == EPERM ? 1 : 0;
        if (errno == EAGAIN) {
            found.silent.push_back(path);
        }
        return;
    }
    const auto answer = ask(socket.get(), AskWho{});
    if (answer && std::holds_alternative<RecorderInfo>(*answer)) {
        RecorderInfo info = std::get<RecorderInfo>(*answer);
        info.pid = pid_of_peer(socket.get());
        auto& of_its_kind = info.file.empty() ? found.tables : found.recorders;
        of_its_kind.push_back({std::move(info), std::move(socket)});
    } else if (!answer && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        found.silent.push_back(path);
    }
}

// One absolute form for each file, if it is there or not.
std::string absolute(const std::string& file) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::weakly_canonical(file, error);
    return error ? file : path.string();
}

bool is_meant(const RecorderInfo& recorder, const RecorderChoice& choice) {
    const bool file = choice.file.empty() || recorder.file == choice.file || recorder.file == absolute(choice.file);
    const bool pid = !choice.pid || recorder.pid == *choice.pid ||
                     std::find(recorder.pids.begin(), recorder.pids.end(), *choice.pid) != recorder.pids.end();
    return file && pid;
}

std::string words(const RecorderInfo& recorder) {
    std::string text = recorder.pid == 0 ? "of another pid namespace" : "pid " + std::to_string(recorder.pid);
    text += ", writes " + recorder.file;
    constexpr std::size_t kMostPids = 8;
    for (std::size_t i = 0; i < std::min(recorder.pids.size(), kMostPids); ++i) {
        text += (i == 0 ? ", traces " : " ") + std::to_string(recorder.pids[i]);
    }
    return text + (recorder.pids.size() > kMostPids ? " ..." : "");
}

std::string list(const std::vector<const RecorderInfo*>& recorders) {
    std::string text;
    for (const RecorderInfo* recorder : recorders) {
        text += (text.empty() ? "" : "; ") + words(*recorder);
    }
    return text;
}

std::string asked(const RecorderChoice& choice) {
    return (choice.file.empty() ? "" : " that writes " + choice.file) + (choice.pid ? " of pid " + std::to_string(*choice.pid) : "");
}

tl::unexpected<Error> none_found(const FoundRecorders& found, const RecorderChoice& choice, const std::vector<const RecorderInfo*>& others) {
    if (!others.empty()) {
        return fail(ErrorCode::Usage, "no recorder" + asked(choice) + " is running", "there is: " + list(others));
    }
    if (found.not_permitted > 0) {
        return fail(ErrorCode::NotPermitted, "the recorder that is running is another user's", "run mark as root, as with sudo");
    }
    if (!found.silent.empty()) {
        return fail(ErrorCode::RunTime, "the recorder does not answer: " + found.silent.front(), "is it stopped? A recorder that hangs takes no marks");
    }
    return fail(
        ErrorCode::Usage, "no recorder" + asked(choice) + " is running",
        "start one with tt-alloc-trace record -p PID -o FILE; one in a container or of another user is found through " +
            std::string(kRunDirectoryVariable)
    );
}

}  // namespace

FoundRecorders find_recorders(const std::vector<std::string>& directories) {
    FoundRecorders found;
    for (const std::string& directory : directories) {
        for (const std::string& path : sockets_in(directory)) {
            look_at(path, found);
        }
    }
    return found;
}

Result<std::size_t> choose_recorder(const FoundRecorders& found, const RecorderChoice& choice) {
    std::vector<const RecorderInfo*> meant;
    std::vector<const RecorderInfo*> others;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < found.recorders.size(); ++i) {
        const RecorderInfo& info = found.recorders[i].info;
        const bool is = is_meant(info, choice);
        (is ? meant : others).push_back(&info);
        chosen = is ? i : chosen;
    }
    if (meant.empty()) {
        return none_found(found, choice, others);
    }
    if (meant.size() > 1) {
        return fail(
            ErrorCode::Usage, std::to_string(meant.size()) + " recorders" + asked(choice) + " are running: which one?",
            "choose it by -o FILE or -p PID: " + list(meant)
        );
    }
    return chosen;
}

Result<MarkPlaced> send_mark(const FoundRecorder& recorder, const std::string& name) {
    limit_waits(recorder.socket.get(), kMostMarkWait);
    const auto answer = ask(recorder.socket.get(), AskMark{name});
    const int error = errno;
    if (answer && std::holds_alternative<MarkPlaced>(*answer)) {
        return std::get<MarkPlaced>(*answer);
    }
    const std::string who = "the recorder (" + words(recorder.info) + ")";
    if (answer && std::holds_alternative<MarkRefused>(*answer)) {
        return fail(ErrorCode::RunTime, who + " did not take the mark: " + std::get<MarkRefused>(*answer).why);
    }
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return fail(ErrorCode::RunTime, who + " has not answered in " + std::to_string(kMostMarkWait.tv_sec) + " seconds; the mark may still come");
    }
    return fail(ErrorCode::RunTime, who + " ended before it answered; the mark may be missing");
}

void show_mark(const FoundRecorders& found, const RecorderInfo& recorder, const std::string& name) {
    for (const FoundRecorder& table : found.tables) {
        const auto shared = [&recorder](std::uint32_t pid) { return std::find(recorder.pids.begin(), recorder.pids.end(), pid) != recorder.pids.end(); };
        if (std::any_of(table.info.pids.begin(), table.info.pids.end(), shared)) {
            limit_waits(table.socket.get(), kMostWait);
            (void)ask(table.socket.get(), AskMark{name});
        }
    }
}

}  // namespace tt::alloc_trace
