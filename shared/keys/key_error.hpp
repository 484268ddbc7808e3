#pragma once

#include <cstdint>
#include <string>

namespace zhibu::keys {

/// What can be wrong with a key, a certificate or a derivation that came from outside.
enum class KeyFault : std::uint8_t {
    malformed,        // not the encoding that was expected
    wrong_type,       // another kind of key than P-256 or Ed25519
    signature_wrong,  // a request or certificate that its key has not signed
    untrusted,        // does not lead to the authority
    not_yet_valid,
    expired,
    wrong_usage,         // a server's certificate used by a client, or the reverse
    cost_out_of_bounds,  // an Argon2id cost outside what this program will run
    out_of_memory,
    keyring_refused,  // the kernel's keyring cannot be used here
    not_in_keyring,
};

struct KeyError {
    KeyFault fault = KeyFault::malformed;
    /// What it was in: "device certificate"; no data.
    std::string place;
};

}  // namespace zhibu::keys
