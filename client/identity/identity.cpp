#include "client/identity/identity.hpp"

#include <boost/json.hpp>
#include <span>
#include <system_error>
#include <utility>

#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/private_file.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

std::unexpected<IdentityError> error(IdentityFault fault, const std::filesystem::path& place) {
    return std::unexpected{IdentityError{fault, place.string()}};
}

IdentityError error_of(const keys::FileError& error) {
    const IdentityFault fault =
        error.fault == keys::FileFault::not_there    ? IdentityFault::not_enrolled
        : error.fault == keys::FileFault::wrong_size ? IdentityFault::damaged
                                                     : IdentityFault::storage_failed;
    return IdentityError{fault, error.place.string()};
}

std::expected<void, IdentityError> replace_file(const std::filesystem::path& file,
                                                std::span<const std::uint8_t> bytes) {
    if (const auto written = keys::replace_private_file(file, bytes); !written) {
        return std::unexpected{error_of(written.error())};
    }
    return {};
}

std::expected<keys::SecretBytes, IdentityError> read_file(const std::filesystem::path& file) {
    auto bytes = keys::read_private_file(file);
    if (!bytes) {
        return std::unexpected{error_of(bytes.error())};
    }
    return *std::move(bytes);
}

template <std::size_t Size>
bool read_hex(const json::value* value, std::array<std::uint8_t, Size>& bytes) {
    if (value == nullptr || !value->is_string() || value->get_string().size() != Size * 2) {
        return false;
    }
    const std::string_view text = value->get_string();
    for (std::size_t i = 0; i < Size; ++i) {
        unsigned byte = 0;
        for (const char c : text.substr(i * 2, 2)) {
            const auto at = std::string_view{"0123456789abcdef"}.find(c);
            if (at == std::string_view::npos) {
                return false;
            }
            byte = byte * 16 + static_cast<unsigned>(at);
        }
        bytes[i] = static_cast<std::uint8_t>(byte);
    }
    return true;
}

bool read_text(const json::value* value, std::string& text) {
    if (value == nullptr || !value->is_string()) {
        return false;
    }
    text = std::string{value->get_string()};
    return true;
}

template <class Id>
bool read_id(const json::value* value, Id& id) {
    std::string text;
    const auto uuid = read_text(value, text) ? record::parse_uuid(text) : std::nullopt;
    if (!uuid) {
        return false;
    }
    id = Id{*uuid};
    return true;
}

template <class Number>
bool read_number(const json::value* value, Number& number) {
    if (value == nullptr || !value->is_int64()) {
        return false;
    }
    const std::int64_t read = value->get_int64();
    number = static_cast<Number>(read);
    return read >= 0 && std::cmp_equal(number, read);
}

constexpr std::size_t servers_max = 32;

json::array encoded_servers(const std::vector<ServerAddress>& servers) {
    json::array encoded;
    for (const ServerAddress& server : servers) {
        encoded.push_back(json::object{{"host", server.host}, {"port", server.port}});
    }
    return encoded;
}

/// A file of a version that knew of one server has none.
bool read_servers(const json::value* value, std::vector<ServerAddress>& servers) {
    if (value == nullptr) {
        return true;
    }
    const json::array* all = value->if_array();
    if (all == nullptr || all->size() > servers_max) {
        return false;
    }
    for (const json::value& each : *all) {
        const json::object* object = each.if_object();
        ServerAddress server;
        if (object == nullptr || !read_text(object->if_contains("host"), server.host) ||
            !read_number(object->if_contains("port"), server.port)) {
            return false;
        }
        servers.push_back(std::move(server));
    }
    return true;
}

std::string encoded(const Identity& identity) {
    return json::serialize(
        json::object{{"format", 1},
                     {"space", to_text(identity.space)},
                     {"device", to_text(identity.device)},
                     {"account", to_text(identity.account)},
                     {"account_name", identity.account_name},
                     {"server_host", identity.server_host},
                     {"server_port", identity.server_port},
                     {"further_servers", encoded_servers(identity.further_servers)},
                     {"server_key", keys::to_hex(identity.server_key)},
                     {"server_box_key", keys::to_hex(identity.server_box_key)},
                     {"password_salt", keys::to_hex(identity.password_salt)},
                     {"password_memory_kib", identity.password_cost.memory_kib},
                     {"password_passes", identity.password_cost.passes},
                     {"password_lanes", identity.password_cost.lanes},
                     {"certificate_chain", identity.certificate_chain},
                     {"root_certificate", identity.root_certificate}});
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}

}  // namespace

std::expected<void, IdentityError> save_identity(const IdentityFiles& files,
                                                 const Identity& identity,
                                                 const keys::SecretBytes& key_pem) {
    if (const auto made = keys::make_private_folder(files.folder); !made) {
        return std::unexpected{error_of(made.error())};
    }
    std::error_code fault;
    if (std::filesystem::exists(files.identity(), fault)) {
        return error(IdentityFault::already_enrolled, files.identity());
    }
    if (auto written = replace_file(files.device_key(), key_pem.span()); !written) {
        return written;
    }
    return update_identity(files, identity);
}

std::expected<void, IdentityError> update_identity(const IdentityFiles& files,
                                                   const Identity& identity) {
    return replace_file(files.identity(), bytes_of(encoded(identity)));
}

std::expected<Identity, IdentityError> load_identity(const IdentityFiles& files) {
    auto bytes = read_file(files.identity());
    if (!bytes) {
        return std::unexpected{std::move(bytes).error()};
    }
    boost::system::error_code fault;
    const json::value parsed = json::parse(bytes->text(), fault);
    const json::object* object = fault ? nullptr : parsed.if_object();
    if (object == nullptr) {
        return error(IdentityFault::damaged, files.identity());
    }
    const auto at = [object](std::string_view name) { return object->if_contains(name); };
    Identity identity;
    const bool whole = read_id(at("space"), identity.space) &&
                       read_id(at("device"), identity.device) &&
                       read_id(at("account"), identity.account) &&
                       read_text(at("account_name"), identity.account_name) &&
                       read_text(at("server_host"), identity.server_host) &&
                       read_number(at("server_port"), identity.server_port) &&
                       read_servers(at("further_servers"), identity.further_servers) &&
                       read_hex(at("server_key"), identity.server_key) &&
                       read_hex(at("server_box_key"), identity.server_box_key) &&
                       read_hex(at("password_salt"), identity.password_salt) &&
                       read_number(at("password_memory_kib"), identity.password_cost.memory_kib) &&
                       read_number(at("password_passes"), identity.password_cost.passes) &&
                       read_number(at("password_lanes"), identity.password_cost.lanes) &&
                       read_text(at("certificate_chain"), identity.certificate_chain) &&
                       read_text(at("root_certificate"), identity.root_certificate);
    if (!whole) {
        return error(IdentityFault::damaged, files.identity());
    }
    return identity;
}

std::expected<keys::SecretBytes, IdentityError> load_device_key(const IdentityFiles& files) {
    return read_file(files.device_key());
}

}  // namespace zhibu::client
