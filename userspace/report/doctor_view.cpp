// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/doctor_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/human_size.hpp"
#include "report/json_envelope.hpp"
#include "report/text_table.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kIndent = "         ";  // under the text behind "warning  "

Ink ink_of(CheckOutcome outcome) {
    return outcome == CheckOutcome::Ok ? Ink::Good : outcome == CheckOutcome::Warning ? Ink::Warning : Ink::Bad;
}

// A first word in colour, the rest plain. Never cut: symbols and advice are wanted whole.
std::string marked_line(std::string_view mark, Ink ink, const std::string& text, const TextStyle& style) {
    const std::string padded = fmt::format("{:<{}}", mark, kIndent.size());
    return inked(padded, ink, style.color) + printable(text, style.utf8);
}

void append_checks(std::vector<std::string>& lines, const std::vector<DoctorCheck>& checks, const TextStyle& style) {
    for (const DoctorCheck& check : checks) {
        lines.push_back(
            marked_line(to_string(check.outcome), ink_of(check.outcome), check.name + ": " + check.detail, style)
        );
        if (!check.advice.empty()) {
            lines.push_back(marked_line("", Ink::Plain, "-> " + check.advice, style));
        }
    }
}

CheckOutcome outcome_of(const ProbeOutcome& probe) {
    return probe.attached || probe.planned ? CheckOutcome::Ok : probe.required ? CheckOutcome::Failed : CheckOutcome::Warning;
}

// One line for each clause.
void append_evidence(std::vector<std::string>& lines, std::string text, const TextStyle& style) {
    for (std::size_t end = text.find("; "); end != std::string::npos; end = text.find("; ")) {
        lines.push_back(marked_line("", Ink::Plain, text.substr(0, end), style));
        text.erase(0, end + 2);
    }
    lines.push_back(marked_line("", Ink::Plain, text, style));
}

void append_layout(std::vector<std::string>& lines, const ModuleInfo& module, const TextStyle& style) {
    std::size_t item_width = 0;
    std::size_t value_width = 0;
    for (const LayoutFact& fact : module.layout_facts) {
        item_width = std::max(item_width, fact.item.size());
        value_width = std::max(value_width, fact.value.size());
    }
    for (const LayoutFact& fact : module.layout_facts) {
        lines.push_back(marked_line(
            "", Ink::Plain, fmt::format("  {:<{}}  {:<{}}  {}", fact.item, item_width, fact.value, value_width, fact.source), style
        ));
    }
}

void append_modules(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) {
    lines.push_back({});
    append_notes(lines, {{"modules", Ink::Strong}}, style);
    for (const ModuleInfo& module : session.modules) {
        const std::string build_id = module.build_id.empty() ? "without build-id" : "build-id " + module.build_id;
        lines.push_back(marked_line("", Ink::Plain, module.path + ", " + build_id, style));
        if (!module.era.empty()) {
            lines.push_back(marked_line("", Ink::Plain, "tt-metal of " + module.era, style));
        }
        const std::string layout = module.layout.empty() ? "unknown" : module.layout;
        append_evidence(lines, "layout " + layout + ": " + module.evidence, style);
        append_layout(lines, module, style);
    }
}

void append_probes(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) {
    lines.push_back({});
    append_notes(lines, {{"probes", Ink::Strong}}, style);
    for (const ProbeOutcome& probe : session.probes) {
        const CheckOutcome outcome = outcome_of(probe);
        std::string text = probe.role;
        if (outcome == CheckOutcome::Ok) {
            text += fmt::format(": {} at {:#x} ({})", probe.symbol, probe.offset, probe.instruction);
            if (!probe.trap.empty()) {
                text += fmt::format(", {}, {}", probe.strategy, probe.trap);
            }
            if (probe.hits) {
                text += ", " + counted(*probe.hits, "hit");
            }
        } else {
            text += probe.symbol.empty() ? ": not attached" : ": not attached: " + probe.symbol;
        }
        lines.push_back(marked_line(to_string(outcome), ink_of(outcome), text, style));
        if (!probe.detail.empty()) {
            lines.push_back(marked_line("", Ink::Plain, probe.detail, style));
        }
    }
}

}  // namespace

std::string_view to_string(CheckOutcome outcome) {
    return outcome == CheckOutcome::Ok ? "ok" : outcome == CheckOutcome::Warning ? "warning" : "failed";
}

CheckOutcome verdict(const std::vector<DoctorCheck>& checks, const SessionInfo& session) {
    CheckOutcome worst = CheckOutcome::Ok;
    for (const DoctorCheck& check : checks) {
        worst = std::max(worst, check.outcome);
    }
    for (const ProbeOutcome& probe : session.probes) {
        worst = std::max(worst, outcome_of(probe));
    }
    return worst;
}

std::string render_doctor_text(
    const std::vector<DoctorCheck>& checks, const SessionInfo& session, const TextStyle& style
) {
    std::vector<std::string> lines;
    append_checks(lines, checks, style);
    if (!session.modules.empty()) {
        append_modules(lines, session, style);
    }
    if (!session.probes.empty()) {
        append_probes(lines, session, style);
    }
    lines.push_back({});
    switch (verdict(checks, session)) {
        case CheckOutcome::Ok:
            append_notes(lines, {{"ready to trace", Ink::Good}}, style);
            break;
        case CheckOutcome::Warning:
            append_notes(lines, {{"ready to trace, with the warnings above", Ink::Warning}}, style);
            break;
        case CheckOutcome::Failed:
            append_notes(lines, {{"cannot trace: see what failed above", Ink::Bad}}, style);
            break;
    }
    return joined(lines);
}

nlohmann::ordered_json doctor_json(const std::vector<DoctorCheck>& checks, const SessionInfo& session) {
    Json json = json_envelope(session, "doctor", {true, Doubts{}});
    json["verdict"] = to_string(verdict(checks, session));
    json["checks"] = Json::array();
    for (const DoctorCheck& check : checks) {
        Json entry;
        entry["name"] = check.name;
        entry["outcome"] = to_string(check.outcome);
        entry["detail"] = check.detail;
        entry["advice"] = check.advice;
        json["checks"].push_back(std::move(entry));
    }
    json["modules"] = Json::array();
    for (const ModuleInfo& module : session.modules) {
        Json entry;
        entry["path"] = module.path;
        entry["build_id"] = module.build_id;
        entry["layout"] = module.layout;
        entry["evidence"] = module.evidence;
        entry["era"] = module.era;
        entry["layout_items"] = Json::array();
        for (const LayoutFact& fact : module.layout_facts) {
            entry["layout_items"].push_back({{"item", fact.item}, {"value", fact.value}, {"source", fact.source}});
        }
        json["modules"].push_back(std::move(entry));
    }
    json["probes"] = Json::array();
    for (const ProbeOutcome& probe : session.probes) {
        Json entry = probe_json(probe);
        entry["strategy"] = probe.strategy;
        entry["trap"] = probe.trap;
        entry["hits"] = nullptr;
        if (probe.hits) {
            entry["hits"] = *probe.hits;
        }
        json["probes"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace tt::alloc_trace
