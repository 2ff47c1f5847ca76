// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Debug info in every form compilers and packagers give it, and damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "layout_libraries.hpp"
#include "mirrors.hpp"
#include "probes/layout/debug_file.hpp"
#include "probes/layout/dwarf_claims.hpp"
#include "probes/layout/dwarf_reader.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;
using testing::library_exists;
using testing::library_path;
using testing::mirrored_buffer;
namespace fs = std::filesystem;

const DebugFileSources kOffline{"", false};

DwarfClaims claims_of(const std::string& path, const DebugFileSources& sources = kOffline) {
    const auto elf = testing::open_path(path);
    EXPECT_TRUE(elf) << path;
    return elf ? dwarf_claims(*elf, testing::symbols_of(*elf), sources) : DwarfClaims{};
}

LayoutProfile applied(const std::vector<LayoutClaim>& claims) {
    LayoutProfile profile;
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* claim = find_claim(claims, item.name);
        if (claim != nullptr && item.set_field != nullptr) {
            item.set_field(profile, claim->field);
        } else if (claim != nullptr) {
            item.set_number(profile, claim->number);
        }
    }
    return profile;
}

TEST(DebugInfoTest, EveryFormSaysTheSame) {
    for (const std::string library :
         {"l5",
          "dwarf4-l5",
          "types-l5",
          "types5-l5",
          "compressed-l5",
          "clang-l5",
          "libcxx-l5",
          "l6",
          "clang4-l6",
          "O0-l6",
          "clang-O0-l6",
          "l3-mesh",
          "clang-l3-mesh",
          "l2-owns",
          "libcxx-l2-owns",
          "l1",
          "libcxx-l1",
          "l0"}) {
        if (!library_exists(library + ".so")) {
            continue;
        }
        SCOPED_TRACE(library);
        const DwarfClaims claims = claims_of(library_path(library + ".so"));
        BufferLayout expected = mirrored_buffer(library);
        expected.stable_pointer = 1;  // which no debug info tells
        EXPECT_EQ(applied(claims.claims).buffer, expected) << claims.note;
        for (const std::string_view item : {"buffer.impl", "buffer.hooked", "buffer.status", "buffer.allocator"}) {
            EXPECT_NE(find_claim(claims.claims, item), nullptr) << "absent members are claimed too: " << item;
        }
        EXPECT_EQ(claims.note, library_path(library + ".so"));
    }
}

// clang describes a template that a unit only names, as libc++'s vector here, without its arguments.
TEST(DebugInfoTest, OwnersViewAndProgram) {
    for (const std::string library : {"l5", "dwarf4-l5", "types-l5", "types5-l5", "clang-l5", "clang-O0-l6"}) {
        if (!library_exists(library + ".so")) {
            continue;
        }
        SCOPED_TRACE(library);
        const LayoutProfile profile = applied(claims_of(library_path(library + ".so")).claims);
        const testing::MirroredMesh mesh = testing::mirrored_mesh(1);
        EXPECT_EQ(profile.owner.chip_id, (Field{8, 4}));
        EXPECT_EQ(profile.owner.mesh_impl, (Field{mesh.impl, 8}));
        EXPECT_EQ(profile.owner.mesh_id, (Field{mesh.id, 4}));
        EXPECT_EQ(profile.owner.mesh_view, (Field{mesh.view, 8}));
        EXPECT_EQ(profile.owner.view_impl, (Field{0, 8}));
        EXPECT_EQ(profile.owner.view_chips, (Field{mesh.chips, 8}));
        EXPECT_EQ(profile.owner.chips_element, mesh.element);
        EXPECT_EQ(profile.core_range_set.ranges, (Field{0, 8}));
        EXPECT_EQ(profile.program, testing::mirrored_program());
    }
}

TEST(DebugInfoTest, SetsOfBothLibraries) {
    EXPECT_EQ(applied(claims_of(library_path("l1.so")).claims).core_range_set.tree, (Field{8, 8}));
    if (library_exists("libcxx-l1.so")) {
        EXPECT_EQ(applied(claims_of(library_path("libcxx-l1.so")).claims).core_range_set.tree, (Field{0, 8}));
    }
}

TEST(DebugInfoTest, MeshesWithoutImplHaveAViewToo) {
    const OwnerLayout owner = applied(claims_of(library_path("l5-80.so")).claims).owner;
    EXPECT_EQ(owner.mesh_id, (Field{testing::mirrored_mesh(80).id, 4}));
    EXPECT_EQ(owner.mesh_view, (Field{testing::mirrored_mesh(80).view, 8}));
    EXPECT_EQ(owner.view_chips, (Field{testing::mirrored_mesh(1).chips, 8}));
}

TEST(DebugInfoTest, NoneIsNoError) {
    const DwarfClaims claims = claims_of(library_path("l5-stripped.so"));
    EXPECT_TRUE(claims.claims.empty());
    EXPECT_THAT(claims.note, HasSubstr("there is no debug file with build-id"));
}

TEST(DebugInfoTest, SplitIsNotFollowed) {
    const DwarfClaims claims = claims_of(library_path("split-l5.so"));
    EXPECT_TRUE(claims.claims.empty());
    EXPECT_THAT(claims.note, HasSubstr("split off (.dwo files)"));
}

// --- separate files -------------------------------------------------------------------------------------------------

class SeparateFileTest : public ::testing::Test {
protected:
    std::string build_id() { return testing::open_path(library_path("l5.so"))->build_id(); }
    // The library alone, in a directory with nothing around it.
    std::string copy(const std::string& library, const std::string& as) {
        fs::copy_file(library_path(library), scratch_.path() / as);
        return scratch_.path() / as;
    }
    void install_by_build_id(const fs::path& root, const std::string& file) {
        const std::string id = build_id();
        const fs::path directory = root / "usr/lib/debug/.build-id" / id.substr(0, 2);
        fs::create_directories(directory);
        fs::copy_file(library_path(file), directory / (id.substr(2) + ".debug"));
    }
    testing::ScratchDirectory scratch_;
};

TEST_F(SeparateFileTest, ByBuildIdUnderTheTargetsRoot) {
    const std::string library = copy("l5-stripped.so", "lib.so");
    install_by_build_id(scratch_.path() / "root", "separate.debug");
    const DwarfClaims claims = claims_of(library, {scratch_.path() / "root", false});
    EXPECT_EQ(applied(claims.claims).buffer, mirrored_buffer("l5"));
    EXPECT_THAT(claims.note, HasSubstr("/root/usr/lib/debug/.build-id/"));
    EXPECT_TRUE(claims_of(library).claims.empty());
}

TEST_F(SeparateFileTest, OfAnotherBuildIsNotTaken) {
    const std::string library = copy("l5-stripped.so", "lib.so");
    install_by_build_id(scratch_.path() / "root", "l6.so");
    const DwarfClaims claims = claims_of(library, {scratch_.path() / "root", false});
    EXPECT_TRUE(claims.claims.empty());
    EXPECT_THAT(claims.note, HasSubstr("is of another build"));
}

TEST_F(SeparateFileTest, ByLinkBesideTheLibrary) {
    const std::string library = copy("linked.so", "lib.so");
    EXPECT_TRUE(claims_of(library).claims.empty());
    fs::create_directory(scratch_.path() / ".debug");
    fs::copy_file(library_path("separate.debug"), scratch_.path() / ".debug/separate.debug");
    EXPECT_THAT(claims_of(library).note, HasSubstr("/.debug/separate.debug"));
    fs::copy_file(library_path("separate.debug"), scratch_.path() / "separate.debug");
    const DwarfClaims claims = claims_of(library);
    EXPECT_EQ(claims.note, scratch_.path() / "separate.debug");
    EXPECT_EQ(applied(claims.claims).buffer, mirrored_buffer("l5"));
}

// Without build-ids the checksum decides.
TEST_F(SeparateFileTest, ByLinkWithChecksum) {
    const auto without_id = [](std::vector<std::uint8_t> bytes, const std::string& id) {
        std::string binary;
        for (std::size_t i = 0; i + 1 < id.size(); i += 2) {
            binary.push_back(static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16)));
        }
        const auto at = std::search(bytes.begin(), bytes.end(), binary.begin(), binary.end(), [](auto a, auto b) {
            return a == static_cast<std::uint8_t>(b);
        });
        EXPECT_NE(at, bytes.end());
        *(at - 8) = 99;  // the note's type
        return std::string(bytes.begin(), bytes.end());
    };
    const std::string library =
        scratch_.write("lib.so", without_id(testing::bytes_of_library("linked.so"), build_id()));
    fs::copy_file(library_path("separate.debug"), scratch_.path() / "separate.debug");
    EXPECT_EQ(testing::open_path(library)->build_id(), "");
    EXPECT_EQ(applied(claims_of(library).claims).buffer, mirrored_buffer("l5"));
    scratch_.write("separate.debug", without_id(testing::bytes_of_library("separate.debug"), build_id()));
    EXPECT_TRUE(claims_of(library).claims.empty()) << "one byte differs";
}

TEST_F(SeparateFileTest, FromDebuginfod) {
    const std::string library = copy("l5-stripped.so", "lib.so");
    const fs::path served = scratch_.path() / "server/buildid" / build_id();
    fs::create_directories(served);
    fs::copy_file(library_path("separate.debug"), served / "debuginfo");
    ::setenv("DEBUGINFOD_URLS", ("file://" + (scratch_.path() / "server").string()).c_str(), 1);
    ::setenv("DEBUGINFOD_CACHE_PATH", (scratch_.path() / "cache").c_str(), 1);
    const DwarfClaims claims = claims_of(library, {"", true});
    const DwarfClaims forbidden = claims_of(library, {"", false});
    ::unsetenv("DEBUGINFOD_URLS");
    const DwarfClaims not_asked = claims_of(library, {"", true});
    EXPECT_TRUE(forbidden.claims.empty());
    EXPECT_TRUE(not_asked.claims.empty());
    if (claims.note.find("libdebuginfod is not installed") != std::string::npos) {
        GTEST_SKIP() << "libdebuginfod is not installed";
    }
    EXPECT_EQ(applied(claims.claims).buffer, mirrored_buffer("l5")) << claims.note;
}

// --- damage ---------------------------------------------------------------------------------------------------------

using Bytes = std::vector<std::uint8_t>;

// Whatever it says: no crash, an end.
std::size_t digest(const Bytes& bytes) {
    const auto elf = testing::open_image(bytes);
    return elf ? dwarf_claims(*elf, testing::symbols_of(*elf), kOffline).claims.size() : 0;
}

struct Place {
    std::size_t offset = 0;
    std::size_t size = 0;
};

Place section_of(const Bytes& bytes, std::string_view name) {
    const auto elf = testing::open_image(bytes);
    const auto image = DebugImage::open(elf->fd(), bytes.size());
    const DebugSection* section = image ? (*image)->section(name) : nullptr;
    return section == nullptr ? Place{} : Place{section->offset, section->size};
}

class DamagedDebugInfoTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!library_exists(GetParam())) {
            GTEST_SKIP() << "no such compiler here";
        }
        good_ = testing::bytes_of_library(GetParam());
    }
    Bytes good_;
    std::mt19937 random_{11};
};

TEST_P(DamagedDebugInfoTest, Untouched) {
    EXPECT_GT(digest(good_), 10U);
}

TEST_P(DamagedDebugInfoTest, FlippedBytesInEverySection) {
    for (const char* name :
         {".debug_info", ".debug_abbrev", ".debug_str", ".debug_str_offsets", ".debug_types", ".debug_line_str"}) {
        const Place section = section_of(good_, name);
        for (int round = 0; round < 150 && section.size != 0; ++round) {
            Bytes bytes = good_;
            for (int flips = 0; flips < 1 + round % 16; ++flips) {
                bytes[section.offset + random_() % section.size] = static_cast<std::uint8_t>(random_());
            }
            (void)digest(bytes);
        }
    }
}

TEST_P(DamagedDebugInfoTest, HugeNumbersInUnitHeads) {
    const Place info = section_of(good_, ".debug_info");
    ASSERT_NE(info.size, 0U);
    for (std::size_t at = 0; at < std::min<std::size_t>(info.size, 64) - 8; ++at) {
        for (const std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x7fffffff}}) {
            Bytes bytes = good_;
            std::memcpy(bytes.data() + info.offset + at, &value, sizeof value);
            (void)digest(bytes);
        }
    }
}

TEST_P(DamagedDebugInfoTest, SectionsCutShort) {
    const std::size_t end = good_.size() - std::min<std::size_t>(good_.size(), 64 * 60);  // leaves the section headers
    for (std::size_t length = 0; length < end; length += end / 60 + 1) {
        Bytes bytes = good_;
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(length), end - length, std::uint8_t{0});
        (void)digest(bytes);
    }
}

TEST_P(DamagedDebugInfoTest, FileThatShrinksWhileItIsRead) {
    const auto elf = testing::open_image(good_);
    ASSERT_TRUE(elf);
    const SymbolMap symbols = testing::symbols_of(*elf);
    const Place info = section_of(good_, ".debug_info");
    auto debug = find_debug_info(*elf, kOffline);
    ASSERT_TRUE(debug);
    ASSERT_EQ(::ftruncate(elf->fd(), static_cast<off_t>(info.offset + 100)), 0);
    const auto reader = DwarfReader::open(*debug->image);
    if (reader) {
        (*reader)->find_classes({"Buffer"}, {});
    }
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    DamagedDebugInfoTest,
    ::testing::Values("l5.so", "dwarf4-l5.so", "types-l5.so", "compressed-l5.so", "clang-l5.so"),
    [](const auto& test) {
        std::string name = test.param;
        std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
        return name;
    }
);

}  // namespace
}  // namespace tt::alloc_trace
