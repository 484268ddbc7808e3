#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/access/device_outbox.hpp"
#include "client/access/safe.hpp"
#include "client/identity/identity.hpp"
#include "client/replica/replica.hpp"
#include "server/ledger/audit.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/conformance/release_files.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/sealed_place.hpp"
#include "tests/support/temporary_directory.hpp"

/// What today's programs do with what the programs of each release have left: README.md.
namespace zhibu::conformance {
namespace {

using server::test::Court;
using server::test::Desk;
using server::test::text;

const std::filesystem::path releases = std::filesystem::path{ZHIBU_VECTORS} / "releases";

/// A line of the table.
struct Row {
    std::string release;
    unsigned protocol = 0;
    /// "opens", "migrates" or "refuses".
    std::string store;
    std::string device;
};

std::vector<Row> table() {
    std::ifstream file{releases / "table"};
    EXPECT_TRUE(file.is_open());
    std::vector<Row> rows;
    for (std::string line; std::getline(file, line);) {
        Row row;
        std::istringstream words{line};
        if (!line.starts_with('#') &&
            words >> row.release >> row.protocol >> row.store >> row.device) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

template <class Identity>
Identity id_in(const Facts& facts, const std::string& name) {
    return Identity{record::parse_uuid(facts.at(name)).value()};
}

/// A copy of one release, which may be written to.
class Copy {
public:
    explicit Copy(const std::string& release) {
        std::filesystem::copy(releases / release, folder_.path(),
                              std::filesystem::copy_options::recursive);
        // git keeps no modes but the executable bit.
        for (const auto& each : std::filesystem::recursive_directory_iterator(folder_.path())) {
            std::filesystem::permissions(each.path(), each.is_directory()
                                                          ? std::filesystem::perms::owner_all
                                                          : std::filesystem::perms::owner_read |
                                                                std::filesystem::perms::owner_write);
        }
        facts = read_facts(folder_.path());
    }

    [[nodiscard]] std::filesystem::path device() const { return folder_.path() / "device"; }

    [[nodiscard]] std::filesystem::path server() const { return folder_.path() / "server"; }

    [[nodiscard]] std::filesystem::path chunks() const { return folder_.path() / "chunks"; }

    [[nodiscard]] auto open_store() {
        return server::open_sqlite_store(release_store(server()), catalog::standard_catalog());
    }

    Facts facts;

private:
    support::TemporaryDirectory folder_;
};

void expect_its_state(const Copy& copy, server::Store& store) {
    const auto reader = store.open_reader().value();
    const auto digest = reader->digest({true, {}}).value();
    EXPECT_EQ(std::to_string(digest.at.position), copy.facts.at("head"));
    EXPECT_EQ(std::to_string(digest.records), copy.facts.at("records"));
    EXPECT_EQ(keys::to_hex(digest.digest), copy.facts.at("digest"));
}

void expect_its_history(const Copy& copy, server::Store& store) {
    server::AuditMeans means;
    means.identity = store.identity();
    const auto key = read_bytes(copy.server() / "receipt_key");
    ASSERT_EQ(key.size(), means.server_key.size());
    std::ranges::copy(key, means.server_key.begin());
    means.group_key = read_bytes(copy.server() / "group_key");
    means.server_device = id_in<record::DeviceId>(copy.facts, "server_device");
    const auto reader = store.open_reader().value();
    const auto report = server::audit(*reader, means).value();
    EXPECT_FALSE(report.finding) << server::explain(*report.finding).en;
}

TEST(Releases, TheTableNamesEachFolderOnce) {
    std::set<std::string> named;
    for (const Row& row : table()) {
        EXPECT_TRUE(named.insert(row.release).second);
        EXPECT_TRUE(std::filesystem::is_directory(releases / row.release)) << row.release;
        EXPECT_GE(row.protocol, sync::protocol_oldest) << "or a server refuses it";
        EXPECT_LE(row.protocol, sync::protocol_current);
    }
    std::size_t folders = 0;
    for (const auto& each : std::filesystem::directory_iterator(releases)) {
        folders += each.is_directory() ? 1U : 0U;
    }
    EXPECT_EQ(named.size(), folders);
    EXPECT_FALSE(named.empty());
}

TEST(Releases, AStoreOpensWithItsStateAndItsHistoryOrIsRefused) {
    for (const Row& row : table()) {
        SCOPED_TRACE(row.release);
        Copy copy{row.release};
        auto store = copy.open_store();
        if (row.store == "refuses") {
            ASSERT_FALSE(store.has_value());
            EXPECT_EQ(store.error().fault, server::StoreFault::other_version);
            continue;
        }
        ASSERT_TRUE(store.has_value()) << store.error().place;
        expect_its_state(copy, **store);
        expect_its_history(copy, **store);
        store->reset();
        auto again = copy.open_store();
        ASSERT_TRUE(again.has_value()) << "what was migrated opens as well";
        expect_its_state(copy, **again);
    }
}

/// A device as it was left, opened with its password.
struct OpenDevice {
    explicit OpenDevice(const Copy& copy) : files{copy.device()}, safe{files, disk, random} {
        identity = client::load_identity(files).value();
        EXPECT_TRUE(safe.erase_if_over(clock.now()).has_value());
        auto opened = safe.open(keys::SecretBytes{release_password}, identity);
        EXPECT_TRUE(opened.has_value());
        access = std::make_shared<client::Access>(*std::move(opened));
        EXPECT_TRUE(access->data_key.has_value());
        outbox = client::DeviceOutbox::open(files, identity, access, disk, random).value();
        replica = client::Replica::open({files.replica(), access->ring(), outbox},
                                        catalog::standard_catalog(), clock, random)
                      .value();
    }

    client::IdentityFiles files;
    vault::SystemDisk disk;
    support::SeededRandom random{3};
    support::FixedClock clock{release_moment()};
    client::Safe safe;
    client::Identity identity;
    std::shared_ptr<client::Access> access;
    std::shared_ptr<client::DeviceOutbox> outbox;
    std::unique_ptr<client::Replica> replica;
};

TEST(Releases, ADeviceOpensWithItsPasswordAndItsWork) {
    for (const Row& row : table()) {
        SCOPED_TRACE(row.release);
        const Copy copy{row.release};
        if (row.device == "refuses") {
            const client::IdentityFiles files{copy.device()};
            EXPECT_FALSE(client::load_identity(files).has_value());
            continue;
        }
        const OpenDevice device{copy};
        EXPECT_EQ(device.replica->status()->waiting, 2U);
        record::GroupName name{id_in<record::DeviceId>(copy.facts, "device"),
                               id_in<record::IncarnationId>(copy.facts, "incarnation"),
                               record::Sequence{1}};
        EXPECT_TRUE(device.outbox->holds(name));
        name.sequence.position += 1;
        EXPECT_TRUE(device.outbox->holds(name));
        const auto person =
            device.replica->find({catalog::standard_catalog().kind("person").id(),
                                  id_in<record::RecordId>(copy.facts, "person")});
        ASSERT_TRUE(person && *person);
        EXPECT_EQ((*person)->value(catalog::standard_catalog().kind("person").field("address").id()),
                  text("二路"))
            << "a field that its program did not know has come into its column";
    }
}

/// A committer over a store that is there already.
class Serving {
public:
    explicit Serving(server::Store& store) {
        server::Committer::Parts parts;
        parts.store = &store;
        parts.catalog = &catalog::standard_catalog();
        parts.parameters = &parameters_;
        parts.clock = &clock_;
        parts.random = &random_;
        parts.sign_receipt = [this](std::span<const std::uint8_t> bytes) {
            return receipt_key_.sign(bytes);
        };
        parts.sign_group = [this](const record::Hash& hash) { return group_key_.sign(hash); };
        parts.server_device.uuid.bytes.fill(0xee);
        parts.on_commit = [](const server::CommitNotice&) {};
        committer_ = server::Committer::start(std::move(parts), {}).value();
    }

    server::PushResult push(server::PushJob job) {
        std::promise<server::PushResult> done;
        committer_->push(std::move(job), [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }

private:
    support::FixedClock clock_{release_moment()};
    support::SeededRandom random_{5};
    rules::Parameters parameters_;
    keys::Ed25519Key receipt_key_ = keys::Ed25519Key::generate();
    keys::P256Key group_key_ = keys::P256Key::generate();
    std::unique_ptr<server::Committer> committer_;
};

TEST(Releases, WhatADeviceHadWaitingIsServedByItsStore) {
    for (const Row& row : table()) {
        SCOPED_TRACE(row.release);
        if (row.store == "refuses" || row.device == "refuses") {
            continue;
        }
        Copy copy{row.release};
        const OpenDevice device{copy};
        const auto store = copy.open_store().value();
        Serving serving{*store};
        const auto waiting = device.replica->waiting_after({0}, 1U << 20U).value();
        ASSERT_EQ(waiting.size(), 2U);
        const auto result = serving.push({id_in<record::DeviceId>(copy.facts, "device"),
                                          id_in<record::IncarnationId>(copy.facts, "incarnation"),
                                          id_in<record::RecordId>(copy.facts, "account"), waiting});
        EXPECT_FALSE(result.refusal);
        ASSERT_EQ(result.receipts.size(), 2U);
        for (const record::Receipt& receipt : result.receipts) {
            EXPECT_EQ(sync::decode_verdict(receipt.verdict)->outcome, record::Outcome::accepted);
        }
        ASSERT_TRUE(device.replica->take_verdicts(result.receipts));
        const auto reader = store->open_reader().value();
        const server::ScopeFilter scope{false, {id_in<record::RecordId>(copy.facts, "branch")}};
        const auto tail =
            reader
                ->tail(device.replica->status()->confirmed, scope,
                       id_in<record::DeviceId>(copy.facts, "device"),
                       id_in<record::IncarnationId>(copy.facts, "incarnation"), 1U << 20U)
                .value();
        ASSERT_TRUE(tail.has_value());
        ASSERT_TRUE(device.replica->apply_tail(tail->entries, tail->through));
        EXPECT_EQ(device.replica->digest()->digest, reader->digest(scope)->digest);
    }
}

TEST(Releases, ItsSnapshotChunksMakeAReplica) {
    for (const Row& row : table()) {
        SCOPED_TRACE(row.release);
        Copy copy{row.release};
        support::FixedClock clock{release_moment()};
        support::SeededRandom random{9};
        const support::TemporaryDirectory folder;
        const auto replica =
            client::Replica::create(support::sealed(folder.path() / "replica"), {},
                                    catalog::standard_catalog(), clock, random)
                .value();
        record::RecordKey after;
        const auto frames = read_frames(copy.chunks());
        EXPECT_GT(frames.size(), 1U);
        for (const auto& frame : frames) {
            const auto message = sync::decode_message(frame);
            ASSERT_TRUE(message.has_value());
            const auto& chunk = std::get<sync::SnapshotChunk>(*message);
            ASSERT_TRUE(replica->stage(after, chunk));
            after = chunk.through;
        }
        ASSERT_TRUE(replica->swap_in());
        if (row.store != "refuses") {
            const auto store = copy.open_store().value();
            const server::ScopeFilter scope{false,
                                            {id_in<record::RecordId>(copy.facts, "branch")}};
            EXPECT_EQ(replica->digest()->digest,
                      store->open_reader().value()->digest(scope)->digest);
        }
    }
}

TEST(Releases, AStoreOfALaterFormatIsRefused) {
    Copy copy{table().front().release};
    const server::SealedPlace place = release_store(copy.server());
    {
        vault::Vfs files{"zhibu-later-release"};
        const auto keyed = files.key(place.file, place.keys, {.random = *place.random});
        ASSERT_TRUE(keyed.has_value());
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open_v2(place.file.c_str(), &handle, SQLITE_OPEN_READWRITE,
                                  files.name().c_str()),
                  SQLITE_OK);
        EXPECT_TRUE(vault::apply_open_pragmas(handle).has_value());
        EXPECT_EQ(sqlite3_exec(handle, "PRAGMA user_version=99", nullptr, nullptr, nullptr),
                  SQLITE_OK);
        sqlite3_close(handle);
    }
    const auto opened = copy.open_store();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().fault, server::StoreFault::other_version);
}

TEST(OlderClient, KeepsAFieldThatItsCatalogLacksAndHandsItOn) {
    Court court;
    const record::RecordId person = court.new_id();
    court.write({server::test::create(
        "person", person,
        server::test::with(server::test::applicant(court.branch_a, 1), {{"address", text("旧址")}}))});
    Desk desk = court.enrol(court.secretary_a);
    support::FixedClock clock{release_moment()};
    support::SeededRandom random{4};
    const support::TemporaryDirectory folder;
    const client::SealedPlace place = support::sealed(folder.path() / "replica");
    auto replica = client::Replica::create(place, {court.store.identity().space, desk.device,
                                                   desk.account},
                                           smaller_catalog(), clock, random)
                       .value();
    desk.incarnation = replica->status()->incarnation;
    sync::Lease lease;
    lease.account = desk.account;
    lease.device = desk.device;
    lease.scope = court.branch_a;
    lease.may_write = true;
    lease.always_open = true;
    lease.granted_at = clock.now();
    lease.expires_at = server::test::after(clock.now(), server::test::day_ms);
    ASSERT_TRUE(replica->take_lease(lease, clock.now()));
    const auto reader = court.store.open_reader().value();
    const server::ScopeFilter scope{false, {court.branch_a}};
    ASSERT_TRUE(replica->stage({}, reader->chunk({}, scope, 1U << 24U).value()));
    ASSERT_TRUE(replica->swap_in());
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    client::DraftChange change{{kind.id(), person}, record::Operation::update, {}};
    change.fields.push_back({kind.field("mobile").id(), text("13900000002")});
    ASSERT_TRUE(replica->commit({"edit", {change}},
                                [&](const record::Hash& hash) { return desk.key->sign(hash); }));
    const auto pushed = court.push(desk, replica->waiting_after({0}, 1U << 20U).value());
    ASSERT_EQ(pushed.receipts.size(), 1U);
    EXPECT_EQ(server::test::verdict_of(pushed.receipts.front()).outcome, record::Outcome::accepted);
    EXPECT_EQ(court.value("person", person, "address"), text("旧址"));
    EXPECT_EQ(court.value("person", person, "mobile"), text("13900000002"));
    ASSERT_TRUE(replica->take_verdicts(pushed.receipts));
    const auto tail = reader
                          ->tail(replica->status()->confirmed, scope, desk.device, desk.incarnation,
                                 1U << 20U)
                          .value();
    ASSERT_TRUE(tail.has_value());
    ASSERT_TRUE(replica->apply_tail(tail->entries, tail->through));
    EXPECT_EQ(replica->digest()->digest, reader->digest(scope)->digest);
    replica.reset();
    replica = client::Replica::open(place, catalog::standard_catalog(), clock, random).value();
    const auto found = replica->find({kind.id(), person}).value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->value(kind.field("address").id()), text("旧址")) << "a newer program shows it";
}

}  // namespace
}  // namespace zhibu::conformance
