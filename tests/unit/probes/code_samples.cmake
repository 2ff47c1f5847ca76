# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
#
# Machine code to be decoded: shapes-<compiler>-<flags>.so and program/<compiler>-<flags>.so, by every compiler there is.
# Made by hand like the fakes, and for the same reason.
set(sample_dir ${CMAKE_CURRENT_BINARY_DIR}/code)
set(sample_source ${CMAKE_CURRENT_SOURCE_DIR}/code_samples)
file(MAKE_DIRECTORY ${sample_dir}/program)
find_program(TAT_TEST_CLANGXX_19 clang++-19)
find_program(TAT_TEST_CLANGXX_20 clang++-20)
set(samples "")

# sample(OUTPUT COMPILER SOURCES files... FLAGS flags...)
function(sample output compiler)
    cmake_parse_arguments(arg "" "" "SOURCES;FLAGS" ${ARGN})
    list(TRANSFORM arg_SOURCES PREPEND ${sample_source}/ OUTPUT_VARIABLE sources)
    add_custom_command(
        OUTPUT ${sample_dir}/${output}
        COMMAND ${compiler} -std=c++20 -DNDEBUG -fPIC -shared ${arg_FLAGS} -o ${sample_dir}/${output} ${sources}
        DEPENDS ${sources} ${sample_source}/shapes.hpp
        VERBATIM
    )
    set(samples ${samples} ${sample_dir}/${output} PARENT_SCOPE)
endfunction()

macro(sample_shapes compiler name command)
    sample(shapes-${compiler}-${name}.so ${command} SOURCES shapes.cpp callees.cpp FLAGS ${ARGN})
endmacro()

macro(sample_program compiler name command)
    sample(program/${compiler}-${name}.so ${command} SOURCES program.cpp FLAGS ${ARGN})
endmacro()

foreach(compiler gxx clangxx clangxx_19 clangxx_20)
    string(TOUPPER ${compiler} upper)
    if(NOT TAT_TEST_${upper})
        continue()
    endif()
    set(command ${TAT_TEST_${upper}})
    foreach(level O0 O1 O2 O3 Os)
        sample_shapes(${compiler} ${level} ${command} -${level} -fcf-protection=none)
    endforeach()
    foreach(level O0 O2)
        sample_shapes(${compiler} ${level}-cet ${command} -${level} -fcf-protection=full)
        sample_shapes(${compiler} ${level}-noplt ${command} -${level} -fno-plt)
    endforeach()
    sample_shapes(${compiler} O2-frame ${command} -O2 -fno-omit-frame-pointer)
    sample_shapes(${compiler} O3-avx2-stripped ${command} -O3 -march=x86-64-v3 -s)
    sample_shapes(${compiler} O2-symbolic ${command} -O2 -Wl,-Bsymbolic,-z,now)
    foreach(level O0 O1 O2 O3)
        sample_program(${compiler} ${level} ${command} -${level})
    endforeach()
    sample_program(${compiler} O2-frame ${command} -O2 -fno-omit-frame-pointer -DPROGRAM_PADDING=10)
    sample_program(
        ${compiler} O3-avx2-large ${command} -O3 -march=x86-64-v3 -DPROGRAM_LARGE_ELEMENT -DPROGRAM_PADDING=100
    )
endforeach()
if(TAT_TEST_CLANGXX AND TAT_TEST_LLD)
    sample_shapes(clangxx O3-lld ${TAT_TEST_CLANGXX} -O3 -fuse-ld=lld)
endif()
add_custom_target(probes_code_samples DEPENDS ${samples})
