// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/view_words.hpp"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

std::string counted(std::uint64_t count, std::string_view noun) {
    const char* plural = noun.ends_with("ch") || noun.ends_with("ss") ? "es" : "s";
    return fmt::format("{} {}{}", human_count(count), noun, count == 1 ? "" : plural);
}

void append_notes(std::vector<std::string>& lines, const std::vector<Note>& notes, const TextStyle& style) {
    for (const Note& note : notes) {
        const bool warns = note.ink == Ink::Warning || note.ink == Ink::Bad;
        std::string text = (warns ? "! " : "") + printable(note.text, style.utf8);
        if (style.width != 0) {
            text = cut_to_width(text, style.width, style.utf8);
        }
        lines.push_back(inked(text, note.ink, style.color));
    }
}

std::vector<Note> loss_notes(const Lost& lost, bool repaired) {
    if (lost.total() == 0) {
        return {};
    }
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
        return {{events + ": live buffers are right again, counts and peaks may be off by them", Ink::Warning}};
    }
    return {{events + ": figures may be off by them", Ink::Bad}};
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
