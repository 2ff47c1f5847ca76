// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/layout_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "layout_libraries.hpp"
#include "mirrors.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;

bool obeys_schema(const std::string& text) {
    std::ifstream file(std::string(TAT_SCHEMA_DIR) + "/layout.schema.json");
    const nlohmann::json document = nlohmann::json::parse(file);
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema);
    const nlohmann::json value = nlohmann::json::parse(text);
    return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
}

LayoutProfile applied(const LayoutFile& file) {
    LayoutProfile profile;
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* claim = find_claim(file.claims, item.name);
        if (claim != nullptr && item.set_field != nullptr) {
            item.set_field(profile, claim->field);
        } else if (claim != nullptr) {
            item.set_number(profile, claim->number);
        }
    }
    return profile;
}

std::string document(const std::string& items) {
    return R"({"schema": "tt-alloc-trace/layout", "schema_version": 1, "items": )" + items + "}";
}

std::string refusal(const std::string& json) {
    const auto file = parse_layout(json, "my.json");
    EXPECT_FALSE(file) << json;
    if (!file) {
        EXPECT_EQ(file.error().code, ErrorCode::Usage);
        EXPECT_THAT(file.error().message, HasSubstr("my.json"));
        EXPECT_FALSE(file.error().hint.empty());
    }
    return file ? "" : file.error().message;
}

TEST(LayoutFileTest, EveryLayoutSurvivesTheRoundTrip) {
    for (const auto& [name, buffer] : testing::mirrored_buffers()) {
        LayoutProfile profile;
        profile.name = name;
        profile.buffer = buffer;
        profile.owner.chip_id = {8, 4};
        profile.owner.chips_element = 16;
        profile.program = testing::mirrored_program();
        profile.core_range_set.tree = {48, 8};
        profile.hook = {{24, 8}, {8, 1}};
        profile.evidence.push_back({"buffer.size", "8 bytes at 24", "DWARF \xff"});
        const std::string json = to_json(profile, "abcd");
        EXPECT_TRUE(obeys_schema(json)) << json;
        const auto file = parse_layout(json, "my.json");
        ASSERT_TRUE(file) << file.error().message;
        EXPECT_EQ(file->name, name);
        EXPECT_EQ(file->build_id, "abcd");
        const LayoutProfile back = applied(*file);
        EXPECT_EQ(back.buffer, profile.buffer);
        EXPECT_EQ(back.owner, profile.owner);
        EXPECT_EQ(back.core_range_set, profile.core_range_set);
        EXPECT_EQ(back.program, profile.program);
        EXPECT_EQ(back.hook, profile.hook);
    }
}

TEST(LayoutFileTest, SchemaKnowsEveryItemAndNoOther) {
    for (const LayoutItem& item : layout_items()) {
        const std::string value = item.field != nullptr ? "null" : "1";
        EXPECT_TRUE(obeys_schema(document("{\"" + item.name + "\": " + value + "}"))) << item.name;
        EXPECT_FALSE(obeys_schema(document("{\"" + item.name + "\": \"8\"}"))) << item.name;
    }
    EXPECT_FALSE(obeys_schema(document(R"({"buffer.colour": 1})")));
}

TEST(LayoutFileTest, PartOfALayoutIsEnough) {
    const auto file =
        parse_layout(document(R"({"buffer.page_size": {"offset": 96, "width": 8}, "buffer.hooked": null})"), "f");
    ASSERT_TRUE(file);
    ASSERT_EQ(file->claims.size(), 2U);
    EXPECT_EQ(find_claim(file->claims, "buffer.page_size")->field, (Field{96, 8}));
    EXPECT_EQ(find_claim(file->claims, "buffer.page_size")->source, "f");
    EXPECT_FALSE(find_claim(file->claims, "buffer.hooked")->field.exists());
}

TEST(LayoutFileTest, RefusesInWords) {
    EXPECT_THAT(refusal(""), HasSubstr("no JSON object"));
    EXPECT_THAT(refusal("[1]"), HasSubstr("no JSON object"));
    EXPECT_THAT(refusal("{}"), HasSubstr("\"schema\""));
    EXPECT_THAT(
        refusal(R"({"schema": "tt-alloc-trace/layout", "schema_version": 2, "items": {}})"), HasSubstr("schema_version")
    );
    EXPECT_THAT(refusal(R"({"schema": "tt-alloc-trace/layout", "schema_version": 1})"), HasSubstr("items"));
    EXPECT_THAT(refusal(document("[]")), HasSubstr("items"));
    EXPECT_THAT(refusal(document(R"({"buffer.colour": 1})")), HasSubstr("no item \"buffer.colour\""));
    EXPECT_THAT(refusal(document(R"({"buffer.size": 24})")), HasSubstr("buffer.size must be"));
    EXPECT_THAT(refusal(document(R"({"buffer.stable_pointer": null})")), HasSubstr("must be a number"));
    for (const char* value :
         {R"({"offset": 24})",
          R"({"offset": 24, "width": 3})",
          R"({"offset": 24, "width": 0})",
          R"({"offset": -1, "width": 8})",
          R"({"offset": 1048577, "width": 8})",
          R"({"offset": 18446744073709551615, "width": 8})",
          R"({"offset": 24.5, "width": 8})",
          R"({"offset": "24", "width": 8})",
          R"({"offset": 24, "width": 8, "more": 1})",
          "true"}) {
        EXPECT_THAT(
            refusal(document(std::string(R"({"buffer.size": )") + value + "}")), HasSubstr("buffer.size must be")
        );
    }
}

TEST(LayoutFileTest, TakesNoForgedSizeOrDepth) {
    EXPECT_THAT(refusal(std::string(kMaxLayoutFileBytes + 1, ' ')), HasSubstr("too large"));
    EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("nested too deeply"));
    EXPECT_THAT(refusal(document(R"({"buffer.size": [[[[[1]]]]]})")), HasSubstr("nested too deeply"));
    EXPECT_THAT(refusal(document("{\"" + std::string(100'000, 'x') + "\": 1}")), HasSubstr("no item"));
    EXPECT_LT(refusal(document("{\"" + std::string(100'000, 'x') + "\": 1}")).size(), 500U);
}

TEST(LayoutFileTest, DamagedFilesAreAnsweredOrRefused) {
    const std::string good = to_json({}, "00");
    std::mt19937 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::string bad = good.substr(0, round % 3 == 0 ? random() % good.size() : good.size());
        for (int flips = 0; flips < 1 + round % 4 && !bad.empty(); ++flips) {
            bad[random() % bad.size()] = static_cast<char>(random());
        }
        const auto file = parse_layout(bad, "my.json");
        EXPECT_TRUE(file || !file.error().message.empty());
    }
}

TEST(LayoutFileTest, FilesThatCannotBeRead) {
    const testing::ScratchDirectory scratch;
    EXPECT_THAT(read_layout_file("/no/such/file").error().message, HasSubstr("/no/such/file"));
    EXPECT_FALSE(read_layout_file("/dev/zero"));
    EXPECT_FALSE(read_layout_file(scratch.path()));
    EXPECT_FALSE(read_layout_file(scratch.write("large", std::string(2 * kMaxLayoutFileBytes, ' '))));
    EXPECT_TRUE(read_layout_file(scratch.write("good", to_json({}, ""))));
}

}  // namespace
}  // namespace tt::alloc_trace
