#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/replay.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "shared/record/limits.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

using catalog::Field;
using catalog::Kind;
using detail::Failed;

/// More than group_bytes_max holds of changes that say anything.
constexpr std::size_t changes_max = 1'000'000;
constexpr std::size_t action_bytes_max = 64;

[[noreturn]] void fail_at(ReplicaFault fault, const Kind& kind, std::string_view what) {
    throw Failed(fault, std::string(kind.name) + "." + std::string(what));
}

bool is_word(std::string_view action) {
    return !action.empty() && action.size() <= action_bytes_max &&
           std::ranges::all_of(action, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      letter == '_';
           });
}

void check_life(const Kind& kind, const DraftChange& wish,
                const std::optional<record::RecordState>& current) {
    if (wish.operation == record::Operation::create) {
        if (current) {
            fail_at(ReplicaFault::record_exists, kind, record::to_text(wish.record.id));
        }
        return;
    }
    if (!current) {
        fail_at(ReplicaFault::unknown_record, kind, record::to_text(wish.record.id));
    }
    if (wish.operation == record::Operation::update && current->retired) {
        fail_at(ReplicaFault::record_retired, kind, record::to_text(wish.record.id));
    }
}

/// Whether the change, without the fields that keep their value, does anything.
bool is_idle(const record::Change& change, const std::optional<record::RecordState>& current) {
    switch (change.operation) {
        case record::Operation::create:
            return false;
        case record::Operation::update:
            return change.fields.empty();
        case record::Operation::retire:
            return current->retired;
        case record::Operation::restore:
            return !current->retired;
    }
    return true;
}

}  // namespace

record::RecordId Replica::Body::new_record_id() {
    return record::RecordId{record::make_uuid_v7(clock_.now(), random_)};
}

Committed Replica::Body::commit(const Draft& draft, const SignHash& sign) {
    const record::Instant now = clock_.now();
    if (!fill_escrow()) {
        // What is acknowledged must outlive the replica; nothing is taken before that is so again.
        throw Failed(ReplicaFault::storage_full, "outbox");
    }
    detail::WriteTransaction transaction(*connection_);
    const sync::Lease held = check_permission(now);
    Judged judged = judge(draft, now);
    if (refuses(judged.findings)) {
        ReplicaError error;
        error.fault = ReplicaFault::refused;
        error.findings = std::move(judged.findings);
        throw Failed(std::move(error));
    }
    if (judged.changes.empty()) {
        return Committed{};
    }
    record::Group group;
    group.author = record::RecordId{uuid("account")};
    group.lease_serial = held.serial;
    group.made_at = record::next_hybrid_time(
        record::HybridTime{static_cast<std::uint64_t>(number("last_time").value_or(0))}, now);
    group.catalog_version = catalog_.version();
    group.action = draft.action;
    group.depends_on = dependencies(judged.changes);
    group.changes = std::move(judged.changes);
    name_group(group);
    const std::size_t group_bytes = store_group(group, sign);
    for (const Touched& each : judged.touched) {
        overlay(group.name.sequence, each.after.key, each.before);
        rows_.update(each.before, each.after);
    }
    set_number("last_time", static_cast<std::int64_t>(group.made_at.packed));
    see_time(now);
    make_room_in_escrow(group_bytes);
    transaction.commit();
    write_head();
    static_cast<void>(fill_escrow());
    return Committed{group.name.sequence, std::move(judged.findings)};
}

std::vector<rules::Finding> Replica::Body::preview(const Draft& draft) {
    const record::Instant now = clock_.now();
    static_cast<void>(check_permission(now));
    return judge(draft, now).findings;
}

Replica::Body::Judged Replica::Body::judge(const Draft& draft, record::Instant now) {
    if (!is_word(draft.action)) {
        throw Failed(ReplicaFault::wrong_value, "action");
    }
    if (draft.changes.size() > changes_max) {
        throw Failed(ReplicaFault::group_too_large, std::to_string(draft.changes.size()) +
                                                        " changes, at most " +
                                                        std::to_string(changes_max));
    }
    check_sections(draft);
    Judged judged;
    GroupCache cache;
    Keys named;
    for (const DraftChange& wish : draft.changes) {
        if (!named.insert(wish.record).second) {
            throw Failed(ReplicaFault::named_twice, record::to_text(wish.record.id));
        }
        std::optional<record::RecordState> before = rows_.read(wish.record);
        if (std::optional<record::Change> change = fill(wish, before, cache)) {
            std::optional<record::RecordState> after = before;
            ZHIBU_CHECK(!detail::replay(*change, after));
            judged.touched.push_back({std::move(before), *std::move(after)});
            judged.changes.push_back(*std::move(change));
        }
    }
    judged.findings = findings_of(judged.touched, now);
    return judged;
}

std::optional<record::Change> Replica::Body::fill(const DraftChange& wish,
                                                  const std::optional<record::RecordState>& current,
                                                  GroupCache& cache) {
    const Kind* kind = catalog_.find(wish.record.kind);
    if (kind == nullptr) {
        throw Failed(ReplicaFault::unknown_kind, std::to_string(wish.record.kind.number));
    }
    const bool has_fields =
        wish.operation == record::Operation::create || wish.operation == record::Operation::update;
    if (wish.record.id.is_none() || (!has_fields && !wish.fields.empty())) {
        fail_at(ReplicaFault::wrong_value, *kind, "id");
    }
    check_life(*kind, wish, current);
    if (has_fields) {
        check_required(*kind, wish);
    }
    record::Change change{wish.record, wish.operation, {}};
    for (const DraftField& wished : wish.fields) {
        const Field* field = kind->find(wished.field);
        if (field == nullptr) {
            fail_at(ReplicaFault::unknown_field, *kind, std::to_string(wished.field.number));
        }
        check_value(*kind, *field, wish.record, wished.value);
        const record::Value previous = current ? current->value(wished.field) : record::Value{};
        if (wished.value != previous) {
            change.fields.push_back({wished.field, wished.value, previous, {}});
        }
    }
    std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    if (std::ranges::adjacent_find(change.fields, {}, &record::FieldChange::field) !=
        change.fields.end()) {
        fail_at(ReplicaFault::named_twice, *kind, record::to_text(wish.record.id));
    }
    if (is_idle(change, current)) {
        return std::nullopt;
    }
    if (current) {
        set_bases(change, *current, cache);
    }
    return change;
}

void Replica::Body::check_required(const Kind& kind, const DraftChange& wish) {
    std::vector<rules::Finding> lacking;
    for (const Field& field : kind.fields) {
        if (field.required != catalog::Required::yes) {
            continue;
        }
        const auto given = std::ranges::find(wish.fields, field.id(), &DraftField::field);
        const bool is_named = given != wish.fields.end();
        const bool is_lacking =
            is_named ? record::is_empty(given->value) : wish.operation == record::Operation::create;
        if (is_lacking) {
            lacking.push_back(misfit_of(field, wish.record, "required_missing"));
        }
    }
    if (!lacking.empty()) {
        fail_values(kind, std::move(lacking));
    }
}

void Replica::Body::set_bases(record::Change& change, const record::RecordState& current,
                              GroupCache& cache) {
    // Over a working state, fields keep the index at which they were last confirmed.
    std::vector<record::Sequence> pending = overlaid_on(change.record);
    std::ranges::reverse(pending);
    for (record::FieldChange& field : change.fields) {
        const record::FieldState* held = current.find(field.field);
        field.base =
            record::confirmed_base(held == nullptr ? record::LogIndex{} : held->changed_at);
        for (const record::Sequence sequence : pending) {
            const record::Change* own = known(sequence, cache).find(change.record);
            if (own != nullptr && std::ranges::binary_search(own->fields, field.field, {},
                                                             &record::FieldChange::field)) {
                field.base = record::own_base(sequence);
                break;
            }
        }
    }
}

std::vector<record::Sequence> Replica::Body::dependencies(
    const std::vector<record::Change>& changes) {
    std::set<record::Sequence> sequences;
    for (const record::Change& change : changes) {
        for (const record::Sequence sequence : overlaid_on(change.record)) {
            sequences.insert(sequence);
        }
        const Kind* kind = catalog_.find(change.record.kind);
        for (const record::FieldChange& each : change.fields) {
            const auto* target = std::get_if<record::RecordId>(&each.value);
            const Field* field = kind->find(each.field);
            const Kind* to = target == nullptr ? nullptr : catalog_.find(field->refers_to);
            if (to == nullptr) {
                continue;
            }
            // The first group over a record that is not confirmed is the one that creates it.
            const record::RecordKey key{to->id(), *target};
            const Image kept = image(key);
            if (kept.kept && !kept.state) {
                sequences.insert(overlaid_on(key).front());
            }
        }
    }
    return {sequences.begin(), sequences.end()};
}

void Replica::Body::name_group(record::Group& group) {
    group.name.device = record::DeviceId{uuid("device")};
    group.name.incarnation = record::IncarnationId{uuid("incarnation")};
    group.name.sequence = record::Sequence{1};
    detail::Query row =
        connection_->query("SELECT sequence, hash FROM own_group ORDER BY sequence DESC LIMIT 1");
    if (row.step()) {
        group.name.sequence = record::Sequence{row.position(0) + 1};
        const detail::Bytes hash = row.bytes(1);
        if (hash.size() != group.previous.size()) {
            throw Failed(ReplicaFault::damaged, "own_group");
        }
        std::ranges::copy(hash, group.previous.begin());
    }
}

std::size_t Replica::Body::store_group(const record::Group& group, const SignHash& sign) {
    if (const auto sound = sync::check_encodable(group); !sound) {
        const bool too_large = sound.error().fault == sync::CodecFault::too_large;
        throw Failed(too_large ? ReplicaFault::group_too_large : ReplicaFault::wrong_value,
                     "group, " + sync::to_text(sound.error()) +
                         (too_large ? ", at most " + std::to_string(record::group_bytes_max) : ""));
    }
    const sync::Bytes sealed = sync::encode(group);
    const record::Hash hash = keys::sha256(sealed);
    const record::Signature signature = sign(hash);
    connection_
        ->query(
            "INSERT INTO own_group(sequence, sealed, signature, hash, stage, made_at, action) "
            "VALUES(?, ?, ?, ?, ?, ?, ?)")
        .bind(group.name.sequence.position)
        .bind(std::span<const std::uint8_t>(sealed))
        .bind(std::span<const std::uint8_t>(signature))
        .bind(std::span<const std::uint8_t>(hash))
        .bind(static_cast<std::int64_t>(GroupStage::waiting))
        .bind(static_cast<std::int64_t>(group.made_at.packed))
        .bind(std::string_view(group.action))
        .run();
    return sealed.size() + signature.size();
}

}  // namespace zhibu::client
