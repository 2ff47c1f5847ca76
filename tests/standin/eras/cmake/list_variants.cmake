# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0

# Writes FOLDER/variants.txt: the line of every variant whose driver is there.
file(STRINGS ${FOLDER}/lines.txt names)
set(text "")
foreach(name IN LISTS names)
    file(READ ${FOLDER}/lines/${name} line)
    string(REPLACE " " ";" words "${line}")
    list(GET words 1 driver)
    if(EXISTS ${driver})
        string(APPEND text "${line}")
    endif()
endforeach()
file(CONFIGURE OUTPUT ${FOLDER}/variants.txt CONTENT "${text}" @ONLY)
