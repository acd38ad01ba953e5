# Takes the library in as a consumer does, by WAY, and compiles every public header for a hosted and a bare target.
set(way_dir ${WORK}/${WAY})
set(prefix ${way_dir}/installed)
file(REMOVE_RECURSE ${way_dir})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(NOTICE "${output}")
    message(FATAL_ERROR "failed: ${command}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

if(WAY MATCHES "find_package|pkg-config")
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
endif()

if(WAY STREQUAL "pkg-config")
  set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig)
  run(pkg-config --cflags rpmsg)
  string(STRIP "${output}" flags)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  file(WRITE ${way_dir}/main.cpp "#include <rpmsg/rpmsg.hpp>\nint main() {}\n")
  run(${COMPILER} -std=c++20 ${flags} -fsyntax-only ${way_dir}/main.cpp)
  return()
endif()

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${way_dir} -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${prefix} -DWAY=${WAY} -DSOURCE=${SOURCE} -DVERSION=${VERSION})
run(${CMAKE_COMMAND} --build ${way_dir})
run(${way_dir}/hosted)
