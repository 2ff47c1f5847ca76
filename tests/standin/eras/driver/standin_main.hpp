// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The driver's main function, in a form that a program can find in a library it loads.
#pragma once

extern "C" int standin_main(int argc, char** argv);
