#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/ledger/audit.hpp"
#include "server/ledger/proofs.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server::test {

/// A space with a history in a sealed SQLite store, which an attacker who has all of the server's
/// keys alters once nobody has it open.
class SealedHistory {
public:
    /// A branch's device has added a person at each position from first_of_branch() to the head.
    explicit SealedHistory(unsigned persons = 10);
    ~SealedHistory();

    void add_person();

    [[nodiscard]] LogIndex first_of_branch() const { return first_of_branch_; }

    /// A person whom the branch created and then changed.
    [[nodiscard]] const RecordId& person() const { return person_; }

    /// Closes the store for good, and does this to it.
    void alter(const std::string& sql, const std::vector<std::vector<std::uint8_t>>& bound = {});
    void close();
    /// Copies of the store's files as they are now; put back with the store closed.
    void keep_copy();
    void put_back_copy();
    /// Whoever has the key can write one that says anything.
    void write_head_record(LogIndex index, const Hash& hash);

    [[nodiscard]] Store& store() { return sealed_store(); }

    [[nodiscard]] SealedStore& sealed_store();

    /// The branch's.
    Desk& desk() { return *desk_; }

    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "space.db"; }

    [[nodiscard]] LogIndex head();
    [[nodiscard]] LogRow row(LogIndex index);
    [[nodiscard]] HeadMaker head_maker();
    [[nodiscard]] sync::SignedTreeHead signed_head();
    [[nodiscard]] AuditReport audit(std::vector<sync::SignedTreeHead> kept = {});

    Court& court() { return *court_; }

private:
    support::TemporaryDirectory folder_;
    support::TemporaryDirectory copy_;
    std::unique_ptr<SealedStore> store_;
    std::unique_ptr<Court> court_;
    std::optional<Desk> desk_;
    LogIndex first_of_branch_;
    RecordId person_;
    unsigned persons_ = 0;
};

}  // namespace zhibu::server::test
