// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/replayed.hpp"

#include <algorithm>
#include <stdexcept>

#include "recording/recording_reader.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kAlloc = 1;
constexpr std::uint64_t kFree = 2;

void count_buffer(ProcessAccount& account, const EventHeader& header, const BufferFields& buffer, std::uint64_t kind) {
    if (buffer.hooked) {
        ++(kind == kAlloc ? account.hooked : account.hooked_frees);
        return;
    }
    ++account.events;
    ++(kind == kAlloc ? account.allocs : account.frees);
    auto& [thread, digest] = account.threads[header.tid];
    ++(kind == kAlloc ? thread.allocs : thread.frees);
    digest.add(kind, buffer.allocator, static_cast<std::uint64_t>(buffer.type), buffer.address, buffer.size, buffer.buffer);
}

// What freed nothing, because the allocator was gone before, is no event of the truth.
void count_event(Replayed& replayed, const Event& event, const Applied& applied) {
    const EventHeader& header = header_of(event);
    ProcessAccount& account = replayed.accounts[header.pid];
    if (const auto* allocated = std::get_if<Allocated>(&event)) {
        count_buffer(account, header, allocated->buffer, kAlloc);
    } else if (const auto* freed = std::get_if<Freed>(&event); freed != nullptr && !applied.after_close) {
        count_buffer(account, header, freed->buffer, kFree);
    } else if (std::holds_alternative<CircularBufferAllocated>(event)) {
        ++account.cbs;
    } else if (std::holds_alternative<ProgramLaunched>(event)) {
        ++account.launches;
    }
}

void take_checkpoints(Replayed& replayed, const std::vector<Truth>& checkpoints) {
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        const auto account = replayed.accounts.find(checkpoints[i].pid);
        if (!replayed.live_at[i] && account != replayed.accounts.end() && account->second.events == checkpoints[i].events) {
            replayed.live_at[i] = live_set_of(replayed.process(checkpoints[i].pid));
        }
    }
}

std::string differences(const LiveSet& recorded, const LiveSet& truth) {
    constexpr std::size_t kShown = 5;
    const LiveSet missing = minus(truth, recorded);
    const LiveSet surplus = minus(recorded, truth);
    std::string text = std::to_string(recorded.size()) + " recorded, " + std::to_string(truth.size()) + " in truth";
    for (const auto& [what, lines] : {std::pair("missing", &missing), std::pair("surplus", &surplus)}) {
        text += "\n" + std::to_string(lines->size()) + " " + what;
        for (std::size_t i = 0; i < std::min(lines->size(), kShown); ++i) {
            text += "\n  " + (*lines)[i];
        }
    }
    return text;
}

// "what: recorded x, truth y" for each difference.
class Comparison {
public:
    void equal(const char* what, std::uint64_t recorded, std::uint64_t truth) {
        if (recorded != truth) {
            text_ += std::string("\n") + what + ": recorded " + std::to_string(recorded) + ", truth " + std::to_string(truth);
        }
    }
    [[nodiscard]] testing::AssertionResult result() const {
        return text_.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << text_;
    }

private:
    std::string text_;
};

}  // namespace

const ProcessState& Replayed::process(std::uint32_t pid) const {
    const auto& processes = view().processes;
    const auto found = std::find_if(processes.rbegin(), processes.rend(), [pid](const auto& p) { return p->pid == pid; });
    if (found == processes.rend()) {
        throw std::runtime_error("process " + std::to_string(pid) + " is not in the recording");
    }
    return **found;
}

const ProcessAccount& Replayed::account(std::uint32_t pid) const {
    static const ProcessAccount kNone;
    const auto found = accounts.find(pid);
    return found == accounts.end() ? kNone : found->second;
}

Threads Replayed::threads(std::uint32_t pid) const {
    Threads threads;
    for (const auto& [tid, entry] : account(pid).threads) {
        threads[tid] = entry.first;
        threads[tid].digest = entry.second.value();
    }
    return threads;
}

std::uint64_t Replayed::unknown(std::uint32_t pid, UnknownFree reason) const {
    return process(pid).unknown_frees[static_cast<std::size_t>(reason)].count;
}

std::uint64_t Replayed::ended(std::uint32_t pid, FreeKind kind) const {
    return process(pid).ends[static_cast<std::size_t>(kind)];
}

LiveSet live_set_of(const ProcessState& process) {
    LiveSet live;
    for (const auto& [key, buffer] : process.live.buffers()) {
        const Owner& owner = process.owner_of(key);
        LiveLine line;
        line.owner = (owner.kind == OwnerKind::Chip ? "chip " : owner.kind == OwnerKind::Mesh ? "mesh " : "unknown ") +
                     std::to_string(owner.id);
        line.chips = owner.chips;
        line.owner_pointer = owner.pointer;
        line.allocator = process.allocators[key.allocator].pointer;
        line.type = to_string(key.type);
        line.address = key.address;
        line.size = buffer.size;
        line.page_size = buffer.page_size;
        line.buffer = buffer.buffer;
        live.push_back(to_text(line));
    }
    std::sort(live.begin(), live.end());
    return live;
}

std::unique_ptr<Replayed> replay(const std::string& path, const std::vector<Truth>& checkpoints) {
    auto replayed = std::make_unique<Replayed>();
    replayed->live_at.resize(checkpoints.size());
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        throw std::runtime_error(reader.error().message);
    }
    Event event;
    for (;;) {
        const Result<bool> more = reader->next(event);
        if (!more) {
            throw std::runtime_error(more.error().message);
        }
        if (!*more) {
            break;
        }
        const Applied applied = replayed->tracker.apply(event);
        count_event(*replayed, event, applied);
        take_checkpoints(*replayed, checkpoints);
    }
    replayed->session = reader->session();
    replayed->complete = reader->complete();
    replayed->warning = reader->warning();
    replayed->end = reader->end();
    return replayed;
}

testing::AssertionResult is_flawless(const Replayed& replayed, std::uint32_t pid) {
    if (!replayed.complete) {
        return testing::AssertionFailure() << "the file is incomplete: " << replayed.warning;
    }
    Comparison comparison;
    comparison.equal("lost", replayed.view().lost.total(), 0);
    comparison.equal("inferred", replayed.ended(pid, FreeKind::Inferred), 0);
    comparison.equal("unexplained", replayed.unknown(pid, UnknownFree::Unexplained), 0);
    comparison.equal("in a gap", replayed.unknown(pid, UnknownFree::InGap), 0);
    std::uint64_t unidentified = 0;
    for (const Owner& owner : replayed.process(pid).owners) {
        // Programs of before October 2024 are launched on a device that the runtime does not name.
        unidentified += owner.kind == OwnerKind::Unknown && owner.pointer != 0 ? 1 : 0;
    }
    comparison.equal("unidentified owners", unidentified, 0);
    return comparison.result();
}

testing::AssertionResult same_threads(const Threads& recorded, const Threads& truth) {
    std::string text;
    const auto describe = [](const ThreadAccount& account) {
        return std::to_string(account.allocs) + " allocs, " + std::to_string(account.frees) + " frees, digest " +
               std::to_string(account.digest);
    };
    for (const auto& [tid, account] : truth) {
        const auto found = recorded.find(tid);
        if (found == recorded.end()) {
            text += "\nthread " + std::to_string(tid) + " is missing: " + describe(account);
        } else if (found->second != account) {
            text += "\nthread " + std::to_string(tid) + ": recorded " + describe(found->second) + "; truth " + describe(account);
        }
    }
    for (const auto& [tid, account] : recorded) {
        if (!truth.contains(tid)) {
            text += "\nthread " + std::to_string(tid) + " is not in truth: " + describe(account);
        }
    }
    return text.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << text;
}

testing::AssertionResult has_all_events(const Replayed& replayed, const Truth& truth) {
    const ProcessAccount& account = replayed.account(truth.pid);
    Comparison comparison;
    comparison.equal("events", account.events, truth.events);
    comparison.equal("allocs", account.allocs, truth.allocs);
    comparison.equal("frees", account.frees, truth.frees);
    comparison.equal("hooked allocations", account.hooked, truth.hooked);
    comparison.equal("hooked frees", account.hooked_frees, truth.hooked_frees);
    comparison.equal("circular buffers", account.cbs, truth.cbs);
    comparison.equal("launches", account.launches, truth.launches);
    testing::AssertionResult counts = comparison.result();
    return counts ? same_threads(replayed.threads(truth.pid), truth.threads) : counts;
}

testing::AssertionResult same_live_set(const LiveSet& recorded, const LiveSet& truth) {
    return recorded == truth ? testing::AssertionSuccess()
                             : testing::AssertionFailure() << "the live sets differ: " << differences(recorded, truth);
}

testing::AssertionResult matches(const Replayed& replayed, const Truth& truth) {
    if (testing::AssertionResult flawless = is_flawless(replayed, truth.pid); !flawless) {
        return flawless;
    }
    if (testing::AssertionResult events = has_all_events(replayed, truth); !events) {
        return events;
    }
    Comparison comparison;
    comparison.equal("before attach", replayed.unknown(truth.pid, UnknownFree::BeforeAttach), 0);
    comparison.equal("double frees", replayed.unknown(truth.pid, UnknownFree::Double), truth.double_frees);
    if (testing::AssertionResult frees = comparison.result(); !frees) {
        return frees;
    }
    if (!replayed.live_at.at(0)) {
        return testing::AssertionFailure() << "the recording never comes to the " << truth.events << " events of the truth";
    }
    return same_live_set(*replayed.live_at[0], truth.live);
}

}  // namespace tt::alloc_trace::test
