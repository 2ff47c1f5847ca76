# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
#
# Makes page.inc of the files in html/: one page in two literals, what stands before a recording's data and what stands behind it.
# usage: cmake -DHTML_DIR=... -DSCRIPTS=a.js,b.js -DOUTPUT=page.inc -P embed_page.cmake
#
# The page's security policy allows the style and the script by their hashes, so nothing else can run.

# CMake has SHA-256 in hex; the policy wants base64: three hex digits make two of its digits.
function(sha256_base64 text result)
    set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    string(SHA256 hex "${text}")
    string(APPEND hex "00")  # 256 bits are no multiple of 12
    set(base64 "")
    foreach(at RANGE 0 63 3)
        string(SUBSTRING "${hex}" ${at} 3 digits)
        math(EXPR high "0x${digits} >> 6")
        math(EXPR low "0x${digits} & 63")
        string(SUBSTRING "${alphabet}" ${high} 1 first)
        string(SUBSTRING "${alphabet}" ${low} 1 second)
        string(APPEND base64 "${first}${second}")
    endforeach()
    string(SUBSTRING "${base64}" 0 43 base64)
    set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

file(READ "${HTML_DIR}/page.html" page)
file(READ "${HTML_DIR}/page.css" style)
set(script "\"use strict\";\n")
string(REPLACE "," ";" SCRIPTS "${SCRIPTS}")
foreach(name IN LISTS SCRIPTS)
    file(READ "${HTML_DIR}/${name}" part)
    string(APPEND script "${part}")
endforeach()
sha256_base64("${style}" style_hash)
sha256_base64("${script}" script_hash)
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(FIND "${page}" "@DATA@" split)
string(SUBSTRING "${page}" 0 ${split} head)
math(EXPR behind "${split} + 6")
string(SUBSTRING "${page}" ${behind} -1 tail)
file(WRITE "${OUTPUT}" "constexpr std::string_view kPageHead = R\"tat_page(${head})tat_page\";
constexpr std::string_view kPageTail = R\"tat_page(${tail})tat_page\";
")
