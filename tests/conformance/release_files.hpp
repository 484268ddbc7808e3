#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/key_ring.hpp"

/// How the frozen files of a release lie in their folder; see tests/conformance/README.md.
///
/// server/space.db, .head  a store          server/data_key  what seals it, 76 bytes
/// device/                 an enrolled device's folder: key file, lease, replica, outbox
/// chunks                  frames of a snapshot, each behind its length (4, little-endian)
/// facts                   what is in it, one "name value" a line
namespace zhibu::conformance {

inline constexpr std::string_view release_password = "correct horse battery staple";

/// A moment at which everything in a release is as its maker left it.
[[nodiscard]] record::Instant release_moment();

using Facts = std::map<std::string, std::string>;

[[nodiscard]] Facts read_facts(const std::filesystem::path& folder);
void write_facts(const std::filesystem::path& folder, const Facts& facts);

[[nodiscard]] std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes);

[[nodiscard]] std::vector<std::vector<std::uint8_t>> read_frames(const std::filesystem::path& file);
void write_frames(const std::filesystem::path& file,
                  const std::vector<std::vector<std::uint8_t>>& frames);

/// The store in that folder, sealed by the data key beside it.
[[nodiscard]] server::SealedPlace release_store(const std::filesystem::path& folder);

/// The standard catalog as a program knew it that had some kinds and fields less.
[[nodiscard]] const catalog::Catalog& smaller_catalog();

}  // namespace zhibu::conformance
