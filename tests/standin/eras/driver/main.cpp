// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/standin_main.hpp"

int main(int argc, char** argv) { return standin_main(argc, argv); }
