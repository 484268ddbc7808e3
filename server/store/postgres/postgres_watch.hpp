#pragma once

#include <chrono>
#include <memory>

#include "server/store/postgres/postgres_store.hpp"
#include "server/store/store.hpp"

namespace zhibu::server {

/// Learns that something was committed in a space, by whichever process: PostgreSQL announces each
/// commit to all who listen. Whoever hears it reads the log; the announcement itself says nothing.
/// Threads: one thread uses it.
class PostgresWatch {
public:
    virtual ~PostgresWatch() = default;

    /// Waits until something was committed since the last call, or since it was opened, at most so
    /// long; may return early. True: there was, or the link was lost meanwhile and is there again.
    /// Errors: storage_failed: there is no link; the next call tries to make one.
    [[nodiscard]] virtual Stored<bool> wait(std::chrono::milliseconds at_most) = 0;
};

/// Errors: storage_failed.
[[nodiscard]] Stored<std::unique_ptr<PostgresWatch>> open_postgres_watch(const ClusterPlace& place);

}  // namespace zhibu::server
