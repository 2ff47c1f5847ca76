// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/function_name.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tt::alloc_trace::test {
namespace {

struct Name {
    std::string_view full;
    std::string_view brief;
};

TEST(FunctionNameTest, NamesAreShort) {
    for (const auto& [full, brief] : std::initializer_list<Name>{
             {"main", "main"},
             {"tt::tt_metal::Buffer::create(tt::tt_metal::IDevice*, unsigned long)", "tt::tt_metal::Buffer::create"},
             {"ttnn::Tensor ttnn::softmax<true, std::vector<int> >(ttnn::Tensor const&, int)", "ttnn::softmax"},
             {"auto ttnn::device_operation::launch<ttnn::prim::SoftmaxDeviceOperation>(int) requires true", "ttnn::device_operation::launch"},
             {"std::vector<int, std::allocator<int> >::push_back(int const&)", "std::vector::push_back"},
             {"(anonymous namespace)::helper(int)", "helper"},
             {"tt::(anonymous namespace)::helper(int)", "tt::helper"},
             {"tt::f(int)::{lambda(int)#1}::operator()(int) const", "tt::f::{lambda}::operator()"},
             {"tt::f(int) const::{lambda()#2}::operator()() const", "tt::f::{lambda}::operator()"},
             {"std::function<void (int)>::operator()(int) const", "std::function::operator()"},
             {"bool tt::operator<(tt::A<int> const&, tt::B const&)", "tt::operator<"},
             {"std::ostream& tt::operator<< <int>(std::ostream&, int)", "tt::operator<<"},
             {"tt::A::operator->() const", "tt::A::operator->"},
             {"tt::A::operator bool() const", "tt::A::operator bool"},
             {"operator new(unsigned long)", "operator new"},
             {"tt::my_operator(int)", "tt::my_operator"},
             {"tt::name[abi:cxx11](int)", "tt::name"},
             {"non-virtual thunk to tt::A::f()", "tt::A::f"},
             {"void (*tt::g(int))(char)", "void (*tt::g(int))(char)"},
             {"", ""},
             {"<", "<"},
         }) {
        EXPECT_EQ(short_name(full), brief) << full;
    }
}

TEST(FunctionNameTest, SymbolsAreDemangled) {
    EXPECT_EQ(demangled("_ZN2tt8tt_metal6Buffer4sizeEv"), "tt::tt_metal::Buffer::size()");
    EXPECT_EQ(demangled("_ZN2tt1fEv.cold"), "tt::f()") << "a part that was split off";
    EXPECT_EQ(demangled("main"), "main");
    EXPECT_EQ(demangled("_Zno symbol"), "_Zno symbol");
    EXPECT_EQ(demangled("_ZN4ttnn6detail6launchITkNS0_7ConceptENS_2opEEENT_1rERKS2_"), "ttnn::detail::launch") << "a form of 2023";
    EXPECT_EQ(demangled(""), "");
    const std::string endless = "_ZN2tt" + std::string(10'000, 'x');
    EXPECT_EQ(demangled(endless), endless);
}

TEST(FunctionNameTest, OuterScopes) {
    for (const auto& [symbol, scope] : std::initializer_list<Name>{
             {"_ZN2tt8tt_metal6Buffer4sizeEv", "tt"},
             {"_ZNK4ttnn4prim1fEv", "ttnn"},
             {"_ZZN4ttnn1fEvENKUlvE_clEv", "ttnn"},
             {"_ZNSt6vectorIiE4sizeEv", "std"},
             {"_ZSt4moveIiEvv", "std"},
             {"_ZNSs4sizeEv", "std"},
             {"_ZThn16_N2tt1A1fEv", "tt"},
             {"_Z4mainv", ""},
             {"_ZN", ""},
             {"_Z", ""},
             {"_ZN9tt", ""},
             {"_ZThn16", ""},
             {"main", ""},
         }) {
        EXPECT_EQ(outer_scope(symbol), scope) << symbol;
    }
}

TEST(FunctionNameTest, AnyTextIsTaken) {
    std::mt19937 random(7);
    const std::string letters = "<>(){}[]: _ZNSt2operator-,~x";
    for (int round = 0; round < 20'000; ++round) {
        std::string text(random() % 40, ' ');
        for (char& c : text) {
            c = letters[random() % letters.size()];
        }
        EXPECT_LE(short_name(text).size(), text.size() + 8 * text.size());
        (void)outer_scope("_Z" + text);
        (void)demangled("_ZN" + text);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
