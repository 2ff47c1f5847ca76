// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_moments.hpp"

#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t index_of(MomentKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

bool MomentList::wants(MomentKind kind) {
    Series& series = series_[index_of(kind)];
    return series.due++ % series.keep == 0;
}

bool MomentList::full(MomentKind kind) const {
    return kind != MomentKind::Chosen && series_[index_of(kind)].kept >= most_[index_of(kind)];
}

bool MomentList::fits(MomentKind kind) const {
    const Series& series = series_[index_of(kind)];
    return (series.due - 1) % series.keep == 0;
}

Moment& MomentList::add(MomentKind kind, Moment moment) {
    Series& series = series_[index_of(kind)];
    moment.kind = kind;
    moment.place = series.due - 1;
    moment.number = ++numbers_;
    ++series.kept;
    return moments_.emplace_back(std::move(moment));
}

std::uint64_t MomentList::drop_last() {
    const std::uint64_t number = moments_.back().number;
    --series_[index_of(moments_.back().kind)].kept;
    moments_.pop_back();
    return number;
}

std::vector<std::uint64_t> MomentList::thin() {
    for (const MomentKind kind : {MomentKind::Step, MomentKind::Launch, MomentKind::Failure}) {
        if (series_[index_of(kind)].kept > 0) {
            return thin(kind);
        }
    }
    return {};
}

std::vector<std::uint64_t> MomentList::thin(MomentKind kind) {
    Series& series = series_[index_of(kind)];
    const bool last = series.kept == 1;  // goes, too
    std::vector<std::uint64_t> dropped;
    while (series.kept > 0 && dropped.empty()) {
        series.keep *= 2;
        std::erase_if(moments_, [&](const Moment& moment) {
            const bool drop = moment.kind == kind && (last || moment.place % series.keep != 0);
            if (drop) {
                dropped.push_back(moment.number);
            }
            return drop;
        });
    }
    series.kept -= dropped.size();
    return dropped;
}

}  // namespace tt::alloc_trace
