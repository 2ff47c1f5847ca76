// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "control/mark_channel.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/clock.hpp"
#include "control/runtime_directory.hpp"
#include "control/socket_address.hpp"

namespace tt::alloc_trace {
namespace {

constexpr const char* kEnding = "the recorder is ending";

void send_answer(int socket, const MarkAnswer& answer) {
    const std::string packet = encode(answer);
    (void)send(socket, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);  // who does not take it has gone
}

bool add_to(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

// Nobody listens: its recorder was killed.
bool is_left_over(const std::string& path) {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = socket_address(path);
    return address && connect(socket.get(), address->get(), address->size()) != 0 && errno == ECONNREFUSED;
}

void remove_left_overs(const std::string& directory) {
    for (const std::string& path : sockets_in(directory)) {
        if (is_left_over(path)) {
            (void)unlink(path.c_str());
        }
    }
}

}  // namespace

Result<std::unique_ptr<MarkChannel>> MarkChannel::open(MarkChannelOptions options) {
    std::unique_ptr<MarkChannel> channel(new MarkChannel(std::move(options)));
    remove_left_overs(channel->options_.directory);
    Status listening = channel->listen();
    return listening ? Result<std::unique_ptr<MarkChannel>>(std::move(channel)) : tl::make_unexpected(listening.error());
}

// It gets its name when it listens: a socket under a name that refuses is left over, always.
Status MarkChannel::listen() {
    const std::string name = std::to_string(getpid()) + "-" + std::to_string(monotonic_ns());
    const std::string unnamed = options_.directory + "/." + name;
    const std::string path = options_.directory + "/" + name + ".sock";
    const auto address = socket_address(unnamed);
    if (!address) {
        return fail(ErrorCode::RunTime, "the path of its socket is too long: " + path, run_directory_way_out());
    }
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
    constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
    const bool ready = listener_.valid() && epoll_.valid() && bind(listener_.get(), address->get(), address->size()) == 0 &&
                       chmod(unnamed.c_str(), kOwnerOnly) == 0 &&
                       (!options_.owner || lchown(unnamed.c_str(), *options_.owner, static_cast<gid_t>(-1)) == 0) &&
                       ::listen(listener_.get(), static_cast<int>(kMaxPeers)) == 0 && add_to(epoll_.get(), listener_.get()) &&
                       rename(unnamed.c_str(), path.c_str()) == 0;
    if (!ready) {
        const int error = errno;
        (void)unlink(unnamed.c_str());
        return fail_errno(ErrorCode::RunTime, "cannot make its socket " + path, error, run_directory_way_out());
    }
    path_ = path;
    return {};
}

MarkChannel::~MarkChannel() {
    close();
    for (const Peer& peer : peers_) {
        send_answer(peer.socket.get(), MarkRefused{"the recorder ended before it was placed"});
    }
}

void MarkChannel::close() {
    if (!listener_.valid()) {
        return;
    }
    (void)unlink(path_.c_str());
    serve();
    for (auto peer = peers_.begin(); peer != peers_.end();) {
        const auto next = std::next(peer);
        if (!peer->waits) {
            send_answer(peer->socket.get(), MarkRefused{kEnding});
            drop(peer);
        }
        peer = next;
    }
    listener_.reset();
}

void MarkChannel::serve() {
    constexpr int kMostAtOnce = kMaxPeers + 1;
    std::array<epoll_event, kMostAtOnce> ready{};
    const int count = epoll_wait(epoll_.get(), ready.data(), kMostAtOnce, 0);
    for (int i = 0; i < count; ++i) {
        const int fd = ready[static_cast<std::size_t>(i)].data.fd;
        fd == listener_.get() ? accept_peers() : serve_peer(fd);
    }
}

// At most as many as may wait: others are left to the next turn.
void MarkChannel::accept_peers() {
    for (std::size_t i = 0; i < kMaxPeers; ++i) {
        UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!socket.valid()) {
            return;
        }
        if (!may_ask(socket.get())) {
            send_answer(socket.get(), MarkRefused{"only root and the owner of the recording may mark it"});
        } else if (peers_.size() >= kMaxPeers) {
            send_answer(socket.get(), MarkRefused{"too many ask at the same time"});
        } else if (add_to(epoll_.get(), socket.get())) {
            peers_.push_back({std::move(socket)});
        }
    }
}

bool MarkChannel::may_ask(int socket) const {
    ucred peer{};
    socklen_t size = sizeof(peer);
    const bool known = getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return known && (peer.uid == 0 || peer.uid == geteuid() || peer.uid == options_.owner);
}

void MarkChannel::serve_peer(int socket) {
    const auto peer = std::find_if(peers_.begin(), peers_.end(), [socket](const Peer& one) { return one.socket.get() == socket; });
    if (peer == peers_.end()) {
        return;
    }
    std::array<char, kMaxPacketBytes> packet{};
    const ssize_t size = recv(socket, packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    const bool whole = size > 0 && static_cast<std::size_t>(size) <= packet.size() && !peer->waits;
    const auto question = whole ? decode_question({packet.data(), static_cast<std::size_t>(size)}) : std::nullopt;
    if (!question) {
        drop(peer);
    } else if (std::holds_alternative<AskWho>(*question)) {
        send_answer(socket, options_.who());
    } else {
        const std::string& name = std::get<AskMark>(*question).name;
        const std::string invalid = mark_name_problem(name);
        const std::string problem = !listener_.valid() ? kEnding : !invalid.empty() ? "the name does not do: " + invalid : options_.mark(name);
        peer->waits = problem.empty();
        if (peer->waits) {
            waiting_.emplace_back(socket);
        } else {
            send_answer(socket, MarkRefused{problem});
        }
    }
}

void MarkChannel::answer(const MarkPlaced& placed) {
    if (waiting_.empty()) {
        return;
    }
    const std::optional<int> socket = waiting_.front();
    waiting_.pop_front();
    const auto peer = std::find_if(peers_.begin(), peers_.end(), [&](const Peer& one) { return socket == one.socket.get(); });
    if (peer != peers_.end()) {
        peer->waits = false;
        send_answer(*socket, placed);
    }
}

void MarkChannel::drop(Peers::iterator peer) {
    std::replace(waiting_.begin(), waiting_.end(), std::optional<int>(peer->socket.get()), std::optional<int>());
    peers_.erase(peer);
}

}  // namespace tt::alloc_trace
