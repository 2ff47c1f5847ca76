# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0

# tat_standin_variant(NAME ERA YYYYMM LAYOUT Ln COMPILER PATH WORDS words... [FLAGS ...] [LINK ...] [LIBCXX] [USUAL]
#                     [PACKAGE shared|ttnn|static] [AFTER strip|debug_file])
# builds folder NAME/ with a driver and its own library. ERA 202602 is the big stand-in (tests/standin/runtime) under the driver
# tt-standin. Objects are shared by variants with the same flags. USUAL ones are built by every build.

set(TAT_ERA_DIR ${CMAKE_CURRENT_LIST_DIR}/..)
set(TAT_ERA_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align)
if(TAT_WERROR)
    list(APPEND TAT_ERA_WARNINGS -Werror)
endif()
set(TAT_ERA_COMMON
    -std=c++20
    -fPIC
    -pthread
    -fvisibility=default
    -fvisibility-inlines-hidden
    ${TAT_ERA_WARNINGS}
)
set(TAT_ERA_DRIVER_FLAGS -O1)

# Does the compiler make a shared library with these flags?
function(tat_standin_can result compiler)
    if(NOT compiler)
        set(${result} FALSE PARENT_SCOPE)
        return()
    endif()
    string(MD5 key "${compiler};${ARGN}")
    if(NOT DEFINED TAT_STANDIN_CAN_${key})
        set(probe ${CMAKE_CURRENT_BINARY_DIR}/probe)
        file(WRITE ${probe}.cpp "#include <optional>\n#include <string>\nstd::optional<std::string> f() { return \"\"; }\n")
        execute_process(
            COMMAND ${compiler} -std=c++20 -fPIC -shared ${ARGN} -o ${probe}.so ${probe}.cpp
            RESULT_VARIABLE status
            OUTPUT_QUIET ERROR_QUIET
        )
        if(status EQUAL 0)
            set(can TRUE)
        else()
            set(can FALSE)
        endif()
        set(TAT_STANDIN_CAN_${key} ${can} CACHE INTERNAL "${compiler} ${ARGN}")
    endif()
    set(${result} ${TAT_STANDIN_CAN_${key}} PARENT_SCOPE)
endfunction()

# Objects of the sources, once per set of flags.
function(tat_standin_objects result label compiler)
    cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "FLAGS;SOURCES")
    string(MD5 key "${compiler};${arg_FLAGS};${arg_SOURCES}")
    string(SUBSTRING ${key} 0 8 key)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/objects/${label}-${key})
    get_property(known GLOBAL PROPERTY TAT_STANDIN_OBJECTS_${label}-${key})
    set(objects)
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(GET source STEM stem)
        set(object ${folder}/${stem}.o)
        list(APPEND objects ${object})
        if(NOT known)
            add_custom_command(
                OUTPUT ${object}
                COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
                COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${compiler} ${arg_FLAGS} -MD -MT ${object} -MF ${object}.d -c
                        ${source} -o ${object}
                DEPENDS ${source}
                DEPFILE ${object}.d
                COMMENT "Stand-in ${label}: ${stem}"
                VERBATIM
            )
        endif()
    endforeach()
    set_property(GLOBAL PROPERTY TAT_STANDIN_OBJECTS_${label}-${key} TRUE)
    set(${result} ${objects} PARENT_SCOPE)
endfunction()

function(tat_standin_runtime_sources result era)
    if(era EQUAL 202602)
        file(GLOB sources CONFIGURE_DEPENDS ${TAT_ERA_DIR}/../runtime/*.cpp ${TAT_ERA_DIR}/../internal/*.cpp)
    else()
        file(GLOB sources CONFIGURE_DEPENDS ${TAT_ERA_DIR}/runtime/*.cpp)
        list(FILTER sources EXCLUDE REGEX "/(buffer_[a-z]+|layout_checks)\\.cpp$")
        if(era LESS_EQUAL 202409)
            set(family mapped)
        elseif(era LESS_EQUAL 202502)
            set(family async)
        elseif(era LESS_EQUAL 202510)
            set(family sync)
        else()
            set(family pimpl)
        endif()
        list(APPEND sources ${TAT_ERA_DIR}/runtime/buffer_${family}.cpp)
        if(era GREATER_EQUAL 202412)
            list(APPEND sources ${TAT_ERA_DIR}/../runtime/free_list_opt.cpp)
        endif()
    endif()
    set(${result} ${sources} PARENT_SCOPE)
endfunction()

# All of the driver as one source: it is compiled for every era.
function(tat_standin_driver_source result)
    file(GLOB parts CONFIGURE_DEPENDS ${TAT_ERA_DIR}/driver/*.cpp)
    list(FILTER parts EXCLUDE REGEX "/(main|loader)\\.cpp$")
    list(APPEND parts ${TAT_ERA_DIR}/runtime/layout_checks.cpp)
    list(TRANSFORM parts REPLACE "(.+)" "#include \"\\1\"")
    list(JOIN parts "\n" text)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/driver.cpp CONTENT "${text}\n" @ONLY)
    set(${result} ${CMAKE_CURRENT_BINARY_DIR}/driver.cpp PARENT_SCOPE)
endfunction()

# One linked file. The command replaces it as a whole: a process may still run the old one.
function(tat_standin_link output compiler)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "AFTER" "OBJECTS;FLAGS;DEPENDS")
    cmake_path(GET output PARENT_PATH folder)
    set(after)
    if(arg_AFTER STREQUAL strip)
        set(after COMMAND ${TAT_OBJCOPY} --strip-all ${output}.new)
    elseif(arg_AFTER STREQUAL debug_file)
        set(after COMMAND ${CMAKE_COMMAND} -DFILE=${output}.new -DFOLDER=${folder} -DOBJCOPY=${TAT_OBJCOPY}
                          -DREADELF=${TAT_READELF} -P ${TAT_ERA_DIR}/cmake/separate_debug.cmake)
    endif()
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
        COMMAND ${compiler} -pthread ${arg_FLAGS} -o ${output}.new ${arg_OBJECTS} ${arg_DEPENDS}
        ${after}
        COMMAND ${CMAKE_COMMAND} -E rename ${output}.new ${output}
        DEPENDS ${arg_OBJECTS} ${arg_DEPENDS} ${TAT_ERA_DIR}/cmake/separate_debug.cmake
        COMMENT "Stand-in: linking ${output}"
        VERBATIM
    )
endfunction()

function(tat_standin_variant name)
    cmake_parse_arguments(
        PARSE_ARGV 1 arg "LIBCXX;USUAL" "ERA;LAYOUT;COMPILER;PACKAGE;AFTER" "FLAGS;LINK;WORDS"
    )
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
    set(driver ${folder}/tt-standin-e${arg_ERA})
    set(library ${folder}/libtt_metal.so)
    if(arg_PACKAGE STREQUAL ttnn)
        set(library ${folder}/_ttnn.so)
    endif()
    set(driver_compiler ${TAT_GXX})
    set(driver_flags ${TAT_ERA_COMMON} ${TAT_ERA_DRIVER_FLAGS})
    set(stdlib)
    if(arg_LIBCXX)
        set(driver_compiler ${arg_COMPILER})
        set(stdlib -stdlib=libc++)
        list(APPEND driver_flags ${stdlib})
    else()
        list(APPEND driver_flags -fno-gnu-unique)  # it may be in a library that is loaded twice
    endif()

    if(arg_ERA EQUAL 202602)
        set(defines -I${TAT_ERA_DIR}/..)
    else()
        set(defines -I${TAT_ERA_DIR} -DTAT_ERA=${arg_ERA})
    endif()
    tat_standin_runtime_sources(sources ${arg_ERA})
    tat_standin_objects(
        runtime_objects ${arg_ERA} ${arg_COMPILER}
        FLAGS ${TAT_ERA_COMMON} ${defines} ${stdlib} ${arg_FLAGS}
        SOURCES ${sources}
    )
    cmake_path(GET library FILENAME soname)
    set(shared -shared -Wl,-soname,${soname} ${stdlib} ${arg_FLAGS} ${arg_LINK} -Wl,--build-id=sha1)
    if(NOT arg_ERA EQUAL 202602)
        tat_standin_driver_source(source)
        tat_standin_objects(
            driver_objects ${arg_ERA} ${driver_compiler} FLAGS ${driver_flags} ${defines} SOURCES ${source}
        )
        tat_standin_objects(
            main_objects main ${driver_compiler}
            FLAGS ${driver_flags} -I${TAT_ERA_DIR}
            SOURCES ${TAT_ERA_DIR}/driver/main.cpp
        )
    endif()

    if(arg_PACKAGE STREQUAL static)
        set(library -)
        tat_standin_link(
            ${driver} ${arg_COMPILER}
            OBJECTS ${main_objects} ${driver_objects} ${runtime_objects}
            FLAGS ${arg_FLAGS} ${arg_LINK} -Wl,--build-id=sha1
            AFTER "${arg_AFTER}"
        )
    elseif(arg_PACKAGE STREQUAL ttnn)
        tat_standin_objects(
            loader_objects main ${TAT_GXX}
            FLAGS ${TAT_ERA_COMMON} ${TAT_ERA_DRIVER_FLAGS}
            SOURCES ${TAT_ERA_DIR}/driver/loader.cpp
        )
        tat_standin_link(
            ${library} ${arg_COMPILER} OBJECTS ${driver_objects} ${runtime_objects} FLAGS ${shared} AFTER "${arg_AFTER}"
        )
        tat_standin_link(${driver} ${TAT_GXX} OBJECTS ${loader_objects} FLAGS -ldl)
    else()
        tat_standin_link(${library} ${arg_COMPILER} OBJECTS ${runtime_objects} FLAGS ${shared} AFTER "${arg_AFTER}")
        if(arg_ERA EQUAL 202602)
            add_custom_command(
                OUTPUT ${driver}
                COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:tt-standin> ${driver}
                DEPENDS tt-standin ${library}
                VERBATIM
            )
        else()
            tat_standin_link(
                ${driver} ${driver_compiler}
                OBJECTS ${main_objects} ${driver_objects}
                DEPENDS ${library}
                FLAGS ${stdlib} -Wl,-rpath,$ORIGIN
            )
        endif()
    endif()

    list(JOIN arg_WORDS " " words)
    file(CONFIGURE
        OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/lines/${name}
        CONTENT "${name} ${driver} ${library} ${arg_ERA} ${arg_LAYOUT} ${words}\n"
        @ONLY
    )
    set_property(GLOBAL APPEND PROPERTY TAT_STANDIN_VARIANTS ${name})
    set_property(GLOBAL APPEND PROPERTY TAT_STANDIN_ALL_DRIVERS ${driver})
    if(arg_USUAL)
        set_property(GLOBAL APPEND PROPERTY TAT_STANDIN_USUAL_DRIVERS ${driver})
    endif()
    if(arg_PACKAGE STREQUAL ttnn)
        set_property(GLOBAL APPEND PROPERTY TAT_STANDIN_ALL_DRIVERS ${library})
        if(arg_USUAL)
            set_property(GLOBAL APPEND PROPERTY TAT_STANDIN_USUAL_DRIVERS ${library})
        endif()
    endif()
endfunction()

# standin_matrix: the usual variants, always. standin_matrix_full: all. Both then list what is there in variants.txt.
function(tat_standin_finish_variants)
    get_property(usual GLOBAL PROPERTY TAT_STANDIN_USUAL_DRIVERS)
    get_property(all GLOBAL PROPERTY TAT_STANDIN_ALL_DRIVERS)
    get_property(names GLOBAL PROPERTY TAT_STANDIN_VARIANTS)
    list(JOIN names "\n" text)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/lines.txt CONTENT "${text}\n" @ONLY)
    set(list_command ${CMAKE_COMMAND} -DFOLDER=${CMAKE_CURRENT_BINARY_DIR} -P ${TAT_ERA_DIR}/cmake/list_variants.cmake)
    add_custom_target(standin_matrix ALL COMMAND ${list_command} DEPENDS ${usual} VERBATIM)
    set(in_all)
    if(TAT_STANDIN_MATRIX)
        set(in_all ALL)
    endif()
    add_custom_target(standin_matrix_full ${in_all} COMMAND ${list_command} DEPENDS ${all} VERBATIM)
    add_dependencies(standin_matrix_full standin_matrix)
endfunction()
