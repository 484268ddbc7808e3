# Libraries of others, all from Debian 12's packages.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(GTest REQUIRED)
