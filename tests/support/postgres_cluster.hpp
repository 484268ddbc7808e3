#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace zhibu::support {

/// A PostgreSQL cluster of the test program's own, on a socket in the temporary folder, which ends
/// when the program does, however that happens. Where the program runs as root, the cluster does
/// not. A program that one of these starts (a death test) uses its cluster.
class PostgresCluster {
public:
    /// The program's only one; started at the first call. Ends the process where it cannot.
    static PostgresCluster& instance();

    PostgresCluster();
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster&) = delete;
    PostgresCluster& operator=(const PostgresCluster&) = delete;

    /// A new database of an ordinary role's, as an address for that role.
    [[nodiscard]] std::string make_database();
    /// The same database for the superuser.
    [[nodiscard]] static std::string as_superuser(const std::string& address);
    /// Runs statements as the superuser and gives the first value of the last one's first row.
    static std::string run(const std::string& address, const std::string& sql);

private:
    [[nodiscard]] std::string address(const std::string& database, const std::string& role) const;

    std::filesystem::path folder_;
    pid_t server_ = -1;
    int databases_ = 0;
};

}  // namespace zhibu::support
