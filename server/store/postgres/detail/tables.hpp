#pragma once

#include <cstdint>

#include "server/store/postgres/detail/connection.hpp"
#include "server/store/postgres/detail/sealed_states.hpp"
#include "server/store/postgres/detail/sealer.hpp"
#include "server/store/rows/reading_on.hpp"

namespace zhibu::server::detail {

/// In zhibu_space.format: what was here lies elsewhere now.
inline constexpr std::int64_t retired_format = -1;

/// In the open transaction; nothing happens where the space is not retired.
void remove_retired_space(Connection& connection);

/// Makes the schema's tables where there are none, in the transaction that is open.
void create_missing_tables(Connection& connection);

/// Throws Failed where the database would not confine the connection to its space: by a superuser's
/// role, or one that bypasses row security.
void check_confined(Connection& connection);

/// What PostgresTables' rows lie on, there before they are.
struct PostgresParts {
    PostgresParts(const ClusterPlace& place, const Sealer& sealer, const catalog::Catalog& catalog,
                  SpaceClaim claim)
        : cluster(place.address, sealer, claim), states(cluster, sealer, catalog) {}

    PostgresConnection cluster;
    SealedStates states;
};

/// A connection to a cluster and all that stands in its space's tables.
struct PostgresTables : PostgresParts, Tables {
    PostgresTables(const ClusterPlace& place, const Sealer& sealer, const catalog::Catalog& catalog,
                   SpaceClaim claim)
        : PostgresParts(place, sealer, catalog, claim), Tables(cluster, states, catalog) {}
};

}  // namespace zhibu::server::detail
