// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// profile.proto, as pprof and what understands it read: samples of three weights at stacks of named frames. Field numbers are those of
// google/pprof's proto/profile.proto; every frame is a function and a location of its own, without an address.
#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

#include "export/formats.hpp"
#include "export/group_export.hpp"

namespace tt::alloc_trace {
namespace {

namespace profile {
enum Field : protozero::pbf_tag_type {
    SampleType = 1,
    Sample = 2,
    Location = 4,
    Function = 5,
    StringTable = 6,
    TimeNanos = 9,
    Comment = 13,
    DefaultSampleType = 14,
};
}
namespace value_type {
enum Field : protozero::pbf_tag_type { Type = 1, Unit = 2 };
}
namespace sample {
enum Field : protozero::pbf_tag_type { LocationId = 1, Value = 2 };
}
namespace location {
enum Field : protozero::pbf_tag_type { Id = 1, Line = 4 };
}
namespace line {
enum Field : protozero::pbf_tag_type { FunctionId = 1 };
}
namespace function {
enum Field : protozero::pbf_tag_type { Id = 1, Name = 2 };
}

// Index 0 is the empty text.
class Strings {
public:
    std::int64_t number_of(const std::string& text) {
        const auto [at, added] = numbers_.try_emplace(text, static_cast<std::int64_t>(texts_.size()));
        if (added) {
            texts_.push_back(text);
        }
        return at->second;
    }
    [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

private:
    std::vector<std::string> texts_{""};
    std::unordered_map<std::string, std::int64_t> numbers_{{"", 0}};
};

constexpr std::array<GroupWeight, kGroupWeightCount> kWeights{GroupWeight::Live, GroupWeight::Peak, GroupWeight::Allocated};
constexpr std::array<const char*, kGroupWeightCount> kNames{"live", "peak", "allocated"};

class PprofExport final : public GroupExport {
public:
    using GroupExport::GroupExport;

private:
    void write_end(const ReplayedStream& stream) override {
        protozero::pbf_writer out(text());
        Strings strings;
        const char* unit = options().weigh_counts ? "count" : "bytes";
        for (const char* name : kNames) {
            protozero::pbf_writer type(out, profile::SampleType);
            type.add_int64(value_type::Type, strings.number_of(name));
            type.add_int64(value_type::Unit, strings.number_of(unit));
        }
        for (const WeightedGroup& group : groups().groups()) {
            add_sample(out, group);
        }
        const std::vector<std::string>& frames = groups().frames();
        for (std::size_t i = 0; i < frames.size(); ++i) {
            add_frame(out, i + 1, strings.number_of(frames[i]));
        }
        const std::int64_t comment = strings.number_of("device memory of " + stream.session.target + (stream.complete ? "" : " (incomplete)"));
        out.add_int64(profile::TimeNanos, static_cast<std::int64_t>(stream.session.attached_unix_ns));
        out.add_packed_int64(profile::Comment, &comment, &comment + 1);
        out.add_int64(profile::DefaultSampleType, strings.number_of(kNames[static_cast<std::size_t>(options().shown_weight())]));
        for (const std::string& string : strings.texts()) {
            out.add_string(profile::StringTable, string);
        }
    }

    // The innermost frame first, other than in the groups.
    static void add_sample(protozero::pbf_writer& out, const WeightedGroup& group) {
        std::vector<std::uint64_t> locations;
        std::transform(group.frames.rbegin(), group.frames.rend(), std::back_inserter(locations), [](std::uint32_t frame) { return frame + 1ULL; });
        std::array<std::int64_t, kGroupWeightCount> values{};
        std::transform(kWeights.begin(), kWeights.end(), values.begin(), [&group](GroupWeight weight) {
            return static_cast<std::int64_t>(group.weight(weight));
        });
        protozero::pbf_writer writer(out, profile::Sample);
        writer.add_packed_uint64(sample::LocationId, locations.begin(), locations.end());
        writer.add_packed_int64(sample::Value, values.begin(), values.end());
    }

    static void add_frame(protozero::pbf_writer& out, std::uint64_t id, std::int64_t name) {
        {
            protozero::pbf_writer writer(out, profile::Function);
            writer.add_uint64(function::Id, id);
            writer.add_int64(function::Name, name);
        }
        protozero::pbf_writer writer(out, profile::Location);
        writer.add_uint64(location::Id, id);
        protozero::pbf_writer in_function(writer, location::Line);
        in_function.add_uint64(line::FunctionId, id);
    }
};

}  // namespace

std::unique_ptr<Exporter> make_pprof_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<PprofExport>(options, target);
}

}  // namespace tt::alloc_trace
