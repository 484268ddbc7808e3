#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::record {

/// The stable number of a record kind in the catalog; never reused.
struct KindNumber {
    std::uint16_t number = 0;

    friend auto operator<=>(const KindNumber&, const KindNumber&) = default;
};

/// The stable number of a field within its kind; never reused.
struct FieldNumber {
    std::uint16_t number = 0;

    friend auto operator<=>(const FieldNumber&, const FieldNumber&) = default;
};

/// Position of a committed group in the space's log, from 1; 0 stands before all. The only order
/// there is.
struct LogIndex {
    std::uint64_t position = 0;

    friend auto operator<=>(const LogIndex&, const LogIndex&) = default;
};

/// Position of a group among those of one device incarnation, contiguous from 1.
struct Sequence {
    std::uint64_t position = 0;

    friend auto operator<=>(const Sequence&, const Sequence&) = default;
};

/// SHA-256.
using Hash = std::array<std::uint8_t, 32>;

/// Ed25519 (64 bytes) or ECDSA P-256 in DER (up to 72 bytes); who verifies knows which.
using Signature = std::vector<std::uint8_t>;

/// A record by kind and id.
struct RecordKey {
    KindNumber kind;
    RecordId id;

    friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

/// What a field change was made on top of: the log index at which the replica last saw the field
/// change, or an earlier group of the same device that was still pending.
struct Base {
    enum class Origin : std::uint8_t { confirmed, own_pending };

    Origin origin = Origin::confirmed;
    std::uint64_t position = 0;

    friend auto operator<=>(const Base&, const Base&) = default;
};

[[nodiscard]] inline Base confirmed_base(LogIndex index) {
    return Base{Base::Origin::confirmed, index.position};
}

[[nodiscard]] inline Base own_base(Sequence sequence) {
    return Base{Base::Origin::own_pending, sequence.position};
}

/// One field's new value, what the author saw before, and since when.
struct FieldChange {
    FieldNumber field;
    Value value;
    Value previous;
    Base base;

    friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

/// `retire` takes a record out of use and keeps it; `restore` undoes that. Nothing is deleted.
enum class Operation : std::uint8_t { create, update, retire, restore };

/// One create, update, retire or restore of one record. Fields are in ascending order of number,
/// none twice; retire and restore carry none.
struct Change {
    RecordKey record;
    Operation operation = Operation::update;
    std::vector<FieldChange> fields;

    friend bool operator==(const Change&, const Change&) = default;
};

/// A group's name in its space. The same name with another hash is a fork.
struct GroupName {
    DeviceId device;
    IncarnationId incarnation;
    Sequence sequence;

    friend auto operator<=>(const GroupName&, const GroupName&) = default;
};

/// The changes of one user action; applied all or none.
struct Group {
    GroupName name;
    /// SHA-256 of the bytes of the group before it in this incarnation; all zero for the first.
    Hash previous{};
    /// The account that acted (a record of kind account).
    RecordId author;
    std::uint64_t lease_serial = 0;
    HybridTime made_at;
    /// The catalog's version that the author's program knew.
    std::uint32_t catalog_version = 0;
    /// What the user did, as a word of the operation table: "edit", "import", "open_window".
    std::string action;
    /// Earlier groups of this incarnation without which this one makes no sense, ascending.
    std::vector<Sequence> depends_on;
    std::vector<Change> changes;

    friend bool operator==(const Group&, const Group&) = default;
};

/// A group as it travels and is kept: the exact bytes that were hashed and signed.
struct SealedGroup {
    /// The codec's encoding of the Group.
    std::vector<std::uint8_t> bytes;
    /// The device's ECDSA P-256 signature over SHA-256(`bytes`).
    Signature signature;

    friend bool operator==(const SealedGroup&, const SealedGroup&) = default;
};

/// What the server decided about a group. Source: sync.md, "Words".
enum class Outcome : std::uint8_t { accepted, merged, quarantined, rejected };

[[nodiscard]] std::string_view to_text(Outcome outcome);

/// One named value that a message's placeholder takes.
struct Parameter {
    std::string name;
    std::string value;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// Why a group was not simply taken, or a warning that stands beside it. `rule` names a rule of
/// shared/rules ("R-307") or a judgement of the server ("outside_window"); its message is found
/// there by that id, in both languages. Record and field are none where the reason has no place.
struct Reason {
    /// The rule of a group that stands outside of its chain, behind one that is missing from it; see
    /// shared/record/outside_chain.hpp.
    static constexpr std::string_view behind_gap = "behind_gap";

    std::string rule;
    RecordKey record;
    FieldNumber field;
    std::vector<Parameter> parameters;

    friend bool operator==(const Reason&, const Reason&) = default;
};

/// How one field was settled where both sides had changed it.
enum class Settlement : std::uint8_t {
    offered_won,      // the group's value stands; `committed` lost
    committed_stood,  // the committed value stands; `offered` lost
    united,           // both sides' additions and removals
    waits,            // policy `ask`: committed stands, both wait for an officer
};

[[nodiscard]] std::string_view to_text(Settlement settlement);

/// One field that both sides had changed: nothing is lost, for both values are kept here.
struct FieldDecision {
    RecordKey record;
    FieldNumber field;
    Settlement settlement = Settlement::committed_stood;
    Value offered;
    Value committed;
    /// Where and by whose account the committed value came to be.
    LogIndex committed_at;
    RecordId committed_by;

    friend bool operator==(const FieldDecision&, const FieldDecision&) = default;
};

/// The server's durable decision about one group. Its encoded bytes are stored and, for a group
/// that is sent again, returned byte for byte.
struct Verdict {
    GroupName name;
    /// SHA-256 of the sealed group's bytes.
    Hash group_hash{};
    Outcome outcome = Outcome::accepted;
    /// The position in the log; quarantined and rejected groups have one too.
    LogIndex index;
    Instant decided_at;
    std::vector<Reason> reasons;
    std::vector<FieldDecision> decisions;

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// A verdict's bytes with the server's Ed25519 signature over them.
struct Receipt {
    std::vector<std::uint8_t> verdict;
    Signature signature;

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

}  // namespace zhibu::record
