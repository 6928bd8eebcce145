# cw_proto_package(NAME DIR [PROTOS …] [DEPS …] [SERVICES …] [ROOT …])
#
# DIR lies in proto/, or in ROOT: then the package is no contract of ours.
# One target for the messages of a package, clusterwire::NAME_proto, and, where SERVICES lists the
# files that declare services, one for their stubs, clusterwire::NAME_grpc. The stubs are compiled
# as one unit (each of them repeats all of gRPC's headers); message files are not, since their
# static names collide. Generated headers count as system headers: their warnings aren't ours.
set(CLUSTERWIRE_PROTO_ROOT ${CMAKE_SOURCE_DIR}/proto)
set(CLUSTERWIRE_PROTO_OUT ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${CLUSTERWIRE_PROTO_OUT})
# Generated code is a quarter of what a clean build compiles; it is not stepped through, and what it
# does per call is small beside gRPC and the database.
set(CLUSTERWIRE_GENERATED_OPTIONS -g0 -O1 -pthread)
# Every message file reads the same of protobuf's headers: a third of what compiling one takes.
cw_pch(generated_pch OPTIONS ${CLUSTERWIRE_GENERATED_OPTIONS}
       HEADERS <google/protobuf/descriptor.h> <google/protobuf/duration.pb.h>
               <google/protobuf/extension_set.h> <google/protobuf/field_mask.pb.h>
               <google/protobuf/generated_message_reflection.h> <google/protobuf/map.h>
               <google/protobuf/map_entry.h> <google/protobuf/map_field_inl.h>
               <google/protobuf/reflection_ops.h> <google/protobuf/timestamp.pb.h>
               <google/protobuf/wire_format.h>)

function(cw_proto_package name dir)
  cmake_parse_arguments(ARG "" "" "PROTOS;DEPS;SERVICES;ROOT" ${ARGN})

  set(root ${CLUSTERWIRE_PROTO_ROOT})
  if(ARG_ROOT)
    set(root ${ARG_ROOT})
  endif()
  set(inputs)
  set(sources)
  set(outputs)
  foreach(proto IN LISTS ARG_PROTOS ARG_SERVICES)
    list(APPEND inputs ${root}/${dir}/${proto}.proto)
    list(APPEND sources ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.pb.cc)
    list(APPEND outputs ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.pb.cc
                        ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.pb.h)
  endforeach()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc -I${root} -I${CLUSTERWIRE_PROTO_ROOT} --cpp_out=${CLUSTERWIRE_PROTO_OUT} ${inputs}
    DEPENDS ${inputs} protobuf::protoc
    COMMENT "protoc ${dir}" VERBATIM)
  add_library(clusterwire_${name}_proto STATIC ${sources} ${outputs})
  add_library(clusterwire::${name}_proto ALIAS clusterwire_${name}_proto)
  target_include_directories(clusterwire_${name}_proto SYSTEM PUBLIC ${CLUSTERWIRE_PROTO_OUT})
  target_link_libraries(clusterwire_${name}_proto PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  target_compile_options(clusterwire_${name}_proto PRIVATE ${CLUSTERWIRE_GENERATED_OPTIONS})
  cw_use_pch(clusterwire_${name}_proto clusterwire_generated_pch)
  if(NOT ARG_ROOT)
    set_property(GLOBAL APPEND PROPERTY CLUSTERWIRE_PROTOS ${inputs})
  endif()

  if(ARG_SERVICES)
    set(service_inputs)
    set(service_sources)
    set(service_outputs)
    foreach(proto IN LISTS ARG_SERVICES)
      list(APPEND service_inputs ${root}/${dir}/${proto}.proto)
      list(APPEND service_sources ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.grpc.pb.cc)
      list(APPEND service_outputs ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.grpc.pb.cc
                                  ${CLUSTERWIRE_PROTO_OUT}/${dir}/${proto}.grpc.pb.h)
    endforeach()
    add_custom_command(
      OUTPUT ${service_outputs}
      COMMAND protobuf::protoc -I${root} -I${CLUSTERWIRE_PROTO_ROOT} --grpc_out=${CLUSTERWIRE_PROTO_OUT}
              --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${service_inputs}
      DEPENDS ${service_inputs} protobuf::protoc gRPC::grpc_cpp_plugin
      COMMENT "protoc-gen-grpc ${dir}" VERBATIM)
    add_library(clusterwire_${name}_grpc STATIC ${service_outputs})
    add_library(clusterwire::${name}_grpc ALIAS clusterwire_${name}_grpc)
    set_target_properties(clusterwire_${name}_grpc PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    target_compile_options(clusterwire_${name}_grpc PRIVATE ${CLUSTERWIRE_GENERATED_OPTIONS})
    target_link_libraries(clusterwire_${name}_grpc PUBLIC clusterwire::${name}_proto gRPC::grpc++)
  endif()
endfunction()

# Writes the descriptors of all packages, comments included, to ${CMAKE_BINARY_DIR}/contracts.binpb:
# what the contract check reads.
function(cw_proto_descriptors)
  get_property(protos GLOBAL PROPERTY CLUSTERWIRE_PROTOS)
  add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/contracts.binpb
    COMMAND protobuf::protoc -I${CLUSTERWIRE_PROTO_ROOT} --include_imports --include_source_info
            --descriptor_set_out=${CMAKE_BINARY_DIR}/contracts.binpb ${protos}
    DEPENDS ${protos} protobuf::protoc
    COMMENT "descriptors of all contracts" VERBATIM)
  add_custom_target(clusterwire_contracts ALL DEPENDS ${CMAKE_BINARY_DIR}/contracts.binpb)
endfunction()
