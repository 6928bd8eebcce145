# cw_library(NAME SRCS … DEPS …)   a library of libs/ or a layer of a service: clusterwire::NAME;
#   one whose name ends in _testing is for tests, and is compiled as they are
# cw_test(NAME SRCS … DEPS … [LABELS …])   one test executable, one ctest entry
# cw_program(NAME SRCS … DEPS …)   an executable that ships
#
# All of them share precompiled headers: `clusterwire_pch` for code, `clusterwire_test_pch` for tests,
# and for the services one of each with the contracts' messages besides. Code must build without them
# too (-DCLUSTERWIRE_PCH=OFF): they save time, never an include.

# Most of what a file costs is what it reads and makes anew of templates: several of a target in one
# unit share that. A clean build takes two thirds of the time; who works on a file compiles its
# neighbours too, so -DCLUSTERWIRE_UNITY=OFF is for that. A file must not lean on another of its unit.
option(CLUSTERWIRE_UNITY "Compile several files of a target as one" ON)
set(CLUSTERWIRE_UNIT_SIZE 6)
function(cw_use_unity target)
  if(CLUSTERWIRE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON
      UNITY_BUILD_BATCH_SIZE ${CLUSTERWIRE_UNIT_SIZE})
  endif()
endfunction()

# Tests are half of what a clean build compiles, and what they spend their time in is our code, not
# theirs: they are compiled without optimisation, our code as everywhere.
set(CLUSTERWIRE_TEST_OPTIONS $<$<CONFIG:Develop>:-O0>)

set(CLUSTERWIRE_PCH_HEADERS
  <algorithm> <atomic> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <span>
  <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/status/status.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/strings/str_format.h> <absl/strings/str_join.h>
  <absl/time/time.h> <google/protobuf/message.h>)
# What nearly every file of the services reads: the contracts' messages and our libraries' largest
# headers, two seconds for each file.
set(CLUSTERWIRE_CONTRACTS_HEADERS
  <clusterwire/change/v1/resource_changed.pb.h> <clusterwire/notification/v1/delivery.pb.h>
  <clusterwire/notification/v1/inbox.pb.h> <clusterwire/notification/v1/subscriber.pb.h>
  <clusterwire/notification/v1/subscription.pb.h> <libs/base/status/error.h>
  <libs/filter/predicate.h> <libs/resource/resources.h> <libs/store/store.h>)

# cw_pch(NAME HEADERS … DEPS … [OPTIONS …]): a library that carries a precompiled header.
function(cw_pch name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS;OPTIONS" ${ARGN})
  if(NOT CLUSTERWIRE_PCH)
    return()
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/${name}.cc "// Carries a precompiled header.\n")
  add_library(clusterwire_${name} STATIC ${CMAKE_BINARY_DIR}/${name}.cc)
  target_link_libraries(clusterwire_${name} PRIVATE clusterwire_flags absl::statusor
                        absl::flat_hash_map absl::strings absl::time protobuf::libprotobuf
                        ${ARG_DEPS})
  target_compile_options(clusterwire_${name} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(clusterwire_${name} PRIVATE ${ARG_HEADERS})
endfunction()

cw_pch(pch HEADERS ${CLUSTERWIRE_PCH_HEADERS})
cw_pch(contracts_pch HEADERS ${CLUSTERWIRE_PCH_HEADERS} ${CLUSTERWIRE_CONTRACTS_HEADERS}
       DEPS clusterwire::change_v1_proto clusterwire::notification_v1_proto)
if(CLUSTERWIRE_TESTS)
  cw_pch(test_pch HEADERS ${CLUSTERWIRE_PCH_HEADERS} <gmock/gmock.h> <gtest/gtest.h>
         DEPS GTest::gmock OPTIONS ${CLUSTERWIRE_TEST_OPTIONS})
  cw_pch(contracts_test_pch
         HEADERS ${CLUSTERWIRE_PCH_HEADERS} ${CLUSTERWIRE_CONTRACTS_HEADERS} <gmock/gmock.h>
                 <gtest/gtest.h>
         DEPS GTest::gmock clusterwire::change_v1_proto clusterwire::notification_v1_proto
         OPTIONS ${CLUSTERWIRE_TEST_OPTIONS})
endif()
# A folder may choose others.
set(CLUSTERWIRE_CODE_PCH clusterwire_pch)
set(CLUSTERWIRE_TEST_PCH clusterwire_test_pch)

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
  if(name MATCHES "_testing$")
    target_link_libraries(clusterwire_${name} PUBLIC GTest::gmock)
    target_compile_options(clusterwire_${name} PRIVATE ${CLUSTERWIRE_TEST_OPTIONS})
    cw_use_pch(clusterwire_${name} ${CLUSTERWIRE_TEST_PCH})
  else()
    cw_use_unity(clusterwire_${name})
    cw_use_pch(clusterwire_${name} ${CLUSTERWIRE_CODE_PCH})
  endif()
endfunction()

function(cw_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} clusterwire_flags clusterwire_sanitizer)
  cw_use_pch(${name} ${CLUSTERWIRE_CODE_PCH})
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
  cw_use_pch(${name} ${CLUSTERWIRE_TEST_PCH})
  add_test(NAME ${name} COMMAND ${name})
  # The largest begin first: one that takes long and comes last keeps the others waiting.
  list(LENGTH ARG_SRCS size)
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}" COST ${size})
endfunction()
