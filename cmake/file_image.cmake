# rpmsg_file_image(TARGET FOLDER): the files below a folder become part of a target, which includes <folder>_image.hpp and has
# them as rpmsg::image_store{<folder>_image}. They are read anew when one changes. This file is the script that writes the
# header, too.
function(rpmsg_file_image target folder)
  cmake_path(ABSOLUTE_PATH folder NORMALIZE)
  if(NOT IS_DIRECTORY ${folder})
    message(FATAL_ERROR "rpmsg_file_image: ${folder} is no folder")
  endif()
  string(REGEX REPLACE "/$" "" folder ${folder})
  cmake_path(GET folder FILENAME name)
  string(MAKE_C_IDENTIFIER ${name} name)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${target}_files/${name}_image.hpp)
  file(GLOB_RECURSE files LIST_DIRECTORIES ON CONFIGURE_DEPENDS ${folder}/*)
  add_custom_command(OUTPUT ${header} DEPENDS ${files} ${CMAKE_CURRENT_FUNCTION_LIST_FILE} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DNAME=${name}_image -DHEADER=${header} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}_files)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE OR NOT HEADER)
  return()
endif()
file(GLOB_RECURSE files LIST_DIRECTORIES ON RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(contents)
set(entries)
set(count 0)
foreach(file IN LISTS files)
  if(file MATCHES "[\"\\\\\r\n]" OR NOT EXISTS "${FOLDER}/${file}")
    message(FATAL_ERROR "rpmsg_file_image: the name '${file}' in ${FOLDER} cannot be part of an image")
  endif()
  math(EXPR count "${count} + 1")
  if(IS_DIRECTORY "${FOLDER}/${file}")
    string(APPEND entries "    rpmsg::image_entry{\"${file}\", {}, rpmsg::file_type::directory},\n")
    continue()
  endif()
  file(READ "${FOLDER}/${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "std::byte{0x\\1}, " bytes "${bytes}")
  string(REGEX REPLACE "(([^ ]* ){8})" "\\1\n    " bytes "${bytes}")
  if(bytes STREQUAL "")
    string(APPEND entries "    rpmsg::image_entry{\"${file}\", {}},\n")
  else()
    string(APPEND contents "inline constexpr std::byte ${NAME}_${count}[] = {\n    ${bytes}};\n")
    string(APPEND entries "    rpmsg::image_entry{\"${file}\", ${NAME}_${count}},\n")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT [[
// Made of @FOLDER@ by rpmsg_file_image.
#pragma once
#include <rpmsg/service/files/image_store.hpp>

#include <array>
#include <cstddef>

@contents@
inline constexpr std::array<rpmsg::image_entry, @count@> @NAME@{
@entries@};
]])
