// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Buffer, in the form of the era.
#pragma once

#include "runtime/era.hpp"

#if ERA_BUFFER_MAP
#include "runtime/buffer_mapped.hpp"
#elif ERA_ASYNC_BUFFER
#include "runtime/buffer_async.hpp"
#elif ERA_IMPLS
#include "runtime/buffer_pimpl.hpp"
#else
#include "runtime/buffer_sync.hpp"
#endif
