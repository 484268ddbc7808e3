#include "server/founding/store_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "shared/keys/descriptor.hpp"
#include "shared/keys/private_file.hpp"
#include "shared/keys/secret_line.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/wrapped_keys.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t digits = 2 * vault::wrapping_key_bytes;
constexpr std::string_view from_input = "stdin";
constexpr std::string_view from_credential = "credential:";

std::unexpected<KeyFilesError> error(KeyFilesFault fault, const std::filesystem::path& place) {
    return std::unexpected{KeyFilesError{fault, place.string()}};
}

std::optional<std::uint8_t> digit_of(std::uint8_t letter) {
    if (letter >= '0' && letter <= '9') {
        return static_cast<std::uint8_t>(letter - '0');
    }
    if (letter >= 'a' && letter <= 'f') {
        return static_cast<std::uint8_t>(letter - 'a' + 10);
    }
    return std::nullopt;
}

std::optional<keys::SecretBytes> parse_digits(const keys::SecretBytes& line) {
    if (line.size() != digits) {
        return std::nullopt;
    }
    keys::SecretBytes key{vault::wrapping_key_bytes};
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto high = digit_of(line.span()[2 * i]);
        const auto low = digit_of(line.span()[2 * i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        key.span()[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return key;
}

keys::SecretBytes line_of(const keys::SecretBytes& key) {
    constexpr std::string_view letters = "0123456789abcdef";
    keys::SecretBytes line{digits + 1};
    for (std::size_t i = 0; i < key.size(); ++i) {
        const std::uint8_t byte = key.span()[i];
        line.span()[2 * i] = static_cast<std::uint8_t>(letters[byte >> 4U]);
        line.span()[2 * i + 1] = static_cast<std::uint8_t>(letters[byte & 15U]);
    }
    line.span()[digits] = '\n';
    return line;
}

std::expected<keys::SecretBytes, KeyFilesError> read_key(int descriptor,
                                                         const std::filesystem::path& place) {
    // One more than a key has, so that a longer line is told from it.
    auto key = parse_digits(keys::read_secret_line(descriptor, digits + 1));
    return key ? std::expected<keys::SecretBytes, KeyFilesError>{*std::move(key)}
               : error(KeyFilesFault::damaged, place);
}

std::expected<keys::SecretBytes, KeyFilesError> read_key_file(const std::filesystem::path& file) {
    const keys::Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!in.is_open()) {
        return error(errno == ENOENT ? KeyFilesFault::not_there : KeyFilesFault::storage_failed,
                     file);
    }
    struct stat status{};
    if (::fstat(in.number(), &status) != 0) {
        return error(KeyFilesFault::storage_failed, file);
    }
    if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error(KeyFilesFault::open_to_others, file);
    }
    return read_key(in.number(), file);
}

/// Where the setting's key lies; no value: it comes from standard input.
std::optional<std::filesystem::path> file_of(const ServerFiles& files, const std::string& setting) {
    if (setting == from_input) {
        return std::nullopt;
    }
    if (setting.starts_with(from_credential)) {
        return files.credentials / setting.substr(from_credential.size());
    }
    return files.folder / setting;
}

vault::Disk& disk() {
    static vault::SystemDisk only;
    return only;
}

std::unexpected<KeyFilesError> error_of(const vault::VaultError& found,
                                        const std::filesystem::path& file) {
    switch (found.fault) {
        case vault::VaultFault::not_there:
            return error(KeyFilesFault::not_there, file);
        case vault::VaultFault::wrong_key:
            return error(KeyFilesFault::wrong_key, file);
        case vault::VaultFault::storage_failed:
            return error(KeyFilesFault::storage_failed, file);
        case vault::VaultFault::malformed:
        case vault::VaultFault::damaged:
        case vault::VaultFault::refused:
            return error(KeyFilesFault::damaged, file);
    }
    std::unreachable();
}

}  // namespace

bool names_a_file(const std::string& setting) {
    return setting != from_input && !setting.starts_with(from_credential);
}

std::expected<keys::SecretBytes, KeyFilesError> read_store_key(const ServerFiles& files,
                                                               const std::string& setting) {
    const auto file = file_of(files, setting);
    return file ? read_key_file(*file) : read_key(STDIN_FILENO, from_input);
}

std::expected<keys::SecretBytes, KeyFilesError> make_store_key(const ServerFiles& files,
                                                               const std::string& setting,
                                                               record::Random& random) {
    ZHIBU_CHECK(names_a_file(setting));
    keys::SecretBytes made{vault::wrapping_key_bytes};
    random.fill(made.span());
    const std::filesystem::path file = files.folder / setting;
    const auto written = keys::write_new_private_file(file, line_of(made).span());
    if (!written && written.error().fault == keys::FileFault::already_there) {
        return error(KeyFilesFault::already_there, file);
    }
    if (!written || !keys::sync_folder(file.parent_path())) {
        return error(KeyFilesFault::storage_failed, file);
    }
    return made;
}

std::expected<vault::KeptKeys, KeyFilesError> make_data_keys(const std::filesystem::path& file,
                                                             keys::SecretBytes store_key,
                                                             record::Random& random) {
    auto made = vault::KeptKeys::make(disk(), file, std::move(store_key), random);
    if (!made) {
        return error_of(made.error(), file);
    }
    return *std::move(made);
}

std::expected<vault::KeptKeys, KeyFilesError> load_data_keys(const std::filesystem::path& file,
                                                             keys::SecretBytes store_key) {
    auto found = vault::KeptKeys::read(disk(), file, std::move(store_key));
    if (!found) {
        return error_of(found.error(), file);
    }
    return *std::move(found);
}

}  // namespace zhibu::server
