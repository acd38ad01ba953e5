# Clang with the thread sanitizer: the tests tagged [threads] only.
# Use: cmake -C cmake/presets/tsan.cmake -B build/tsan
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O1 -g1 -fsanitize=thread" CACHE STRING "")
set(RPMSG_CONFIGURATION tsan CACHE STRING "")
