#include <charconv>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/casework/casework.hpp"

namespace zhibu::client {
namespace {

std::expected<bool, ReplicaError> is_officer(Replica& replica) {
    ZHIBU_TRY(status, replica.status());
    return status.lease && status.lease->may_write && status.lease->manages;
}

}  // namespace

std::expected<bool, ReplicaError> may_decide(Replica& replica, CaseDecision decision) {
    return decision == CaseDecision::withdraw ? std::expected<bool, ReplicaError>{true}
                                              : is_officer(replica);
}

std::expected<bool, ReplicaError> may_decide(Replica& replica, ConflictDecision decision) {
    const bool is_own =
        decision == ConflictDecision::resubmit || decision == ConflictDecision::seen;
    return is_own ? std::expected<bool, ReplicaError>{true} : is_officer(replica);
}

std::expected<std::vector<DraftChange>, ReplicaError> wishes_of(Replica& replica,
                                                                const record::Group& group) {
    std::vector<DraftChange> wishes;
    for (const record::Change& change : group.changes) {
        ZHIBU_TRY(known, replica.find(change.record));
        DraftChange wish{change.record, change.operation, {}};
        if (change.operation == record::Operation::create && known) {
            wish.operation = record::Operation::update;
        }
        for (const record::FieldChange& field : change.fields) {
            wish.fields.push_back({field.field, field.value});
        }
        wishes.push_back(std::move(wish));
    }
    return wishes;
}

std::expected<std::optional<OwnGroup>, ReplicaError> find_own_group(Replica& replica,
                                                                    std::string_view number) {
    std::uint64_t position = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), position);
    if (read.ec != std::errc{} || std::to_string(position) != number) {
        return std::nullopt;
    }
    return replica.own_group(record::Sequence{position});
}

std::expected<Draft, ReplicaError> resubmit(Replica& replica, const catalog::Catalog& catalog,
                                            const OwnGroup& own) {
    ZHIBU_TRY(wishes, wishes_of(replica, own.group));
    ZHIBU_TRY(filed, case_of(replica, catalog, own));
    const bool still_waits = filed && (filed->stage == sync::case_state::waiting ||
                                       filed->stage == sync::case_state::returned);
    if (still_waits) {
        Draft draft = decide(catalog, *filed, CaseDecision::withdraw, {}, {}, std::move(wishes));
        draft.action = "resubmit";
        return draft;
    }
    return Draft{"resubmit", std::move(wishes)};
}

}  // namespace zhibu::client
