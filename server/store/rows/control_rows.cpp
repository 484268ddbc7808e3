#include "server/store/rows/control_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"

namespace zhibu::server::detail {
namespace {

std::uint32_t small_number(const Query& row, int column) {
    return static_cast<std::uint32_t>(row.integer(column));
}

/// With it, and the salt beside it, passwords could be tried.
ContentName proof_of(const RecordId& account) {
    return {"zhibu_credential.public_key", 0, account.uuid};
}

ContentName secret_of(const RecordId& account, bool is_pending) {
    return {"zhibu_second_factor.secret", is_pending ? 1U : 0U, account.uuid};
}

}  // namespace

Known ControlRows::known() {
    Known found;
    Query accounts = connection_.query(
        "SELECT account FROM zhibu_credential UNION SELECT account FROM zhibu_second_factor "
        "ORDER BY account");
    while (accounts.step()) {
        found.accounts.push_back(RecordId{accounts.uuid(0)});
    }
    Query devices = connection_.query(
        "SELECT device FROM zhibu_device_key UNION SELECT device FROM zhibu_device_contact "
        "ORDER BY device");
    while (devices.step()) {
        found.devices.push_back(DeviceId{devices.uuid(0)});
    }
    Query codes =
        connection_.query("SELECT code_hash FROM zhibu_enrolment_code ORDER BY code_hash");
    while (codes.step()) {
        found.enrolment_codes.push_back(codes.hash(0));
    }
    return found;
}

std::optional<Credential> ControlRows::credential(const RecordId& account) {
    Query row = connection_.query(
        "SELECT public_key, salt, memory_kib, passes, lanes, changed_at FROM zhibu_credential "
        "WHERE account=?");
    if (!row.bind(account.uuid.bytes).step()) {
        return std::nullopt;
    }
    Credential found;
    const auto proof = row.content(0, proof_of(account));
    if (proof.size() != found.public_key.size()) {
        throw Failed(StoreFault::damaged, "zhibu_credential");
    }
    std::ranges::copy(proof, found.public_key.begin());
    found.salt = row.uuid(1).bytes;
    found.cost = {small_number(row, 2), small_number(row, 3), small_number(row, 4)};
    found.changed_at = Instant{row.integer(5)};
    return found;
}

void ControlRows::write(const RecordId& account, const Credential& credential) {
    connection_.query("DELETE FROM zhibu_credential WHERE account=?")
        .bind(account.uuid.bytes)
        .run();
    connection_
        .query(
            "INSERT INTO zhibu_credential(account, public_key, salt, memory_kib, passes, "
            "lanes, changed_at) VALUES(?, ?, ?, ?, ?, ?, ?)")
        .bind(account.uuid.bytes)
        .bind_content(credential.public_key, proof_of(account))
        .bind(credential.salt)
        .bind(std::int64_t{credential.cost.memory_kib})
        .bind(std::int64_t{credential.cost.passes})
        .bind(std::int64_t{credential.cost.lanes})
        .bind(credential.changed_at.milliseconds)
        .run();
}

SecondFactors ControlRows::second_factors(const RecordId& account) {
    SecondFactors found;
    Query row = connection_.query(
        "SELECT is_pending, secret, last_step, recovery_codes FROM zhibu_second_factor WHERE "
        "account=?");
    row.bind(account.uuid.bytes);
    while (row.step()) {
        SecondFactor factor;
        const bool is_pending = row.integer(0) != 0;
        const auto secret = row.content(1, secret_of(account, is_pending));
        const auto codes = row.bytes(3);
        if (secret.size() != factor.secret.size() || codes.size() % sizeof(Hash) != 0) {
            throw Failed(StoreFault::damaged, "second factor");
        }
        std::ranges::copy(secret, factor.secret.begin());
        factor.last_step = row.position(2);
        for (std::size_t at = 0; at < codes.size(); at += sizeof(Hash)) {
            std::ranges::copy_n(codes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(Hash),
                                factor.recovery_codes.emplace_back().begin());
        }
        (is_pending ? found.pending : found.active) = std::move(factor);
    }
    return found;
}

void ControlRows::write(const RecordId& account, const SecondFactors& factors) {
    connection_.query("DELETE FROM zhibu_second_factor WHERE account=?")
        .bind(account.uuid.bytes)
        .run();
    for (const bool is_pending : {false, true}) {
        const std::optional<SecondFactor>& factor = is_pending ? factors.pending : factors.active;
        if (!factor) {
            continue;
        }
        std::vector<std::uint8_t> codes;
        for (const Hash& hash : factor->recovery_codes) {
            codes.insert(codes.end(), hash.begin(), hash.end());
        }
        connection_
            .query(
                "INSERT INTO zhibu_second_factor(account, is_pending, secret, last_step, "
                "recovery_codes) VALUES(?, ?, ?, ?, ?)")
            .bind(account.uuid.bytes)
            .bind(std::int64_t{is_pending ? 1 : 0})
            .bind_content(factor->secret, secret_of(account, is_pending))
            .bind_position(factor->last_step)
            .bind(codes)
            .run();
    }
}

std::optional<DeviceKey> ControlRows::device_key(const DeviceId& device) {
    Query row = connection_.query(
        "SELECT account, public_key, certificate_fingerprint FROM zhibu_device_key WHERE device=?");
    if (!row.bind(device.uuid.bytes).step()) {
        return std::nullopt;
    }
    return DeviceKey{device, RecordId{row.uuid(0)}, row.bytes(1), row.hash(2)};
}

void ControlRows::write(const DeviceKey& key) {
    connection_.query("DELETE FROM zhibu_device_key WHERE device=?")
        .bind(key.device.uuid.bytes)
        .run();
    connection_
        .query(
            "INSERT INTO zhibu_device_key(device, account, public_key, "
            "certificate_fingerprint) VALUES(?, ?, ?, ?)")
        .bind(key.device.uuid.bytes)
        .bind(key.account.uuid.bytes)
        .bind(key.public_key)
        .bind(key.certificate_fingerprint)
        .run();
}

std::optional<Contact> ControlRows::contact(const DeviceId& device) {
    Query row = connection_.query(
        "SELECT at, version, incarnation, newest FROM zhibu_device_contact WHERE device=?");
    if (!row.bind(device.uuid.bytes).step()) {
        return std::nullopt;
    }
    const auto version = row.bytes(1);
    return Contact{device, Instant{row.integer(0)}, std::string{version.begin(), version.end()},
                   IncarnationId{row.uuid(2)}, Sequence{row.position(3)}};
}

void ControlRows::write(const Contact& contact) {
    connection_.query("DELETE FROM zhibu_device_contact WHERE device=?")
        .bind(contact.device.uuid.bytes)
        .run();
    connection_
        .query(
            "INSERT INTO zhibu_device_contact(device, at, version, incarnation, newest) "
            "VALUES(?, ?, ?, ?, ?)")
        .bind(contact.device.uuid.bytes)
        .bind(contact.at.milliseconds)
        .bind(std::vector<std::uint8_t>{contact.version.begin(), contact.version.end()})
        .bind(contact.incarnation.uuid.bytes)
        .bind_position(contact.newest.position)
        .run();
}

std::optional<EnrolmentCode> ControlRows::enrolment_code(const Hash& code_hash) {
    Query row = connection_.query(
        "SELECT account, expires_at, used_at FROM zhibu_enrolment_code WHERE code_hash=?");
    if (!row.bind(code_hash).step()) {
        return std::nullopt;
    }
    EnrolmentCode found{code_hash, RecordId{row.uuid(0)}, Instant{row.integer(1)}, std::nullopt};
    if (!row.is_null(2)) {
        found.used_at = Instant{row.integer(2)};
    }
    return found;
}

void ControlRows::write(const EnrolmentCode& code) {
    connection_.query("DELETE FROM zhibu_enrolment_code WHERE code_hash=?")
        .bind(code.code_hash)
        .run();
    Query row = connection_.query(
        "INSERT INTO zhibu_enrolment_code(code_hash, account, expires_at, used_at) "
        "VALUES(?, ?, ?, ?)");
    row.bind(code.code_hash).bind(code.account.uuid.bytes).bind(code.expires_at.milliseconds);
    if (code.used_at) {
        row.bind(code.used_at->milliseconds);
    } else {
        row.bind_null();
    }
    row.run();
}

}  // namespace zhibu::server::detail
