# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0

# Moves the debug information and .symtab of FILE to FOLDER/.build-id/xx/rest.debug, where debuggers look for it.
execute_process(COMMAND ${READELF} -n ${FILE} OUTPUT_VARIABLE notes COMMAND_ERROR_IS_FATAL ANY)
if(NOT notes MATCHES "Build ID: ([0-9a-f][0-9a-f])([0-9a-f]+)")
    message(FATAL_ERROR "${FILE} has no build id")
endif()
set(debug_folder ${FOLDER}/.build-id/${CMAKE_MATCH_1})
set(debug_file ${debug_folder}/${CMAKE_MATCH_2}.debug)
file(REMOVE_RECURSE ${FOLDER}/.build-id)
file(MAKE_DIRECTORY ${debug_folder})
execute_process(COMMAND ${OBJCOPY} --only-keep-debug ${FILE} ${debug_file} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${OBJCOPY} --strip-all --add-gnu-debuglink=${debug_file} ${FILE} COMMAND_ERROR_IS_FATAL ANY)
