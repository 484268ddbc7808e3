#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vfs.hpp"

/// Sealed files read past the parts that own them, as somebody with the keys could.
namespace zhibu::simulation {

/// The database's pages as SQLite sees them, free ones too.
[[nodiscard]] std::vector<std::uint8_t> read_pages(vault::Vfs& files,
                                                   const std::filesystem::path& file,
                                                   std::shared_ptr<const vault::KeyRing> keys,
                                                   record::Random& random);

/// One position of a server's log.
struct LoggedGroup {
    record::LogIndex index;
    record::SealedGroup sealed;
    record::Receipt receipt;
};

[[nodiscard]] std::vector<LoggedGroup> read_log(vault::Vfs& files,
                                                const std::filesystem::path& file,
                                                std::shared_ptr<const vault::KeyRing> keys,
                                                record::Random& random);

}  // namespace zhibu::simulation
