# Use: cmake --toolchain "$PWD/cmake/toolchains/cortex-m4.cmake" -S examples/firmware -B build/cortex-m4
set(RPMSG_CORE cortex-m4)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
