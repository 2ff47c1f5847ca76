// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Nothing but the headers that CMakeLists.txt names: a target needs a source.
