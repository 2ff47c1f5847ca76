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
        const std::vector<std::string_view> names{kAllocate, kValidate};
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

TEST_P(ProgramDecoderTest, RefusesTheWrongFunction) {
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

TEST(ProgramDecoderBytesTest, AnyBytesAreAnsweredOrRefused) {
    std::mt19937 random(11);
    for (int i = 0; i < 20'000; ++i) {
        Code code(8 + random() % 64);
        for (std::uint8_t& byte : code) {
            byte = static_cast<std::uint8_t>(random());
        }
        (void)decode_placing_needed(code);
        (void)decode_allocators(code);
    }
}

}  // namespace
}  // namespace tt::alloc_trace
