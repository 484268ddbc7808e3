# What every target of this project is compiled with, and the functions that make targets.

add_library(zhibu_options INTERFACE)
target_include_directories(zhibu_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(zhibu_options INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum -Wformat=2
  # Programs and their messages name files from the root of the tree, wherever it was built.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  # False alarms of gcc 12 in the standard library's own strings and variants, once it inlines.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>
  # And clang's of gcc's own library, whose stable_sort calls what it calls deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-deprecated-declarations>)

# Files that own sockets take up to 2.6 GB and a minute each: one at a time, whatever -j says.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS transport=1)

# Sets on `target` what files with Asio or Beast headers need: the library compiled apart, the job
# pool, little debug information, and no UBSan (with it one such file takes two minutes).
function(zhibu_mark_transport target)
  set_target_properties(${target} PROPERTIES JOB_POOL_COMPILE transport)
  target_compile_options(${target} PRIVATE
    -g1 $<$<BOOL:${ZHIBU_UBSAN}>:-fno-sanitize=undefined>)
endfunction()

# zhibu_library(NAME [TRANSPORT] SOURCES ... [LINKS ...] [SYSTEM_LINKS ...])
# One static library a folder. LINKS are this project's, seen by whoever links it; SYSTEM_LINKS are
# other people's and stay hidden behind it. TRANSPORT marks a folder that owns sockets. A folder of
# headers alone names no SOURCES.
function(zhibu_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TRANSPORT" "" "SOURCES;LINKS;SYSTEM_LINKS")
  set_property(GLOBAL APPEND PROPERTY ZHIBU_TARGETS ${name})
  if(NOT arg_SOURCES)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE zhibu_options ${arg_LINKS})
    return()
  endif()
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC zhibu_options ${arg_LINKS} PRIVATE ${arg_SYSTEM_LINKS})
  if(arg_TRANSPORT)
    target_link_libraries(${name} PRIVATE zhibu_asio)
    zhibu_mark_transport(${name})
  endif()
endfunction()

# zhibu_transport_library(NAME SOURCES ... [LINKS ...] [SYSTEM_LINKS ...])
function(zhibu_transport_library name)
  zhibu_library(${name} TRANSPORT ${ARGN})
endfunction()

# zhibu_program(NAME SOURCES ... LINKS ...): an executable in <build>/bin.
function(zhibu_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;SYSTEM_LINKS")
  add_executable(${name} ${arg_SOURCES})
  set_property(GLOBAL APPEND PROPERTY ZHIBU_TARGETS ${name})
  target_link_libraries(${name} PRIVATE zhibu_options ${arg_LINKS} ${arg_SYSTEM_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# zhibu_test(NAME LABEL label [TRANSPORT] SOURCES ... LINKS ... [SYSTEM_LINKS ...])
# One GoogleTest binary a library, and one ctest of the same name.
function(zhibu_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TRANSPORT" "LABEL" "SOURCES;LINKS;SYSTEM_LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE
    zhibu_options ${arg_LINKS} ${arg_SYSTEM_LINKS} GTest::gtest_main)
  if(arg_TRANSPORT)
    target_link_libraries(${name} PRIVATE zhibu_asio)
    zhibu_mark_transport(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 300)
endfunction()

# The check `script`.py of the whole tree, as the test `name`, and its own unit test, script_test.py.
function(zhibu_tree_check name script timeout)
  add_test(NAME ${name}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/${script}.py ${CMAKE_SOURCE_DIR})
  add_test(NAME ${name}_test
    COMMAND ${Python3_EXECUTABLE} -B -W error -m unittest ${script}_test
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} ${name}_test PROPERTIES LABELS unit TIMEOUT ${timeout})
endfunction()

# zhibu_fuzz(NAME SOURCES ... LINKS ...): the program <NAME>_fuzz.
# In the fuzz preset libFuzzer drives it (./dev fuzz). In every other preset it runs once over the
# kept corpus, tests/fuzz/corpus/<NAME>, as a ctest: an input that once crashed stays fixed.
function(zhibu_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;SYSTEM_LINKS")
  set(corpus ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  add_executable(${name}_fuzz ${arg_SOURCES})
  target_link_libraries(${name}_fuzz PRIVATE zhibu_options ${arg_LINKS} ${arg_SYSTEM_LINKS})
  if(ZHIBU_FUZZ)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    add_dependencies(zhibu_fuzzers ${name}_fuzz)
    # What ./dev fuzz runs; begun anew by every configuration (below).
    file(APPEND ${CMAKE_BINARY_DIR}/fuzzers.txt "${name}\n")
    set_target_properties(${name}_fuzz PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  else()
    target_sources(${name}_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/cmake/fuzz/replay_main.cpp)
    add_test(NAME ${name}_fuzz COMMAND ${name}_fuzz ${corpus})
    set_tests_properties(${name}_fuzz PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endfunction()

if(ZHIBU_FUZZ)
  add_custom_target(zhibu_fuzzers)
  file(WRITE ${CMAKE_BINARY_DIR}/fuzzers.txt "")
endif()
