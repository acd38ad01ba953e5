# What find_package(rpmsg) reads.
include(${CMAKE_CURRENT_LIST_DIR}/rpmsg-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/file_image.cmake)
