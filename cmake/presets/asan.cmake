# Clang with the address and undefined-behaviour sanitizers, and the fuzz targets.
# Use: cmake -C cmake/presets/asan.cmake -B build/asan
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
    CACHE STRING "")
set(RPMSG_CONFIGURATION asan CACHE STRING "")
