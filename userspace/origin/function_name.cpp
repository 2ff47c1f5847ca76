// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/function_name.hpp"

#include <cxxabi.h>

#include <charconv>
#include <cstdlib>
#include <memory>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxSymbolBytes = 4096;
constexpr std::size_t kMaxDemangledBytes = std::size_t{64} << 10U;
constexpr std::string_view kAnonymous = "(anonymous namespace)";
constexpr std::string_view kOperator = "operator";

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$'; }

// How many characters an operator's name has that stands at `at`, behind the word itself: "()", "<<", "->" ...; 0: no such one.
std::size_t operator_symbol(std::string_view text, std::size_t at) {
    const bool whole_word = at == 0 || !is_name_char(text[at - 1]);
    if (!whole_word || !text.substr(at).starts_with(kOperator)) {
        return 0;
    }
    const std::string_view rest = text.substr(at + kOperator.size());
    if (rest.starts_with("()")) {
        return 2;
    }
    const std::size_t length = std::min(rest.find_first_not_of("<>=!+-*/%^&|~,[]"), rest.size());
    return length;
}

// What stands before a name: return types, "non-virtual thunk to", and so on; they end with a space that is in no brackets.
std::string without_leading_words(std::string text) {
    text.resize(text.find_last_not_of(' ') + 1);
    const std::size_t conversion = text.find("operator ");  // "operator bool", "operator new": the space is part of it
    const std::size_t space = text.rfind(' ', conversion == std::string::npos ? std::string::npos : conversion);
    return space == std::string::npos ? text : text.substr(space + 1);
}

// Of a mangled name what begins with the outermost scope, or with the name itself; empty: it is none.
std::string_view behind_prefix(std::string_view symbol) {
    if (!symbol.starts_with("_Z")) {
        return {};
    }
    std::string_view rest = symbol.substr(2);
    if (rest.starts_with("Th") || rest.starts_with("Tv")) {  // a thunk: its offset ends with '_'
        rest = rest.substr(std::min(rest.find('_'), rest.size() - 1) + 1);
    }
    rest = rest.substr(std::min(rest.find_first_not_of('Z'), rest.size()));
    return rest.substr(std::min(rest.find_first_not_of("NKVROL"), rest.size()));
}

// A length and so many letters, which are taken off; empty: there is none.
std::string_view take_name(std::string_view& rest) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || length > rest.size() - digits) {
        return {};
    }
    const std::string_view name = rest.substr(digits, length);
    rest = rest.substr(digits + length);
    return name;
}

// "ttnn::detail::launch" of a symbol of a newer form than the library knows: the names before its first template argument or parameter.
std::string leading_names(const std::string& symbol) {
    std::string_view rest = behind_prefix(symbol);
    std::string names;
    for (std::string_view name = take_name(rest); !name.empty(); name = take_name(rest)) {
        names += (names.empty() ? "" : "::") + std::string(name);
    }
    return names.empty() ? symbol : names;
}

}  // namespace

std::string demangled(const std::string& symbol) {
    if (!symbol.starts_with("_Z") || symbol.size() > kMaxSymbolBytes) {
        return symbol;
    }
    // Parts that compilers split off keep the name of the whole.
    const std::string name = symbol.substr(0, symbol.find('.'));
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
    const bool usable = status == 0 && text != nullptr;
    return usable ? std::string(text.get()).substr(0, kMaxDemangledBytes) : leading_names(name);
}

std::string short_name(std::string_view text) {
    std::string kept;
    std::size_t angles = 0;
    std::size_t braces = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (const std::size_t symbol = operator_symbol(text, i); symbol != 0) {
            if (angles + braces == 0) {
                kept += text.substr(i, kOperator.size() + symbol);
            }
            i += kOperator.size() + symbol - 1;
            continue;
        }
        const char c = text[i];
        if (text.substr(i).starts_with(kAnonymous)) {
            i += kAnonymous.size() - 1;
            i += text.substr(i + 1).starts_with("::") ? 2 : 0;
            continue;
        }
        if (c == '{') {
            kept += braces++ == 0 && angles == 0 ? "{lambda}" : "";
        } else if (c == '}') {
            braces -= braces > 0 ? 1 : 0;
        } else if (c == '<') {
            ++angles;
        } else if (c == '>') {
            angles -= angles > 0 ? 1 : 0;
        } else if (c == '(' && angles + braces == 0 && text.substr(i + 1).starts_with('*')) {
            return std::string(text);  // it returns a pointer to a function: the name is somewhere inside
        } else if (c == '(' && angles + braces == 0) {
            // A function inside of this one may follow its parameters: "f(int)::{lambda()#1}::operator()() const".
            std::size_t depth = 0;
            std::size_t end = i;
            for (; end < text.size(); ++end) {
                depth += text[end] == '(' ? 1 : 0;
                depth -= text[end] == ')' ? 1 : 0;
                if (depth == 0) {
                    break;
                }
            }
            const std::string_view behind = text.substr(std::min(end + 1, text.size()));
            const std::size_t inner = behind.starts_with("::") ? 0 : behind.starts_with(" const::") ? 6 : std::string_view::npos;
            if (inner == std::string_view::npos) {
                break;
            }
            i = end + inner;
        } else if (c == '[' && angles + braces == 0 && text.substr(i).starts_with("[abi:")) {
            i = std::min(text.find(']', i), text.size() - 1);
        } else if (angles + braces == 0) {
            kept += c;
        }
    }
    const std::string name = without_leading_words(kept);
    return name.empty() ? std::string(text) : name;
}

std::string_view outer_scope(std::string_view symbol) {
    std::string_view rest = behind_prefix(symbol);
    if (rest.starts_with('S')) {
        return rest.size() > 1 && std::string_view("tabsiod").find(rest[1]) != std::string_view::npos ? "std" : std::string_view{};
    }
    const bool nested = symbol.substr(0, symbol.size() - rest.size()).find('N') != std::string_view::npos;
    return nested ? take_name(rest) : std::string_view{};
}

}  // namespace tt::alloc_trace
