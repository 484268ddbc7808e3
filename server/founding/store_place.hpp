#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/founding/founding.hpp"
#include "server/store/erasing.hpp"
#include "server/store/postgres/postgres_store.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/kept_keys.hpp"

namespace zhibu::server {

/// A space's store, and its keys.
struct OpenedStore {
    /// What seals it: in the folder, wrapped by the store key.
    vault::KeptKeys keys;
    std::unique_ptr<ErasableStore> store;
    /// The same store, where its data key can be changed while it is in use.
    SealedStore* sealed = nullptr;
    /// Where it lies in a cluster, in which other processes may commit as well.
    std::optional<ClusterPlace> cluster;
};

/// Makes the empty store of a new space, and its data key. `random` must outlive it.
/// Errors: what to say; a file may be left behind.
[[nodiscard]] std::expected<OpenedStore, FoundingError> make_store(const StorePlace& place,
                                                                   keys::SecretBytes store_key,
                                                                   const SpaceIdentity& identity,
                                                                   const catalog::Catalog& catalog,
                                                                   record::Random& random);

/// Opens it. `random` and `catalog` must outlive it.
/// @param use  of a cluster's; a file is never shared
[[nodiscard]] std::expected<OpenedStore, FoundingError> open_store(const StorePlace& place,
                                                                   ClusterUse use,
                                                                   const catalog::Catalog& catalog,
                                                                   record::Random& random);

/// The same with a store key that was read already.
[[nodiscard]] std::expected<OpenedStore, FoundingError> open_store(const StorePlace& place,
                                                                   keys::SecretBytes store_key,
                                                                   ClusterUse use,
                                                                   const catalog::Catalog& catalog,
                                                                   record::Random& random);

/// What to say when a store in a cluster cannot be used.
[[nodiscard]] FoundingError explain_cluster(const StoreError& error);

/// Whether the place can be used at all, before anything is made there: a cluster must answer.
[[nodiscard]] std::expected<void, FoundingError> check_place(const StorePlace& place,
                                                             record::Random& random);

/// What is done to the files of a store alone. Error: it lies in a cluster.
[[nodiscard]] std::expected<void, FoundingError> expect_files(const StorePlace& place);

}  // namespace zhibu::server
