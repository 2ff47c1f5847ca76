// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The members are decoded out of code_samples/program.cpp as built by each compiler; the sample tells their offsets.
#include "probes/program_decoder.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "target/elf_file.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;
using Code = std::vector<std::uint8_t>;

constexpr std::string_view kAllocate = "_ZN7Program8allocateEPKv";
constexpr std::string_view kValidate = "_ZN7Program8validateEPKv";
constexpr std::string_view kInvalidate = "_ZN7Program10invalidateEv";

std::vector<std::string> libraries() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(TAT_SAMPLE_DIR "/program")) {
        if (entry.path().extension() == ".so") {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

class ProgramDecoderTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        auto file = open_library_file(GetParam());
        ASSERT_TRUE(file) << file.error().message;
        auto elf = ElfFile::open(*std::move(file), GetParam());
        ASSERT_TRUE(elf) << elf.error().message;
        elf_.emplace(*std::move(elf));
        const std::vector<std::string_view> names{kAllocate, kValidate, kInvalidate};
        auto symbols = elf_->find_symbols(names, SymbolTables::All);
        ASSERT_TRUE(symbols);
        symbols_ = *std::move(symbols);
        void* handle = ::dlopen(GetParam().c_str(), RTLD_LAZY | RTLD_LOCAL);
        ASSERT_NE(handle, nullptr) << ::dlerror();
        const auto offset = reinterpret_cast<std::size_t (*)(int)>(::dlsym(handle, "_Z14program_offseti"));
        ASSERT_NE(offset, nullptr);
        needed_ = {static_cast<std::uint32_t>(offset(0)), 1};
        vectors_ = {
            {static_cast<std::uint32_t>(offset(1)), 8},
            static_cast<std::uint32_t>(offset(2)),
            {static_cast<std::uint32_t>(offset(3)), 8}
        };
        ::dlclose(handle);
    }
    [[nodiscard]] bool is_unoptimized() const { return GetParam().find("-O0") != std::string::npos; }

    [[nodiscard]] const ElfSymbol& symbol(std::string_view name) const { return symbols_.at(std::string(name)); }

    std::optional<ElfFile> elf_;
    SymbolMap symbols_;
    Field needed_;
    RegionVectors vectors_;
};

TEST_P(ProgramDecoderTest, FindsTheFlag) {
    const auto field = decode_placing_needed(*elf_, symbol(kAllocate));
    ASSERT_TRUE(field) << field.error().message;
    EXPECT_EQ(*field, needed_);
}

TEST_P(ProgramDecoderTest, FindsTheVectorAndItsElements) {
    const auto vectors = decode_allocators(*elf_, symbol(kValidate));
    if (is_unoptimized()) {
        EXPECT_FALSE(vectors);
        return;
    }
    ASSERT_TRUE(vectors) << vectors.error().message;
    EXPECT_EQ(*vectors, vectors_);
}

TEST_P(ProgramDecoderTest, FindsAllOfItWhereItIsInvalidated) {
    const auto plan = decode_invalidation(*elf_, symbol(kInvalidate));
    if (is_unoptimized()) {
        EXPECT_FALSE(plan);
        return;
    }
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(*plan, (ProgramPlan{needed_, vectors_}));
}

TEST_P(ProgramDecoderTest, RefusesTheWrongFunction) {
    EXPECT_FALSE(decode_invalidation(*elf_, symbol(kValidate)));
    EXPECT_FALSE(decode_invalidation(*elf_, symbol(kAllocate)));
    const auto field = decode_placing_needed(*elf_, symbol(kValidate));
    EXPECT_FALSE(field) << field->offset;
    const auto vectors = decode_allocators(*elf_, symbol(kAllocate));
    EXPECT_FALSE(vectors) << vectors->allocators.offset;
}

INSTANTIATE_TEST_SUITE_P(Builds, ProgramDecoderTest, ::testing::ValuesIn(libraries()), [](const auto& library) {
    std::string name = std::filesystem::path(library.param).stem().string();
    std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

TEST(ProgramDecoderBytesTest, FlagIsTheFirstMemberCompared) {
    const Code ret{0xc3};
    EXPECT_EQ(
        decode_placing_needed(Code{0x80, 0xbf, 0x78, 0x03, 0, 0, 0x01, 0x75, 0x00, 0xc3}), (Field{0x378, 1})
    );  // cmp byte [rdi+0x378], 1; jne; ret
    EXPECT_EQ(
        decode_placing_needed(Code{0x0f, 0xb6, 0x87, 0x20, 0x01, 0, 0, 0x84, 0xc0, 0x74, 0x00, 0xc3}), (Field{0x120, 1})
    );  // movzx eax, byte [rdi+0x120]; test al, al; je; ret
    const auto wide = decode_placing_needed(Code{0x83, 0x7f, 0x08, 0x01, 0x74, 0x00, 0xc3});  // cmp dword [rdi+8], 1
    ASSERT_FALSE(wide);
    EXPECT_THAT(wide.error().message, HasSubstr("not a bool"));
    const auto other = decode_placing_needed(Code{0x80, 0x7e, 0x08, 0x01, 0x74, 0x00, 0xc3});  // cmp byte [rsi+8], 1
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("compares no member"));
    EXPECT_FALSE(decode_placing_needed(ret));
    EXPECT_FALSE(decode_placing_needed({}));
}

// cmp byte [rdi+0x2d0], 0; jne; mov rax, [rdi+0x268]; mov rcx, [rdi+0x270]; jmp; add rax, 0x38; cmp rax, rcx; je;
// mov rdx, [rax+0x20]; cmp [rax+0x28], rdx; je; mov [rax+0x28], rdx; jmp; mov byte [rdi+N], 1; ret
Code invalidation(std::uint8_t flag_set) {
    return {0x80, 0xbf, 0xd0, 0x02, 0, 0, 0x00, 0x75, 0x33, 0x48, 0x8b, 0x87, 0x68, 0x02, 0, 0, 0x48, 0x8b, 0x8f, 0x70, 0x02, 0, 0,
            0xeb, 0x04, 0x48, 0x83, 0xc0, 0x38, 0x48, 0x39, 0xc8, 0x74, 0x10, 0x48, 0x8b, 0x50, 0x20, 0x48, 0x39, 0x50, 0x28, 0x74,
            0xed, 0x48, 0x89, 0x50, 0x28, 0xeb, 0xe7, 0xc6, 0x87, flag_set, 0x02, 0, 0, 0x01, 0xc3, 0x90, 0x90, 0xc3};
}

TEST(ProgramDecoderBytesTest, PlanIsWhatInvalidationReadsAndSets) {
    const auto plan = decode_invalidation(invalidation(0xd0));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(*plan, (ProgramPlan{{0x2d0, 1}, {{0x268, 8}, 56, {32, 8}}}));
    const auto other = decode_invalidation(invalidation(0xd1));
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("not the one it sets"));
}

TEST(ProgramDecoderBytesTest, AnyBytesAreAnsweredOrRefused) {
    std::mt19937 random(11);
    for (int i = 0; i < 20'000; ++i) {
        Code code(8 + random() % 64);
        for (std::uint8_t& byte : code) {
            byte = static_cast<std::uint8_t>(random());
        }
        (void)decode_placing_needed(code);
        (void)decode_allocators(code);
        (void)decode_invalidation(code);
    }
}

}  // namespace
}  // namespace tt::alloc_trace
