# rpmsg::fuse: remote files are mounted by libfuse 3 (host/fuse/). Debian's package is libfuse3-dev.
find_path(RPMSG_FUSE_INCLUDE fuse3/fuse.h)
find_library(RPMSG_FUSE_LIBRARY fuse3)
if(NOT RPMSG_FUSE_INCLUDE OR NOT RPMSG_FUSE_LIBRARY)
  message(FATAL_ERROR "RPMSG_FUSE needs libfuse 3: install libfuse3-dev")
endif()
add_library(rpmsg_fuse INTERFACE)
add_library(rpmsg::fuse ALIAS rpmsg_fuse)
set_target_properties(rpmsg_fuse PROPERTIES EXPORT_NAME fuse)
target_link_libraries(rpmsg_fuse INTERFACE rpmsg fuse3 pthread)
target_sources(rpmsg_fuse INTERFACE FILE_SET HEADERS BASE_DIRS include FILES
  include/rpmsg/host/fuse/file_mount.hpp
  include/rpmsg/host/fuse/file_operations.hpp
  include/rpmsg/host/fuse/mount_options.hpp)
if(RPMSG_INSTALL)
  install(TARGETS rpmsg_fuse EXPORT rpmsg FILE_SET HEADERS)
endif()
