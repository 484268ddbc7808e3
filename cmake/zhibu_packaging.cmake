# Debian packages: `zhibu` for a branch's machine, `zhibu-server` for the committee's.
# Made by ./dev package, from the release preset.
function(zhibu_packaging)
  install(TARGETS zhibu RUNTIME DESTINATION bin COMPONENT zhibu)
  install(TARGETS zhibu-server RUNTIME DESTINATION bin COMPONENT zhibu-server)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  set(manual ${CMAKE_BINARY_DIR}/manual)
  add_custom_command(OUTPUT ${manual}/zhibu-server.8.gz ${manual}/zhibu-server.bash
    COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/packaging/manual.py
      $<TARGET_FILE:zhibu-server> 8 ${manual}
    DEPENDS zhibu-server ${PROJECT_SOURCE_DIR}/packaging/manual.py VERBATIM)
  add_custom_target(zhibu_manual ALL DEPENDS ${manual}/zhibu-server.8.gz)
  install(FILES ${manual}/zhibu-server.8.gz DESTINATION share/man/man8 COMPONENT zhibu-server)
  install(FILES ${manual}/zhibu-server.bash RENAME zhibu-server
    DESTINATION share/bash-completion/completions COMPONENT zhibu-server)
  install(FILES README.md docs/threat-model.md docs/protocol.md DESTINATION share/doc/zhibu
    COMPONENT zhibu)
  install(FILES README.md docs/threat-model.md docs/file-formats.md
    DESTINATION share/doc/zhibu-server COMPONENT zhibu-server)
  install(FILES packaging/zhibu-server.service DESTINATION lib/systemd/system
    COMPONENT zhibu-server)
  install(FILES packaging/zhibu-server.sysusers RENAME zhibu-server.conf
    DESTINATION lib/sysusers.d COMPONENT zhibu-server)
  install(PROGRAMS packaging/zhibu-serverctl DESTINATION sbin COMPONENT zhibu-server)
  install(FILES packaging/server.toml DESTINATION /etc/zhibu-server COMPONENT zhibu-server)

  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
  set(CPACK_PACKAGE_CONTACT "The Zhibu maintainers <maintainers@zhibu.invalid>")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_COMPONENTS_ALL zhibu zhibu-server)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_ZHIBU_PACKAGE_NAME zhibu)
  set(CPACK_DEBIAN_ZHIBU_DESCRIPTION "Zhibu: a branch's records, offline, with their workbench")
  set(CPACK_DEBIAN_ZHIBU_PACKAGE_SECTION misc)
  set(CPACK_DEBIAN_ZHIBU-SERVER_PACKAGE_NAME zhibu-server)
  set(CPACK_DEBIAN_ZHIBU-SERVER_PACKAGE_SECTION admin)
  set(CPACK_DEBIAN_ZHIBU-SERVER_PACKAGE_DEPENDS
    "openssl, systemd | systemd-standalone-sysusers")
  set(CPACK_DEBIAN_ZHIBU-SERVER_DESCRIPTION "Zhibu: the committee's records server")
  set(CPACK_DEBIAN_ZHIBU-SERVER_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/packaging/conffiles ${PROJECT_SOURCE_DIR}/packaging/postinst
    ${PROJECT_SOURCE_DIR}/packaging/prerm)
  include(CPack)
endfunction()
