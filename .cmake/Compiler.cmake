# The one place for language level, warning flags and sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -O1 -g1 keeps a clean build of everything within minutes on two cores: full debug information
# costs 45 % more than line tables. Release builds and benchmarks take -O2.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Develop CACHE STRING "Develop (default), Release, or CMake's others" FORCE)
endif()
set(CMAKE_CXX_FLAGS_DEVELOP "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Without times in it, a precompiled header from the compiler cache is as good as a new one.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  find_program(CLUSTERWIRE_LLD ld.lld-16)
  if(CLUSTERWIRE_LLD)
    add_link_options(-fuse-ld=${CLUSTERWIRE_LLD})
  endif()
endif()

find_program(CLUSTERWIRE_CCACHE ccache)
if(CLUSTERWIRE_CCACHE)
  # The sloppiness is what ccache asks for with precompiled headers; the base folder lets checkouts
  # in different folders share their objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CLUSTERWIRE_CCACHE})
endif()

add_library(clusterwire_flags INTERFACE)
target_compile_options(clusterwire_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual
  -Wunused -Werror)
# gRPC's targets ask for -pthread; a precompiled header serves only code compiled with the same.
target_compile_options(clusterwire_flags INTERFACE -pthread)
target_include_directories(clusterwire_flags INTERFACE ${CMAKE_SOURCE_DIR})

# Applied to everything, generated code and precompiled headers included: a mixed build would
# report what isn't wrong.
if(CLUSTERWIRE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(CLUSTERWIRE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT CLUSTERWIRE_SANITIZE STREQUAL "")
  message(FATAL_ERROR "CLUSTERWIRE_SANITIZE takes 'address' or 'thread', not "
                      "'${CLUSTERWIRE_SANITIZE}'")
endif()
