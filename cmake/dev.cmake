# What only this project's own tests and examples use: strict warnings and the two libraries they need.
add_library(rpmsg_dev INTERFACE)
add_library(rpmsg::dev ALIAS rpmsg_dev)
target_link_libraries(rpmsg_dev INTERFACE rpmsg::rpmsg)
target_compile_options(rpmsg_dev INTERFACE
  -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wpedantic -Werror)

set(CMAKE_CXX_EXTENSIONS OFF)
find_package(Threads REQUIRED)

# The packages of the machine are taken first; without them the sources are fetched.
include(FetchContent)
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.25)
  set(as_system SYSTEM)
endif()
FetchContent_Declare(Catch2 GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.7.1 GIT_SHALLOW ON
  ${as_system} FIND_PACKAGE_ARGS 3)
FetchContent_Declare(fmt GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 10.2.1 GIT_SHALLOW ON
  ${as_system} FIND_PACKAGE_ARGS 9)
