// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <map>
#include <stdexcept>

#include "driver/scenarios.hpp"

namespace standin {

namespace {

struct RawOptions {
    std::string mesh = "2x4";
    std::string owners;
    std::vector<std::string> types{"DRAM", "L1", "L1_SMALL", "TRACE"};
};

std::size_t parse_number(const std::string& text, const std::string& option) {
    std::size_t value = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (text.empty() || result.ec != std::errc{} || result.ptr != end) {
        throw CLI::ValidationError(option, "'" + text + "' is not a number");
    }
    return value;
}

MeshSize parse_mesh(const std::string& text) {
    if (text == "0") {
        return {};
    }
    const auto cross = text.find('x');
    if (cross == std::string::npos) {
        throw CLI::ValidationError("--mesh", "'" + text + "' is neither 0 nor ROWSxCOLS, such as 2x4");
    }
    const MeshSize mesh{parse_number(text.substr(0, cross), "--mesh"), parse_number(text.substr(cross + 1), "--mesh")};
    if (mesh.rows == 0 || mesh.cols == 0) {
        throw CLI::ValidationError("--mesh", "rows and columns must be larger than 0");
    }
    return mesh;
}

OwnerWeights parse_owners(const std::string& text, bool has_mesh) {
    if (text.empty()) {
        return has_mesh ? OwnerWeights{4, 1, 1, 0} : OwnerWeights{0, 1, 0, 0};
    }
    OwnerWeights weights;
    const std::map<std::string, unsigned*> fields{
        {"mesh", &weights.mesh},
        {"chips", &weights.chips},
        {"submeshes", &weights.submeshes},
        {"subdevices", &weights.subdevices}};
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto colon = part.find(':');
        const auto field = fields.find(part.substr(0, colon));
        if (field == fields.end()) {
            throw CLI::ValidationError("--owners", "'" + part + "' is none of mesh, chips, submeshes, subdevices");
        }
        const bool weighted = colon != std::string::npos;
        *field->second = weighted ? static_cast<unsigned>(parse_number(part.substr(colon + 1), "--owners")) : 1;
    }
    if (weights.mesh + weights.chips + weights.submeshes + weights.subdevices == 0) {
        throw CLI::ValidationError("--owners", "all weights are 0");
    }
    if (!has_mesh && weights.mesh + weights.submeshes + weights.subdevices != 0) {
        throw CLI::ValidationError("--owners", "only chips are possible with --mesh 0");
    }
    return weights;
}

std::vector<tt::tt_metal::BufferType> parse_types(const std::vector<std::string>& names) {
    using tt::tt_metal::BufferType;
    static const std::map<std::string, BufferType> known{
        {"DRAM", BufferType::DRAM},
        {"L1", BufferType::L1},
        {"SYSTEM_MEMORY", BufferType::SYSTEM_MEMORY},
        {"L1_SMALL", BufferType::L1_SMALL},
        {"TRACE", BufferType::TRACE}};
    std::vector<BufferType> types;
    for (const std::string& name : names) {
        const auto found = known.find(name);
        if (found == known.end()) {
            throw CLI::ValidationError(
                "--types", "'" + name + "' is none of DRAM, L1, L1_SMALL, TRACE, SYSTEM_MEMORY");
        }
        types.push_back(found->second);
    }
    return types;
}

void add_storm_options(CLI::App& app, Options& options, RawOptions& raw) {
    app.add_option("--seed", options.seed, "Seed of the random storm")->capture_default_str();
    app.add_option("--threads", options.threads, "Threads of the storm")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app.add_option("--ops", options.ops, "Allocations + frees of all threads together; 0 = until told to stop")
        ->capture_default_str();
    app.add_option("--chips", options.chips, "Number of chips, with ids 0 .. N-1")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--mesh", raw.mesh, "Shape of the mesh over the first chips, ROWSxCOLS; 0 = chips only")
        ->capture_default_str();
    app.add_option(
        "--owners",
        raw.owners,
        "Mix of owners, NAME[:WEIGHT],... of mesh, chips, submeshes, subdevices\n"
        "(default mesh:4,chips:1,submeshes:1, without a mesh chips)");
    app.add_option("--live-target", options.live_target, "Buffers that each thread keeps around")
        ->capture_default_str();
    app.add_option("--rate", options.rate, "Operations per second and thread; 0 = full speed")->capture_default_str();
    app.add_option("--types", raw.types, "Buffer types in use")->delimiter(',')->capture_default_str();
    app.add_flag("--shared", options.shared, "Threads free each other's buffers");
    app.add_flag("--slow-log", options.slow_log, "Write a line to /dev/null for each operation");
    app.add_option("--oom-percent", options.oom_percent, "Percentage of allocations preceded by an impossible one")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    app.add_option("--mesh-buffers", options.mesh_buffer_percent, "Percentage of mesh buffers with per-chip children")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    app.add_flag("--anomalies", options.anomalies, "Mix in zero-size, hooked, non-owning, view, repeated deallocate");
    app.add_option("--prefill", options.prefill, "Small buffers made before 'ready' and kept, over all owners and types")
        ->check(CLI::Range(0, 10'000'000))
        ->capture_default_str();
    app.add_option("--remote-chips", options.remote_chips, "Further chips of the mesh, which are on other hosts")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    app.add_option("--programs", options.programs, "Programs with circular buffers, launched now and then")
        ->capture_default_str();
}

void add_other_options(CLI::App& app, Options& options) {
    auto* replay = app.add_option("--replay", options.replay_file, "Replay a CSV or CSV.zst workload")
                       ->check(CLI::ExistingFile);
    app.add_option("--from-op", options.from_op, "Run rows with a smaller op_id before 'ready' (with --control)")
        ->needs(replay);
    app.add_option("--scenario", options.scenario, "One small deterministic case:\n" + scenario_help())
        ->check(CLI::IsMember(scenario_names()))
        ->excludes(replay);
    app.add_option("--script", options.script_file, "Obey the lines of a file (tests/standin/README.md)")
        ->check(CLI::ExistingFile)
        ->excludes(replay)
        ->excludes("--scenario");
    app.add_option("--repeat", options.repeat, "Repetitions inside a scenario that loops")->capture_default_str();
    app.add_flag("--control", options.control, "Obey start, wait, stop, truth FILE, close, reopen, free-all,\nchurn-close N, exit");
    app.add_flag("--no-close", options.no_close, "Exit without closing the devices");
    app.add_option("--truth", options.truth_file, "Write the ground truth (JSON) at the end");
    app.add_option("--truth-events", options.truth_events_file, "Write every event (CSV) as it happens");
}

void check_together(const Options& options) {
    if (options.from_op.has_value() && !options.control) {
        throw CLI::ValidationError("--from-op", "needs --control, which says when to go on");
    }
    if (options.mesh.rows * options.mesh.cols > options.chips) {
        throw CLI::ValidationError("--mesh", "has more chips than --chips");
    }
}

}  // namespace

ParseResult parse_options(int argc, char** argv) {
    ParseResult result;
    Options& options = result.options;
    RawOptions raw;
    CLI::App app{
        "Runs allocations on the stand-in libtt_metal.so and keeps the ground truth.\n"
        "Prints 'ready PID' when the devices are open, and 'done' at the end.",
        "tt-standin"};
    add_storm_options(app, options, raw);
    add_other_options(app, options);
    try {
        app.parse(argc, argv);
        options.mesh = parse_mesh(raw.mesh);
        if (app.count("--mesh") == 0 && options.mesh.rows * options.mesh.cols > options.chips) {
            options.mesh = {1, options.chips};
        }
        options.owners = parse_owners(raw.owners, options.mesh.rows != 0);
        options.types = parse_types(raw.types);
        check_together(options);
    } catch (const CLI::ParseError& error) {
        result.exit_status = app.exit(error) == 0 ? 0 : kUsageStatus;
    }
    options.executable = "/proc/self/exe";
    return result;
}

}  // namespace standin
