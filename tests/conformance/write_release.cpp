#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/access/device_outbox.hpp"
#include "client/access/safe.hpp"
#include "client/identity/identity.hpp"
#include "client/replica/replica.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/system.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/disk.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/conformance/release_files.hpp"
#include "tests/server/committer/court.hpp"

/// Writes the files of a release, made by this program: write_release FOLDER. See README.md.
namespace {

using namespace zhibu;
using conformance::Facts;
using server::test::applicant;
using server::test::Court;
using server::test::Desk;
using server::test::text;

constexpr std::size_t chunk_bytes = 500;

std::unique_ptr<server::SealedStore> make_store(const std::filesystem::path& folder) {
    keys::SystemRandom random;
    const auto bytes = vault::serialise(vault::make_data_key(random));
    conformance::write_bytes(folder / "data_key", {bytes.span().begin(), bytes.span().end()});
    const server::SpaceIdentity identity{record::SpaceId{record::Uuid{{5}}},
                                         record::EpochId{record::Uuid{{6}}}, "space"};
    return server::create_sqlite_store(conformance::release_store(folder), identity,
                                       conformance::smaller_catalog())
        .value();
}

/// People, a value that was lost, a group that waits, and one that was changed often.
void fill(Court& court, Desk& desk, Facts& facts) {
    const record::RecordId person = court.new_id();
    facts["person"] = record::to_text(person);
    for (unsigned number = 1; number <= 8; ++number) {
        const record::RecordId id = number == 1 ? person : court.new_id();
        static_cast<void>(court.judge(
            desk, {server::test::create("person", id, applicant(court.branch_a, number))}));
    }
    Desk other = court.enrol(court.administrator);
    const record::Base seen = court.seen();
    static_cast<void>(court.judge(
        desk, {server::test::update("person", person, seen, {{"address", text("一路")}})}));
    const auto merged = court.judge(
        other, {server::test::update("person", person, seen, {{"address", text("二路")}})});
    ZHIBU_CHECK(merged.outcome == record::Outcome::merged);
    desk.made_at = server::test::after(server::test::noon, server::test::day_ms);
    const auto waiting = court.judge(
        desk, {server::test::update("person", person, court.seen(), {{"name", text("未来")}})});
    ZHIBU_CHECK(waiting.outcome == record::Outcome::quarantined);
    desk.made_at = server::test::noon;
}

sync::Lease lease_of(const Court& court, const Desk& desk) {
    sync::Lease lease;
    lease.serial = 1;
    lease.space = court.used_store->identity().space;
    lease.account = desk.account;
    lease.device = desk.device;
    lease.scope = court.branch_a;
    lease.may_write = true;
    lease.always_open = true;
    lease.granted_at = court.clock.now();
    lease.expires_at = server::test::after(court.clock.now(), 72 * server::test::hour_ms);
    return lease;
}

client::Identity identity_of(const Court& court, const Desk& desk) {
    client::Identity identity;
    identity.space = court.used_store->identity().space;
    identity.device = desk.device;
    identity.account = desk.account;
    identity.account_name = "支部";
    identity.server_host = "localhost";
    identity.server_port = 1;
    identity.server_key = court.receipt_key.public_key();
    identity.server_box_key = keys::X25519Key::generate().public_key();
    identity.password_salt.fill(4);
    identity.password_cost = {keys::argon2_cost_min.memory_kib, keys::argon2_cost_min.passes,
                              keys::argon2_cost_min.lanes};
    return identity;
}

client::Draft draft(std::string_view action, const record::RecordId& person,
                    record::Operation operation, const server::test::Values& values) {
    const catalog::Kind& kind = conformance::smaller_catalog().kind("person");
    client::DraftChange change{{kind.id(), person}, operation, {}};
    for (const auto& [field, value] : values) {
        if (const catalog::Field* known = kind.find(field)) {
            change.fields.push_back({known->id(), value});
        }
    }
    return {std::string{action}, {std::move(change)}};
}

/// The branch's device: a snapshot of its scope, and two groups that wait.
void make_device(const std::filesystem::path& folder, Court& court, const Desk& desk,
                 const std::vector<std::vector<std::uint8_t>>& frames, Facts& facts) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    keys::SystemRandom random;
    vault::SystemDisk disk;
    const client::IdentityFiles files{folder};
    const client::Identity identity = identity_of(court, desk);
    ZHIBU_CHECK(client::save_identity(files, identity, desk.key->to_pem()).has_value());
    client::Safe safe{files, disk, random};
    auto access = std::make_shared<client::Access>(
        safe.open(keys::SecretBytes{conformance::release_password}, identity).value());
    ZHIBU_CHECK(safe.start_anew(*access).has_value());
    std::array<std::uint8_t, 32> secret{};
    random.fill(secret);
    const sync::Lease lease = lease_of(court, desk);
    ZHIBU_CHECK(safe.take_lease(*access, lease, secret, court.clock.now()).has_value());
    const auto outbox = client::DeviceOutbox::open(files, identity, access, disk, random).value();
    const auto replica = client::Replica::create({files.replica(), access->ring(), outbox},
                                                 {identity.space, identity.device, desk.account},
                                                 conformance::smaller_catalog(), court.clock, random)
                             .value();
    ZHIBU_CHECK(replica->take_lease(lease, court.clock.now()).has_value());
    ZHIBU_CHECK(replica->adopt_epoch(court.used_store->identity().epoch, {}).has_value());
    record::RecordKey after;
    for (const auto& frame : frames) {
        const auto message = sync::decode_message(frame).value();
        const auto& chunk = std::get<sync::SnapshotChunk>(message);
        ZHIBU_CHECK(replica->stage(after, chunk).has_value());
        after = chunk.through;
    }
    ZHIBU_CHECK(replica->swap_in().has_value());
    const auto sign = [&](const record::Hash& hash) { return desk.key->sign(hash); };
    const record::RecordId person{record::parse_uuid(facts["person"]).value()};
    ZHIBU_CHECK(replica
                    ->commit(draft("create", replica->new_record_id(), record::Operation::create,
                                   applicant(court.branch_a, 77)),
                             sign)
                    .has_value());
    ZHIBU_CHECK(replica
                    ->commit(draft("edit", person, record::Operation::update,
                                   {{"mobile", text("13900000001")}}),
                             sign)
                    .has_value());
    facts["incarnation"] = record::to_text(replica->status()->incarnation);
}

void make_release(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "server");
    Facts facts;
    auto store = make_store(folder / "server");
    Court court{store.get()};
    Desk desk = court.enrol(court.secretary_a);
    fill(court, desk, facts);
    std::vector<std::vector<std::uint8_t>> frames;
    {
        const auto reader = store->open_reader().value();
        const auto digest = reader->digest({true, {}}).value();
        facts["head"] = std::to_string(digest.at.position);
        facts["records"] = std::to_string(digest.records);
        facts["digest"] = keys::to_hex(digest.digest);
        record::RecordKey after;
        for (bool is_last = false; !is_last;) {
            const auto chunk = reader->chunk(after, {false, {court.branch_a}}, chunk_bytes).value();
            frames.push_back(sync::encode(sync::Message{chunk}));
            after = chunk.through;
            is_last = chunk.is_last;
        }
    }
    conformance::write_frames(folder / "chunks", frames);
    facts["branch"] = record::to_text(court.branch_a);
    facts["device"] = record::to_text(desk.device);
    facts["account"] = record::to_text(desk.account);
    facts["server_device"] = record::to_text(court.parts().server_device);
    const auto receipt_key = court.receipt_key.public_key();
    conformance::write_bytes(folder / "server" / "receipt_key",
                             {receipt_key.begin(), receipt_key.end()});
    conformance::write_bytes(folder / "server" / "group_key", court.server_key.public_key());
    make_device(folder / "device", court, desk, frames, facts);
    court.stop();
    store.reset();
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (each.path().extension() == ".lock") {
            std::filesystem::remove(each.path());
        }
    }
    conformance::write_facts(folder, facts);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || std::filesystem::exists(argv[1])) {
        std::cerr << "write_release FOLDER, which must not be there yet\n";
        return 2;
    }
    make_release(argv[1]);
    return 0;
}
