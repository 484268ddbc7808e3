#include "tests/both_ends/space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/simulation/seeded_openssl.hpp"
#include "tests/simulation/simulated_catalog.hpp"
#include "tests/support/sealed_place.hpp"
#include "tests/support/server_place.hpp"

namespace zhibu::both_ends {

using server::test::Court;
using server::test::Desk;
using simulation::simulated_catalog;

namespace {

/// A few records: a snapshot of little takes several messages.
constexpr std::size_t batch_bytes = 300;
constexpr std::size_t much = std::size_t{1} << 24U;
/// Of every line here.
constexpr std::array<std::uint8_t, 32> binding{9};

/// Before the first key is made: signatures differ in length, and with them what one message holds.
keys::Ed25519Key seeded_key() {
    simulation::seed_openssl(1);
    return keys::Ed25519Key::generate();
}

server::SpaceIdentity identity() {
    server::SpaceIdentity made;
    made.space.uuid.bytes.fill(1);
    made.epoch.uuid.bytes.fill(2);
    made.name = "a test";
    return made;
}

}  // namespace

Space::Space() : password_key_{seeded_key()} {
    auto store = server::create_sqlite_store(support::server_place(folder_.path() / "space"),
                                             identity(), simulated_catalog());
    ZHIBU_CHECK(store.has_value());
    store_ = *std::move(store);
    found();
    start();
}

Space::~Space() { settle(); }

void Space::found() {
    court = std::make_unique<Court>(store_.get());
    server::Credential credential;
    credential.public_key = password_key_.public_key();
    const std::array accounts{court->secretary_a, court->secretary_a, court->secretary_b,
                              court->general_administrator, court->administrator};
    for (const record::RecordId& account : accounts) {
        server::ServerWrite write;
        write.action = "password";
        write.changes = {
            server::test::update("account", account, {}, {{"phone", server::test::text("1")}})};
        write.credentials = {{account, credential}};
        ZHIBU_CHECK(court->try_write(std::move(write)).has_value());
        desks.push_back(court->enrol(account));
    }
    court->stop();
}

void Space::start() {
    server::Committer::Parts parts = court->parts();
    parts.executor = &executor;
    parts.catalog = &simulated_catalog();
    parts.on_commit = [this](const server::CommitNotice& notice) { host_->on_commit(notice); };
    auto started = server::Committer::start(std::move(parts), {});
    ZHIBU_CHECK(started.has_value());
    court->committer = *std::move(started);
    reading_ = std::make_unique<server::ReadingDesk>(reader(), executor);
    server::SessionHost::Parts session_parts;
    session_parts.executor = &executor;
    session_parts.committer = court->committer.get();
    session_parts.desk = reading_.get();
    session_parts.clock = &court->clock;
    session_parts.random = &court->random;
    session_parts.sign = [this](std::span<const std::uint8_t> bytes) {
        return court->receipt_key.sign(bytes);
    };
    session_parts.unbox = [](std::span<const std::uint8_t>) {
        return std::optional<record::SealedGroup>{};
    };
    session_parts.keep_incident = [this](const sync::IncidentReport& report, const sync::Hello&) {
        incidents.push_back(report);
    };
    session_parts.log = [](std::string_view, std::string_view) {};
    server::SessionHost::Settings settings;
    settings.session.batch_bytes_max = batch_bytes;
    host_ = std::make_unique<server::SessionHost>(store_->identity(), std::move(session_parts),
                                                  settings);
}

void Space::restart() {
    settle();
    ZHIBU_CHECK(host_->open_sessions() == 0);
    host_.reset();
    reading_.reset();
    court->stop();
    start();
}

std::unique_ptr<server::StoreReader> Space::reader() {
    auto opened = store_->open_reader();
    ZHIBU_CHECK(opened.has_value());
    return *std::move(opened);
}

server::ScopeFilter Space::scope_of(const record::RecordId& account) const {
    const auto control = court->committer->control();
    return control->scope_filter(*control->account(account));
}

record::LogIndex Space::head() { return reader()->head().value(); }

std::vector<server::LogRow> Space::log() {
    const auto from = reader();
    std::vector<server::LogRow> rows;
    for (std::uint64_t position = 1; position <= from->head()->position; ++position) {
        rows.push_back(**from->row(record::LogIndex{position}));
    }
    return rows;
}

std::shared_ptr<Line> Space::connect(const record::DeviceId& device, sync::WireEvents& client,
                                     Course course) {
    auto line = std::make_shared<Line>(executor, host_->accept(), client, std::move(course));
    sync::PeerIdentity as_client;
    as_client.device = device;
    as_client.channel_binding = binding;
    sync::PeerIdentity as_server;
    as_server.channel_binding = binding;
    line->open(as_client, as_server);
    return line;
}

Station::Station(Space& space, Seat seat)
    : space_{space}, random_{seat + 1}, kit_{space.desks.at(seat)} {
    random_ = support::SeededRandom{space.court->random.below(SIZE_MAX)};
    auto made = client::Replica::create(support::sealed(folder_.path() / "replica"),
                                        {identity().space, kit_.device, kit_.account},
                                        simulated_catalog(), space.court->clock, random_);
    ZHIBU_CHECK(made.has_value());
    desk_ = std::make_unique<client::ReplicaDesk>(*std::move(made), space.executor);
    kit_.incarnation = status().incarnation;
}

Station::~Station() {
    line_.reset();
    desk_.reset();
}

client::SyncAgent::Parts Station::parts(Course course) {
    client::SyncAgent::Parts parts;
    parts.executor = &space_.executor;
    parts.desk = desk_.get();
    parts.random = &random_;
    parts.connect = [this, course = std::move(course)](sync::WireEvents& events) {
        line_ = space_.connect(kit_.device, events, course);
    };
    parts.prove = [this](std::span<const std::uint8_t> bytes) {
        return space_.password_key().sign(bytes);
    };
    parts.ledger = [this] { return pin_; };
    parts.keep_pin = [this](const sync::LedgerPin& pin) { pin_ = pin; };
    parts.note_finding = [this](const sync::LedgerFinding& finding) {
        findings.push_back(finding);
    };
    parts.server_key = space_.court->receipt_key.public_key();
    parts.catalog_version = simulated_catalog().version();
    parts.report = [this](const client::SyncReport& report) { report_ = report; };
    parts.replica_changed = [] {};
    return parts;
}

client::SyncReport Station::synchronise(Course course) {
    report_ = {};
    client::SyncAgent agent{parts(std::move(course)), client::SyncAgent::Mode::once};
    agent.start();
    space_.settle();
    if (report_.phase != client::SyncPhase::ended) {
        // Somebody waits for what the line has swallowed.
        line_->lose();
        space_.settle();
    }
    EXPECT_EQ(report_.phase, client::SyncPhase::ended);
    return report_;
}

void Station::reopen() {
    desk_.reset();
    auto opened = client::Replica::open(support::sealed(folder_.path() / "replica"),
                                        simulated_catalog(), space_.court->clock, random_);
    ZHIBU_CHECK(opened.has_value());
    desk_ = std::make_unique<client::ReplicaDesk>(*std::move(opened), space_.executor);
}

bool Station::commit(const client::Draft& draft) {
    const auto committed = ask([&](client::Replica& replica) {
        return replica.commit(draft,
                              [&](const record::Hash& hash) { return kit_.key->sign(hash); });
    });
    return committed && committed->sequence.position != 0;
}

client::ReplicaStatus Station::status() {
    return ask([](client::Replica& replica) { return replica.status().value(); });
}

std::vector<client::OwnGroup> Station::own_groups() {
    return ask([](client::Replica& replica) { return replica.own_groups(1'000).value(); });
}

std::vector<record::RecordState> Station::records() {
    return ask([](client::Replica& replica) {
        std::vector<record::RecordState> found;
        for (const catalog::Kind& kind : simulated_catalog().kinds()) {
            client::ListQuery query;
            query.kind = kind.id();
            query.with_retired = true;
            query.limit = 1'000;
            auto page = replica.list(query).value();
            std::ranges::move(page.records, std::back_inserter(found));
        }
        std::ranges::sort(found, {}, &record::RecordState::key);
        return found;
    });
}

void expect_same_as_store(Space& space, Station& station) {
    const auto status = station.status();
    EXPECT_EQ(status.confirmed, space.head());
    EXPECT_EQ(status.waiting, 0U);
    const auto scope = space.scope_of(station.kit().account);
    const auto own = station.ask([](client::Replica& replica) { return replica.digest().value(); });
    const auto theirs = space.reader()->digest(scope).value();
    EXPECT_EQ(own.at, theirs.at);
    EXPECT_EQ(own.records, theirs.records);
    EXPECT_EQ(own.digest, theirs.digest);
    const auto chunk = space.reader()->chunk({}, scope, much).value();
    ASSERT_TRUE(chunk.is_last);
    EXPECT_EQ(station.records(), chunk.records);
}

void expect_each_group_once(Space& space, Station& station) {
    std::vector<server::LogRow> rows = space.log();
    std::erase_if(rows, [&](const server::LogRow& row) {
        return row.name.device != station.kit().device ||
               row.name.incarnation != station.kit().incarnation;
    });
    auto groups = station.own_groups();
    std::ranges::reverse(groups);
    ASSERT_EQ(rows.size(), groups.size());
    for (std::size_t at = 0; at < rows.size(); ++at) {
        EXPECT_EQ(rows[at].name.sequence, record::Sequence{at + 1});
        EXPECT_EQ(rows[at].sealed.bytes, sync::encode(groups[at].group));
        ASSERT_TRUE(groups[at].verdict);
        EXPECT_EQ(rows[at].receipt.verdict, sync::encode(*groups[at].verdict));
    }
}

}  // namespace zhibu::both_ends
