#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/casework/detail/reading.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"

namespace zhibu::client {
namespace {

using detail::equal_to;
using detail::held;
using detail::wish;
using record::Value;
namespace conflict_state = sync::conflict_state;

Value text(std::string_view words) { return Value{std::string{words}}; }

Value unpacked(const catalog::Kind& kind, const record::RecordState& state,
               std::string_view field) {
    auto value = sync::unpacked_field(held<std::string>(kind, state, field));
    return value ? std::move(value->value) : Value{};
}

std::expected<FieldConflict, ReplicaError> read_conflict(Replica& replica,
                                                         const catalog::Kind& kind,
                                                         const record::RecordId& account,
                                                         record::RecordState state) {
    FieldConflict read;
    read.number = held<std::string>(kind, state, "number");
    read.stage = held<std::string>(kind, state, "state");
    read.subject.kind.number = static_cast<std::uint16_t>(held<std::int64_t>(kind, state, "kind"));
    if (const auto id = record::parse_uuid(held<std::string>(kind, state, "record"))) {
        read.subject.id = record::RecordId{*id};
    }
    read.field.number = static_cast<std::uint16_t>(held<std::int64_t>(kind, state, "field"));
    read.offered = unpacked(kind, state, "offered");
    read.committed = unpacked(kind, state, "committed");
    read.about_life = held<bool>(kind, state, "life");
    read.is_own_loss = read.stage == conflict_state::by_rule &&
                       held<record::RecordId>(kind, state, "loser") == account;
    ZHIBU_TRY(record, replica.find(read.subject));
    read.record = std::move(record);
    read.is_offered_lost = held<record::RecordId>(kind, state, "offered_by") ==
                               held<record::RecordId>(kind, state, "loser") &&
                           (!read.record || read.record->value(read.field) != read.offered);
    read.state = std::move(state);
    return read;
}

std::expected<std::vector<FieldConflict>, ReplicaError> read_conflicts(
    Replica& replica, const catalog::Catalog& catalog, std::vector<Condition> conditions,
    std::uint32_t limit) {
    const catalog::Kind& kind = catalog.kind("conflict");
    ZHIBU_TRY(status, replica.status());
    ZHIBU_TRY(found,
              detail::newest_first(replica, kind, std::move(conditions), "offered_at", limit));
    std::vector<FieldConflict> conflicts;
    for (record::RecordState& state : found) {
        ZHIBU_TRY(read, read_conflict(replica, kind, status.account, std::move(state)));
        conflicts.push_back(std::move(read));
    }
    return conflicts;
}

}  // namespace

std::expected<std::vector<FieldConflict>, ReplicaError> list_conflicts(
    Replica& replica, const catalog::Catalog& catalog, bool waiting_alone, std::uint32_t limit) {
    const catalog::Kind& kind = catalog.kind("conflict");
    std::vector<Condition> conditions;
    if (waiting_alone) {
        conditions.push_back(equal_to(kind, "state", text(conflict_state::waiting)));
    }
    return read_conflicts(replica, catalog, std::move(conditions), limit);
}

std::expected<std::vector<FieldConflict>, ReplicaError> list_losses(Replica& replica,
                                                                    const catalog::Catalog& catalog,
                                                                    std::uint32_t limit) {
    const catalog::Kind& kind = catalog.kind("conflict");
    ZHIBU_TRY(status, replica.status());
    return read_conflicts(replica, catalog,
                          {equal_to(kind, "state", text(conflict_state::by_rule)),
                           equal_to(kind, "loser", Value{status.account})},
                          limit);
}

std::expected<std::optional<FieldConflict>, ReplicaError> find_conflict(
    Replica& replica, const catalog::Catalog& catalog, std::string_view number) {
    const catalog::Kind& kind = catalog.kind("conflict");
    ZHIBU_TRY(found, read_conflicts(replica, catalog, {equal_to(kind, "number", text(number))}, 1));
    return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

std::vector<Draft> settle(const catalog::Catalog& catalog, const FieldConflict& of,
                          ConflictDecision decision, const Value& third,
                          const std::string& remark) {
    const catalog::Kind& kind = catalog.kind("conflict");
    std::optional<Value> value;
    std::string_view state = conflict_state::kept;
    switch (decision) {
        case ConflictDecision::keep:
            break;
        case ConflictDecision::take_offered:
            state = conflict_state::took_offered;
            value = of.offered;
            break;
        case ConflictDecision::third_value:
            state = conflict_state::third_value;
            value = third;
            break;
        case ConflictDecision::resubmit:
            state = conflict_state::seen;
            value = of.is_offered_lost ? of.offered : of.committed;
            break;
        case ConflictDecision::seen:
            state = conflict_state::seen;
            break;
    }
    const bool stands =
        of.record && !of.record->retired && value && of.record->value(of.field) == *value;
    if (stands && state != conflict_state::seen) {
        // It is there by now: to write it would change nothing.
        state = conflict_state::kept;
        value.reset();
    }
    std::vector<Draft> drafts;
    if (value && of.record && of.record->retired) {
        drafts.push_back({"restore", {{of.subject, record::Operation::restore, {}}}});
    }
    Draft draft{"settle_conflict", {}};
    DraftChange change{of.state.key, record::Operation::update, {wish(kind, "state", text(state))}};
    if (!remark.empty()) {
        change.fields.push_back(wish(kind, "remark", text(remark)));
    }
    draft.changes.push_back(std::move(change));
    if (value) {
        draft.changes.push_back(
            {of.subject, record::Operation::update, {{of.field, *std::move(value)}}});
    }
    drafts.push_back(std::move(draft));
    return drafts;
}

}  // namespace zhibu::client
