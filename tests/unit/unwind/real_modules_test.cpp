// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Modules of this machine, address by address against what libdw makes of them.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>

#include "reference_frames.hpp"
#include "target/module_file.hpp"
#include "unwind/frame_section.hpp"
#include "unwind/unwind_table.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::size_t kMaxAddresses = 60'000;  // of each module

// What this process has mapped, the interpreters there are, and what $TAT_UNWIND_MODULES names, separated by ':'.
std::set<std::string> modules() {
    std::set<std::string> paths;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            const std::string path = info->dlpi_name;
            if (path.starts_with('/')) {
                static_cast<std::set<std::string>*>(into)->insert(std::filesystem::canonical(path).string());
            }
            return 0;
        },
        &paths
    );
    paths.insert(std::filesystem::canonical("/proc/self/exe").string());
    for (const char* name : {"libcrypto.so.3", "libpython3.11.so.1.0", "libz.so.1", "libm.so.6"}) {
        if (void* handle = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL)) {
            link_map* map = nullptr;
            if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) {
                paths.insert(std::filesystem::canonical(map->l_name).string());
            }
        }
    }
    std::istringstream more(std::getenv("TAT_UNWIND_MODULES") != nullptr ? std::getenv("TAT_UNWIND_MODULES") : "");
    for (std::string path; std::getline(more, path, ':');) {
        paths.insert(path);
    }
    return paths;
}

std::string words(const UnwindRule& rule) {
    return "cfa " + std::to_string(rule.cfa) + " reg " + std::to_string(rule.reg) + " offset " + std::to_string(rule.offset) + " more " +
           std::to_string(rule.more) + " rbp " + std::to_string(rule.rbp_from) + "/" + std::to_string(rule.rbp) + " rbx " +
           std::to_string(rule.rbx_from) + "/" + std::to_string(rule.rbx);
}

ElfFile open(const std::string& path) {
    auto file = open_library_file(path);
    EXPECT_TRUE(file) << path;
    auto elf = ElfFile::open(*std::move(file), path);
    EXPECT_TRUE(elf) << path;
    return *std::move(elf);
}

// Where rules change, one byte before, and anywhere.
std::vector<std::uint64_t> addresses_to_try(const std::vector<UnwindRow>& rows) {
    std::vector<std::uint64_t> addresses;
    std::mt19937_64 random(13);
    for (const UnwindRow& row : rows) {
        addresses.push_back(row.begin);
        addresses.push_back(row.begin - 1);
        addresses.push_back(std::uniform_int_distribution<std::uint64_t>(rows.front().begin, rows.back().begin)(random));
    }
    std::shuffle(addresses.begin(), addresses.end(), random);
    addresses.resize(std::min(addresses.size(), kMaxAddresses));
    return addresses;
}

TEST(RealModules, EveryRuleIsTheOneLibdwReads) {
    std::map<int, std::uint64_t> by_kind;
    const auto paths = modules();
    ASSERT_GE(paths.size(), 4U);
    for (const std::string& path : paths) {
        const ElfFile elf = open(path);
        const auto section = read_frame_section(elf);
        ASSERT_TRUE(section) << section.error().message;
        const auto rows = read_rows(read_frame_entries(section->bytes, section->address), elf.segments());
        ASSERT_FALSE(rows.empty());
        RuleBook book;
        const auto table = pack(rows, book);
        ASSERT_TRUE(table) << table.error().message;
        const ReferenceFrames reference(path);
        std::uint64_t wrong = 0;
        for (const std::uint64_t address : addresses_to_try(rows)) {
            const UnwindRule ours = book.rules()[table->rule_at(address)];
            const UnwindRule theirs = reference.rule_at(address);
            ++by_kind[ours.cfa];
            if (!UnwindRuleEqual{}(ours, theirs) && ++wrong <= 5) {
                ADD_FAILURE() << path << " at 0x" << std::hex << address << std::dec << ": " << words(ours) << ", libdw: " << words(theirs);
            }
        }
        EXPECT_EQ(wrong, 0U) << path;
    }
    for (const int kind : {TAT_CFA_NONE, TAT_CFA_END, TAT_CFA_SIGNAL, TAT_CFA_REGISTER, TAT_CFA_PLT}) {
        EXPECT_GT(by_kind[kind], 0U) << "none of kind " << kind << " was met";
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
