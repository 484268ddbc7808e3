#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "shared/keys/secret_bytes.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::client {

/// Where a server of the committee takes connections.
struct ServerAddress {
    std::string host;
    std::uint16_t port = 0;

    friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

/// What enrolment leaves on a device, beside the replica: who it is, whom it trusts, its key.
struct Identity {
    record::SpaceId space;
    record::DeviceId device;
    record::RecordId account;
    std::string account_name;
    std::string server_host;
    std::uint16_t server_port = 0;
    /// Where others of the same space do, if there are several.
    std::vector<ServerAddress> further_servers;
    std::array<std::uint8_t, 32> server_key{};
    /// X25519: the outbox is sealed to it.
    std::array<std::uint8_t, 32> server_box_key{};
    std::array<std::uint8_t, 16> password_salt{};
    sync::PasswordCost password_cost;
    /// PEM: the device's certificate and its intermediate.
    std::string certificate_chain;
    /// PEM: the pinned root.
    std::string root_certificate;
};

enum class IdentityFault : std::uint8_t { not_enrolled, already_enrolled, damaged, storage_failed };

struct IdentityError {
    IdentityFault fault = IdentityFault::storage_failed;
    /// The file; no data.
    std::string place;
};

/// The files of one enrolment, all in one folder of mode 0700, each of mode 0600.
struct IdentityFiles {
    std::filesystem::path folder;

    [[nodiscard]] std::filesystem::path identity() const { return folder / "identity.json"; }

    [[nodiscard]] std::filesystem::path device_key() const { return folder / "device_key.pem"; }

    /// 32 random bytes that stay on this device: one of the three things that open the replica.
    [[nodiscard]] std::filesystem::path device_secret() const { return folder / "device_secret"; }

    /// Without the slots' endings.
    [[nodiscard]] std::filesystem::path key_file() const { return folder / "key"; }

    /// A folder of its own, which backups leave out.
    [[nodiscard]] std::filesystem::path lease_folder() const { return folder / "lease"; }

    /// The last lease without its secret: when the account may work next.
    [[nodiscard]] std::filesystem::path periods() const { return folder / "periods"; }

    /// The latest time that this device has known.
    [[nodiscard]] std::filesystem::path latest_time() const { return folder / "latest_time"; }

    [[nodiscard]] std::filesystem::path outbox() const { return folder / "outbox"; }

    /// How far the server has been handed what former replicas left in the outbox.
    [[nodiscard]] std::filesystem::path handed_in() const { return folder / "handed_in"; }

    /// The pinned tree head, and what was found wrong with the server's history.
    [[nodiscard]] std::filesystem::path server_history() const { return folder / "server_history"; }

    [[nodiscard]] std::filesystem::path replica() const { return folder / "replica.db"; }

    /// All that the replica consists of, its lock file left out.
    [[nodiscard]] std::vector<std::filesystem::path> replica_files() const {
        return {folder / "replica.db", folder / "replica.db-wal", folder / "replica.db.head"};
    }
};

/// Writes both files so that a crash leaves either no enrolment or a whole one: the key first,
/// the identity last, each by a temporary file, sync and rename.
[[nodiscard]] std::expected<void, IdentityError> save_identity(const IdentityFiles& files,
                                                               const Identity& identity,
                                                               const keys::SecretBytes& key_pem);

/// Replaces the identity alone (a new salt, a renewed certificate).
[[nodiscard]] std::expected<void, IdentityError> update_identity(const IdentityFiles& files,
                                                                 const Identity& identity);

[[nodiscard]] std::expected<Identity, IdentityError> load_identity(const IdentityFiles& files);

[[nodiscard]] std::expected<keys::SecretBytes, IdentityError> load_device_key(
    const IdentityFiles& files);

}  // namespace zhibu::client
