// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <bit>
#include <iostream>
#include <map>

#include "base/version.hpp"
#include "cli/exit_code.hpp"
#include "export/export_kind.hpp"
#include "report/human_size.hpp"
#include "report/iteration_words.hpp"
#include "report/scale_words.hpp"
#include "report/view.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMinRingBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMaxRingBytes = std::uint64_t{1} << 30U;

const std::map<std::string, OutputFormat> kWatchFormats{
    {"text", OutputFormat::Text}, {"plain", OutputFormat::Plain}, {"json", OutputFormat::Json}};
const std::map<std::string, OutputFormat> kFormats{{"text", OutputFormat::Text}, {"json", OutputFormat::Json}};
const std::map<std::string, OutputFormat> kReportFormats{
    {"text", OutputFormat::Text}, {"json", OutputFormat::Json}, {"html", OutputFormat::Html}};
const std::map<std::string, GroupWeight> kWeights{
    {"live", GroupWeight::Live}, {"peak", GroupWeight::Peak}, {"allocated", GroupWeight::Allocated}};
const std::map<std::string, StackKinds> kStacks{
    {"none", {}}, {"native", {true, false}}, {"python", {false, true}}, {"all", {true, true}}};
const std::map<std::string, ColorMode> kColors{
    {"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}};

// A size, also as it is printed.
CLI::Validator as_bytes() {
    return CLI::Validator(
        [](std::string& text) {
            const std::optional<std::uint64_t> bytes = parse_bytes(text);
            if (!bytes) {
                return "'" + text + "' is no size, such as 87.6M";
            }
            text = std::to_string(*bytes);
            return std::string();
        },
        "SIZE"
    );
}

void add_layout(CLI::App& app, Options& options) {
    app.add_option("--layout", options.layout_file, "Object layout of the runtime, as written by doctor --dump-layout")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
}

void add_target(CLI::App& app, Options& options) {
    app.add_option("-p,--pid", options.target.pids, "Process to trace; may be given several times")->type_name("PID");
    app.add_flag("-a,--all", options.target.all, "Trace every TT-Metal process, also those that start later");
    app.add_flag("--follow-children", options.target.follow_children, "Trace the processes they fork, too");
    app.add_flag("--wait", options.target.wait, "With -p: trace a process that has not loaded tt-metal yet once it does");
    app.add_flag("!--no-snapshot", options.snapshot.enabled, "Do not read what is live already from the process's memory");
    app.add_flag("--freeze", options.snapshot.freeze, "Stop the process for each reading of its memory, some milliseconds");
    app.add_option("--audit", options.snapshot.audit_seconds, "Compare with the process's memory every so many seconds; 0: never (default 30)")
        ->type_name("SECONDS");
    app.add_flag("--lossless", options.lossless, "Stop the process while the event ring is half full, rather than lose an event");
    app.add_option("--ring-size", options.ring_bytes, "Size of the event ring, e.g. 64M; a power of two (default 64M)")
        ->transform(as_bytes())
        ->type_name("SIZE");
    add_layout(app, options);
    app.add_option("--duration", options.duration_s, "Stop after so many seconds")->type_name("SECONDS")->check(CLI::PositiveNumber);
    app.footer("With '-- COMMAND ARGS...' instead of a process: start the command and trace it from its first allocation on.");
}

void add_filter(CLI::App& app, Options& options) {
    app.add_option("--device", options.filter.devices, "Show only this chip; may be given several times")->type_name("N");
    app.add_option_function<std::vector<std::string>>(
           "--type",
           [&options](const std::vector<std::string>& names) {
               for (const std::string& name : names) {
                   const auto kind = parse_memory_kind(name);
                   if (!kind) {
                       throw CLI::ValidationError(
                           "--type", "'" + name + "' is none of DRAM, L1, L1_SMALL, TRACE, SYSTEM_MEMORY, CB"
                       );
                   }
                   options.filter.kinds.push_back(*kind);
               }
           },
           "Show only DRAM, L1, L1_SMALL, TRACE, SYSTEM_MEMORY or CB; may be given several times"
    )->type_name("TYPE");
}

// One of a few words. (CLI11's own check prints the values they stand for, too.)
template <typename Value, typename Meaning>
CLI::Option* add_choice(CLI::App& app, const char* name, Value& value, const std::map<std::string, Meaning>& words, const char* help) {
    return app.add_option_function<std::string>(
        name,
        [name, &value, words](const std::string& given) {
            const auto found = words.find(given);
            if (found == words.end()) {
                std::string all;
                for (const auto& [word, meaning] : words) {
                    all += (all.empty() ? "" : ", ") + word;
                }
                throw CLI::ValidationError(name, "'" + given + "' is none of " + all);
            }
            value = found->second;
        },
        help
    );
}

void add_format(CLI::App& app, Options& options, const std::map<std::string, OutputFormat>& formats, const char* help) {
    add_choice(app, "--format", options.format, formats, help)->type_name("FORMAT");
}

void add_stacks(CLI::App& app, Options& options) {
    add_choice(app, "--stacks", options.stacks, kStacks, "Take with each allocation, failure and launch the calls that led to it: native, python, all of them (default), or none")
        ->type_name("KIND");
    app.add_option("--max-depth", options.max_frames, "Take so many calls of each, the innermost (default and at most 128)")
        ->type_name("N")
        ->check(CLI::Range(1U, ProgramConfig::kMostFrames));
}

void add_watch(CLI::App& app, Options& options) {
    add_target(app, options);
    add_filter(app, options);
    add_format(app, options, kWatchFormats, "text (a table), plain (one line per figure) or json (an object per refresh)");
    app.add_option("-r,--refresh", options.refresh_ms, "Milliseconds between refreshes (default 1000)")
        ->type_name("MS")
        ->check(CLI::Range(50, 3'600'000));
    app.add_flag("--once", options.once, "Show the state after one refresh interval and leave");
    app.add_flag("--baseline", options.baseline, "Take the first state shown as baseline and show changes against it");
    add_stacks(app, options);
}

void add_min_size(CLI::App& app, Options& options) {
    app.add_option("--min-size", options.exporting.min_size, "Leave out smaller buffers, e.g. 1M")->transform(as_bytes())->type_name("SIZE");
}

void add_origins(CLI::App& app, Options& options, const std::string& where) {
    app.add_option("--call", options.origins.call, where + "only what was asked for through a call with this text in it, a function or a file; * stands for anything")
        ->type_name("TEXT");
    app.add_option("--op", options.origins.operation, where + "only what an operation of such a name asked for, e.g. softmax")->type_name("TEXT");
}

void add_symbols(CLI::App& app, Options& options) {
    app.add_option("--symbols", options.symbols, "A folder with unstripped libraries or debug files: names calls that had none, by build-id")->type_name("DIR");
}

void add_by(CLI::App& app, Options& options, const std::string& words, const std::string& help) {
    app.add_option_function<std::string>(
           "--by",
           [&options, words](const std::string& text) {
               options.by = parse_origin_key(text);
               if (!options.by || words.find(text.substr(0, text.find(':'))) == std::string::npos) {
                   throw CLI::ValidationError("--by", "'" + text + "' is none of " + words);
               }
           },
           help + ": by " + words + " (native: the function N calls out from the allocation)"
    )->type_name("WHAT");
}

void add_calls(CLI::App& app, Options& options) {
    app.add_flag("--calls", options.exporting.calls_below, "Lines for people (log): the calls below each, innermost first");
}

void add_log(CLI::App& app, Options& options) {
    add_target(app, options);
    add_filter(app, options);
    add_min_size(app, options);
    add_stacks(app, options);
    add_origins(app, options, "Text only: ");
    add_calls(app, options);
    add_format(app, options, kFormats, "text (a line per event) or json (as export --to jsonl)");
}

void add_record(CLI::App& app, Options& options) {
    add_target(app, options);
    app.add_option("-o,--output", options.output, "File to write")->type_name("FILE")->required();
    app.add_flag("--force", options.force, "Overwrite an existing file");
    app.add_option("--max-size", options.max_bytes, "Keep the newest events in FILE and FILE.1, FILE.2 ..., so much together, e.g. 2G")
        ->transform(as_bytes())
        ->type_name("SIZE");
    add_stacks(app, options);
    app.add_flag("--strict", options.strict, "Exit with 5 if anything was missed or is not known");
}

void add_mark(CLI::App& app, Options& options) {
    app.add_option("name", options.mark, "What begins now, e.g. \"decode\": printable text of at most 64 bytes")->required()->type_name("NAME");
    app.add_option("-o,--output", options.output, "The recorder that writes this recording")->type_name("FILE");
    app.add_option("-p,--pid", options.target.pids, "The recorder that traces this process, or that is this process")
        ->type_name("PID")
        ->expected(1);
    add_format(app, options, kFormats, "text or json");
    app.footer(
        "Gives the present moment a name in the recording of the one 'record' that runs, and prints where it is: event:N and the time "
        "since the attach. From there on the phase of this name goes, up to the next mark: report FILE phases. Elsewhere mark:NAME is "
        "that moment and phase:NAME the stretch, as in --since phase:NAME --until phase:NAME, --at mark:NAME, diff FILE@mark:NAME. "
        "None or several recorders: status 2; choose one by -o or -p."
    );
}

void add_need(CLI::App& app, Options& options) {
    app.add_option_function<std::string>(
           "--need",
           [&options](const std::string& text) {
               const GivenBytes given = parse_given_bytes(text).value_or(GivenBytes{});
               if (given.bytes == 0) {
                   throw CLI::ValidationError("--need", "'" + text + "' is no size, such as 87.6M");
               }
               options.need = given.bytes;
               options.need_tolerance = given.tolerance;
           },
           "fragmentation: would so many bytes per bank fit, and what would have to go; e.g. 87.6M"
    )->type_name("SIZE");
}

void add_iterations(CLI::App& app, Options& options) {
    const auto add = [&](const char* name, bool (*parse)(std::string_view, IterationHint&), const char* help, const char* wanted) {
        return app.add_option_function<std::string>(
            name,
            [&options, parse, name, wanted](const std::string& text) {
                if (!parse(text, options.iterations)) {
                    throw CLI::ValidationError(name, "'" + text + "' is " + wanted);
                }
            },
            help
        );
    };
    CLI::Option* period = add(
        "--period", parse_period, "growth, fits, leaks: an iteration is so much time (2.5s, 80ms), or so many allocations and launches (755)",
        "neither a time such as 2.5s nor a number of allocations"
    )->type_name("PERIOD");
    add("--mark", parse_mark,
        "growth, fits, leaks: an allocation of this type and size begins an iteration, e.g. DRAM:4096 or L1:1.5M, or each mark of a name "
        "does, mark:NAME",
        "neither TYPE:SIZE, such as DRAM:4096 or L1:1.5M, nor mark:NAME, a name given by 'tt-alloc-trace mark'")
        ->type_name("TYPE:SIZE")
        ->excludes(period);
}

void add_scale(CLI::App& app, Options& options) {
    app.add_option_function<std::vector<std::string>>(
           "--scale",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   std::optional<ScaleRule> rule = parse_scale(text);
                   if (!rule) {
                       throw CLI::ValidationError(
                           "--scale",
                           "'" + text + "' is not what and how much: words of type (L1, CB), size (64M, DRAM:64M), sharded, interleaved, "
                           "mesh N, chip N, thread N, loaded, iteration, and then x2, as in DRAM:64M x2"
                       );
                   }
                   options.scale.push_back(std::move(*rule));
               }
           },
           "fits: these buffers are so many times as large: \"L1 sharded x2\", \"DRAM:64M x2\", \"iteration x2\" (allocated since the first "
           "iteration), \"loaded x2\" (before it), \"mesh 0 x1.5\", \"thread 4243 x2\", \"CB x2\"; may be given several times"
    )->type_name("WHAT xN")->allow_extra_args(false);
    app.add_flag("--fail-misfit", options.fail_misfit, "fits: exit with 10 unless all is known to fit");
}

void add_time_window(CLI::App& app, Options& options) {
    app.add_option("--since", options.since, "Only from this time on: 90s or 1h2m3s since the attach, -10s before the last event, RFC 3339 in UTC, a moment as it is printed, event:N, the event numbered N, mark:NAME, or phase:NAME, its begin")
        ->type_name("TIME");
    app.add_option("--until", options.until, "Only up to this time, event:N, mark:NAME (what was before it), or phase:NAME, its end")->type_name("TIME");
}

void add_report(CLI::App& app, Options& options) {
    app.add_option("file", options.file, "A recording")->required()->type_name("FILE");
    std::vector<std::string> names;
    std::string help = "summary (default) or one of the views below";
    std::string list = "Views:\n";
    for (const ViewKind& kind : view_kinds()) {
        names.emplace_back(kind.name);
        list += fmt::format("  {:<16}{}\n", kind.name, kind.help);
    }
    app.add_option("view", options.view, help)->type_name("VIEW")->check(CLI::IsMember(names));
    app.footer(list);
    add_filter(app, options);
    add_format(app, options, kReportFormats, "text, json, or html: one page with everything, for a browser");
    app.add_option("-o,--output", options.output, "File to write (default: standard output)")->type_name("FILE");
    app.add_flag("--force", options.force, "Overwrite an existing file");
    app.add_option("--top", options.top, "Rows of the largest groups to show, 0 for all (default 20)")->type_name("N");
    add_origins(app, options, "live, leaks, callsites, ops: ");
    add_by(app, options, "line, function, file, native:N", "callsites: count by line (default) or other parts of a stack");
    add_symbols(app, options);
    add_need(app, options);
    add_iterations(app, options);
    add_scale(app, options);
    add_time_window(app, options);
    app.add_option("--at", options.at, "The state at this time, behind event:N, at mark:NAME, or at the end of phase:NAME, for views that show one")->type_name("TIME");
    app.add_flag("--strict", options.strict, "Exit with 5 if anything was missed or is not known");
}

void add_diff(CLI::App& app, Options& options) {
    app.add_option("old", options.file, "A recording, FILE@90s for the state 90 seconds after the attach, FILE@peak, FILE@failure, FILE@mark:NAME or FILE@phase:NAME")->required()->type_name("OLD");
    app.add_option("new", options.new_file, "The same, to be compared with OLD; may be the same file")->required()->type_name("NEW");
    add_filter(app, options);
    add_format(app, options, kFormats, "text or json");
    app.add_option("--top", options.top, "Rows of the largest changes to show, 0 for all (default 20)")->type_name("N");
    add_by(app, options, "line, function, file, operation, native:N", "Compare what each call site holds, too");
    app.add_option("--fail-over", options.fail_over, "Exit with 10 if a type, or its peak, grew by more than that on any chip, e.g. 64M")
        ->transform(as_bytes())
        ->type_name("SIZE");
    app.footer(
        "Without @: what is live at the end (of a process that ended what it held when its devices were closed, or it was gone), and the peaks; "
        "if nothing is live in either, they are compared at the peak that grew most. FILE@peak: when its highest use was reached (of --type, "
        "--device). FILE@failure: when an allocation failed or a launch was refused for the first time. "
        "FILE@mark:NAME: when it was marked. FILE@phase:NAME: when that phase ended."
    );
}

void set_every(ExportOptions& exporting, const std::string& text) {
    exporting.every_launch = text == "launch";
    if (!exporting.every_launch && (!CLI::detail::lexical_cast(text, exporting.every) || exporting.every == 0)) {
        throw CLI::ValidationError("--every", "'" + text + "' is neither a number of events nor 'launch'");
    }
}

void add_export(CLI::App& app, Options& options) {
    app.add_option("file", options.file, "A recording")->required()->type_name("FILE");
    std::vector<std::string> names;
    std::string list = "Formats:\n";
    for (const ExportKind& kind : export_kinds()) {
        names.emplace_back(kind.name);
        list += fmt::format("  {:<16}{}\n", kind.name, kind.help);
    }
    app.add_option("--to", options.export_format, "One of the formats below")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(names))
        ->required();
    app.footer(list);
    app.add_option("-o,--output", options.output, "File to write (default: standard output)")->type_name("FILE");
    app.add_flag("--force", options.force, "Overwrite an existing file");
    add_filter(app, options);
    ExportOptions& exporting = options.exporting;
    app.add_option("--process", exporting.processes, "Only this process; may be given several times")->type_name("PID");
    add_time_window(app, options);
    app.add_option("--at", options.at, "Up to that moment, and what was live then: a time as above, 'peak' (of --type, --device), 'failure' (the first), or 'close' (before all was given back)")
        ->type_name("TIME");
    app.add_flag("--strict", options.strict, "Exit with 5 if anything was missed or is not known");
    add_min_size(app, options);
    add_origins(app, options, "log, folded, speedscope, pprof: ");
    add_calls(app, options);
    add_symbols(app, options);
    add_choice(app, "--weight", exporting.weight, kWeights, "folded, speedscope, pprof: peak (default), live (at the end, default with --at) or allocated")
        ->type_name("WEIGHT");
    app.add_flag("--count", exporting.weigh_counts, "folded, speedscope, pprof: weigh by numbers of buffers, not by bytes");
    app.add_option_function<std::string>(
           "--every", [&exporting](const std::string& text) { set_every(exporting, text); },
           "ttnn-visualizer: an operation every so many events, or 'launch' (default: some hundred in all)"
    )->type_name("N");
    app.add_option("--max-rows", exporting.max_rows, "Most buffers of all operations (ttnn-visualizer, default 2000000), or events (torch-*, 500000)")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1000}, std::uint64_t{1'000'000'000}));
}

void add_snapshot(CLI::App& app, Options& options) {
    app.add_option("-p,--pid", options.target.pids, "Process to look into")->type_name("PID")->expected(1)->required();
    add_filter(app, options);
    add_format(app, options, kFormats, "text or json");
    add_layout(app, options);
    app.add_option("--top", options.top, "Rows of the largest groups to show, 0 for all (default 20)")->type_name("N");
    app.footer("Reads the process's memory and nothing else: works on a hung or stopped process, and does not hold up a running one.");
}

void add_doctor(CLI::App& app, Options& options) {
    app.add_option("-p,--pid", options.target.pids, "Attach to this process for a moment and tell each probe's outcome and hits")
        ->type_name("PID")
        ->expected(1);
    app.add_option("--library", options.library, "Tell what could be probed in this file")->type_name("FILE");
    add_layout(app, options);
    app.add_flag("--dump-layout", options.dump_layout, "Print the object layout as JSON, for --layout")->needs("--library");
    app.add_option("--duration", options.duration_s, "With -p: count the hits of each probe for so many seconds (default 1)")
        ->type_name("SECONDS")
        ->check(CLI::PositiveNumber);
    add_format(app, options, kFormats, "text or json");
}

// Options of the live table in front of or behind another command, which does not know them.
std::string check_stray(const CLI::App& app) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    if (chosen.empty()) {
        return "";
    }
    for (const CLI::Option* option : app.get_options()) {
        const std::string name = option->get_name();
        const bool of_all = name == "--color" || name == "--log-level";
        if (option->count() > 0 && !of_all && chosen.front()->get_option_no_throw(name) == nullptr) {
            return name + " does not go with " + chosen.front()->get_name();
        }
    }
    return "";
}

std::string check_target(const Options& options) {
    const LiveTarget& target = options.target;
    const bool live = options.command == Command::Watch || options.command == Command::Record || options.command == Command::Log;
    const int given = (target.pids.empty() ? 0 : 1) + (target.all ? 1 : 0) + (target.command.empty() ? 0 : 1);
    if (!live) {
        return target.command.empty() ? "" : "'-- COMMAND' goes with watch, record and log only";
    }
    if (given == 1) {
        return "";
    }
    return given == 0 ? "which process? Give -p PID, -a or -- COMMAND; 'tt-alloc-trace list' shows the candidates"
                      : "give only one of -p, -a and -- COMMAND";
}

std::string check_calls(const Options& options) {
    const bool export_to = options.command == Command::Export;
    const bool lines = options.command == Command::Log ? options.format != OutputFormat::Json : export_to && options.export_format == "log";
    if (options.exporting.calls_below && !lines) {
        return "--calls goes with lines for people: log without --format json, or export --to log";
    }
    const bool log_as_json = options.command == Command::Log && !lines;
    if (!options.origins.empty() && (log_as_json || (export_to && !find_export_kind(options.export_format)->takes_origins))) {
        return "--call and --op go with log without --format json, and with export --to log, folded, speedscope and pprof";
    }
    return "";
}

// Parts of less would be mostly heads.
std::string check_max_size(const Options& options) {
    constexpr std::uint64_t kLeast = std::uint64_t{1} << 20U;
    return options.max_bytes != 0 && options.max_bytes < kLeast ? "--max-size must be 1M at least" : "";
}

std::string settle_ring_size(Options& options) {
    if (options.ring_bytes < kMinRingBytes || options.ring_bytes > kMaxRingBytes) {
        return "--ring-size must be from 1M to 1G";
    }
    options.ring_bytes = std::bit_ceil(options.ring_bytes);
    return "";
}

int refuse(const std::string& what) {
    std::cerr << "tt-alloc-trace: error: " << what << "\n  see tt-alloc-trace --help\n";
    return static_cast<int>(ExitCode::Usage);
}

}  // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
    ParsedCommandLine parsed;
    Options& options = parsed.options;
    const auto* const end = argv + argc;
    const auto* const dashes = std::find_if(argv, end, [](const char* text) { return std::string_view(text) == "--"; });
    if (dashes != end) {
        options.target.command.assign(dashes + 1, end);
        if (options.target.command.empty()) {
            parsed.exit_code = refuse("no command behind --");
            return parsed;
        }
    }

    CLI::App app{"See the device memory of running Tenstorrent TT-Metal processes, from outside", "tt-alloc-trace"};
    app.set_version_flag("--version", std::string("tt-alloc-trace ") + kVersion);
    add_choice(app, "--color", options.color, kColors, "auto, always or never")->type_name("WHEN");
    app.add_option("--log-level", options.log_level, "error, warning, info or debug")
        ->check(CLI::IsMember({"error", "warning", "info", "debug"}))
        ->type_name("LEVEL");
    app.require_subcommand(0, 1);
    app.fallthrough();
    add_watch(app, options);
    const auto add = [&](const char* name, const char* help, Command command, auto declare) {
        CLI::App* sub = app.add_subcommand(name, help);
        declare(*sub, options);
        sub->final_callback([&options, command] { options.command = command; });
    };
    add("watch", "Show a live table (the default)", Command::Watch, add_watch);
    add("record", "Write every event to a file", Command::Record, add_record);
    add("log", "Print every event as it happens, a line each", Command::Log, add_log);
    add("mark", "Name the present moment in the recording of a running 'record'", Command::Mark, add_mark);
    add("report", "Show what a recording holds", Command::Report, add_report);
    add("diff", "Compare two recordings, or two moments of one", Command::Diff, add_diff);
    add("export", "Convert a recording", Command::Export, add_export);
    add("snapshot", "Show what a process holds right now, without tracing it", Command::Snapshot, add_snapshot);
    add("list", "Show the processes that can be traced", Command::List, [](CLI::App& sub, Options& target) {
        add_format(sub, target, kFormats, "text or json");
    });
    add("doctor", "Tell whether tracing works here, and why not", Command::Doctor, add_doctor);

    try {
        app.parse(static_cast<int>(dashes - argv), argv);
    } catch (const CLI::Success& request) {
        parsed.exit_code = app.exit(request);
        return parsed;
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = refuse(error.what());
        return parsed;
    }
    for (const std::string& problem : {check_stray(app), check_target(options), check_calls(options), check_max_size(options), settle_ring_size(options)}) {
        if (!problem.empty()) {
            parsed.exit_code = refuse(problem);
            return parsed;
        }
    }
    return parsed;
}

}  // namespace tt::alloc_trace
