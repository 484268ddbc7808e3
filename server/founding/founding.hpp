#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "server/committer/genesis.hpp"
#include "server/founding/key_files.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server {

/// Where a space's store lies, and what opens it: the folder, and the configuration's `store`.
struct StorePlace {
    ServerFiles files;
    /// The setting store.key.
    std::string store_key = "store_key";
    /// The setting store.cluster: PostgreSQL's connection string. Empty: files of the folder.
    std::string cluster = {};

    [[nodiscard]] bool is_in_cluster() const { return !cluster.empty(); }
};

/// What `zhibu-server init` is told.
struct FoundingWords {
    std::string space_name;
    Founding founding;
    std::vector<std::string> hosts;
};

struct FoundingError {
    /// For people: what happened, what is safe, what to do.
    std::string zh;
    std::string en;
    /// Of a store in a cluster that could not be opened or made.
    std::optional<StoreError> cause = std::nullopt;
};

/// Makes a space in an empty folder: keys and authority, store, the log's first groups, and an
/// enrolment code for the first administrator, whose device will be active at once.
/// Returns the code's text, which is kept nowhere.
[[nodiscard]] std::expected<std::string, FoundingError> found(const StorePlace& place,
                                                              const FoundingWords& words,
                                                              const catalog::Catalog& catalog,
                                                              record::Clock& clock,
                                                              record::Random& random);

/// What to say when a store cannot be used.
[[nodiscard]] FoundingError explain(const StoreError& error);
[[nodiscard]] FoundingError explain(const KeyFilesError& error);
/// The same of renew_server_certificate().
[[nodiscard]] FoundingError explain_renewal(const KeyFilesError& error);

}  // namespace zhibu::server
