# Clang, optimised. Use: cmake -C cmake/presets/clang.cmake -B build/clang
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O2 -g1" CACHE STRING "")
set(RPMSG_CONFIGURATION clang CACHE STRING "")
