// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Layouts of libraries of every period: with debug info, and stripped to what a wheel has.
#include "probes/layout/resolve_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layout_libraries.hpp"
#include "mirrors.hpp"
#include "probes/layout/layout_file.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::library_exists;
using testing::mirrored_buffer;
using ::testing::Not;
using testing::resolve_library;
using testing::resolve_with_file;
using testing::source_of;

LayoutProfile layout_of(const std::string& library) {
    auto profile = resolve_library(library);
    EXPECT_TRUE(profile) << library << ": " << profile.error().message;
    return profile.value_or(LayoutProfile{});
}

Error error_of(const std::string& library) {
    const auto profile = resolve_library(library);
    EXPECT_FALSE(profile) << library;
    return profile ? Error{} : profile.error();
}

// The mirrors have no shard specification.
BufferLayout without_shards(BufferLayout layout) {
    const BufferLayout none;
    layout.shard_spec = none.shard_spec;
    layout.shard_shape = none.shard_shape;
    layout.shard_page_shape = none.shard_page_shape;
    layout.shard_engaged = none.shard_engaged;
    return layout;
}

struct Era {
    std::string library;
    std::string layout;
    int mesh = 0;
    int cores = 3;
    bool chip_vtable = true;
};

const std::vector<Era>& eras() {
    static const std::vector<Era> kEras{
        {"l0", "L0", 0, 0, false},
        {"l1", "L1", 0, 0, false},
        {"l2-first", "L2", 0, 2, false},
        {"l2-plain", "L2", 0, 2, false},
        {"l2-owns", "L2", 0, 2, false},
        {"l3-v0", "L3", 0, 2, false},
        {"l3-mesh", "L3", 40, 2},
        {"l3", "L3", 40},
        {"l4-plain", "L4", 40},
        {"l4-hooked", "L4", 40},
        {"l5-80", "L5", 80},
        {"l5-88", "L5", 88},
        {"l5", "L5", 1},
        {"l6", "L6", 1}
    };
    return kEras;
}

void check_owner(const Era& era, const OwnerLayout& owner) {
    EXPECT_EQ(owner.chip_id, (Field{testing::mirrored_chip_id(era.chip_vtable), 4}));
    EXPECT_EQ(owner.chip_vptr != 0, era.chip_vtable);
    EXPECT_EQ(owner.mesh_vptr != 0, era.mesh != 0);
    const bool buffers_tell = era.layout != "L0" && era.layout != "L1" && era.layout != "L2";
    EXPECT_EQ(owner.chip_allocator, buffers_tell ? Field{} : (Field{8, 8}));
    if (era.mesh != 0) {
        EXPECT_EQ(owner.mesh_id, (Field{testing::mirrored_mesh(era.mesh).id, 4}));
        EXPECT_EQ(owner.mesh_impl, era.mesh == 1 ? (Field{testing::mirrored_mesh(1).impl, 8}) : Field{});
    }
}

void check_cores(const Era& era, const CoreRangeSetLayout& cores) {
    const std::uint32_t offset = testing::mirrored_ranges(era.cores);
    EXPECT_EQ(cores.ranges, era.cores >= 2 ? (Field{offset, 8}) : Field{});
    EXPECT_EQ(cores.tree, era.cores < 2 ? (Field{offset + 8, 8}) : Field{});
}

TEST(ResolveLayoutTest, EveryEraWithDebugInfo) {
    for (const Era& era : eras()) {
        SCOPED_TRACE(era.library);
        const LayoutProfile profile = layout_of(era.library + ".so");
        EXPECT_EQ(profile.name, era.layout);
        EXPECT_EQ(without_shards(profile.buffer), mirrored_buffer(era.library));
        EXPECT_THAT(source_of(profile, "buffer.size"), HasSubstr("DWARF"));
        check_owner(era, profile.owner);
        check_cores(era, profile.core_range_set);
    }
}

TEST(ResolveLayoutTest, EveryEraStripped) {
    for (const Era& era : eras()) {
        SCOPED_TRACE(era.library);
        const LayoutProfile profile = layout_of(era.library + "-stripped.so");
        EXPECT_EQ(profile.name, era.layout);
        BufferLayout expected = mirrored_buffer(era.library);
        if (era.layout == "L4") {
            expected.hooked = {};  // no symbol and no getter tells the week in which it came
            EXPECT_THAT(profile.summary, HasSubstr("not known: buffer.hooked"));
        }
        EXPECT_EQ(without_shards(profile.buffer), expected);
        EXPECT_EQ(source_of(profile, "buffer.size"), "table " + era.layout);
        check_owner(era, profile.owner);
        check_cores(era, profile.core_range_set);
    }
}

// No symbol tells when the mutex came; CoreRangeSet::ranges() does.
TEST(ResolveLayoutTest, SetOrMutexAndSetIsNotGuessed) {
    EXPECT_EQ(source_of(layout_of("l1-stripped.so"), "core_range_set.tree"), "table cores, CoreRangeSet::ranges()");
    const LayoutProfile profile = layout_of("no-getters-l1-stripped.so");
    EXPECT_FALSE(profile.core_range_set.tree.exists());
    EXPECT_THAT(profile.summary, HasSubstr("not known: core_range_set.tree (8 bytes at 8 or 8 bytes at 48)"));
    if (library_exists("libcxx-l1.so")) {
        EXPECT_EQ(layout_of("libcxx-l1-stripped.so").core_range_set.tree, (Field{0, 8}));
    }
}

TEST(ResolveLayoutTest, HookOfEraAOnly) {
    const HookLayout hook{{24, 8}, {8, 1}};
    EXPECT_EQ(layout_of("l1.so").hook, hook);
    EXPECT_EQ(layout_of("l1-stripped.so").hook, hook);
    EXPECT_EQ(layout_of("l0.so").hook, HookLayout{});
    EXPECT_EQ(layout_of("l5.so").hook, HookLayout{});
}

TEST(ResolveLayoutTest, VptrIsBehindTheVtablesHead) {
    const auto elf = testing::open_path(testing::library_path("l5.so"));
    ASSERT_TRUE(elf);
    const SymbolMap symbols = testing::symbols_of(*elf);
    const OwnerLayout owner = layout_of("l5.so").owner;
    EXPECT_EQ(owner.chip_vptr, symbols.at("_ZTVN2tt8tt_metal6DeviceE").address + 16);
    EXPECT_EQ(owner.mesh_vptr, symbols.at("_ZTVN2tt8tt_metal11distributed10MeshDeviceE").address + 16);
    EXPECT_NE(layout_of("l3-mesh.so").owner.chip_vptr, 0U) << "the one in v0";
}

TEST(ResolveLayoutTest, GettersOfEveryCompilerAndLevelAgree) {
    for (const std::string library : {"cet-l6", "types5-l5", "clang-l5", "clang4-l6", "l5", "l6"}) {
        if (!library_exists(library + ".so")) {
            continue;
        }
        const LayoutProfile profile = layout_of(library + "-stripped.so");
        EXPECT_THAT(source_of(profile, "buffer.page_size"), HasSubstr("Buffer::page_size()")) << library;
        EXPECT_THAT(source_of(profile, "buffer.address"), HasSubstr("Buffer::address()")) << library;
        EXPECT_THAT(source_of(profile, "buffer.status"), HasSubstr("Buffer::is_allocated()")) << library;
        EXPECT_THAT(source_of(profile, "buffer.type"), HasSubstr("Buffer::is_dram()")) << library;
        EXPECT_THAT(source_of(profile, "buffer.allocator"), HasSubstr("Buffer::allocator()")) << library;
        EXPECT_THAT(source_of(profile, "owner.mesh_id"), HasSubstr("MeshDeviceImpl::id()")) << library;
    }
    EXPECT_THAT(source_of(layout_of("l6-stripped.so"), "buffer.impl"), HasSubstr("Buffer::page_size()"));
}

// At -O0 pimpl_-> is a call of unique_ptr; with indirect getters Buffer's own tell of the pointer only.
TEST(ResolveLayoutTest, UnclearGettersAreNoContradiction) {
    EXPECT_EQ(without_shards(layout_of("O0-l6-stripped.so").buffer), mirrored_buffer("l6"));
    if (library_exists("clang-O0-l6.so")) {
        EXPECT_EQ(without_shards(layout_of("clang-O0-l6-stripped.so").buffer), mirrored_buffer("l6"));
    }
    const LayoutProfile indirect = layout_of("indirect-l6-stripped.so");
    EXPECT_EQ(without_shards(indirect.buffer), mirrored_buffer("l6"));
    EXPECT_THAT(source_of(indirect, "buffer.impl"), HasSubstr("Buffer::page_size()"));
    EXPECT_THAT(source_of(indirect, "buffer.page_size"), HasSubstr("BufferImpl::page_size()"));
    // Between October 2024 and May 2025 these getters wait for a worker.
    const LayoutProfile waiting = layout_of("l3-stripped.so");
    EXPECT_EQ(source_of(waiting, "buffer.address"), "table L3");
    EXPECT_THAT(source_of(waiting, "buffer.status"), HasSubstr("Buffer::is_allocated()"));
}

TEST(ResolveLayoutTest, TableWithoutWitnessSaysSo) {
    for (const char* library : {"l0-stripped.so", "l1-stripped.so", "no-getters-l5-stripped.so"}) {
        EXPECT_THAT(
            layout_of(library).summary, HasSubstr("unverified by the library's code; checked on the first objects")
        );
    }
    EXPECT_THAT(layout_of("l5-stripped.so").summary, Not(HasSubstr("unverified")));
    EXPECT_THAT(layout_of("no-getters-l5.so").summary, AllOf(HasSubstr("debug info of"), Not(HasSubstr("unverified"))));
}

TEST(ResolveLayoutTest, StatusThatNobodyTellsIsRefused) {
    const Error error = error_of("no-getters-l2-owns-stripped.so");
    EXPECT_EQ(error.code, ErrorCode::NotTraceable);
    EXPECT_THAT(
        error.message, AllOf(HasSubstr("cannot tell buffer.status"), HasSubstr("1 byte at 25 or 1 byte at 26"))
    );
    EXPECT_THAT(error.hint, HasSubstr("--layout FILE"));
    EXPECT_EQ(without_shards(layout_of("no-getters-l2-owns.so").buffer), mirrored_buffer("l2-owns")) << "debug info does";
}

TEST(ResolveLayoutTest, MemberThatMovedIsRefusedOrFoundInDebugInfo) {
    const Error error = error_of("shifted-l5-stripped.so");
    EXPECT_EQ(error.code, ErrorCode::NotTraceable);
    EXPECT_THAT(
        error.message,
        AllOf(
            HasSubstr("buffer.page_size"),
            HasSubstr("8 bytes at 88 (table L5)"),
            HasSubstr("8 bytes at 96 (Buffer::page_size())")
        )
    );
    const LayoutProfile found = layout_of("shifted-l5.so");
    EXPECT_EQ(found.buffer.page_size, (Field{96, 8}));
    EXPECT_EQ(found.name, "unlisted");
}

TEST(ResolveLayoutTest, NewerThanAllTables) {
    const Error error = error_of("newer-stripped.so");
    EXPECT_THAT(error.message, AllOf(HasSubstr("not known"), HasSubstr("newer than this version of tt-alloc-trace")));
    EXPECT_THAT(error.hint, AllOf(HasSubstr("--layout FILE"), HasSubstr("debug file")));
    EXPECT_EQ(without_shards(layout_of("newer.so").buffer), mirrored_buffer("l5")) << "debug info suffices";
}

class LayoutFileOptionTest : public ::testing::Test {
protected:
    std::string file(const std::string& items) {
        return scratch_.write(
            "layout.json", R"({"schema": "tt-alloc-trace/layout", "schema_version": 1, "items": )" + items + "}"
        );
    }
    testing::ScratchDirectory scratch_;
};

TEST_F(LayoutFileOptionTest, IsTheWayOutOfATableThatIsWrong) {
    const std::string path = file(R"({"buffer.page_size": {"offset": 96, "width": 8}})");
    const auto profile = resolve_with_file("shifted-l5-stripped.so", path);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->buffer.page_size, (Field{96, 8}));
    EXPECT_EQ(profile->buffer.address, (Field{80, 8}));
    EXPECT_EQ(source_of(*profile, "buffer.page_size"), path + ", Buffer::page_size()");
    EXPECT_THAT(profile->summary, HasSubstr("layout file " + path + ", table unlisted"));
}

TEST_F(LayoutFileOptionTest, IsHeldAgainstCodeAndDebugInfo) {
    const std::string wrong = file(R"({"buffer.page_size": {"offset": 104, "width": 8}})");
    const auto against_code = resolve_with_file("l5-stripped.so", wrong);
    ASSERT_FALSE(against_code);
    EXPECT_THAT(against_code.error().message, AllOf(HasSubstr("8 bytes at 104"), HasSubstr("Buffer::page_size()")));
    const std::string size = file(R"({"buffer.size": {"offset": 104, "width": 8}})");
    const auto against_dwarf = resolve_with_file("l5.so", size);
    ASSERT_FALSE(against_dwarf);
    EXPECT_THAT(against_dwarf.error().message, AllOf(HasSubstr("8 bytes at 104"), HasSubstr("(DWARF)")));
    EXPECT_TRUE(resolve_with_file("l5-stripped.so", size)) << "nobody but the user speaks of the size";
}

TEST_F(LayoutFileOptionTest, DecidesWhatIsOpen) {
    const auto profile = resolve_with_file(
        "no-getters-l2-owns-stripped.so",
        file(
            R"({"buffer.status": {"offset": 26, "width": 1}, "buffer.status_allocated": 2, "buffer.status_deallocated": 3})"
        )
    );
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(without_shards(profile->buffer), mirrored_buffer("l2-owns"));
    EXPECT_THAT(profile->summary, HasSubstr("unverified"));
}

TEST_F(LayoutFileOptionTest, DumpOfOneBuildServesAnother) {
    const LayoutProfile known = layout_of("l5.so");
    const std::string dump = scratch_.write("dump.json", to_json(known, "00"));
    const auto profile = resolve_with_file("newer-stripped.so", dump);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(without_shards(profile->buffer), known.buffer);
    EXPECT_EQ(profile->owner.mesh_id, known.owner.mesh_id);
}

TEST_F(LayoutFileOptionTest, MissingOrBadFileIsAnError) {
    EXPECT_EQ(resolve_with_file("l5.so", "/no/such/file").error().code, ErrorCode::Usage);
    EXPECT_EQ(resolve_with_file("l5.so", file("1")).error().code, ErrorCode::Usage);
}

}  // namespace
}  // namespace tt::alloc_trace
