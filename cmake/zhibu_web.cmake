# The workbench: built once by npm and Vite, then held in the client's binary.

find_program(ZHIBU_NPM npm REQUIRED)

# zhibu_web(NAME FOLDER): a library whose zhibu::client::workbench_assets() gives the built files.
function(zhibu_web name folder)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/dist)
  set(installed ${folder}/node_modules/.zhibu_installed)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/src/* ${folder}/public/*)
  add_custom_command(
    OUTPUT ${installed}
    COMMAND ${ZHIBU_NPM} ci --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    WORKING_DIRECTORY ${folder}
    DEPENDS ${folder}/package.json ${folder}/package-lock.json
    COMMENT "Installing the workbench's npm packages"
    VERBATIM)
  add_custom_command(
    OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/assets.cpp ${CMAKE_CURRENT_BINARY_DIR}/assets.S
    COMMAND ${CMAKE_COMMAND} -E env ZHIBU_WEB_OUT=${out} ${ZHIBU_NPM} run build --silent
    COMMAND ${CMAKE_COMMAND} -DDIST=${out} -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/assets
      -P ${CMAKE_SOURCE_DIR}/cmake/embed_web.cmake
    WORKING_DIRECTORY ${folder}
    DEPENDS ${sources} ${installed} ${folder}/index.html ${folder}/vite.config.ts
      ${folder}/tsconfig.json ${CMAKE_SOURCE_DIR}/cmake/embed_web.cmake
    COMMENT "Building the workbench's page"
    VERBATIM)
  zhibu_library(${name}
    SOURCES ${CMAKE_CURRENT_BINARY_DIR}/assets.cpp ${CMAKE_CURRENT_BINARY_DIR}/assets.S
    LINKS zhibu_workbench_http)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/assets.S PROPERTIES
    OBJECT_DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/assets.cpp)
endfunction()
