// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Names of native functions for people. The input is hostile: recordings come from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace tt::alloc_trace {

// As C++ spells it, with all template arguments and parameters; names that are no C++ symbols, or longer than any real one, stay as they
// are.
[[nodiscard]] std::string demangled(const std::string& symbol);

// "ttnn::softmax" of "ttnn::Tensor ttnn::softmax<true>(ttnn::Tensor const&, int)": no return type, template arguments or parameters.
[[nodiscard]] std::string short_name(std::string_view demangled);

// The outermost namespace or class of a mangled name: "tt" of "_ZN2tt8tt_metal6Buffer4sizeEv", "std" also of abbreviations such as "St";
// of a function inside of another that of the outer one. Empty: it has none.
[[nodiscard]] std::string_view outer_scope(std::string_view symbol);

}  // namespace tt::alloc_trace
