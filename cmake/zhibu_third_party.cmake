# Libraries of others, all from Debian 12's packages, each under one name:
# zhibu_third_party_<name>. They are SYSTEM, so our warnings do not judge their headers.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(cereal REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(pugixml REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(Boost 1.81 REQUIRED COMPONENTS json)

# A library under our name that stands for the imported targets LINKS.
function(zhibu_third_party name)
  cmake_parse_arguments(arg "" "" "LINKS;DEFINES" ${ARGN})
  add_library(zhibu_third_party_${name} INTERFACE)
  target_link_libraries(zhibu_third_party_${name} INTERFACE ${arg_LINKS})
  target_compile_definitions(zhibu_third_party_${name} INTERFACE ${arg_DEFINES})
endfunction()

# The same for a package whose CMake files Debian leaves out, or which ask for programs that the
# package does not bring (libzip's do).
function(zhibu_third_party_found name)
  cmake_parse_arguments(arg "" "HEADER;LIBRARY" "DEFINES" ${ARGN})
  find_path(ZHIBU_${name}_INCLUDE_DIR ${arg_HEADER} REQUIRED)
  find_library(ZHIBU_${name}_LIBRARY ${arg_LIBRARY} REQUIRED)
  mark_as_advanced(ZHIBU_${name}_INCLUDE_DIR ZHIBU_${name}_LIBRARY)
  add_library(zhibu_third_party_${name} INTERFACE)
  target_include_directories(zhibu_third_party_${name} SYSTEM INTERFACE
    ${ZHIBU_${name}_INCLUDE_DIR})
  target_link_libraries(zhibu_third_party_${name} INTERFACE ${ZHIBU_${name}_LIBRARY})
  target_compile_definitions(zhibu_third_party_${name} INTERFACE ${arg_DEFINES})
endfunction()

zhibu_third_party(threads LINKS Threads::Threads)
zhibu_third_party(openssl LINKS OpenSSL::Crypto)
zhibu_third_party(openssl_ssl LINKS OpenSSL::SSL OpenSSL::Crypto)
zhibu_third_party(sqlite LINKS SQLite::SQLite3)
zhibu_third_party(sqlitecpp LINKS SQLiteCpp SQLite::SQLite3 Threads::Threads)
zhibu_third_party(cereal LINKS cereal::cereal)
zhibu_third_party(cli11 LINKS CLI11::CLI11)
zhibu_third_party(fmt LINKS fmt::fmt)
# Debian's spdlog is compiled (SPDLOG_COMPILED_LIB) and uses Debian's fmt.
zhibu_third_party(spdlog LINKS spdlog::spdlog fmt::fmt)
zhibu_third_party(pugixml LINKS pugixml::pugixml)
zhibu_third_party(icu LINKS ICU::i18n ICU::uc)
zhibu_third_party(json LINKS Boost::json)
zhibu_third_party(rapidcheck LINKS rapidcheck)

zhibu_third_party_found(argon2 HEADER argon2.h LIBRARY argon2)
zhibu_third_party_found(expat HEADER expat.h LIBRARY expat)
zhibu_third_party_found(keyutils HEADER keyutils.h LIBRARY keyutils)
zhibu_third_party_found(libpq HEADER postgresql/libpq-fe.h LIBRARY pq)
zhibu_third_party_found(libzip HEADER zip.h LIBRARY zip)
zhibu_third_party_found(tomlplusplus HEADER toml++/toml.h LIBRARY tomlplusplus
  DEFINES TOML_HEADER_ONLY=0 TOML_SHARED_LIB=1)
zhibu_third_party_found(xlsxwriter HEADER xlsxwriter.h LIBRARY xlsxwriter)
zhibu_third_party_found(zstd HEADER zstd.h LIBRARY zstd)
