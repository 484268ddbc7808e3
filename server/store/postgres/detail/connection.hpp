#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/store/postgres/detail/sealer.hpp"
#include "server/store/rows/query.hpp"
#include "shared/record/id.hpp"

struct pg_conn;
struct pg_result;

namespace zhibu::server::detail {

struct ResultCleared {
    void operator()(pg_result* result) const noexcept;
};

using Result = std::unique_ptr<pg_result, ResultCleared>;

/// The link to a cluster as it is now; statements are prepared anew on a later one.
struct Link {
    struct Finished {
        void operator()(pg_conn* connection) const noexcept;
    };

    std::unique_ptr<pg_conn, Finished> connection;
    std::uint64_t number = 0;
    int rows_written = 0;
};

/// What a connection holds of its space as long as it lasts.
enum class SpaceClaim : std::uint8_t { none, shared, alone };

/// One connection to a cluster, confined to its space. A lost one is made anew when the next
/// transaction begins, with the host that then takes writes. Throws Failed.
/// Threads: confined to one at a time.
class PostgresConnection final : public Connection {
public:
    /// Throws Failed{storage_failed} where there is none, or where a commit would not be durable;
    /// Failed{in_use} where others' claims do not allow this one.
    PostgresConnection(std::string address, const Sealer& sealer, SpaceClaim claim);
    ~PostgresConnection() override;

    [[nodiscard]] Query query(const char* sql) override;
    void execute(const std::string& sql) override;
    [[nodiscard]] int rows_written() const override;
    /// Holds the space's row until the end, so that processes write one after another.
    /// Throws Failed{other_version} where another process has taken a newer catalog into use, and
    /// Failed{damaged} where it has begun another epoch.
    void begin_writing() override;
    void begin_reading() override;
    [[nodiscard]] bool in_transaction() const override;
    void roll_back() noexcept override;
    /// Of a writing transaction: announces it too, to all who listen, as it commits.
    void commit() override;

    /// Begins a transaction with nothing held.
    void begin();

    /// The catalog that writing transactions expect from now on.
    void expect_catalog(std::uint32_t version) { catalog_version_ = version; }

    /// The epoch that they expect.
    void expect_epoch(const record::EpochId& epoch) { epoch_ = epoch; }

    /// From now on hears() tells of the space's commits, until the link is lost.
    void listen();
    /// Waits for an announcement, at most so long; may return early. Throws Failed{storage_failed}
    /// where the link is lost.
    [[nodiscard]] bool hears(std::chrono::milliseconds at_most);
    [[nodiscard]] bool is_lost() const;

    void connect_anew() { connect(); }

private:
    void connect();
    void claim_space(const std::string& space);
    void begin_on_this_link();
    void hold_space();
    void begin(const char* sql);

    std::string address_;
    const Sealer& sealer_;
    SpaceClaim claim_;
    Link link_;
    std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
    std::optional<std::uint32_t> catalog_version_;
    std::optional<record::EpochId> epoch_;
    bool is_writing_ = false;
};

}  // namespace zhibu::server::detail
