#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "shared/keys/authority.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

enum class KeyFilesFault : std::uint8_t {
    not_there,
    already_there,
    damaged,
    open_to_others,  // more than its owner may read it
    wrong_key,       // what it wraps was wrapped by another
    storage_failed,
};

struct KeyFilesError {
    KeyFilesFault fault = KeyFilesFault::storage_failed;
    /// The file.
    std::string place;
};

/// The files of a space's server, in one folder of mode 0700, each of mode 0600.
struct ServerFiles {
    std::filesystem::path folder;
    /// Where systemd puts the credentials of a service; empty where it did not start this one.
    std::filesystem::path credentials = {};

    [[nodiscard]] std::filesystem::path store() const { return folder / "space.db"; }

    /// The store's data key, wrapped by the store key.
    [[nodiscard]] std::filesystem::path data_keys() const { return folder / "space.db.keys"; }

    /// Where the store lies in a cluster: which space of it is this one's, and its key, wrapped as
    /// the other. Every server of the space has both.
    [[nodiscard]] std::filesystem::path cluster_space() const { return folder / "cluster.space"; }

    [[nodiscard]] std::filesystem::path cluster_keys() const { return folder / "cluster.keys"; }

    [[nodiscard]] std::filesystem::path config() const { return folder / "server.toml"; }

    /// The root's key, which belongs offline; nothing that runs reads it.
    [[nodiscard]] std::filesystem::path root_key() const { return folder / "offline_root_key.pem"; }
};

/// All keys that a running server holds.
struct ServerKeys {
    /// The device that the server's own groups name.
    record::DeviceId server_device;
    keys::Certificate root;
    keys::Certificate server_authority;
    keys::Issuer device_authority;
    keys::Issuer server;
    /// Signs receipts and leases.
    keys::Ed25519Key signing_key;
    /// Opens what devices have sealed to this server.
    keys::X25519Key box_key;
    /// Signs the server's own groups.
    keys::P256Key group_key;
};

/// Makes a space's authority and keys and writes them. The folder must be empty or absent.
/// @param hosts  names and addresses under which clients will reach the server; at least one
[[nodiscard]] std::expected<ServerKeys, KeyFilesError> make_server_keys(
    const ServerFiles& files, const std::string& space_name, const std::vector<std::string>& hosts,
    record::Instant now, record::Random& random);

[[nodiscard]] std::expected<ServerKeys, KeyFilesError> load_server_keys(const ServerFiles& files);

/// Gives the server its next certificate, for the key that it has, from a new intermediate of the
/// space's root, in one file: a running server goes on with the former until it is told.
/// @param root_key  the file of the root's key, which is only read
/// @param hosts  names and addresses for clients; none: the former certificate's
/// Returns how long it is good. Errors: wrong_key, where the key is not the root's; not_there,
/// open_to_others, damaged, storage_failed: the former one stays.
[[nodiscard]] std::expected<record::Instant, KeyFilesError> renew_server_certificate(
    const ServerFiles& files, const std::filesystem::path& root_key,
    const std::vector<std::string>& hosts, record::Instant now, record::Random& random);

/// The server's chain as TLS sends it: its certificate, its intermediate and the root, in PEM.
[[nodiscard]] std::string server_chain(const ServerKeys& keys);

}  // namespace zhibu::server
