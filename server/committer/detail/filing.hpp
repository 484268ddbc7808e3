#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/committer/detail/push_check.hpp"
#include "server/committer/judge.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/random.hpp"

/// What the server writes down about work that waits for a person, as changes of its own groups.
namespace zhibu::server::detail {

/// The changes of groups of the server's own, one after another: each fits a message.
using FiledGroups = std::vector<std::vector<record::Change>>;

/// A group that the judge has set aside.
struct SetAside {
    const AuthenticGroup& group;
    LogIndex index;
    Instant arrived;
    std::span<const record::Reason> reasons;
};

/// The fields that a decided group has left to lose or to wait.
struct Unsettled {
    std::span<const record::FieldDecision> decisions;
    /// Whose values were offered, and where they are committed.
    RecordId offered_by;
    LogIndex index;
};

/// The group's case, which its author's organisation and all above see, and its content, which
/// only those see who see every record that it names.
[[nodiscard]] Stored<FiledGroups> file_case(const Bench& bench, StoreReading& store,
                                            record::Random& random, const SetAside& aside);

/// A conflict for each field that waits for an officer, and one for each value that lost by the
/// field's policy, so that whoever made it hears of it.
[[nodiscard]] Stored<FiledGroups> file_conflicts(const Bench& bench, StoreReading& store,
                                                 record::Random& random, Instant now,
                                                 const Unsettled& unsettled);

/// The case's fields that say why it waits. `name` is its group's.
[[nodiscard]] Stored<std::vector<record::FieldChange>> why_it_waits(
    const Bench& bench, StoreReading& store, const GroupName& name,
    std::span<const record::Reason> reasons);

/// A conflict's fields that say who sees it: whoever sees the record now.
[[nodiscard]] Stored<std::vector<record::FieldChange>> where_it_stands(const Bench& bench,
                                                                       StoreReading& store,
                                                                       const RecordKey& record);

/// The group as it came; none where the case's content is not whole.
[[nodiscard]] Stored<std::optional<record::Group>> content_of_case(const Bench& bench,
                                                                   StoreReading& store,
                                                                   const RecordState& of);

/// The case of the group at that position of the log.
[[nodiscard]] Stored<std::optional<RecordState>> case_at(const Bench& bench, StoreReading& store,
                                                         LogIndex index);

/// One field set on the newest state.
[[nodiscard]] record::FieldChange set_field(const catalog::Kind& kind, std::string_view name,
                                            record::Value value);

}  // namespace zhibu::server::detail
