# Rewrites headers.cmake from the headers on disk, or with -DCHECK=ON only compares the two. Those that need a library are not
# in it: they have targets of their own (fuse.cmake).
include(${CMAKE_CURRENT_LIST_DIR}/headers.cmake)
cmake_path(SET root NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/..)
file(GLOB_RECURSE on_disk RELATIVE ${root} ${root}/include/*.hpp)
list(FILTER on_disk EXCLUDE REGEX "/host/fuse/")
list(SORT on_disk)

if(CHECK)
  set(unlisted ${on_disk})
  list(REMOVE_ITEM unlisted ${rpmsg_headers})
  set(absent ${rpmsg_headers})
  list(REMOVE_ITEM absent ${on_disk})
  if(NOT "${on_disk}" STREQUAL "${rpmsg_headers}")
    message(FATAL_ERROR "cmake/headers.cmake is not the sorted list of headers.\n"
      "on disk, not listed: ${unlisted}\nlisted, not on disk: ${absent}\n"
      "Run: cmake -P cmake/update_headers.cmake")
  endif()
  return()
endif()

list(TRANSFORM on_disk PREPEND "  ")
list(JOIN on_disk "\n" lines)
file(READ ${CMAKE_CURRENT_LIST_DIR}/headers.cmake text)
string(REGEX REPLACE "set\\(rpmsg_headers\n.*" "set(rpmsg_headers\n${lines}\n)\n" text "${text}")
file(WRITE ${CMAKE_CURRENT_LIST_DIR}/headers.cmake "${text}")
