// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/pointer_set.hpp"

#include <tsl/robin_map.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kHash = 8;
constexpr int kMaxSetAttempts = 8;            // readings from the start: after a rehash, or when the count does not fit
constexpr int kAttemptsForCount = 3;          // of them, before a count that is one off is taken for what it is
constexpr int kMaxRounds = 64;                // readings of the buckets that changed; each is much shorter than the one before
constexpr std::uint64_t kMaxEffort = 16;      // times the set's size: what all rounds of an attempt may read
constexpr std::uint64_t kMaxSparseness = 16;  // buckets per element wanted at most; a set that shrank keeps its buckets
constexpr std::size_t kListSlack = 1024;      // nodes that may come while a list is followed

struct Header {
    std::uint64_t buckets = 0;
    std::uint64_t bucket_count = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    [[nodiscard]] bool same_buckets(const Header& other) const {
        return buckets == other.buckets && bucket_count == other.bucket_count;
    }
};

constexpr std::uint32_t kNoNode = UINT32_MAX;

struct Node {
    std::uint64_t next = 0;
    std::uint64_t hash = 0;
    std::uint64_t value = 0;
    std::uint32_t next_index = kNoNode;  // of the node at `next`, once it was looked for and there
    bool read = false;
    bool next_changed = false;  // by the second reading
    bool key_changed = false;
};

struct Chain {
    std::uint64_t bucket = 0;
    std::uint64_t before = 0;         // buckets[bucket]
    std::uint32_t before_index = kNoNode;  // of the node there
    std::uint32_t last_index = kNoNode;    // of the last member, or of the node before the first
    std::uint64_t members = 0;             // so far
    enum class State { Open, Whole, Wrong } state = State::Open;
};

class SetReader {
public:
    SetReader(
        const TargetReader& reader,
        std::uint64_t set,
        std::uint32_t node_value,
        std::size_t max_elements,
        const ElementVisitor& visit
    )
        : reader_(reader), set_(set), node_value_(node_value), max_elements_(max_elements), visit_(visit) {}

    PointerSetReading read();

private:
    enum class Attempt { Done, Again };

    [[nodiscard]] std::optional<Header> read_header() const;
    [[nodiscard]] std::string refusal(const Header& header) const;
    Attempt attempt(const Header& header, bool patient);
    bool read_buckets(const Header& header);

    void open_chains(const std::vector<std::uint64_t>& buckets, const std::vector<std::uint64_t>& entries);
    void follow(Chain& chain);
    void read_nodes(const std::vector<std::uint64_t>& addresses);
    [[nodiscard]] std::uint32_t index_of(std::uint64_t address) const;
    [[nodiscard]] std::uint32_t next_of(std::uint32_t node);
    void read_chains();
    void show_elements();
    void compare_nodes();
    [[nodiscard]] bool confirmed(const Chain& chain);
    [[nodiscard]] std::optional<std::vector<std::uint64_t>> entries_of(const std::vector<std::uint64_t>& buckets) const;
    void keep_confirmed(const std::vector<std::uint64_t>& buckets, std::vector<std::uint64_t>& changed);
    [[nodiscard]] bool buckets_make_sense() const;

    [[nodiscard]] std::optional<std::vector<std::uint64_t>> follow_list(const Header& header) const;
    bool read_list();

    [[nodiscard]] std::uint64_t bucket_of(const Node& node) const;
    [[nodiscard]] Node node_from(std::span<const std::byte> bytes) const;
    [[nodiscard]] std::size_t node_bytes() const { return node_value_ + sizeof(std::uint64_t); }

    const TargetReader& reader_;
    std::uint64_t set_;
    std::uint32_t node_value_;
    std::size_t max_elements_;
    const ElementVisitor& visit_;

    std::uint64_t bucket_count_ = 0;
    std::uint64_t buckets_ = 0;
    std::uint64_t steps_left_ = 0;  // of all chains together: they may be cyclic
    bool changed_ = false;
    std::vector<Chain> chains_;
    // What this round read; node i was at addresses_[i].
    std::vector<Node> nodes_;
    std::vector<std::uint64_t> addresses_;
    tsl::robin_map<std::uint64_t, std::uint32_t, AddressHash> index_;
    PointerSetReading result_;
};

std::optional<Header> SetReader::read_header() const {
    const auto words = reader_.array<std::uint64_t>(set_, 4, 4);
    return words ? std::optional(Header{(*words)[0], (*words)[1], (*words)[2], (*words)[3]}) : std::nullopt;
}

std::string SetReader::refusal(const Header& header) const {
    if (header.count > max_elements_) {
        return "the set of its buffers claims to hold " + std::to_string(header.count) + " of them";
    }
    if (header.bucket_count > (std::uint64_t{max_elements_} * kMaxSparseness)) {
        return "the set of its buffers claims to have " + std::to_string(header.bucket_count) + " buckets";
    }
    return {};
}

PointerSetReading SetReader::read() {
    for (int attempts = 0; attempts < kMaxSetAttempts && !reader_.cancelled(); ++attempts) {
        result_ = {};
        changed_ = false;
        const auto before = read_header();
        if (!before) {
            result_.incomplete_reason = "the set of its buffers cannot be read";
            continue;
        }
        result_.count = before->count;
        result_.incomplete_reason = refusal(*before);
        if (!result_.incomplete_reason.empty()) {
            continue;  // the reading of a moment in which it was written, perhaps
        }
        if (attempt(*before, attempts >= kAttemptsForCount) == Attempt::Done) {
            break;
        }
    }
    if (reader_.cancelled()) {
        result_.complete = false;
        result_.incomplete_reason = "the walk was cancelled";
    }
    return std::move(result_);
}

SetReader::Attempt SetReader::attempt(const Header& before, bool patient) {
    if (!read_buckets(before) && !read_list()) {
        result_.incomplete_reason = "the set of its buffers is torn, cyclic or changes faster than it can be read";
        return Attempt::Again;
    }
    const auto after = read_header();
    if (!after || !after->same_buckets(before)) {
        result_.incomplete_reason = "the set of its buffers moves faster than it can be read";
        return Attempt::Again;
    }
    std::sort(result_.values.begin(), result_.values.end());
    result_.values.erase(std::unique(result_.values.begin(), result_.values.end()), result_.values.end());
    result_.quiet = !changed_ && after->count == before.count && after->first == before.first;
    result_.count = after->count;
    const std::uint64_t held = result_.values.size();
    // A thread that was stopped inside of an insertion or removal leaves a set that is one off, for as long as it stands.
    const bool one_off = patient && (held + 1 == after->count || held == after->count + 1);
    if (result_.quiet && held != after->count && !one_off) {
        result_.incomplete_reason = "the set of its buffers counts " + std::to_string(after->count) + " of them, but holds " +
                                    std::to_string(held);
        return Attempt::Again;
    }
    result_.complete = true;
    result_.incomplete_reason.clear();
    return Attempt::Done;
}

std::uint64_t SetReader::bucket_of(const Node& node) const {
    if (node_value_ != kLibcxxValue) {
        return node.value % bucket_count_;  // libstdc++: the hash of a pointer is the pointer
    }
    return std::has_single_bit(bucket_count_) ? node.hash & (bucket_count_ - 1) : node.hash % bucket_count_;
}

Node SetReader::node_from(std::span<const std::byte> bytes) const {
    Node node;
    node.next = number_at(bytes, 0, 8);
    node.hash = node_value_ == kLibcxxValue ? number_at(bytes, kHash, 8) : 0;
    node.value = number_at(bytes, node_value_, 8);
    node.read = true;
    return node;
}

// False if some buckets could not be read, whatever was tried; `values` then lacks their elements.
bool SetReader::read_buckets(const Header& header) {
    buckets_ = header.buckets;
    bucket_count_ = header.bucket_count;
    if (bucket_count_ == 0) {
        return header.count == 0;  // libc++ before the first element
    }
    const std::uint64_t most_nodes = header.count + kListSlack;
    std::vector<std::uint64_t> pending;
    std::uint64_t effort = (most_nodes + bucket_count_) * kMaxEffort;
    for (int round = 0; round < kMaxRounds && (round == 0 || !pending.empty()); ++round) {
        const auto entries = round == 0 ? reader_.array<std::uint64_t>(buckets_, bucket_count_, bucket_count_) : entries_of(pending);
        if (!entries || reader_.cancelled()) {
            return false;
        }
        steps_left_ = most_nodes * 2;
        open_chains(pending, *entries);
        read_chains();
        if (round == 0 && !buckets_make_sense()) {
            return false;
        }
        const std::uint64_t cost = nodes_.size() + entries->size() + (most_nodes * 2 - steps_left_);
        if (cost > effort) {
            return false;
        }
        effort -= cost;
        show_elements();
        compare_nodes();
        std::vector<std::uint64_t> changed;
        const auto entries_again =
            round == 0 ? reader_.array<std::uint64_t>(buckets_, bucket_count_, bucket_count_) : entries_of(pending);
        if (!entries_again) {
            return false;
        }
        for (std::size_t i = 0; i < entries->size(); ++i) {
            if ((*entries)[i] != (*entries_again)[i]) {
                changed.push_back(round == 0 ? i : pending[i]);
            }
        }
        keep_confirmed(changed, pending);
        changed_ = changed_ || !pending.empty();
    }
    return pending.empty();
}

std::optional<std::vector<std::uint64_t>> SetReader::entries_of(const std::vector<std::uint64_t>& buckets) const {
    std::vector<std::uint64_t> addresses;
    addresses.reserve(buckets.size());
    for (const std::uint64_t bucket : buckets) {
        addresses.push_back(buckets_ + (bucket * sizeof(std::uint64_t)));
    }
    const Windows windows = reader_.windows(addresses, sizeof(std::uint64_t));
    std::vector<std::uint64_t> entries;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        if (!windows.read(i)) {
            return std::nullopt;
        }
        entries.push_back(number_at(windows[i], 0, sizeof(std::uint64_t)));
    }
    return entries;
}

// `buckets` empty: entries are those of all buckets.
void SetReader::open_chains(const std::vector<std::uint64_t>& buckets, const std::vector<std::uint64_t>& entries) {
    chains_.clear();
    nodes_.clear();
    addresses_.clear();
    index_.clear();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i] != 0) {
            chains_.push_back({buckets.empty() ? i : buckets[i], entries[i]});
        }
    }
}

std::uint32_t SetReader::index_of(std::uint64_t address) const {
    const auto found = index_.find(address);
    return found == index_.end() ? kNoNode : found->second;
}

std::uint32_t SetReader::next_of(std::uint32_t node) {
    std::uint32_t& next = nodes_[node].next_index;
    if (next == kNoNode) {
        next = index_of(nodes_[node].next);
    }
    return next;
}

// Up to the next node that has not been read yet.
void SetReader::follow(Chain& chain) {
    while (chain.state == Chain::State::Open) {
        const Node& last = nodes_[chain.last_index];
        if (!last.read) {
            chain.state = Chain::State::Wrong;
            return;
        }
        if (last.next == 0) {
            chain.state = chain.members == 0 ? Chain::State::Wrong : Chain::State::Whole;
            return;
        }
        const std::uint32_t next = next_of(chain.last_index);
        if (next == kNoNode) {
            return;
        }
        const Node& node = nodes_[next];
        if (!node.read || steps_left_ == 0 || chain.members > nodes_.size()) {  // more members than nodes: cyclic
            chain.state = Chain::State::Wrong;
        } else if (bucket_of(node) != chain.bucket) {
            chain.state = chain.members == 0 ? Chain::State::Wrong : Chain::State::Whole;
        } else {
            --steps_left_;
            ++chain.members;
            chain.last_index = next;
        }
    }
}

void SetReader::read_nodes(const std::vector<std::uint64_t>& addresses) {
    const Windows windows = reader_.windows(addresses, node_bytes());
    for (std::size_t i = 0; i < windows.size(); ++i) {
        if (index_.try_emplace(addresses[i], static_cast<std::uint32_t>(nodes_.size())).second) {
            nodes_.push_back(windows.read(i) ? node_from(windows[i]) : Node{});
            addresses_.push_back(addresses[i]);
        }
    }
}

void SetReader::read_chains() {
    std::vector<std::uint64_t> wanted;
    wanted.reserve(chains_.size());
    for (const Chain& chain : chains_) {
        wanted.push_back(chain.before);
    }
    index_.reserve(chains_.size() * 2);
    read_nodes(wanted);
    for (Chain& chain : chains_) {
        chain.before_index = chain.last_index = index_of(chain.before);
    }
    while (!wanted.empty() && !reader_.cancelled()) {
        wanted.clear();
        for (Chain& chain : chains_) {
            follow(chain);
            if (chain.state == Chain::State::Open) {
                wanted.push_back(nodes_[chain.last_index].next);
            }
        }
        read_nodes(wanted);
    }
}

// Most chains begin with a node of their bucket, even while the set changes; otherwise this is not how it hashes.
bool SetReader::buckets_make_sense() const {
    constexpr std::size_t kFew = 8;
    const auto wrong = static_cast<std::size_t>(std::count_if(chains_.begin(), chains_.end(), [](const Chain& chain) {
        return chain.state == Chain::State::Wrong;
    }));
    return chains_.size() < kFew || wrong < chains_.size() / 4 * 3;
}

void SetReader::show_elements() {
    std::vector<std::uint64_t> values;
    values.reserve(nodes_.size());
    for (const Chain& chain : chains_) {
        if (chain.state != Chain::State::Whole) {
            continue;
        }
        std::uint32_t index = chain.before_index;
        for (std::uint64_t i = 0; i < chain.members; ++i) {
            index = nodes_[index].next_index;
            values.push_back(nodes_[index].value);
        }
    }
    visit_(values);
}

void SetReader::compare_nodes() {
    const Windows windows = reader_.windows(addresses_, node_bytes());
    for (std::size_t i = 0; i < windows.size(); ++i) {
        Node& node = nodes_[i];
        const Node again = windows.read(i) ? node_from(windows[i]) : Node{};
        node.next_changed = node.read != again.read || node.next != again.next;
        node.key_changed = node.read != again.read || node.value != again.value || node.hash != again.hash;
    }
}

// Appends its elements if nothing of it has changed: not where it begins, nor its nodes, nor whose node ends it.
bool SetReader::confirmed(const Chain& chain) {
    if (chain.state != Chain::State::Whole || nodes_[chain.before_index].next_changed) {
        return false;
    }
    const std::size_t values_before = result_.values.size();
    std::uint32_t index = nodes_[chain.before_index].next_index;
    for (std::uint64_t i = 0; i < chain.members; ++i) {
        const Node& node = nodes_[index];
        if (node.next_changed || node.key_changed) {
            result_.values.resize(values_before);
            return false;
        }
        result_.values.push_back(node.value);
        index = node.next_index;
    }
    if (index != kNoNode && nodes_[index].key_changed) {
        result_.values.resize(values_before);
        return false;
    }
    return true;
}

// Takes the chains of this round; `pending` becomes the buckets to read again: those in `changed` (ascending) and those whose
// chain is not confirmed.
void SetReader::keep_confirmed(const std::vector<std::uint64_t>& changed, std::vector<std::uint64_t>& pending) {
    pending = changed;
    for (const Chain& chain : chains_) {
        if (!std::binary_search(changed.begin(), changed.end(), chain.bucket) && !confirmed(chain)) {
            pending.push_back(chain.bucket);
        }
    }
    std::sort(pending.begin(), pending.end());
}

std::optional<std::vector<std::uint64_t>> SetReader::follow_list(const Header& header) const {
    std::vector<std::uint64_t> values;
    const std::uint64_t most = std::min<std::uint64_t>(header.count, max_elements_) + kListSlack;
    std::vector<std::byte> bytes(node_bytes());
    std::uint64_t landmark = 0;  // every cycle comes back to one of them soon (Brent)
    for (std::uint64_t address = header.first; address != 0;) {
        if (address == landmark || values.size() >= most || reader_.cancelled() || !reader_.read(address, bytes)) {
            return std::nullopt;
        }
        landmark = std::has_single_bit(values.size()) ? address : landmark;
        const Node node = node_from(bytes);
        values.push_back(node.value);
        address = node.next;
    }
    return values;
}

// The last resort: a process stopped in the middle of an insertion, or a hash that is not known here.
bool SetReader::read_list() {
    constexpr int kMaxLists = 4;
    std::optional<std::vector<std::uint64_t>> previous;
    changed_ = true;
    for (int attempts = 0; attempts < kMaxLists && !reader_.cancelled(); ++attempts) {
        const auto header = read_header();
        auto values = header && refusal(*header).empty() ? follow_list(*header) : std::nullopt;
        if (values && values == previous) {
            result_.values = *std::move(values);
            changed_ = false;
            return true;
        }
        if (values) {
            visit_(*values);
        }
        previous = std::move(values);
    }
    return false;
}

}  // namespace

PointerSetReading read_pointer_set(
    const TargetReader& reader,
    std::uint64_t set,
    std::uint32_t node_value,
    std::size_t max_elements,
    const ElementVisitor& visit
) {
    return SetReader(reader, set, node_value, max_elements, visit).read();
}

std::optional<std::vector<std::uint64_t>> read_small_pointer_map(
    const TargetReader& reader, std::uint64_t map, std::uint32_t node_value, std::size_t max_elements
) {
    const auto words = reader.array<std::uint64_t>(map, 4, 4);
    if (!words || (*words)[3] > max_elements) {
        return std::nullopt;
    }
    std::vector<std::uint64_t> values;
    for (std::uint64_t node = (*words)[2]; node != 0;) {
        const auto next = reader.word(node);
        const auto value = reader.word(node + node_value + sizeof(std::uint64_t));  // behind the key
        if (!next || !value || values.size() == (*words)[3]) {
            return std::nullopt;
        }
        values.push_back(*value);
        node = *next;
    }
    return values.size() == (*words)[3] ? std::optional(std::move(values)) : std::nullopt;
}

}  // namespace tt::alloc_trace
