# add_compile_fail_tests(FILE...): each file must be refused by the compiler. Its first error must hold the words of the file's one
# "// EXPECT: text" line, and all that the compiler says must be short. The compiler only checks the file, nothing is built. With
# -P this is the check itself.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(compile_fail_script ${CMAKE_CURRENT_LIST_FILE})
  # Newer Clangs quote every step of a constraint: of them only the first error is held to its words.
  set(compile_fail_counts ON)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15)
    set(compile_fail_counts OFF)
  endif()

  function(add_compile_fail_test name file)
    file(STRINGS ${file} expect REGEX "^// EXPECT: .")
    list(LENGTH expect count)
    if(NOT count EQUAL 1)
      message(FATAL_ERROR "${file}: needs exactly one line that starts with '// EXPECT: ', has ${count}")
    endif()
    add_test(NAME "${RPMSG_CONFIGURATION}/fail: ${name}"
      COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DCOMPILER_ID=${CMAKE_CXX_COMPILER_ID}
              -DCOUNTS=${compile_fail_counts}
              -DINCLUDE=${PROJECT_SOURCE_DIR}/include -DFILE=${file} -P ${compile_fail_script})
    set_tests_properties("${RPMSG_CONFIGURATION}/fail: ${name}" PROPERTIES LABELS fail TIMEOUT 120)
  endfunction()

  function(add_compile_fail_tests)
    foreach(file IN LISTS ARGN)
      cmake_path(GET file STEM name)
      add_compile_fail_test(${name} ${file})
    endforeach()
  endfunction()

  # The check itself is checked: it must not pass this file, and say so.
  function(add_seeded_compile_fail_test file reason)
    cmake_path(GET file STEM name)
    add_compile_fail_test("seeded, ${name}" ${file})
    set_tests_properties("${RPMSG_CONFIGURATION}/fail: seeded, ${name}" PROPERTIES PASS_REGULAR_EXPRESSION "${reason}")
  endfunction()
  return()
endif()

# How many lines a mistake may cost, the quoted source among them.
set(most_lines 30)
if(COMPILER_ID MATCHES Clang)
  set(most_lines 20)
endif()

file(READ ${FILE} text)
string(REGEX MATCH "// EXPECT: ([^\n]+)" expect "${text}")
# Brackets and semicolons have a meaning in CMake's lists, so both sides have blanks for them.
string(REGEX REPLACE "[][;]" " " expect "${CMAKE_MATCH_1}")
set(ENV{LC_ALL} C)
execute_process(COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -fsyntax-only -I${INCLUDE} ${FILE}
  RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "compiles, but should be refused with: ${expect}")
endif()
string(REGEX REPLACE "[][;]" " " lines "${output}")
string(REGEX REPLACE "\n$" "" lines "${lines}")
string(REPLACE "\n" ";" lines "${lines}")
list(LENGTH lines count)
list(FILTER lines INCLUDE REGEX "error: ")
list(GET lines 0 first)
string(FIND "${first}" "${expect}" at)
if(at EQUAL -1)
  message(NOTICE "${output}")
  message(FATAL_ERROR "the first error does not say: ${expect}")
endif()
if(COUNTS AND count GREATER most_lines)
  message(NOTICE "${output}")
  message(FATAL_ERROR "costs ${count} lines, at most ${most_lines} are borne")
endif()
