#include "shared/keys/keyring.hpp"

#include <keyutils.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace zhibu::keys {
namespace {

constexpr const char* type = "user";

std::unexpected<KeyError> error(KeyFault fault) {
    return std::unexpected{KeyError{fault, "keyring"}};
}

/// The user's own keyring, which lives as long as the user has processes.
constexpr key_serial_t ring = KEY_SPEC_USER_KEYRING;

}  // namespace

std::expected<void, KeyError> keep_in_keyring(const std::string& name, const SecretBytes& secret,
                                              std::chrono::seconds lifetime) {
    // To the kernel a timeout of 0 means for ever.
    if (lifetime.count() <= 0) {
        forget_in_keyring(name);
        return {};
    }
    const auto seconds = static_cast<unsigned>(std::min<std::chrono::seconds::rep>(
        lifetime.count(), std::numeric_limits<unsigned>::max()));
    const key_serial_t key = add_key(type, name.c_str(), secret.span().data(), secret.size(), ring);
    if (key < 0) {
        return error(KeyFault::keyring_refused);
    }
    // By the owner alone, possessed or not: the next program of this user must find it.
    if (keyctl_setperm(key, KEY_POS_ALL | KEY_USR_ALL) != 0 ||
        keyctl_set_timeout(key, seconds) != 0) {
        keyctl_unlink(key, ring);
        return error(KeyFault::keyring_refused);
    }
    return {};
}

std::expected<SecretBytes, KeyError> read_from_keyring(const std::string& name) {
    const long key = keyctl_search(ring, type, name.c_str(), 0);
    if (key < 0) {
        return error(errno == ENOKEY || errno == EKEYEXPIRED || errno == EKEYREVOKED
                         ? KeyFault::not_in_keyring
                         : KeyFault::keyring_refused);
    }
    const long size = keyctl_read(static_cast<key_serial_t>(key), nullptr, 0);
    if (size <= 0) {
        return error(KeyFault::not_in_keyring);
    }
    SecretBytes secret{static_cast<std::size_t>(size)};
    void* room = secret.span().data();
    if (keyctl_read(static_cast<key_serial_t>(key), static_cast<char*>(room), secret.size()) !=
        size) {
        return error(KeyFault::not_in_keyring);
    }
    return secret;
}

void forget_in_keyring(const std::string& name) {
    const long key = keyctl_search(ring, type, name.c_str(), 0);
    if (key >= 0) {
        keyctl_invalidate(static_cast<key_serial_t>(key));
    }
}

}  // namespace zhibu::keys
