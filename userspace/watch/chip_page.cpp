// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/chip_page.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hex.hpp"
#include "report/human_size.hpp"
#include "report/owner_labels.hpp"

namespace tt::alloc_trace::watch {
namespace {

// By what a filter looks at.
std::string words_of(const BufferClass& one, CallSites& sites) {
    return owner_label(one.owner_kind, one.owner_id) + '\n' + human_bytes(one.size) + '\n' + call_site_text(one, sites);
}

void sort_groups(std::vector<Group>& groups, GroupOrder order) {
    std::stable_sort(groups.begin(), groups.end(), [order](const Group& a, const Group& b) {
        switch (order) {
            case GroupOrder::Change: return a.change_bytes > b.change_bytes;
            case GroupOrder::Count: return a.sum.count > b.sum.count;
            case GroupOrder::Newest: return a.sum.newest_t_ns > b.sum.newest_t_ns;
            case GroupOrder::Bytes: break;
        }
        return a.sum.bytes > b.sum.bytes;
    });
}

auto place_of(const BufferRow& row) { return std::tuple(row.key.address, row.key.allocator, row.key.core); }

void sort_buffers(std::vector<BufferRow>& rows, BufferOrder order) {
    std::sort(rows.begin(), rows.end(), [order](const BufferRow& a, const BufferRow& b) {
        switch (order) {
            case BufferOrder::Size:
                if (a.buffer->size != b.buffer->size) {
                    return a.buffer->size > b.buffer->size;
                }
                break;
            case BufferOrder::Newest:
                if (a.buffer->t_ns != b.buffer->t_ns) {
                    return a.buffer->t_ns > b.buffer->t_ns;
                }
                break;
            case BufferOrder::Oldest:
                if (a.buffer->t_ns != b.buffer->t_ns) {
                    return a.buffer->t_ns < b.buffer->t_ns;
                }
                break;
            case BufferOrder::Address: break;
        }
        return place_of(a) < place_of(b);
    });
}

}  // namespace

std::vector<Group> chip_groups(
    const ProcessState& process, const Place& place, const ChipOptions& options, const ClassBaseline* baseline, CallSites& sites
) {
    ClassSums now;
    each_buffer(process, place, options.kind, [&now](const AllocationKey&, const LiveBuffer& buffer, const BufferClass& one) {
        ClassSum& sum = now[one];
        ++sum.count;
        sum.bytes += buffer.size;
        sum.newest_t_ns = std::max(sum.newest_t_ns, buffer.t_ns);
    });
    ClassSums before;
    if (baseline != nullptr) {
        before = baseline->of(process_key(process), place, options.kind);
    }
    if (!options.filter.empty()) {
        const auto hidden = [&](const auto& entry) { return !matches(words_of(entry.first, sites), options.filter); };
        std::erase_if(now, hidden);
        std::erase_if(before, hidden);
    }
    std::vector<Group> groups = group(now, baseline == nullptr ? nullptr : &before, options.grouping, sites);
    sort_groups(groups, options.group_order);
    return groups;
}

std::vector<BufferRow> chip_buffers(const ProcessState& process, const Place& place, const ChipOptions& options, CallSites& sites) {
    std::vector<BufferRow> rows;
    std::map<BufferClass, bool> passing;  // by class: looked at once, not per buffer
    each_buffer(process, place, options.kind, [&](const AllocationKey& key, const LiveBuffer& buffer, const BufferClass& one) {
        if (options.group && group_id(one, options.grouping, sites) != *options.group) {
            return;
        }
        if (!options.filter.empty()) {
            const auto [found, added] = passing.try_emplace(one, false);
            found->second = added ? matches(words_of(one, sites), options.filter) : found->second;
            if (!found->second && !matches(hex(key.address), options.filter)) {
                return;
            }
        }
        rows.push_back({key, &buffer, one});
    });
    sort_buffers(rows, options.buffer_order);
    return rows;
}

RowId buffer_id(const AllocationKey& key) {
    return {key.address, key.allocator, std::uint64_t{key.core} << 8U | static_cast<std::uint64_t>(key.type), key.generation};
}

}  // namespace tt::alloc_trace::watch
