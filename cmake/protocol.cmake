# SPDX-License-Identifier: Apache-2.0
# The enclave protocol, compiled once: its generated header is <nsl_protocol/enclave.pb.h>.
set(protocol_dir ${CMAKE_BINARY_DIR}/gen/nsl_protocol)
file(MAKE_DIRECTORY ${protocol_dir})
add_custom_command(
  OUTPUT ${protocol_dir}/enclave.pb.cc ${protocol_dir}/enclave.pb.h
  COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR}/src/tee --cpp_out=${protocol_dir}
    ${PROJECT_SOURCE_DIR}/src/tee/enclave.proto
  DEPENDS ${PROJECT_SOURCE_DIR}/src/tee/enclave.proto VERBATIM)
add_library(nsl_protocol STATIC ${protocol_dir}/enclave.pb.cc ${protocol_dir}/enclave.pb.h)
target_include_directories(nsl_protocol SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/gen)
target_link_libraries(nsl_protocol PUBLIC protobuf::libprotobuf-lite)
target_compile_options(nsl_protocol PRIVATE -w)
