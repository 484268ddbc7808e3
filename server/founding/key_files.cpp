#include "server/founding/key_files.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "shared/keys/authority.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/private_file.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t clock_slack_ms = 3'600'000;
constexpr std::int64_t root_days = 20 * 365;
constexpr std::int64_t intermediate_days = 10 * 365;
/// Who renews it needs the root's key, which is offline.
constexpr std::int64_t server_days = 2 * 365;

constexpr std::string_view root_file = "root.pem";
constexpr std::string_view server_authority_file = "server_authority.pem";
constexpr std::string_view device_authority_file = "device_authority.pem";
constexpr std::string_view device_authority_key_file = "device_authority_key.pem";
constexpr std::string_view server_file = "server.pem";
constexpr std::string_view server_key_file = "server_key.pem";
constexpr std::string_view signing_seed_file = "signing_seed";
constexpr std::string_view box_secret_file = "box_secret";
constexpr std::string_view group_key_file = "group_key.pem";
constexpr std::string_view server_device_file = "server_device";

template <class T>
using Result = std::expected<T, KeyFilesError>;

std::unexpected<KeyFilesError> error(KeyFilesFault fault, const std::filesystem::path& place) {
    return std::unexpected{KeyFilesError{fault, place.string()}};
}

KeyFilesError error_of(const keys::FileError& error) {
    switch (error.fault) {
        case keys::FileFault::not_there:
            return {KeyFilesFault::not_there, error.place.string()};
        case keys::FileFault::already_there:
            return {KeyFilesFault::already_there, error.place.string()};
        case keys::FileFault::wrong_size:
            return {KeyFilesFault::damaged, error.place.string()};
        case keys::FileFault::storage_failed:
            break;
    }
    return {KeyFilesFault::storage_failed, error.place.string()};
}

Result<void> mapped(const std::expected<void, keys::FileError>& done) {
    if (!done) {
        return std::unexpected{error_of(done.error())};
    }
    return {};
}

Result<void> write_new(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
    return mapped(keys::write_new_private_file(file, bytes));
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}

Result<void> write_new(const std::filesystem::path& file, std::string_view text) {
    return write_new(file, bytes_of(text));
}

Result<keys::SecretBytes> read(const std::filesystem::path& file) {
    auto bytes = keys::read_private_file(file);
    if (!bytes) {
        return std::unexpected{error_of(bytes.error())};
    }
    return *std::move(bytes);
}

Result<keys::P256Key> read_key(const std::filesystem::path& file) {
    ZHIBU_TRY(pem, read(file));
    auto key = keys::P256Key::from_pem(pem);
    if (!key) {
        return error(KeyFilesFault::damaged, file);
    }
    return *std::move(key);
}

Result<std::vector<keys::Certificate>> read_certificates(const std::filesystem::path& file) {
    ZHIBU_TRY(pem, read(file));
    auto certificates = keys::certificates_from_pem(pem.text());
    if (!certificates) {
        return error(KeyFilesFault::damaged, file);
    }
    return *std::move(certificates);
}

Result<keys::Certificate> read_certificate_file(const std::filesystem::path& file) {
    ZHIBU_TRY(certificates, read_certificates(file));
    return std::move(certificates.front());
}

keys::Validity days_from(record::Instant now, std::int64_t days) {
    return {record::Instant{now.milliseconds - clock_slack_ms},
            record::Instant{now.milliseconds + days * day_ms}};
}

/// The server's own certificate, and its intermediate: one that was renewed brings it along.
struct ServerCertificates {
    keys::Certificate own;
    keys::Certificate authority;
};

Result<ServerCertificates> read_server_certificates(const std::filesystem::path& folder) {
    ZHIBU_TRY(own, read_certificates(folder / server_file));
    if (own.size() > 1) {
        return ServerCertificates{std::move(own[0]), std::move(own[1])};
    }
    ZHIBU_TRY(authority, read_certificate_file(folder / server_authority_file));
    return ServerCertificates{std::move(own[0]), std::move(authority)};
}

Result<void> write_all(const ServerFiles& files, const ServerKeys& made,
                       const keys::P256Key& root_key) {
    const auto& folder = files.folder;
    ZHIBU_TRY_VOID(write_new(files.root_key(), root_key.to_pem().span()));
    ZHIBU_TRY_VOID(write_new(folder / root_file, to_pem(made.root)));
    ZHIBU_TRY_VOID(write_new(folder / server_authority_file, to_pem(made.server_authority)));
    ZHIBU_TRY_VOID(
        write_new(folder / device_authority_file, to_pem(made.device_authority.certificate)));
    ZHIBU_TRY_VOID(
        write_new(folder / device_authority_key_file, made.device_authority.key.to_pem().span()));
    ZHIBU_TRY_VOID(write_new(folder / server_file, to_pem(made.server.certificate)));
    ZHIBU_TRY_VOID(write_new(folder / server_key_file, made.server.key.to_pem().span()));
    ZHIBU_TRY_VOID(write_new(folder / signing_seed_file, made.signing_key.seed().span()));
    ZHIBU_TRY_VOID(write_new(folder / box_secret_file, made.box_key.secret().span()));
    ZHIBU_TRY_VOID(write_new(folder / group_key_file, made.group_key.to_pem().span()));
    ZHIBU_TRY_VOID(write_new(folder / server_device_file, to_text(made.server_device)));
    return mapped(keys::sync_folder(folder));
}

}  // namespace

std::expected<ServerKeys, KeyFilesError> make_server_keys(const ServerFiles& files,
                                                          const std::string& space_name,
                                                          const std::vector<std::string>& hosts,
                                                          record::Instant now,
                                                          record::Random& random) {
    ZHIBU_TRY_VOID(mapped(keys::make_private_folder(files.folder)));
    std::error_code fault;
    if (!std::filesystem::is_empty(files.folder, fault)) {
        return error(KeyFilesFault::already_there, files.folder);
    }
    const auto for_days = [now](std::int64_t days) { return days_from(now, days); };
    const keys::Issuer root = keys::make_root(space_name + " root", for_days(root_days), random);
    const keys::Issuer server_authority = keys::make_intermediate(
        root, space_name + " servers", keys::Usage::server, for_days(intermediate_days), random);
    ServerKeys made{record::DeviceId{record::make_uuid_v7(now, random)},
                    root.certificate,
                    server_authority.certificate,
                    keys::make_intermediate(root, space_name + " devices", keys::Usage::device,
                                            for_days(intermediate_days), random),
                    keys::issue_server(server_authority, hosts, for_days(server_days), random),
                    keys::Ed25519Key::generate(),
                    keys::X25519Key::generate(),
                    keys::P256Key::generate()};
    ZHIBU_TRY_VOID(write_all(files, made, root.key));
    return made;
}

std::expected<ServerKeys, KeyFilesError> load_server_keys(const ServerFiles& files) {
    const auto& folder = files.folder;
    ZHIBU_TRY(root, read_certificate_file(folder / root_file));
    ZHIBU_TRY(certificates, read_server_certificates(folder));
    ZHIBU_TRY(device_authority, read_certificate_file(folder / device_authority_file));
    ZHIBU_TRY(device_authority_key, read_key(folder / device_authority_key_file));
    ZHIBU_TRY(server_key, read_key(folder / server_key_file));
    ZHIBU_TRY(seed, read(folder / signing_seed_file));
    ZHIBU_TRY(box_secret, read(folder / box_secret_file));
    ZHIBU_TRY(group_key, read_key(folder / group_key_file));
    ZHIBU_TRY(device_text, read(folder / server_device_file));
    auto signing_key = keys::Ed25519Key::from_seed(seed);
    auto box_key = keys::X25519Key::from_secret(box_secret);
    const auto device = record::parse_uuid(device_text.text());
    if (!signing_key) {
        return error(KeyFilesFault::damaged, folder / signing_seed_file);
    }
    if (!box_key) {
        return error(KeyFilesFault::damaged, folder / box_secret_file);
    }
    if (!device) {
        return error(KeyFilesFault::damaged, folder / server_device_file);
    }
    return ServerKeys{record::DeviceId{*device},
                      std::move(root),
                      std::move(certificates.authority),
                      keys::Issuer{std::move(device_authority), std::move(device_authority_key)},
                      keys::Issuer{std::move(certificates.own), std::move(server_key)},
                      *std::move(signing_key),
                      *std::move(box_key),
                      std::move(group_key)};
}

std::expected<record::Instant, KeyFilesError> renew_server_certificate(
    const ServerFiles& files, const std::filesystem::path& root_key,
    const std::vector<std::string>& hosts, record::Instant now, record::Random& random) {
    const auto& folder = files.folder;
    ZHIBU_TRY(root, read_certificate_file(folder / root_file));
    ZHIBU_TRY(key, read_key(root_key));
    if (!keys::belongs_to(root, key)) {
        return error(KeyFilesFault::wrong_key, root_key);
    }
    ZHIBU_TRY(former, read_server_certificates(folder));
    const auto words = keys::read_certificate(former.authority);
    if (!words) {
        return error(KeyFilesFault::damaged, folder / server_file);
    }
    // The one before was made with a key that nobody kept.
    const keys::Issuer authority =
        keys::make_intermediate(keys::Issuer{std::move(root), std::move(key)}, words->name,
                                keys::Usage::server, days_from(now, intermediate_days), random);
    const keys::Validity validity = days_from(now, server_days);
    const auto own = keys::renew_server(authority, former.own, hosts, validity, random);
    if (!own) {
        return error(KeyFilesFault::damaged, folder / server_file);
    }
    const std::string chain = to_pem(*own) + to_pem(authority.certificate);
    ZHIBU_TRY_VOID(mapped(keys::replace_private_file(folder / server_file, bytes_of(chain))));
    return validity.until;
}

std::string server_chain(const ServerKeys& keys) {
    return to_pem(keys.server.certificate) + to_pem(keys.server_authority) + to_pem(keys.root);
}

}  // namespace zhibu::server
