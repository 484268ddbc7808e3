#include "tests/support/postgres_cluster.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shared/record/check.hpp"

namespace zhibu::support {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
/// In the environment of what the test program starts.
constexpr const char* folder_variable = "ZHIBU_TEST_CLUSTER";

struct Finished {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};

struct Cleared {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};

/// Whom the cluster runs as: PostgreSQL refuses root.
const passwd* other_user() {
    if (::geteuid() != 0) {
        return nullptr;
    }
    const passwd* user = ::getpwnam("postgres");
    return user != nullptr ? user : ::getpwnam("nobody");
}

[[noreturn]] void become(const passwd* user, std::vector<std::string> words) {
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    bool is_ready = nowhere >= 0 && ::dup2(nowhere, 0) >= 0 && ::dup2(nowhere, 1) >= 0 &&
                    ::dup2(nowhere, 2) >= 0;
    if (user != nullptr) {
        is_ready = is_ready && ::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 &&
                   ::setuid(user->pw_uid) == 0;
    }
    // After the change of user, which would clear it: at the end of the test program, at once.
    is_ready = is_ready && ::prctl(PR_SET_PDEATHSIG, SIGQUIT) == 0 && ::chdir("/") == 0;
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    if (is_ready) {
        ::execv(arguments.front(), arguments.data());
    }
    ::_exit(1);
}

pid_t start(const passwd* user, const std::vector<std::string>& words) {
    const pid_t child = ::fork();
    ZHIBU_CHECK(child >= 0);
    if (child == 0) {
        become(user, words);
    }
    return child;
}

void wait_until_ready(const std::string& address) {
    constexpr int tries = 500;
    for (int left = tries; PQping(address.c_str()) != PQPING_OK; --left) {
        ZHIBU_CHECK(left > 0);
        ::poll(nullptr, 0, 20);
    }
}

}  // namespace

PostgresCluster& PostgresCluster::instance() {
    static PostgresCluster only;
    return only;
}

PostgresCluster::PostgresCluster() {
    if (const char* folder = ::getenv(folder_variable); folder != nullptr) {
        folder_ = folder;
        return;
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "zhibu-pg-XXXXXX").string();
    ZHIBU_CHECK(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    const passwd* user = other_user();
    if (user != nullptr) {
        ZHIBU_CHECK(::chown(folder_.c_str(), user->pw_uid, user->pw_gid) == 0);
    }
    const std::string data = folder_ / "data";
    const pid_t maker = start(user, {std::string(programs) + "initdb", "-D", data, "-U", "postgres",
                                     "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"});
    int status = 0;
    ZHIBU_CHECK(::waitpid(maker, &status, 0) == maker && status == 0);
    server_ = start(user, {std::string(programs) + "postgres", "-D", data, "-k", folder_.string(),
                           "-c", "listen_addresses="});
    const std::string superuser = address("postgres", "postgres");
    wait_until_ready(superuser);
    run(superuser, "CREATE ROLE zhibu LOGIN");
    ::setenv(folder_variable, folder_.c_str(), 1);
}

PostgresCluster::~PostgresCluster() {
    if (server_ < 0) {
        return;
    }
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresCluster::address(const std::string& database, const std::string& role) const {
    return "host=" + folder_.string() + " dbname=" + database + " user=" + role;
}

std::string PostgresCluster::make_database() {
    const std::string name =
        "test_" + std::to_string(::getpid()) + "_" + std::to_string(++databases_);
    run(address("postgres", "postgres"), "CREATE DATABASE " + name + " OWNER zhibu");
    return address(name, "zhibu");
}

std::string PostgresCluster::as_superuser(const std::string& address) {
    return address.substr(0, address.rfind("user=")) + "user=postgres";
}

std::string PostgresCluster::run(const std::string& address, const std::string& sql) {
    const std::unique_ptr<PGconn, Finished> connection{PQconnectdb(as_superuser(address).c_str())};
    const std::unique_ptr<PGresult, Cleared> result{PQexec(connection.get(), sql.c_str())};
    const ExecStatusType status = PQresultStatus(result.get());
    ZHIBU_CHECK(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string{};
}

}  // namespace zhibu::support
