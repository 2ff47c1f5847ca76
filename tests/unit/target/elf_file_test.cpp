// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/elf_file.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "samples.hpp"

namespace tt::alloc_trace {
namespace {

class ElfFileTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        auto file = open_library_file(GetParam());
        ASSERT_TRUE(file) << file.error().message;
        auto elf = ElfFile::open(*std::move(file), GetParam());
        ASSERT_TRUE(elf) << elf.error().message;
        elf_.emplace(*std::move(elf));
    }
    SymbolMap find(std::initializer_list<std::string_view> names, SymbolTables tables = SymbolTables::All) const {
        auto symbols = elf_->find_symbols({names.begin(), names.size()}, tables);
        EXPECT_TRUE(symbols);
        return symbols.value_or(SymbolMap{});
    }

    std::optional<ElfFile> elf_;
};

INSTANTIATE_TEST_SUITE_P(Linkers, ElfFileTest, ::testing::ValuesIn(testing::sample_paths()), [](const auto& sample) {
    return sample.param.find("lld") != std::string::npos    ? "Lld"
           : sample.param.find("sysv") != std::string::npos ? "SysvHash"
                                                            : "Default";
});

TEST_P(ElfFileTest, SymbolsByKind) {
    const auto symbols =
        find({"sample_function", "sample_object", "sample_indirect", "sample_thread_local", "puts", "nothing"});
    ASSERT_EQ(symbols.size(), 3U) << "imports, thread-local and unknown names are left out";
    EXPECT_EQ(symbols.at("sample_function").type, ElfSymbolType::Function);
    EXPECT_GT(symbols.at("sample_function").size, 0U);
    EXPECT_TRUE(symbols.at("sample_function").dynamic);
    EXPECT_EQ(symbols.at("sample_object").type, ElfSymbolType::Object);
    EXPECT_EQ(symbols.at("sample_object").size, sizeof(int));
    EXPECT_EQ(symbols.at("sample_indirect").type, ElfSymbolType::IndirectFunction);
}

TEST_P(ElfFileTest, NameThatEndsAnotherIsNotConfused) {
    const auto symbols = find({"sample_function", "tail_of_sample_function"});
    ASSERT_EQ(symbols.size(), 2U);
    EXPECT_NE(symbols.at("sample_function").address, symbols.at("tail_of_sample_function").address);
    EXPECT_TRUE(find({"ample_function"}).empty());
}

TEST_P(ElfFileTest, OfAVersionedSymbolTheDefaultVersionIsFound) {
    const auto symbols = find({"sample_versioned", "sample_version_old", "sample_version_new"});
    ASSERT_TRUE(symbols.contains("sample_versioned"));
    if (GetParam().find("sysv") != std::string::npos) {
        EXPECT_TRUE(symbols.at("sample_versioned").ambiguous) << "a scan does not look at versions, and must not guess";
        return;
    }
    EXPECT_EQ(symbols.at("sample_versioned").address, symbols.at("sample_version_new").address);
    EXPECT_FALSE(symbols.at("sample_versioned").ambiguous);
}

TEST_P(ElfFileTest, LocalSymbolsOnlyInTheFullTable) {
    EXPECT_TRUE(find({"_ZL13sample_hiddeni"}, SymbolTables::DynamicOnly).empty());
    const auto symbols = find({"_ZL13sample_hiddeni"});
    ASSERT_EQ(symbols.size(), 1U);
    EXPECT_FALSE(symbols.begin()->second.dynamic);
    EXPECT_TRUE(symbols.begin()->second.ambiguous) << "two files have a static function of this name";
}

TEST_P(ElfFileTest, FileOffsetHoldsWhatTheAddressShows) {
    const auto function = find({"sample_function"}).at("sample_function");
    const auto bytes = elf_->read(function.address, 16);
    const auto offset = elf_->file_offset(function.address);
    ASSERT_TRUE(bytes && offset);
    std::array<std::uint8_t, 16> in_file{};
    ASSERT_TRUE(elf_->read_at(*offset, in_file.data(), bytes->size()));
    EXPECT_EQ(std::memcmp(in_file.data(), bytes->data(), bytes->size()), 0);
}

TEST_P(ElfFileTest, BytesEqualThoseInMemory) {
    void* library = ::dlopen(GetParam().c_str(), RTLD_NOW);
    ASSERT_NE(library, nullptr) << ::dlerror();
    const auto function = find({"sample_function"}).at("sample_function");
    link_map* map = nullptr;
    ASSERT_EQ(::dlinfo(library, RTLD_DI_LINKMAP, &map), 0);
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(::dlsym(library, "sample_function")), map->l_addr + function.address);
    const auto bytes = elf_->read(function.address, 16);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(std::memcmp(::dlsym(library, "sample_function"), bytes->data(), bytes->size()), 0);
    ::dlclose(library);
}

TEST_P(ElfFileTest, AddressesOutsideOfTheFileAreRefused) {
    EXPECT_FALSE(elf_->file_offset(~std::uint64_t{0}));
    EXPECT_FALSE(elf_->read(std::uint64_t{1} << 40U, 16));
    EXPECT_FALSE(elf_->load_bias(0x7f0000000000, std::uint64_t{1} << 40U));
    std::uint8_t byte = 0;
    EXPECT_FALSE(elf_->read_at(elf_->identity().size, &byte, 1));
    EXPECT_FALSE(elf_->read_at(~std::uint64_t{0}, &byte, 1));
}

// By one byte of its last segment; what stands behind is symbols, and need not be there.
TEST_P(ElfFileTest, AFileThatIsCutOffIsRefused) {
    std::uint64_t end = 0;
    for (const ElfSegment& segment : elf_->segments()) {
        end = std::max(end, segment.offset + segment.file_size);
    }
    const testing::TemporaryDirectory directory;
    const std::string path = directory.path() / "cut.so";
    std::filesystem::copy_file(GetParam(), path);
    std::filesystem::resize_file(path, end);
    EXPECT_TRUE(ElfFile::open(*open_library_file(path), path));
    std::filesystem::resize_file(path, end - 1);
    const auto cut = ElfFile::open(*open_library_file(path), path);
    ASSERT_FALSE(cut);
    EXPECT_NE(cut.error().message.find("it is cut off"), std::string::npos) << cut.error().message;
}

TEST_P(ElfFileTest, ReadStopsAtTheEndOfTheSegment) {
    const ElfSegment& segment = elf_->segments().front();
    const auto bytes = elf_->read(segment.address + segment.file_size - 3, 100);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 3U);
}

TEST_P(ElfFileTest, BuildIdAndSections) {
    EXPECT_GE(elf_->build_id().size(), 16U);
    EXPECT_EQ(elf_->build_id().find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(std::any_of(elf_->sections().begin(), elf_->sections().end(), [](const ElfSection& section) {
        return section.type == SHT_DYNSYM;
    }));
}

TEST_P(ElfFileTest, EmptyNamesAndNoNames) {
    EXPECT_TRUE(find({}).empty());
    EXPECT_TRUE(find({"", std::string_view()}).empty());
}

}  // namespace
}  // namespace tt::alloc_trace
