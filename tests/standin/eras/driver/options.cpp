// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/options.hpp"

#include <getopt.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>

namespace standin {

namespace {

constexpr int kUsageStatus = 2;
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

constexpr const char* kHelp =
    "usage: tt-standin-eYYYYMM [options]; see tests/standin/README.md\n"
    "  --seed N  --threads 1..64  --ops N (0: until told to stop)  --rate N  --chips 1..32  --live-target N\n"
    "  --oom-percent 0..100  --programs N  --shared  --no-anomalies  --no-async  --control  --no-close\n"
    "  --submesh (a second mesh over the first half of the chips, from 2025 on)  --truth FILE  --truth-events FILE\n";

bool parse_number(const char* text, std::uint64_t low, std::uint64_t high, std::uint64_t& value) {
    const char* end = text + std::strlen(text);
    const auto result = std::from_chars(text, end, value);
    return result.ec == std::errc{} && result.ptr == end && text != end && low <= value && value <= high;
}

bool take_number(const char* name, const char* text, Options& options) {
    std::uint64_t value = 0;
    const auto within = [&](std::uint64_t low, std::uint64_t high) { return parse_number(text, low, high, value); };
    const auto is = [&](const char* option) { return std::strcmp(name, option) == 0; };
    if (is("seed") && within(0, kNoLimit)) {
        options.seed = value;
    } else if (is("threads") && within(1, 64)) {
        options.threads = static_cast<unsigned>(value);
    } else if (is("ops") && within(0, kNoLimit)) {
        options.ops = value;
    } else if (is("rate") && within(0, 1'000'000'000)) {
        options.rate = value;
    } else if (is("chips") && within(1, 32)) {
        options.chips = static_cast<unsigned>(value);
    } else if (is("live-target") && within(0, 1'000'000)) {
        options.live_target = value;
    } else if (is("oom-percent") && within(0, 100)) {
        options.oom_percent = static_cast<unsigned>(value);
    } else if (is("programs") && within(0, 100'000)) {
        options.programs = static_cast<unsigned>(value);
    } else {
        std::fprintf(stderr, "tt-standin: --%s: '%s' is not possible\n", name, text);
        return false;
    }
    return true;
}

void take_flag(const char* name, Options& options) {
    const auto is = [&](const char* option) { return std::strcmp(name, option) == 0; };
    options.shared |= is("shared");
    options.control |= is("control");
    options.no_close |= is("no-close");
    options.submesh |= is("submesh");
    options.anomalies &= !is("no-anomalies");
    options.async &= !is("no-async");
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
    static constexpr std::array<option, 19> kOptions{{
        {"seed", required_argument, nullptr, 'n'},
        {"threads", required_argument, nullptr, 'n'},
        {"ops", required_argument, nullptr, 'n'},
        {"rate", required_argument, nullptr, 'n'},
        {"chips", required_argument, nullptr, 'n'},
        {"live-target", required_argument, nullptr, 'n'},
        {"oom-percent", required_argument, nullptr, 'n'},
        {"programs", required_argument, nullptr, 'n'},
        {"truth", required_argument, nullptr, 't'},
        {"truth-events", required_argument, nullptr, 'e'},
        {"shared", no_argument, nullptr, 'f'},
        {"anomalies", no_argument, nullptr, 'f'},
        {"no-anomalies", no_argument, nullptr, 'f'},
        {"no-async", no_argument, nullptr, 'f'},
        {"control", no_argument, nullptr, 'f'},
        {"no-close", no_argument, nullptr, 'f'},
        {"submesh", no_argument, nullptr, 'f'},
        {"help", no_argument, nullptr, 'h'},
        {nullptr, 0, nullptr, 0},
    }};
    int index = 0;
    for (int kind = 0; (kind = ::getopt_long(argc, argv, "", kOptions.data(), &index)) != -1;) {
        const char* name = kOptions[static_cast<std::size_t>(index)].name;
        switch (kind) {
            case 'n':
                if (!take_number(name, optarg, options)) {
                    return kUsageStatus;
                }
                break;
            case 't': options.truth_file = optarg; break;
            case 'e': options.truth_events_file = optarg; break;
            case 'f': take_flag(name, options); break;
            case 'h': std::fputs(kHelp, stdout); return 0;
            default: return kUsageStatus;
        }
    }
    if (optind != argc) {
        std::fprintf(stderr, "tt-standin: '%s' is no option\n", argv[optind]);
        return kUsageStatus;
    }
    return std::nullopt;
}

}  // namespace standin
