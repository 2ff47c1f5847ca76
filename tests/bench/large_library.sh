#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
#
# Makes a stand-in runtime of 1 GB, as big as a wheel with everything in one library: 800,000 exported functions with names as
# long as C++ templates make them, and data. usage: large_library.sh OUTPUT [FUNCTIONS [MEGABYTES_OF_DATA]]
set -euo pipefail
output=$1 functions=${2:-800000} megabytes=${3:-650}
runtime=$(cd "$(dirname "$0")/../standin" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v functions="$functions" -v megabytes="$megabytes" 'BEGIN {
    printf ".section .rodata\n.fill %d, 8, 0x0123456789abcdef\n.text\n", megabytes * 131072
    for (i = 0; i < functions; ++i) {
        name = sprintf("_ZN2tt8tt_metal6detail%07dfunction_of_a_program_factory_with_many_template_argumentsINS0_6BufferENS0_" \
                       "11distributed10MeshDeviceESt8optionalIjEEEvRKT_RKT0_%07d", i, i)
        printf ".globl %s\n.type %s,@function\n%s:\npush %%rbp\npop %%rbp\nret\n.size %s,.-%s\n", name, name, name, name, name
    }
}' >"$work/bulk.s"
as -o "$work/bulk.o" "$work/bulk.s"
g++ -std=c++20 -O2 -fPIC -shared -fvisibility-inlines-hidden -Wl,--build-id -I"$runtime" -o "$output" \
    "$runtime"/runtime/*.cpp "$runtime"/internal/*.cpp "$work/bulk.o"
