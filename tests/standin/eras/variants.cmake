# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0

# Which variants there are. USUAL: every era once, and the main traps.

set(gcc -fcf-protection=none)
set(layouts 202407 L0 202409 L1 202411 L2 202412 L3 202502 L3 202505 L4 202507 L5 202510 L5 202602 L5 202606 L6)

function(tat_variant era suffix)
    list(FIND layouts ${era} index)
    math(EXPR index "${index} + 1")
    list(GET layouts ${index} layout)
    tat_standin_variant(e${era}-${suffix} ERA ${era} LAYOUT ${layout} ${ARGN})
endfunction()

foreach(era IN ITEMS 202407 202409 202411 202412 202502 202505 202507 202510 202606)
    tat_variant(${era} gcc USUAL COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} WORDS gcc O2)
endforeach()

tat_standin_can(has_clang "${TAT_CLANGXX}" -O3)
tat_standin_can(has_thin_lto "${TAT_CLANGXX}" -flto=thin -fuse-ld=lld)
tat_standin_can(has_lld "${TAT_GXX}" -fuse-ld=lld)
tat_standin_can(has_libcxx "${TAT_LIBCXX_CLANGXX}" -stdlib=libc++)

# One way to build it: name, condition, then the arguments of tat_standin_variant.
macro(tat_way eras usual_eras suffix condition)
    if(${condition})
        foreach(era IN LISTS ${eras})
            set(usual)
            if(era IN_LIST ${usual_eras})
                set(usual USUAL)
            endif()
            tat_variant(${era} ${suffix} ${usual} ${ARGN})
        endforeach()
    endif()
endmacro()

set(all 202411 202502 202510 202606)
set(all_and_newest 202411 202502 202510 202602 202606)
set(lto_eras 202411 202502 202510 202602)
set(lto_large_eras 202606)
set(gcc_lto_eras 202411 202502 202510)
set(o0_eras 202407 202502 202510 202602 202606)
set(none)
set(always TRUE)
set(usual_o0 202407)
set(usual_lto 202510 202602)
set(usual_libcxx 202502)
set(usual_stripped 202411)
set(usual_ttnn 202502)

set(clang_flags -O3 -fomit-frame-pointer -march=x86-64-v3)
tat_way(all_and_newest none clang has_clang COMPILER ${TAT_CLANGXX} FLAGS ${clang_flags}
        WORDS clang O3 no-frame-pointer)
# Without 202411: unoptimized, its only getter that tells the status is none, and the tracer says so.
tat_way(o0_eras usual_o0 gcc-o0 always COMPILER ${TAT_GXX} FLAGS -O0 ${gcc} WORDS gcc O0 frame-pointer)
tat_way(all_and_newest usual_stripped stripped always COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} AFTER strip
        WORDS gcc O2 stripped)
# Where hooks have no call any more: they are inlined into their callers and exported all the same. Thread-local observers make
# the hooks of 2026 larger than what the compiler inlines by itself.
set(lto COMPILER ${TAT_CLANGXX} FLAGS ${clang_flags} -flto=thin WORDS clang O3 no-frame-pointer lto lld)
set(larger -Wl,-mllvm,-import-instr-limit=1000 -Wl,-mllvm,-inline-threshold=2000)
tat_way(lto_eras usual_lto lto has_thin_lto ${lto} LINK -fuse-ld=lld)
tat_way(lto_large_eras none lto has_thin_lto ${lto} LINK -fuse-ld=lld ${larger})
tat_way(all none gcc-cet always COMPILER ${TAT_GXX} FLAGS -O2 -fcf-protection=full WORDS gcc O2 endbr64)
tat_way(all none gcc-fp always COMPILER ${TAT_GXX} FLAGS -O3 -fno-omit-frame-pointer ${gcc}
        WORDS gcc O3 frame-pointer)
tat_way(gcc_lto_eras none gcc-lto always COMPILER ${TAT_GXX}
        FLAGS -O3 -flto=auto -fno-semantic-interposition ${gcc} WORDS gcc O3 lto)
tat_way(all none debug always COMPILER ${TAT_GXX} FLAGS -O2 -g ${gcc} WORDS gcc O2 debug-info)
tat_way(all none debug-file always COMPILER ${TAT_GXX} FLAGS -O2 -g ${gcc} AFTER debug_file
        WORDS gcc O2 stripped debug-file)
tat_way(all usual_libcxx libcxx has_libcxx COMPILER ${TAT_LIBCXX_CLANGXX} LIBCXX FLAGS -O3 WORDS clang O3 libc++)
tat_way(all none static always COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} PACKAGE static WORDS gcc O2 static)
# Can be unloaded, and two copies of it keep apart: no symbol is unique in the process.
tat_way(all usual_ttnn ttnn always COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} -fno-gnu-unique PACKAGE ttnn
        WORDS gcc O2 ttnn dlopen)
tat_way(all none lld has_lld COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} LINK -fuse-ld=lld WORDS gcc O2 lld)
# As after prelinking: the first segment does not start at 0.
tat_way(all none moved always COMPILER ${TAT_GXX} FLAGS -O2 ${gcc} LINK -Wl,-Ttext-segment=0x20000000
        WORDS gcc O2 moved-segments)
