// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/view_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "report/human_size.hpp"
#include "report/json_envelope.hpp"

namespace tt::alloc_trace {
namespace {

std::string example_text(const UnknownFreeStat& stat) {
    if (!stat.example) {
        return {};
    }
    const BufferFields& buffer = stat.example->buffer;
    return fmt::format(
        "; first: {} address {:#x}, {}, Buffer {:#x}, tid {}",
        to_string(buffer.type),
        buffer.address,
        human_bytes(buffer.size),
        buffer.buffer,
        stat.example->header.tid
    );
}

Note unknown_free_note(UnknownFree reason, const UnknownFreeStat& stat) {
    const std::string frees = counted(stat.count, "free");
    const std::string bytes = human_bytes(stat.bytes);
    switch (reason) {
        case UnknownFree::BeforeAttach:
            return {fmt::format("{} before attach ({}): of buffers older than the trace", frees, bytes), Ink::Dim};
        case UnknownFree::InGap:
            return {
                fmt::format("{} in a gap ({}): their allocations are among the lost events", frees, bytes),
                Ink::Warning};
        case UnknownFree::Double:
            return {fmt::format("{} double ({}): freed already{}", frees, bytes, example_text(stat)), Ink::Warning};
        case UnknownFree::AfterClear:
            return {fmt::format("{} after clear ({}): their allocator was emptied before", frees, bytes), Ink::Dim};
        case UnknownFree::Unexplained:
            break;
    }
    return {fmt::format("{} unexplained ({}): please report this{}", frees, bytes, example_text(stat)), Ink::Bad};
}

Note loss_note(const Lost& lost, bool repaired) {
    std::string kinds;
    const auto add = [&kinds](std::uint64_t count, std::string_view noun) {
        if (count > 0) {
            kinds += (kinds.empty() ? "" : ", ") + counted(count, noun);
        }
    };
    add(lost.allocated, "alloc");
    add(lost.freed, "free");
    add(lost.circular_buffers, "circular-buffer event");
    add(lost.lifecycle, "life-cycle event");
    const std::string events = fmt::format("{} lost ({})", counted(lost.total(), "event"), kinds);
    if (repaired) {
        return {events + ": live buffers are right again, counts and peaks may be off by them", Ink::Warning};
    }
    return {events + ": figures may be off by them", Ink::Bad};
}

Note not_seen_note(const Doubts::Process& process) {
    const NotSeen& not_seen = process.not_seen;
    return {
        fmt::format(
            "pid {}{} was {}: {}{}",
            process.pid,
            process.command.empty() ? "" : " (" + process.command + ")",
            not_seen.partly ? "seen only in part" : "not seen",
            not_seen.why,
            not_seen.what_to_do.empty() ? "" : "; " + not_seen.what_to_do
        ),
        Ink::Bad};
}

Note contradiction_note(const Contradictions& contradictions) {
    std::string signs;
    const auto add = [&signs](std::uint64_t count, std::string_view noun, std::string_view what) {
        if (count > 0) {
            signs += fmt::format("{}{} {}", signs.empty() ? "" : ", ", counted(count, noun), what);
        }
    };
    add(contradictions.frees, "free", "of unknown buffers");
    add(contradictions.replaced, "buffer", "whose end was not seen");
    add(contradictions.owners, "owner", "that became another");
    add(contradictions.found, "buffer", "found by a walk only");
    add(contradictions.gone, "buffer", "gone by a walk only");
    return {fmt::format("this tool missed something ({}): figures may be off; please report this", signs), Ink::Bad};
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view noun) {
    const char* plural = noun.ends_with("ch") || noun.ends_with("ss") ? "es" : "s";
    return fmt::format("{} {}{}", human_count(count), noun, count == 1 ? "" : plural);
}

std::string live_sum(std::uint64_t buffers, std::uint64_t bytes) {
    const std::string count = counted(buffers, "buffer");
    switch (buffers) {
        case 0: return count;
        case 1: return fmt::format("{}, size {}", count, human_bytes(bytes));
        default: return fmt::format("{}, sizes {} (each counted once)", count, human_bytes(bytes));
    }
}

void append_notes(std::vector<std::string>& lines, const std::vector<Note>& notes, const TextStyle& style) {
    for (const Note& note : notes) {
        const bool warns = note.ink == Ink::Warning || note.ink == Ink::Bad;
        const std::string text = (warns ? "! " : "") + printable(note.text, style.utf8);
        const std::size_t indent = std::min(text.find_first_not_of(' '), text.size());
        const std::size_t width = style.width == 0 ? std::max<std::size_t>(display_width(text), 1) : style.width;
        for (const std::string& line : wrap_to_width(text, width, indent + note.hang)) {
            lines.push_back(inked(line, note.ink, style.color));
        }
    }
}

std::vector<Note> doubt_notes(const Doubts& doubts) {
    constexpr std::size_t kMostNamed = 3;
    std::vector<Note> notes;
    if (doubts.lost.total() > 0) {
        notes.push_back(loss_note(doubts.lost, doubts.losses_repaired));
    }
    const std::size_t named = std::min(doubts.not_seen.size(), kMostNamed);
    for (std::size_t i = 0; i < named; ++i) {
        notes.push_back(not_seen_note(doubts.not_seen[i]));
    }
    if (const std::uint64_t more = doubts.not_seen.size() - named + doubts.more_not_seen; more > 0) {
        notes.push_back({counted(more, "more process") + (more == 1 ? " was" : " were") + " not seen", Ink::Bad});
    }
    if (doubts.contradictions.total() > 0) {
        notes.push_back(contradiction_note(doubts.contradictions));
    }
    return notes;
}

std::string doubt_text(const Doubts& doubts) {
    std::string text;
    for (const Note& note : doubt_notes(doubts)) {
        text += (text.empty() ? "" : "; ") + note.text;
    }
    return text;
}

std::string ended_text(bool ended, const std::optional<ExitStatus>& status) {
    if (!ended) {
        return {};
    }
    if (!status) {
        return " (ended)";
    }
    if (status->signal == 0) {
        return fmt::format(" (exit status {})", status->status);
    }
    const char* name = sigabbrev_np(static_cast<int>(status->signal));
    return fmt::format(" (killed by signal {}{})", status->signal, name == nullptr ? "" : ", SIG" + std::string(name));
}

std::vector<Note> before_release_notes(const LiveMoment& moment, const SessionInfo& session, std::string_view another) {
    constexpr std::size_t kMostNamed = 4;
    std::vector<Note> notes;
    if (moment.before_release) {
        notes.push_back({fmt::format(
            "all that is known was released afterwards: what was live is shown at the last allocation or failure, {} (event {}); {} shows another moment",
            human_offset(moment.place.t_ns, session.attached_monotonic_ns),
            moment.place.event,
            another
        )});
    }
    for (std::size_t i = 0; i < std::min(kMostNamed, moment.ended.size()); ++i) {
        const LiveMoment::Ended& ended = moment.ended[i];
        notes.push_back({fmt::format(
            "pid {} was over by then: {} {} (event:{})", ended.pid,
            ended.shown ? "it is shown as it was when it held memory last, at" : "it held memory last at",
            human_offset(ended.last_use.t_ns, session.attached_monotonic_ns), ended.last_use.event
        )});
    }
    if (moment.ended.size() > kMostNamed) {
        notes.push_back({fmt::format("so were {}", counted(moment.ended.size() - kMostNamed, "more process"))});
    }
    return notes;
}

void add_live_at(nlohmann::ordered_json& json, const LiveMoment& moment) {
    json["live_at"]["t_ns"] = moment.place.t_ns;
    json["live_at"]["event"] = moment.place.event;
    json["live_at"]["before_release"] = moment.before_release;
    json["live_at"]["ended"] = nlohmann::ordered_json::array();
    for (const LiveMoment::Ended& ended : moment.ended) {
        json["live_at"]["ended"].push_back(
            {{"pid", ended.pid}, {"t_ns", ended.last_use.t_ns}, {"event", ended.last_use.event}, {"shown", ended.shown}}
        );
    }
}

Note none_note(const std::string& text, bool complete, Ink ink) {
    return complete ? Note{text, ink} : Note{"as far as is known: " + text, Ink::Plain};
}

std::vector<Note> unknown_free_notes(const UnknownFreeStats& stats) {
    std::vector<Note> notes;
    for (std::size_t i = 0; i < stats.size(); ++i) {
        if (stats[i].count > 0) {
            notes.push_back(unknown_free_note(static_cast<UnknownFree>(i), stats[i]));
        }
    }
    return notes;
}

std::string chip_list(std::vector<std::int32_t> chips) {
    std::sort(chips.begin(), chips.end());
    chips.erase(std::unique(chips.begin(), chips.end()), chips.end());
    std::string text;
    for (std::size_t first = 0; first < chips.size();) {
        std::size_t last = first;
        while (last + 1 < chips.size() && chips[last + 1] == chips[last] + 1) {
            ++last;
        }
        text += text.empty() ? "" : ",";
        text += last == first ? fmt::format("{}", chips[first]) : fmt::format("{}-{}", chips[first], chips[last]);
        first = last + 1;
    }
    return (chips.size() == 1 ? "chip " : "chips ") + text;
}

std::string place_list(const std::vector<Place>& places) {
    std::vector<std::int32_t> chips;
    std::string others;
    for (const Place& place : places) {
        if (place.kind == OwnerKind::Chip) {
            chips.push_back(place.id);
        } else {
            others += (others.empty() ? "" : ", ") + to_string(place);
        }
    }
    if (chips.empty()) {
        return others;
    }
    return chip_list(std::move(chips)) + (others.empty() ? "" : ", " + others);
}

nlohmann::ordered_json unknown_frees_json(const UnknownFreeStats& stats) {
    auto array = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < stats.size(); ++i) {
        if (stats[i].count == 0) {
            continue;
        }
        nlohmann::ordered_json json;
        json["reason"] = to_string(static_cast<UnknownFree>(i));
        json["count"] = stats[i].count;
        json["bytes"] = stats[i].bytes;
        if (const auto& example = stats[i].example) {
            json["example"]["t_ns"] = example->header.t_ns;
            json["example"]["tid"] = example->header.tid;
            json["example"]["allocator"] = hex(example->buffer.allocator);
            json["example"]["type"] = to_string(example->buffer.type);
            json["example"]["address"] = hex(example->buffer.address);
            json["example"]["size"] = example->buffer.size;
            json["example"]["buffer"] = hex(example->buffer.buffer);
        }
        array.push_back(std::move(json));
    }
    return array;
}

nlohmann::ordered_json lost_json(const Lost& lost) {
    nlohmann::ordered_json json;
    json["allocs"] = lost.allocated;
    json["frees"] = lost.freed;
    json["circular_buffers"] = lost.circular_buffers;
    json["lifecycle"] = lost.lifecycle;
    return json;
}

std::string ended_without_memory(std::size_t processes) {
    return fmt::format("{} more process{} ended without using device memory", processes, processes == 1 ? "" : "es");
}

std::vector<Note> probe_notes(const SessionInfo& session) {
    std::vector<Note> notes;
    for (const ProbeOutcome& probe : session.probes) {
        if (!probe.attached) {
            const char* weight = probe.required ? "required probe" : "probe";
            notes.push_back(
                {fmt::format("{} not attached: {}: {}", weight, probe.role, probe.detail),
                 probe.required ? Ink::Bad : Ink::Warning}
            );
        }
    }
    return notes;
}

nlohmann::ordered_json probe_json(const ProbeOutcome& probe) {
    nlohmann::ordered_json json;
    json["role"] = probe.role;
    json["symbol"] = probe.symbol;
    json["module"] = probe.module;
    json["offset"] = hex(probe.offset);
    json["instruction"] = probe.instruction;
    json["required"] = probe.required;
    json["attached"] = probe.attached;
    json["planned"] = probe.planned;
    json["detail"] = probe.detail;
    return json;
}

void add_place(nlohmann::ordered_json& json, const Place& place) {
    json["device"] = to_string(place);
    json["chip"] = nullptr;
    if (place.kind == OwnerKind::Chip) {
        json["chip"] = place.id;
    }
}

}  // namespace tt::alloc_trace
