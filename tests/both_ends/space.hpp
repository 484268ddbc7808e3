#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/agent/sync_agent.hpp"
#include "client/replica/replica.hpp"
#include "server/session/session_host.hpp"
#include "server/store/store.hpp"
#include "shared/keys/ed25519.hpp"
#include "tests/both_ends/line.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::both_ends {

/// A committee's server whole but for its sockets: a SQLite store, the committer and sessions, all
/// on one executor, so that equal events in equal order give one history: of a failed property the
/// seed that it names is enough.
class Space {
public:
    Space();
    ~Space();
    Space(const Space&) = delete;
    Space& operator=(const Space&) = delete;

    /// Lets happen what can.
    void settle() { static_cast<void>(executor.run_ready()); }

    /// The server's program ends and another begins over the same store. No line may be open.
    void restart();

    [[nodiscard]] std::unique_ptr<server::StoreReader> reader();
    [[nodiscard]] server::ScopeFilter scope_of(const record::RecordId& account) const;
    [[nodiscard]] record::LogIndex head();
    /// The log whole, from its first position.
    [[nodiscard]] std::vector<server::LogRow> log();

    [[nodiscard]] std::shared_ptr<Line> connect(const record::DeviceId& device,
                                                sync::WireEvents& client, Course course);

    [[nodiscard]] const keys::Ed25519Key& password_key() const { return password_key_; }

    // First, as work of all others waits in it.
    support::HandExecutor executor;

private:
    support::TemporaryDirectory folder_;
    keys::Ed25519Key password_key_;
    std::unique_ptr<server::Store> store_;

public:
    /// Over the SQLite store; its committer is this space's, so its own writes would wait for ever.
    std::unique_ptr<server::test::Court> court;
    /// Two of branch A, one of branch B, one of the general branch above, one of the root.
    std::vector<server::test::Desk> desks;
    std::vector<sync::IncidentReport> incidents;

private:
    void found();
    void start();

    std::unique_ptr<server::ReadingDesk> reading_;
    std::unique_ptr<server::SessionHost> host_;
};

/// Numbers of Space::desks.
enum Seat : std::size_t { first_of_a, second_of_a, of_b, above, at_root };

/// A device with a replica of its own and an agent that it starts for each contact.
class Station {
public:
    Station(Space& space, Seat seat);
    ~Station();
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    /// One contact, to its end; what is left hanging by the line's course is cut off.
    client::SyncReport synchronise(Course course = {});

    /// How much the last contact's line has carried.
    [[nodiscard]] std::size_t bytes() const { return line_ ? line_->bytes() : 0; }

    [[nodiscard]] std::size_t messages() const { return line_ ? line_->messages() : 0; }

    /// The program ends and opens the replica anew.
    void reopen();
    /// Whether it was saved.
    bool commit(const client::Draft& draft);

    /// What `work` says of the replica, on its thread.
    template <class Work>
    auto ask(Work work) {
        std::optional<decltype(work(std::declval<client::Replica&>()))> answer;
        desk_->ask([&](client::Replica& replica) { answer.emplace(work(replica)); });
        space_.settle();
        return *std::move(answer);
    }

    [[nodiscard]] client::ReplicaStatus status();
    [[nodiscard]] std::vector<client::OwnGroup> own_groups();
    /// All records that the replica shows, in ascending order of key.
    [[nodiscard]] std::vector<record::RecordState> records();

    [[nodiscard]] const server::test::Desk& kit() const { return kit_; }

    /// What was found about the server's history, in all contacts.
    std::vector<sync::LedgerFinding> findings;

private:
    [[nodiscard]] client::SyncAgent::Parts parts(Course course);

    Space& space_;
    support::TemporaryDirectory folder_;
    support::SeededRandom random_;
    server::test::Desk kit_;
    sync::LedgerPin pin_;
    std::unique_ptr<client::ReplicaDesk> desk_;
    std::shared_ptr<Line> line_;
    client::SyncReport report_;
};

/// The replica is confirmed at the log's head, waits for nothing, and holds what the store holds in
/// its scope: digest, number and every field of every record.
void expect_same_as_store(Space& space, Station& station);

/// Each group of this replica stands in the log once, in its order, and the receipt that the device
/// keeps is the store's, byte for byte.
void expect_each_group_once(Space& space, Station& station);

}  // namespace zhibu::both_ends
