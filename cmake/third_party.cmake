# SPDX-License-Identifier: Apache-2.0
# Third-party libraries as the distribution ships them, plus the once-compiled parts of header-only ones.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(SQLite3 REQUIRED)
find_library(PQ_LIBRARY pq REQUIRED)
find_path(PQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
add_library(pq UNKNOWN IMPORTED)
set_target_properties(pq PROPERTIES IMPORTED_LOCATION ${PQ_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${PQ_INCLUDE})
find_package(ZLIB REQUIRED)
find_package(GTest REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(simdjson REQUIRED)
find_package(benchmark REQUIRED)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
add_library(rapidcheck UNKNOWN IMPORTED)
set_target_properties(rapidcheck PROPERTIES IMPORTED_LOCATION ${RAPIDCHECK_LIBRARY})
find_library(YAML_CPP_LIBRARY yaml-cpp REQUIRED)
add_library(yaml_cpp UNKNOWN IMPORTED)
set_target_properties(yaml_cpp PROPERTIES IMPORTED_LOCATION ${YAML_CPP_LIBRARY})
find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)
add_library(utf8proc UNKNOWN IMPORTED)
set_target_properties(utf8proc PROPERTIES IMPORTED_LOCATION ${UTF8PROC_LIBRARY})
find_library(NATS_LIBRARY nats REQUIRED)
find_path(NATS_INCLUDE nats/nats.h REQUIRED)
add_library(nats UNKNOWN IMPORTED)
set_target_properties(nats PROPERTIES IMPORTED_LOCATION ${NATS_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${NATS_INCLUDE})

# Asio and Beast compile their implementation once here instead of in every file that includes them.
add_library(nsl_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/third_party/asio.cpp)
target_link_libraries(nsl_asio PUBLIC Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
add_library(nsl_beast STATIC ${CMAKE_CURRENT_LIST_DIR}/third_party/beast.cpp)
target_link_libraries(nsl_beast PUBLIC nsl_asio)

# One precompiled header for the standard library and the third-party headers that most files see.
add_library(nsl_pch STATIC ${CMAKE_CURRENT_LIST_DIR}/third_party/pch.cpp)
target_link_libraries(nsl_pch PRIVATE Boost::json)
target_precompile_headers(nsl_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/third_party/pch.h)
function(nsl_use_pch target)
  target_precompile_headers(${target} REUSE_FROM nsl_pch)
endfunction()

# Tests have their own, with GoogleTest and rapidcheck, and are not optimised: what they test is, and
# they are half of all code, which compiles three times as fast so.
add_library(nsl_test_pch STATIC ${CMAKE_CURRENT_LIST_DIR}/third_party/pch.cpp)
target_link_libraries(nsl_test_pch PRIVATE Boost::json GTest::gtest)
target_compile_options(nsl_test_pch PRIVATE -O0)
target_precompile_headers(nsl_test_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/third_party/test_pch.h)
function(nsl_use_test_pch target)
  target_compile_options(${target} PRIVATE -O0)
  target_precompile_headers(${target} REUSE_FROM nsl_test_pch)
endfunction()
