# A service's resources live in rooms: services/SERVICE/resources/ROOM/, listed in the service's
# types.def. Inside a room, layers are file names: *_service.cc are handlers, the only files that
# include gRPC; everything else is free of it.
#
# cw_add_rooms(SERVICE)   adds the folder of each room that types.def names
# cw_room(SERVICE ROOM SRCS … SERVICES … TESTS … DEPS … [TEST_DEPS …])
#   clusterwire::SERVICE_ROOM from SRCS, one test executable from TESTS; the handlers in SERVICES
#   are compiled later, by cw_handlers.
# cw_handlers(SERVICE SRCS … DEPS …)   clusterwire::SERVICE_handlers: the handlers of all rooms and
#   SRCS, several to a unit, since each of them repeats all of gRPC's headers

function(cw_add_rooms service)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS types.def)
  file(STRINGS types.def lines REGEX "^RESOURCE\\(")
  set(rooms)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^RESOURCE\\([^,]*, *([a-z_]+)\\).*" "\\1" room "${line}")
    list(APPEND rooms ${room})
  endforeach()
  list(REMOVE_DUPLICATES rooms)
  foreach(room IN LISTS rooms)
    add_subdirectory(resources/${room})
    set_property(GLOBAL APPEND PROPERTY CLUSTERWIRE_ROOMS_${service} clusterwire::${service}_${room})
  endforeach()
endfunction()

function(cw_room service room)
  cmake_parse_arguments(ARG "" "" "SRCS;SERVICES;TESTS;DEPS;TEST_DEPS" ${ARGN})
  cw_library(${service}_${room} SRCS ${ARG_SRCS} DEPS ${ARG_DEPS})
  foreach(handler IN LISTS ARG_SERVICES)
    set_property(GLOBAL APPEND PROPERTY CLUSTERWIRE_HANDLERS_${service}
      ${CMAKE_CURRENT_SOURCE_DIR}/${handler})
  endforeach()
  if(ARG_TESTS)
    cw_test(${service}_${room}_test SRCS ${ARG_TESTS} DEPS clusterwire::${service}_${room}
            ${ARG_TEST_DEPS})
  endif()
endfunction()

function(cw_handlers service)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  get_property(handlers GLOBAL PROPERTY CLUSTERWIRE_HANDLERS_${service})
  get_property(rooms GLOBAL PROPERTY CLUSTERWIRE_ROOMS_${service})
  cw_library(${service}_handlers SRCS ${handlers} ${ARG_SRCS} DEPS ${rooms} ${ARG_DEPS})
  set_target_properties(clusterwire_${service}_handlers PROPERTIES
    UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
endfunction()
