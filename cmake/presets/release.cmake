# GCC, optimised. Use: cmake -C cmake/presets/release.cmake -B build/release
set(CMAKE_CXX_COMPILER g++ CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O2 -g1" CACHE STRING "")
set(RPMSG_CONFIGURATION release CACHE STRING "")
