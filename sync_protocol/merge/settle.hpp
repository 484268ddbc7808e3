#pragma once

#include <cstdint>
#include <optional>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"

/// The three-way merge of one field. Pure: the same arguments give the same result, everywhere.
/// Source: sync.md, "Merge".
namespace zhibu::sync {

/// What the log holds for the field when the offered change is judged.
struct CommittedField {
    record::Value value;
    /// The log index at which the value was last changed.
    record::LogIndex changed_at;
    /// Whose group did that.
    record::RecordId changed_by;
    /// How far the root of that account's scope lies below the space's root, which is 0.
    std::uint32_t authority_depth = 0;

    friend bool operator==(const CommittedField&, const CommittedField&) = default;
};

/// On what the offered change stands.
struct OfferedStanding {
    /// The log index that the change's base means. For an own_pending base: that of the group it
    /// names, or of the newest change of the field that this device has seen, if that is later.
    record::LogIndex base;
    /// As in CommittedField, of the offering account.
    std::uint32_t authority_depth = 0;
};

/// What becomes of the field.
struct Settled {
    /// What stands from now on; where `changed` is false, it is the committed value.
    record::Value value;
    bool changed = false;
    /// Present exactly if both sides had changed the field to different values. It holds both.
    std::optional<record::FieldDecision> decision;

    friend bool operator==(const Settled&, const Settled&) = default;
};

/// Settles one offered field change.
///
/// - The field has not changed since the base: the offered value is taken.
/// - It changed to the same value: nothing to decide.
/// - Otherwise the policy decides:
///   `later`      the offered value, as it is committed later;
///   `authority`  the value of the account nearer the root; of two equally near ones, the later;
///   `max`, `min` the greater, smaller value; a value stands before Empty in both;
///   `unite`      (committed + added) - removed, where `added` and `removed` are what the offered
///                value has beyond, and lacks of, what its author saw; Empty is the empty set, and
///                an empty result is Empty. A value that is no set falls back to `later`;
///   `ask`        the committed value, and both wait for an officer;
///   `first`      the committed value.
///
/// Laws, each one a property test:
/// - No value is lost: where a decision is present it holds the offered and the committed value,
///   and where none is, the value that stands is the offered one.
/// - `max`, `min`: concurrent offers end in the same value in any order, and offering twice changes
///   nothing. So does `unite` for offers whose authors saw the same value.
/// - `ask`, `first`, and `authority` against a nearer account never change the value.
///
/// Values of different alternatives are ordered by the alternative, so that even a wrong catalog
/// cannot make two servers differ.
[[nodiscard]] Settled settle(catalog::MergePolicy policy, const record::RecordKey& record,
                             const record::FieldChange& offered, const OfferedStanding& standing,
                             const CommittedField& committed);

}  // namespace zhibu::sync
