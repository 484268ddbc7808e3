#pragma once

#include <cstdint>
#include <string>

namespace zhibu::vault {

/// What can be wrong with a vault's files, or with what is to open them.
enum class VaultFault : std::uint8_t {
    malformed,  // not the format that was expected
    wrong_key,  // well formed, but not opened by this key
    damaged,    // was once right: no valid copy is left
    not_there,
    storage_failed,  // the disk, not the bytes
    refused,         // the database engine would not do what the vault needs of it
};

struct VaultError {
    VaultFault fault = VaultFault::malformed;
    /// What it was in: "data key", "head record"; no data.
    std::string place;
};

}  // namespace zhibu::vault
