#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/store/erasing.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"

/// A space's store in a PostgreSQL cluster, beside other spaces in the same tables: every primary
/// key is led by the space, and the database lets a connection see its own space alone. Several
/// processes may have the store open; a writing transaction holds the space's row, so there is one
/// order. What says anything of a person is sealed before it leaves the process
/// (docs/file-formats.md). A commit is durable as the cluster's `synchronous_commit=on` means it.
namespace zhibu::server {

/// Where a store lies, and what seals it.
struct ClusterPlace {
    /// As libpq takes it: `host=/run/postgresql dbname=zhibu`, or a URI. Its role is neither a
    /// superuser nor one that bypasses row security. Of several hosts, the one that takes writes.
    std::string address;
    record::SpaceId space;
    /// 32 bytes; the same in every process.
    std::shared_ptr<const keys::SecretBytes> secret;
    /// Of nonces: unpredictable, for any thread. Must outlive the store.
    record::Random* random = nullptr;
};

/// Whether others may have the space open at the same time; the cluster keeps it so until the last
/// of their connections is gone.
enum class ClusterUse : std::uint8_t { shared, alone };

/// Whether an address can be taken: libpq reads it, and there is no password in it, which would
/// stand in a file that is no secret; libpq finds one in its passfile or service file.
[[nodiscard]] bool is_cluster_address(const std::string& address);

/// Makes an empty store for the space that `identity` and the place name, and the tables where the
/// database has none. `catalog` must outlive the store.
/// Errors: already_there, storage_full, storage_failed (also: no connection, a role that row
/// security does not bind, a cluster with fsync off); nothing is left behind then.
[[nodiscard]] Stored<std::unique_ptr<ErasableStore>> create_postgres_store(
    const ClusterPlace& place, const SpaceIdentity& identity, const catalog::Catalog& catalog,
    ClusterUse use = ClusterUse::shared);

/// Opens a store. After a change of the catalog, what is found by and who sees what are made anew.
/// Errors: not_there, damaged (also by a secret that is not its own), in_use (by somebody who does
/// not share it, or where it was to be used alone, by anybody), storage_full, storage_failed;
/// other_version for one of a newer program or catalog: it is left as it is. A process with an
/// older catalog that still has it open gets other_version at its next writing transaction, and one
/// that had it open before another began an epoch gets damaged.
[[nodiscard]] Stored<std::unique_ptr<ErasableStore>> open_postgres_store(
    const ClusterPlace& place, const catalog::Catalog& catalog,
    ClusterUse use = ClusterUse::shared);

/// The `place` of the error not_there where a space was retired.
inline constexpr std::string_view retired_place = "zhibu_space retired";

/// Whoever opens the space from now on is told not_there; what it holds stays until another is made
/// in its place. Errors: in_use, not_there, storage_failed. Durable when it returns.
[[nodiscard]] Stored<void> retire_postgres_store(const ClusterPlace& place);

}  // namespace zhibu::server
