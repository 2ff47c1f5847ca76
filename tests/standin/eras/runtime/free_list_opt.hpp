// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The free list since December 2024 and the small vector of September 2025 are those of the big stand-in.
#pragma once

#include "../../runtime/free_list_opt.hpp"
#include "../../runtime/small_vector.hpp"
