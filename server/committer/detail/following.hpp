#pragma once

#include <memory>

#include "server/committer/control.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

/// What the committer keeps in memory of the store, as it is read at the start and kept current
/// where other processes commit too.
namespace zhibu::server::detail {

[[nodiscard]] Stored<std::shared_ptr<const Control>> load_control(const catalog::Catalog& catalog,
                                                                  StoreReading& store);

/// Nothing of it can be rolled back.
[[nodiscard]] Stored<WaitingCases> load_waiting(const catalog::Catalog& catalog,
                                                StoreReading& store);

/// Where the log goes on from `from`, of which all is known, to `to`.
struct Stretch {
    LogIndex from;
    LogIndex to;
};

/// Takes what the stretch has changed into `waiting` and into a new state of control: the one
/// before, where it changed nothing that control reads. After an error `waiting` is as it was.
[[nodiscard]] Stored<std::shared_ptr<const Control>> follow(
    const catalog::Catalog& catalog, StoreReading& store, Stretch stretch,
    const std::shared_ptr<const Control>& control, WaitingCases& waiting);

}  // namespace zhibu::server::detail
