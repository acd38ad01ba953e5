# Installs the headers, the CMake package (find_package(rpmsg)) and the pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/rpmsg)
install(TARGETS rpmsg EXPORT rpmsg FILE_SET HEADERS)
install(EXPORT rpmsg NAMESPACE rpmsg:: DESTINATION ${package_dir} FILE rpmsg-targets.cmake)
install(FILES cmake/rpmsg-config.cmake cmake/file_image.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rpmsg-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/rpmsg-config-version.cmake DESTINATION ${package_dir})

file(RELATIVE_PATH to_include ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/rpmsg.pc.in rpmsg.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rpmsg.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/rpmsg)
