# Bugs that a search must find: each is a header of which one text was replaced, put first on the include path of one small
# source that builds the library under another name.
#
#   add_mutant(tests name header old new definition...)   the mutant of tests/<tests>/mutant/mutant.cpp, linked to tests_<tests>
function(add_mutant tests name header old new)
  set(file ${PROJECT_SOURCE_DIR}/include/rpmsg/${header})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} content)
  string(FIND "${content}" "${old}" first)
  string(FIND "${content}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "The seeded bug '${name}' of tests/${tests}/mutants.cmake replaces a text that is not once in ${header}:\n${old}")
  endif()
  string(REPLACE "${old}" "${new}" content "${content}")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${tests}/${name})
  set(changed ${folder}/rpmsg/${header})
  file(WRITE ${changed}.new "${content}")
  file(COPY_FILE ${changed}.new ${changed} ONLY_IF_DIFFERENT)

  set(target mutant_${tests}_${name})
  add_library(${target} OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/${tests}/mutant/mutant.cpp)
  target_include_directories(${target} BEFORE PRIVATE ${folder})
  target_link_libraries(${target} PRIVATE rpmsg::dev)
  target_compile_options(${target} PRIVATE ${test_options} -O1 -g0)
  target_compile_definitions(${target} PRIVATE rpmsg=rpmsg_${name} SEEDED_NAME="${name}" "${ARGN}")
  target_sources(tests_${tests} PRIVATE $<TARGET_OBJECTS:${target}>)
endfunction()
