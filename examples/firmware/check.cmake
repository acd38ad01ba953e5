# Refuses an image with anything that bare firmware must not have, and tells its size.
# Use: cmake -DIMAGE=... -DNM=... -DSIZE=... -P check.cmake
execute_process(COMMAND ${NM} ${IMAGE} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${SIZE} -A -d ${IMAGE} OUTPUT_VARIABLE sections COMMAND_ERROR_IS_FATAL ANY)

set(symbols "\n${symbols}")
set(unwanted
  __atomic_ __sync_                                         # read-modify-writes that the core has no instruction for
  _*malloc _*calloc _*realloc _*free _sbrk _Znw _Zna _Zdl _Zda # a heap
  __cxa_ __aeabi_atexit atexit _GLOBAL__sub_ _ZGV           # guards and dynamic initialisation
  __aeabi_unwind __gxx_personality _Unwind_ _ZTI _ZTS       # exceptions and RTTI
  abort __assert)
foreach(prefix IN LISTS unwanted)
  if(symbols MATCHES "\n[0-9a-f ]+ [A-Za-z] (${prefix}[^\n]*)")
    message(FATAL_ERROR "${IMAGE} has ${CMAKE_MATCH_1}")
  endif()
endforeach()
if(sections MATCHES "\n[.](preinit_array|init_array|ctors)[^ ]* +([1-9][0-9]*)")
  message(FATAL_ERROR "${IMAGE} has a constructor to run: ${CMAKE_MATCH_2} bytes of ${CMAKE_MATCH_1}")
endif()

set(flash 0)
set(ram 0)
foreach(part text rodata data ARM.exidx bss)
  if(sections MATCHES "\n[.]${part} +([0-9]+)")
    set(bytes ${CMAKE_MATCH_1})
    if(NOT part STREQUAL bss)
      math(EXPR flash "${flash} + ${bytes}")
    endif()
    if(part MATCHES "^(data|bss)$")
      math(EXPR ram "${ram} + ${bytes}")
    endif()
  endif()
endforeach()
cmake_path(GET IMAGE STEM name)
message(STATUS "${name}: ${flash} bytes of flash, ${ram} of RAM")
