#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/workload/people.hpp"

struct sqlite3;

namespace zhibu::bench {

/// What the machine can do at the least: stock SQLite, in the clear, without a network, a check or
/// a merge, in WAL mode with synchronous=FULL. One table of an id and forty texts.
class StockDatabase {
public:
    explicit StockDatabase(const std::filesystem::path& file);
    ~StockDatabase();
    StockDatabase(const StockDatabase&) = delete;
    StockDatabase& operator=(const StockDatabase&) = delete;

    /// Seconds to insert all, `group` of them in one transaction.
    double insert(const std::vector<MadePerson>& people, std::size_t group);

    /// Seconds to update one text of each, with a row of a log for each, `group` in a transaction.
    double update_with_log(const std::vector<std::string>& values, std::size_t group);

private:
    void run(const char* sql);

    sqlite3* database_ = nullptr;
};

/// Seconds to send so many bytes over TLS 1.3 with both certificates, on loopback, handshake
/// included, from a thread to another. `parts` is what one write takes.
[[nodiscard]] double bare_tls_stream(const std::vector<std::string>& parts);

}  // namespace zhibu::bench
