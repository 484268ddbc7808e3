#pragma once

#include <cstdint>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/detail/basic_layout.hpp"

/// How what shared/record declares lies in the bytes. Each `serialize` is both directions at once:
/// the order of the members is the order on the wire.
namespace zhibu::sync::detail {

// Caps of what is not a text. A signature is 64 bytes (Ed25519) or up to 72 (ECDSA in DER).
inline constexpr std::size_t signature_bytes_max = 128;

/// The fields of a record: numbers as distances, indexes only where they differ from the field's
/// before (from `since` for the first).
struct FieldStates {
    std::vector<record::FieldState>& fields;
    const record::LogIndex& since;
};

void save(BoundedOutput& out, const FieldStates& written);
void load(BoundedInput& in, FieldStates& read);

/// The fields of a change: numbers as distances, `previous` and `base` only where there are any.
struct FieldChanges {
    std::vector<record::FieldChange>& fields;
};

void save(BoundedOutput& out, const FieldChanges& written);
void load(BoundedInput& in, FieldChanges& read);

/// Ascending positions as distances.
struct Sequences {
    std::vector<record::Sequence>& sequences;
};

void save(BoundedOutput& out, const Sequences& written);
void load(BoundedInput& in, Sequences& read);

/// The alternative as a byte, then its content.
void save_value(BoundedOutput& out, const record::Value& value);
void load_value(BoundedInput& in, record::Value& value);

// Exactly a Value: much else converts to one.
template <std::same_as<record::Value> T>
void save(BoundedOutput& out, const T& value) {
    save_value(out, value);
}

template <std::same_as<record::Value> T>
void load(BoundedInput& in, T& value) {
    load_value(in, value);
}

void save(BoundedOutput& out, const record::HybridTime& time);
void load(BoundedInput& in, record::HybridTime& time);

template <class Archive>
void serialize(Archive& archive, record::Uuid& uuid) {
    archive(uuid.bytes);
}

template <class Archive, class Tag>
void serialize(Archive& archive, record::Id<Tag>& id) {
    archive(id.uuid);
}

template <class Archive>
void serialize(Archive& archive, record::Instant& instant) {
    archive(instant.milliseconds);
}

template <class Archive>
void serialize(Archive& archive, record::LogIndex& index) {
    archive(index.position);
}

template <class Archive>
void serialize(Archive& archive, record::Sequence& sequence) {
    archive(sequence.position);
}

template <class Archive>
void serialize(Archive& archive, record::KindNumber& kind) {
    archive(kind.number);
}

template <class Archive>
void serialize(Archive& archive, record::FieldNumber& field) {
    archive(field.number);
}

template <class Archive>
void serialize(Archive& archive, record::RecordKey& key) {
    archive(key.kind, key.id);
}

template <class Archive>
void serialize(Archive& archive, record::GroupName& name) {
    archive(name.device, name.incarnation, name.sequence);
}

template <class Archive>
void serialize(Archive& archive, record::Change& change) {
    using record::Operation;
    archive(change.record, one_of(change.operation, Operation::restore));
    if (change.operation == Operation::create || change.operation == Operation::update) {
        archive(FieldChanges{change.fields});
        return;
    }
    // Retire and restore have no fields on the wire; one that is given some is no such change.
    if (!change.fields.empty()) {
        archive.fail(CodecFault::not_canonical);
    }
}

template <class Archive>
void serialize(Archive& archive, record::Group& group) {
    archive(group.name, group.previous, group.author, group.lease_serial, group.made_at,
            group.catalog_version, group.action, Sequences{group.depends_on}, list(group.changes));
}

template <class Archive>
void serialize(Archive& archive, record::SealedGroup& sealed) {
    archive(Blob{sealed.bytes, frame_bytes_max}, Blob{sealed.signature, signature_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, record::Parameter& parameter) {
    archive(parameter.name, parameter.value);
}

template <class Archive>
void serialize(Archive& archive, record::Reason& reason) {
    archive(reason.rule, reason.record, reason.field, list(reason.parameters));
}

template <class Archive>
void serialize(Archive& archive, record::FieldDecision& decision) {
    archive(decision.record, decision.field, one_of(decision.settlement, record::Settlement::waits),
            decision.offered, decision.committed, decision.committed_at, decision.committed_by);
}

template <class Archive>
void serialize(Archive& archive, record::Verdict& verdict) {
    archive(verdict.name, verdict.group_hash, one_of(verdict.outcome, record::Outcome::rejected),
            verdict.index, verdict.decided_at, list(verdict.reasons), list(verdict.decisions));
}

template <class Archive>
void serialize(Archive& archive, record::Receipt& receipt) {
    archive(Blob{receipt.verdict, frame_bytes_max}, Blob{receipt.signature, signature_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, record::RecordState& state) {
    archive(state.key, state.retired, state.life_changed_at,
            FieldStates{state.fields, state.life_changed_at});
}

template <class Archive>
void serialize(Archive& archive, record::Effect& effect) {
    archive(one_of(effect.sort, record::Effect::Sort::evicted));
    if (effect.sort == record::Effect::Sort::evicted) {
        archive(effect.state.key);
    } else {
        archive(effect.state);
    }
}

template <class Archive>
void serialize(Archive& archive, record::LogEntry& entry) {
    archive(entry.index, entry.origin, entry.author, entry.action, entry.committed_at,
            list(entry.effects));
}

}  // namespace zhibu::sync::detail
