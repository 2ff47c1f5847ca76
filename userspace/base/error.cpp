// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cstring>

namespace tt::alloc_trace {

tl::unexpected<Error> fail_errno(ErrorCode code, const std::string& what, int error, std::string hint) {
    return tl::make_unexpected(Error{code, what + ": " + strerrordesc_np(error), std::move(hint), error});
}

}  // namespace tt::alloc_trace
