# What every target of this project is compiled with.
add_library(zhibu_options INTERFACE)
target_include_directories(zhibu_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(zhibu_options INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum -Wformat=2
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict -Wno-maybe-uninitialized>)

# zhibu_library(NAME SOURCES ... LINKS ...): one static library a folder.
function(zhibu_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;SYSTEM_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC zhibu_options ${arg_LINKS} PRIVATE ${arg_SYSTEM_LINKS})
endfunction()

# zhibu_test(NAME LABEL label SOURCES ... LINKS ...): one GoogleTest binary a library.
function(zhibu_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE zhibu_options ${arg_LINKS} GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300)
endfunction()
