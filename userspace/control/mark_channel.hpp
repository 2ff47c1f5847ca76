// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A recorder's end of `mark`: a socket in the runtime directory that its own user, root and the recording's owner may connect to.
// Never waits: who asks does. Used by one thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "control/mark_message.hpp"

namespace tt::alloc_trace {

struct MarkChannelOptions {
    std::string directory;             // make_run_directory()
    std::optional<uid_t> owner{};      // may ask, too
    std::function<RecorderInfo()> who;
    // A mark is wanted; it is answered later, in the order of the calls. Not empty: why it is refused at once.
    std::function<std::string(const std::string& name)> mark;
};

class MarkChannel {
public:
    static constexpr std::size_t kMaxPeers = 16;  // more at a time are sent away

    // Sockets that killed recorders left in the directory are removed.
    [[nodiscard]] static Result<std::unique_ptr<MarkChannel>> open(MarkChannelOptions options);
    MarkChannel(const MarkChannel&) = delete;
    MarkChannel& operator=(const MarkChannel&) = delete;
    ~MarkChannel();  // who still waits is told that the recorder ended

    // Level-triggered: serve() when it is readable.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    void serve();
    // Of the oldest mark that was not answered yet.
    // A mark that nobody asked for through the channel takes its place among those to be answered.
    void place_own() { waiting_.emplace_back(); }
    void answer(const MarkPlaced& placed);
    // From here on nobody finds this recorder, and who has not asked yet is refused.
    void close();

private:
    struct Peer {
        UniqueFd socket;
        bool waits = false;  // for the answer to its mark
    };
    using Peers = std::list<Peer>;

    explicit MarkChannel(MarkChannelOptions options) : options_(std::move(options)) {}
    [[nodiscard]] Status listen();
    void accept_peers();
    void serve_peer(int socket);
    [[nodiscard]] bool may_ask(int socket) const;
    void drop(Peers::iterator peer);

    MarkChannelOptions options_;
    UniqueFd epoll_;
    UniqueFd listener_;
    std::string path_;
    Peers peers_;
    std::deque<std::optional<int>> waiting_;  // sockets of those that wait for an answer, oldest first; nullopt: it left
};

}  // namespace tt::alloc_trace
