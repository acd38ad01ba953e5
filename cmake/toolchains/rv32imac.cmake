# Use: cmake --toolchain "$PWD/cmake/toolchains/rv32imac.cmake" -S examples/firmware -B build/rv32imac
# Debian's GCC for bare RISC-V comes without the headers of the C++ library. Those of the bare Arm compiler serve: they are
# of the same origin and for 32 bits too. The C library is picolibc; there is no C++ library to link, and none is needed.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
# By the specification of 2.2 the base set includes the status registers, and is what the C library is built for.
set(core "-march=rv32imac -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany -fno-exceptions -fno-rtti -fno-threadsafe-statics --specs=picolibc.specs")

execute_process(COMMAND arm-none-eabi-g++ -E -v -x c++ /dev/null OUTPUT_QUIET ERROR_VARIABLE said)
string(REGEX MATCHALL "\n [^\n]*/c[+][+]/[^\n]*" folders "${said}")
if(NOT folders)
  message(FATAL_ERROR "rv32imac needs the C++ headers of arm-none-eabi-g++: cmake/setup installs them")
endif()
list(TRANSFORM folders STRIP)
list(TRANSFORM folders PREPEND "-isystem ")
list(JOIN folders " " folders)
set(CMAKE_CXX_FLAGS_INIT "${core} -nostdinc++ ${folders}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostartfiles -nodefaultlibs")
set(CMAKE_CXX_STANDARD_LIBRARIES_INIT "-lc -lgcc")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
