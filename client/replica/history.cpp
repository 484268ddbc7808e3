#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "sync_protocol/codec/codec.hpp"

/// What the log has told this replica about single records, entry by entry. Earlier than the
/// replica's snapshot only the server knows.
namespace zhibu::client {
namespace {

using detail::Failed;
using record::FieldState;
using record::RecordState;

/// The fields that differ, as they were and as they are.
struct Difference {
    std::vector<FieldState> before;
    std::vector<FieldState> after;
};

Difference difference(const RecordState& before, const RecordState& after) {
    Difference found;
    for (const FieldState& each : after.fields) {
        const record::Value& was = before.value(each.field);
        if (was != each.value) {
            found.before.push_back(FieldState{each.field, was, {}});
            found.after.push_back(each);
        }
    }
    return found;
}

std::vector<FieldState> fields_in(const detail::Query& row, int column) {
    if (row.is_null(column)) {
        return {};
    }
    auto fields = sync::decode_fields(row.bytes(column));
    if (!fields) {
        throw Failed(ReplicaFault::damaged, "history");
    }
    return *std::move(fields);
}

}  // namespace

void Replica::Body::note_history(const record::LogEntry& entry,
                                 const std::optional<RecordState>& before,
                                 const RecordState& after) {
    const Difference changed = before ? difference(*before, after) : Difference{};
    const bool life = before && before->retired != after.retired;
    if (before && changed.after.empty() && !life) {
        return;
    }
    detail::Query row = connection_->query(
        "REPLACE INTO history(kind, id, log_index, device, sequence, author, action, committed_at, "
        "sort, before, after) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const Step sort = !before         ? Step::entered
                      : !life         ? Step::changed
                      : after.retired ? Step::retired
                                      : Step::restored;
    row.bind(std::int64_t{after.key.kind.number})
        .bind(after.key.id.uuid)
        .bind(entry.index.position)
        .bind(entry.origin.device.uuid)
        .bind(entry.origin.sequence.position)
        .bind(entry.author.uuid)
        .bind(std::string_view{entry.action})
        .bind(entry.committed_at.milliseconds)
        .bind(static_cast<std::int64_t>(sort));
    if (changed.after.empty()) {
        row.bind_null().bind_null();
    } else {
        row.bind(std::span<const std::uint8_t>(sync::encode(changed.before)))
            .bind(std::span<const std::uint8_t>(sync::encode(changed.after)));
    }
    row.run();
}

void Replica::Body::forget_history(const record::RecordKey& key) {
    connection_->query("DELETE FROM history WHERE kind=? AND id=?")
        .bind(std::int64_t{key.kind.number})
        .bind(key.id.uuid)
        .run();
}

void Replica::Body::forget_history_of_strangers() {
    for (const catalog::Kind& kind : catalog_.kinds()) {
        connection_->execute("DELETE FROM history WHERE kind=" + std::to_string(kind.number) +
                             " AND id NOT IN (SELECT id FROM \"" + std::string{kind.name} + "\")");
    }
}

std::vector<HistoryStep> Replica::Body::history(const record::RecordKey& key) {
    constexpr std::int64_t steps_max = 1000;
    std::vector<HistoryStep> steps;
    detail::Query row = connection_->query(
        "SELECT log_index, device, sequence, author, action, committed_at, sort, before, after "
        "FROM history WHERE kind=? AND id=? ORDER BY log_index DESC LIMIT ?");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid).bind(steps_max);
    while (row.step()) {
        HistoryStep& step = steps.emplace_back();
        step.index = record::LogIndex{row.position(0)};
        step.device = record::DeviceId{row.uuid(1)};
        step.sequence = record::Sequence{row.position(2)};
        step.author = record::RecordId{row.uuid(3)};
        step.action = row.text(4);
        step.committed_at = record::Instant{row.integer(5)};
        step.step = static_cast<Step>(row.integer(6));
        step.before = fields_in(row, 7);
        step.after = fields_in(row, 8);
    }
    return steps;
}

}  // namespace zhibu::client
