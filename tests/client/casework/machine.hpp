#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/sealed_place.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::client::test {

using server::test::Court;
using server::test::Values;

/// A device of one account with its replica, and the court's committer as its server: everything
/// but the wire between them.
class Machine {
public:
    Machine(Court& court, const record::RecordId& account);

    /// Pushes what waits, takes verdicts, and follows the log; the replica is then as the server's
    /// state in its scope (checked by digest).
    void synchronise();
    /// Commits, which must succeed; nothing is sent.
    void commit(const Draft& draft);
    [[nodiscard]] std::expected<Committed, ReplicaError> try_commit(const Draft& draft);

    [[nodiscard]] QuarantineCase only_case();
    [[nodiscard]] FieldConflict only_conflict();
    [[nodiscard]] OwnGroup newest();
    [[nodiscard]] record::Value value(const record::RecordId& person, std::string_view field);
    [[nodiscard]] bool holds(std::string_view kind, const record::RecordId& id);

    support::FixedClock clock;
    std::unique_ptr<Replica> replica;

private:
    void take_snapshot(server::StoreReader& reader, const server::ScopeFilter& scope);

    Court& court_;
    support::TemporaryDirectory folder_;
    support::SeededRandom random_;
    server::test::Desk desk_;
};

[[nodiscard]] const catalog::Catalog& words();
[[nodiscard]] Draft creation(std::string_view kind, const record::RecordId& id,
                             const Values& values);
[[nodiscard]] Draft edit(std::string_view kind, const record::RecordId& id, const Values& values);

}  // namespace zhibu::client::test
