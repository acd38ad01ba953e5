# Use: cmake --toolchain "$PWD/cmake/toolchains/cortex-m33.cmake" -S examples/firmware -B build/cortex-m33
set(RPMSG_CORE cortex-m33+nodsp) # which every M33 runs
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
