# Use: cmake --toolchain "$PWD/cmake/toolchains/cortex-m0plus-clang.cmake" -S examples/firmware -B build/cortex-m0plus-clang
# Clang compiles; the headers, the libraries and the linker are those of GCC for bare Arm.
set(RPMSG_CORE cortex-m0plus)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_CXX_COMPILER_TARGET thumbv6m-none-eabi)

execute_process(COMMAND arm-none-eabi-g++ -mcpu=${RPMSG_CORE} -mthumb -E -v -x c++ /dev/null OUTPUT_QUIET ERROR_VARIABLE said)
string(REGEX MATCHALL "\n [^\n]*/(c[+][+]/[^\n]*|arm-none-eabi/include\n)" folders "${said}")
if(NOT folders)
  message(FATAL_ERROR "cortex-m0plus-clang needs the headers of arm-none-eabi-g++: cmake/setup installs them")
endif()
list(TRANSFORM folders STRIP)
list(TRANSFORM folders PREPEND "-isystem ")
list(JOIN folders " " folders)
string(APPEND CMAKE_CXX_FLAGS_INIT " -nostdlibinc -fshort-enums ${folders}")
set(CMAKE_CXX_LINK_EXECUTABLE
    "arm-none-eabi-g++ -mcpu=${RPMSG_CORE} -mthumb -Wl,-z,noexecstack <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
