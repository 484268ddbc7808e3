#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "server/founding/founding.hpp"
#include "server/founding/key_files.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

/// What `zhibu-server rekey` is told.
struct RekeyWords {
    /// The store key to change to; made where there is no file yet. Empty: it stays.
    std::filesystem::path store_key_file;
    /// The setting store.key, by which the store opens now.
    std::string store_key = "store_key";
    /// Whether to return only when the older key is gone.
    bool waits = true;
};

enum class RekeyOutcome : std::uint8_t {
    /// The server that runs has begun, and goes on by itself.
    begun,
    /// It had begun before.
    under_way,
    /// No page of the older data key is left, and that key is gone.
    done,
};

/// Changes the data key of the space's store: asks the server if one runs, else does it by itself.
/// What is cut short goes on when the server or this command is started again.
/// Errors: what happened, what is safe, what to do.
[[nodiscard]] std::expected<RekeyOutcome, FoundingError> rekey(const ServerFiles& files,
                                                               const RekeyWords& words,
                                                               const catalog::Catalog& catalog,
                                                               record::Random& random);

}  // namespace zhibu::server
