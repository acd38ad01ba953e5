# Use: cmake --toolchain "$PWD/cmake/toolchains/cortex-m0plus.cmake" -S examples/firmware -B build/cortex-m0plus
set(RPMSG_CORE cortex-m0plus)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
