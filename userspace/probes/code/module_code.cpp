// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/module_code.hpp"

#include <utility>

namespace tt::alloc_trace {

Result<FunctionCode> decode_function(const ElfFile& elf, const ElfSymbol& function) {
    if (function.ambiguous) {
        return fail(ErrorCode::NotTraceable, "the function is defined more than once");
    }
    if (function.size == 0 || function.size > kMaxFunctionBytes) {
        return fail(ErrorCode::NotTraceable, "the file does not tell the function's size, or it is too large");
    }
    auto code = elf.read(function.address, function.size);
    if (!code || code->size() < function.size) {
        return fail(ErrorCode::NotTraceable, "the function's code cannot be read");
    }
    return FunctionCode::decode(*std::move(code), function.address, [&elf](std::uint64_t address, std::size_t size) {
        return elf.read(address, size).value_or(std::vector<std::uint8_t>{});
    });
}

}  // namespace tt::alloc_trace
