# cw_library(NAME SRCS … DEPS …)   a library of libs/ or a layer of a service: clusterwire::NAME
# cw_test(NAME SRCS … DEPS … [LABELS …])   one test executable, one ctest entry
# cw_program(NAME SRCS … DEPS …)   an executable that ships
#
# All of them share two precompiled headers: `clusterwire_pch` for code, `clusterwire_test_pch` for
# tests. Code must build without them too (-DCLUSTERWIRE_PCH=OFF): they save time, never an include.

# Tests are half of what a clean build compiles, and what they spend their time in is our code, not
# theirs: they are compiled without optimisation, our code as everywhere.
set(CLUSTERWIRE_TEST_OPTIONS $<$<CONFIG:Develop>:-O0>)

if(CLUSTERWIRE_PCH)
  file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "// Carries the precompiled header.\n")
  add_library(clusterwire_pch STATIC ${CMAKE_BINARY_DIR}/pch.cc)
  target_link_libraries(clusterwire_pch PRIVATE clusterwire_flags absl::statusor
                        absl::flat_hash_map absl::strings absl::time protobuf::libprotobuf)
  target_precompile_headers(clusterwire_pch PRIVATE
    <algorithm> <atomic> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <absl/container/flat_hash_map.h> <absl/status/status.h> <absl/status/statusor.h>
    <absl/strings/str_cat.h> <absl/strings/str_format.h> <absl/strings/str_join.h>
    <absl/time/time.h> <google/protobuf/message.h>)
  if(CLUSTERWIRE_TESTS)
    file(WRITE ${CMAKE_BINARY_DIR}/test_pch.cc "// Carries the precompiled header of the tests.\n")
    add_library(clusterwire_test_pch STATIC ${CMAKE_BINARY_DIR}/test_pch.cc)
    target_link_libraries(clusterwire_test_pch PRIVATE clusterwire_flags absl::statusor
                          absl::flat_hash_map absl::strings absl::time protobuf::libprotobuf
                          GTest::gmock)
    target_compile_options(clusterwire_test_pch PRIVATE ${CLUSTERWIRE_TEST_OPTIONS})
    target_precompile_headers(clusterwire_test_pch PRIVATE
      <algorithm> <functional> <map> <memory> <optional> <string> <string_view> <thread> <utility>
      <variant> <vector> <absl/status/status.h> <absl/status/statusor.h>
      <absl/strings/str_cat.h> <absl/strings/str_format.h> <absl/time/time.h> <gmock/gmock.h>
      <gtest/gtest.h> <google/protobuf/message.h>)
  endif()
endif()

# Goes into every executable: what the sanitizer must know of libraries that aren't instrumented.
add_library(clusterwire_sanitizer INTERFACE)
if(CLUSTERWIRE_SANITIZE STREQUAL "thread")
  add_library(clusterwire_foreign_locks OBJECT tests/sanitizers/foreign_locks.cc)
  target_link_libraries(clusterwire_foreign_locks PRIVATE clusterwire_flags absl::synchronization)
  target_link_libraries(clusterwire_sanitizer INTERFACE
    $<TARGET_OBJECTS:clusterwire_foreign_locks> absl::synchronization)
endif()

function(cw_use_pch target pch)
  if(CLUSTERWIRE_PCH)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endif()
endfunction()

function(cw_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(clusterwire_${name} STATIC ${ARG_SRCS})
  add_library(clusterwire::${name} ALIAS clusterwire_${name})
  target_link_libraries(clusterwire_${name} PUBLIC ${ARG_DEPS} PRIVATE clusterwire_flags)
  target_include_directories(clusterwire_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  cw_use_pch(clusterwire_${name} clusterwire_pch)
endfunction()

function(cw_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} clusterwire_flags clusterwire_sanitizer)
  cw_use_pch(${name} clusterwire_pch)
endfunction()

function(cw_test name)
  if(NOT CLUSTERWIRE_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} clusterwire_flags clusterwire_sanitizer
                        GTest::gmock_main)
  target_compile_options(${name} PRIVATE ${CLUSTERWIRE_TEST_OPTIONS})
  cw_use_pch(${name} clusterwire_test_pch)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}")
endfunction()
