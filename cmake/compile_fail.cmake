# add_compile_fail_tests(FILE...): each file must be refused by the compiler, in the words of its one
# "// EXPECT: text" line. The compiler only checks the file, nothing is built. With -P this is the check itself.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(compile_fail_script ${CMAKE_CURRENT_LIST_FILE})

  function(add_compile_fail_tests)
    foreach(file IN LISTS ARGN)
      cmake_path(GET file STEM name)
      file(STRINGS ${file} expect REGEX "^// EXPECT: .")
      list(LENGTH expect count)
      if(NOT count EQUAL 1)
        message(FATAL_ERROR "${file}: needs exactly one line that starts with '// EXPECT: ', has ${count}")
      endif()
      add_test(NAME "${RPMSG_CONFIGURATION}/fail: ${name}"
        COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DINCLUDE=${PROJECT_SOURCE_DIR}/include
                -DFILE=${file} -P ${compile_fail_script})
      set_tests_properties("${RPMSG_CONFIGURATION}/fail: ${name}" PROPERTIES LABELS fail TIMEOUT 120)
    endforeach()
  endfunction()
  return()
endif()

file(READ ${FILE} text)
string(REGEX MATCH "// EXPECT: ([^\n]+)" expect "${text}")
string(REGEX REPLACE "[][;]" " " expect "${CMAKE_MATCH_1}")
set(ENV{LC_ALL} C)
execute_process(COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -fsyntax-only -I${INCLUDE} ${FILE}
  RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "compiles, but should be refused with: ${expect}")
endif()
# The words must be the compiler's, in an error or a note, not a quoted line of the source. Brackets and semicolons
# have a meaning in CMake's lists, so both sides have blanks for them.
string(REGEX REPLACE "[][;]" " " lines "${output}")
string(REPLACE "\n" ";" lines "${lines}")
foreach(line IN LISTS lines)
  string(FIND "${line}" "${expect}" at)
  if(NOT at EQUAL -1 AND line MATCHES "(error|note): ")
    return()
  endif()
endforeach()
message(NOTICE "${output}")
message(FATAL_ERROR "is refused, but not with: ${expect}")
