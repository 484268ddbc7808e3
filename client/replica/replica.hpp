#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/escrow.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rules.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/volume.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::client {

/// What can go wrong with a replica. In every case what was acknowledged stays.
enum class ReplicaFault : std::uint8_t {
    not_there,      // no replica at that place
    already_there,  // a replica is there; it is not overwritten
    in_use,         // another program of this device holds it
    damaged,        // the file is not what this program wrote
    other_version,  // written by a newer program
    storage_full,
    storage_failed,
    no_lease,  // never synchronised, so nothing permits editing
    lease_over,
    outside_window,  // `opens_next` says when, if known
    read_only,
    clock_went_back,  // the clock stands before a time already seen; `seen` says which
    refused,          // by `findings` of severity refuse
    unknown_record,
    record_exists,   // a draft creates what is there already
    record_retired,  // a draft updates what is out of use; restore it first
    unknown_kind,
    unknown_field,
    wrong_value,      // a value that does not fit its field, or a required one that is missing
    named_twice,      // a draft names a record, or a field of one record, twice
    group_too_large,  // `place` says how large, and the limit
    contradiction,    // what the server sent does not continue what this replica holds
    // The server has groups of this replica that it does not hold: it was put back to an older
    // state, or a copy of it works elsewhere. All that is here is in the outbox too; a new replica
    // has to take its place.
    forked,
};

struct ReplicaError {
    ReplicaFault fault = ReplicaFault::storage_failed;
    /// A table, file or field; no personal data.
    std::string place;
    std::vector<rules::Finding> findings;
    std::optional<record::Instant> opens_next;
    std::optional<record::Instant> seen;
};

/// A wish to set one field.
struct DraftField {
    record::FieldNumber field;
    record::Value value;
};

/// A wish to change one record. For a new record the caller makes the id (new_record_id).
struct DraftChange {
    record::RecordKey record;
    record::Operation operation = record::Operation::update;
    std::vector<DraftField> fields;
};

/// One user action, which becomes one group.
struct Draft {
    std::string action;
    std::vector<DraftChange> changes;
};

/// What came of a committed draft. `warnings` were saved all the same. A draft that changes nothing
/// (every value is there already) writes nothing and has sequence 0.
struct Committed {
    record::Sequence sequence;
    std::vector<rules::Finding> warnings;
};

/// A condition on one field. `like` compares text by containment, the others by value order;
/// `any_of` takes several values.
struct Condition {
    enum class Relation : std::uint8_t {
        equal,
        not_equal,
        less,
        not_greater,
        greater,
        not_less,
        like,
        empty,
        not_empty,
        any_of,
        in_reach  // of references: what is named is in this replica
    };

    record::FieldNumber field;
    Relation relation = Relation::equal;
    std::vector<record::Value> values;
};

/// Conditions joined. An empty `all` is met by everything, an empty `any` by nothing.
struct Filter {
    enum class Joined : std::uint8_t { one, all, any, none };

    Joined joined = Joined::all;
    /// Of Joined::one.
    Condition condition{};
    /// Of the others.
    std::vector<Filter> parts{};
};

struct SortKey {
    record::FieldNumber field;
    bool descending = false;
};

/// What a list shows. Empty `search`, `conditions` and `filter` take all. At most 256 conditions, 8
/// deep.
struct ListQuery {
    record::KindNumber kind;
    std::vector<Condition> conditions;
    Filter filter;
    /// Records that this rule was broken by, or by their entries, when they were last surveyed;
    /// empty: all.
    std::string finding;
    /// Words as people type them: a part of a name or number, the beginning of a name's pinyin or
    /// initials (client/pinyin/search_keys.hpp).
    std::string search;
    std::vector<SortKey> order;
    /// For entry kinds: whose entries.
    std::optional<record::RecordId> owner;
    bool with_retired = false;
    /// Without persons of other organisations who are only on the way to one of this replica.
    bool at_home = false;
    std::uint64_t offset = 0;
    /// 1 to 1,000.
    std::uint32_t limit = 100;
};

struct ListPage {
    std::vector<record::RecordState> records;
    /// How many records match in all.
    std::uint64_t total = 0;
};

/// What the last surveys said by one rule.
struct SurveyCount {
    std::string rule;
    /// Of the records: an entry counts as its owner.
    record::KindNumber kind;
    rules::Severity severity = rules::Severity::warn;
    /// How many of them there are: those that a list with `finding` shows.
    std::uint64_t records = 0;
    /// The earliest day that a message names.
    std::optional<record::Date> due;
    /// What the message with that day is about.
    record::RecordKey first;
};

/// How many of a list's records hold something in a field that must be filled in (必填项).
struct FilledField {
    std::string_view field;
    std::uint64_t filled = 0;
};

struct Filled {
    std::uint64_t records = 0;
    std::vector<FilledField> fields;
};

/// What one position of the log did to a record.
struct HistoryStep {
    enum class Step : std::uint8_t { entered, changed, retired, restored };

    record::LogIndex index;
    record::DeviceId device;
    record::Sequence sequence;
    record::RecordId author;
    std::string action;
    record::Instant committed_at;
    Step step = Step::changed;
    /// The fields that changed, as they were and as they became.
    std::vector<record::FieldState> before;
    std::vector<record::FieldState> after;
};

/// Something that is kept on this device alone.
struct Note {
    std::string name;
    std::string text;
};

/// Where a group of this device stands.
enum class GroupStage : std::uint8_t { waiting, accepted, merged, quarantined, rejected, parked };

/// One group of this device, newest first in lists, with what the server said.
struct OwnGroup {
    record::Group group;
    GroupStage stage = GroupStage::waiting;
    std::optional<record::Verdict> verdict;
    /// Why it is parked: it could not be replayed on what others have meanwhile committed.
    std::vector<record::Reason> parked_because;
};

/// A snapshot that was not swapped in yet: what is there of it.
struct StagedSnapshot {
    /// What the next chunk begins after.
    record::RecordKey through;
    /// Where the first chunk was read.
    record::LogIndex read_at;
    record::RecordId scope;
    bool is_whole = false;
};

/// Who this replica belongs to and where it stands.
struct ReplicaStatus {
    record::SpaceId space;
    record::DeviceId device;
    record::IncarnationId incarnation;
    record::RecordId account;
    record::EpochId epoch;
    record::LogIndex confirmed;
    /// The scope that the last snapshot was taken of; none before the first.
    record::RecordId scope;
    record::Sequence last_sequence;
    /// The newest group whose verdict of this epoch is stored, all before it included.
    record::Sequence last_verdict;
    /// The newest of these before which all stand in the server's chain of this incarnation: what is
    /// judged behind a gap stands outside of it.
    record::Sequence last_in_chain;
    std::uint64_t waiting = 0;
    /// Those whose case is still open.
    std::uint64_t quarantined = 0;
    std::uint64_t rejected = 0;
    std::uint64_t parked = 0;
    std::optional<sync::Lease> lease;
    /// The last contact with the server, by the server's clock.
    std::optional<record::Instant> last_contact;
    /// The latest time that contacts and changes made here have told; 0 for none.
    record::Instant latest_time;
    std::optional<StagedSnapshot> staged;
    /// How often this replica may still be repaired today.
    std::uint32_t repairs_left = 0;
};

/// Where a replica lies, and what opens it: its database and WAL are sealed page by page.
struct SealedPlace {
    std::filesystem::path file;
    std::shared_ptr<const vault::KeyRing> keys;
    /// Is given every group before commit() returns; what it could not keep, again at the next
    /// chance. None: the groups are in the replica alone.
    std::shared_ptr<Escrow> escrow = nullptr;
    /// Must outlive the replica. None: the operating system's files.
    const vault::Volume* volume = nullptr;
};

/// What a replica is created with.
struct ReplicaIdentity {
    record::SpaceId space;
    record::DeviceId device;
    record::RecordId account;
};

/// The device's signature over a SHA-256; passed in, so that the replica holds no key.
using SignHash = std::function<record::Signature(const record::Hash&)>;

struct ScopeDigest {
    record::LogIndex at;
    std::uint64_t records = 0;
    record::Hash digest{};
};

/// A device's copy of its scope: the confirmed state at a log index, and this device's groups that
/// wait for their verdict, applied on top. Source: sync.md, "Pull" and "Push".
///
/// Durability: what a call has acknowledged is on the disk (synchronous=FULL).
/// Errors: after any error the replica is as it was before the call.
/// Threads: not synchronised; one thread owns the replica and its one SQLite connection.
class Replica {
public:
    /// Makes a new replica with a random incarnation. The file must not exist.
    [[nodiscard]] static std::expected<std::unique_ptr<Replica>, ReplicaError> create(
        const SealedPlace& place, const ReplicaIdentity& identity, const catalog::Catalog& catalog,
        record::Clock& clock, record::Random& random);

    /// Opens the one at `place` and holds it alone until destroyed. With other keys than it was
    /// made with it is `damaged`: who asks for the password finds out before (key_file.hpp).
    [[nodiscard]] static std::expected<std::unique_ptr<Replica>, ReplicaError> open(
        const SealedPlace& place, const catalog::Catalog& catalog, record::Clock& clock,
        record::Random& random);

    ~Replica();

    // Reading: what the user sees, pending changes included.

    [[nodiscard]] std::expected<std::optional<record::RecordState>, ReplicaError> find(
        const record::RecordKey& key);
    [[nodiscard]] std::expected<ListPage, ReplicaError> list(const ListQuery& query);
    [[nodiscard]] std::expected<ReplicaStatus, ReplicaError> status();
    /// This device's groups, newest first.
    [[nodiscard]] std::expected<std::vector<OwnGroup>, ReplicaError> own_groups(
        std::uint32_t limit);
    /// The one of that sequence; none: there is no such group here.
    [[nodiscard]] std::expected<std::optional<OwnGroup>, ReplicaError> own_group(
        record::Sequence sequence);
    /// Over the confirmed state alone, for comparison with the server's.
    [[nodiscard]] std::expected<ScopeDigest, ReplicaError> digest();

    // Writing.

    /// A fresh id for a record that a draft creates.
    [[nodiscard]] record::RecordId new_record_id();

    /// Judges the draft as far as this device can (lease, window, values, rules), and if nothing
    /// refuses it, makes it a signed group, applies it and stores it before returning.
    [[nodiscard]] std::expected<Committed, ReplicaError> commit(const Draft& draft,
                                                                const SignHash& sign);

    /// The same judgement without writing: for forms and previews.
    [[nodiscard]] std::expected<std::vector<rules::Finding>, ReplicaError> preview(
        const Draft& draft);

    /// Of the records that the query takes, whatever its offset and limit.
    [[nodiscard]] std::expected<Filled, ReplicaError> filled(const ListQuery& query);
    /// What the log has told here about a record, newest first, at most 1,000 steps; own groups
    /// that wait are not among them.
    [[nodiscard]] std::expected<std::vector<HistoryStep>, ReplicaError> history(
        const record::RecordKey& key);

    /// Keeps a text under a name on this device alone, until the replica goes; an empty text drops
    /// it. Errors: wrong_value beyond 64 KiB or 1,000 notes.
    [[nodiscard]] std::expected<void, ReplicaError> keep_note(std::string_view name,
                                                              std::string_view text);
    [[nodiscard]] std::expected<std::vector<Note>, ReplicaError> notes(std::string_view prefix);

    /// The organisations above the account's scope, nearest first, in place of those before: by
    /// name alone, which is all that the server tells of them here. They are no records.
    [[nodiscard]] std::expected<void, ReplicaError> keep_above(
        std::span<const sync::OrganisationAbove> above);
    [[nodiscard]] std::expected<std::vector<sync::OrganisationAbove>, ReplicaError> above();

    /// rules::survey_organisation() of today, in place of what an earlier one said of that
    /// organisation. What needs an explanation and has one is left out. Kept in memory alone.
    [[nodiscard]] std::expected<void, ReplicaError> survey_organisation(
        const record::RecordId& organisation);
    [[nodiscard]] std::expected<void, ReplicaError> forget_survey();
    /// By rule and kind.
    [[nodiscard]] std::expected<std::vector<SurveyCount>, ReplicaError> survey_counts();

    /// What is to be said of these records on the day, as they would stand with the draft made:
    /// rules::survey(). Needs no permission to edit.
    [[nodiscard]] std::expected<std::vector<rules::Finding>, ReplicaError> survey(
        const Draft& draft, std::span<const record::RecordKey> records);

    // Synchronisation, called by the agent.

    /// Waiting groups after `after` in ascending sequence, at most about `bytes_max` (at least one
    /// if there is any), up to the first that no message holds.
    [[nodiscard]] std::expected<std::vector<record::SealedGroup>, ReplicaError> waiting_after(
        record::Sequence after, std::size_t bytes_max);

    /// The group after `after`, if there is one that no message holds.
    [[nodiscard]] std::expected<std::optional<sync::GroupOffer>, ReplicaError> offer_after(
        record::Sequence after);

    /// Of that group's bytes those from `at` on, at most `bytes_max`; holds no more of them.
    [[nodiscard]] std::expected<std::vector<std::uint8_t>, ReplicaError> part_of(
        record::Sequence sequence, std::uint64_t at, std::size_t bytes_max);

    /// Stores verdicts whose signatures the caller has verified. One that is stored already
    /// changes nothing.
    [[nodiscard]] std::expected<void, ReplicaError> take_verdicts(
        std::span<const record::Receipt> receipts);

    /// Moves the confirmed state from its index to `through`, in one transaction: pending changes
    /// are undone on the records concerned, the entries applied, the pending changes replayed; a
    /// group that fails on replay is parked.
    [[nodiscard]] std::expected<void, ReplicaError> apply_tail(
        std::span<const sync::TailEntry> entries, record::LogIndex through);

    /// Keeps a part of one entry of the tail aside. The first one drops what an entry that was cut
    /// has left.
    [[nodiscard]] std::expected<void, ReplicaError> stage_tail_part(const sync::TailPart& part,
                                                                    bool is_first);

    /// As apply_tail(), for the one entry at `through` whose parts are all there; holds one of them
    /// at a time.
    [[nodiscard]] std::expected<void, ReplicaError> apply_tail_parts(record::LogIndex through);

    /// From now on the server's store is that of `epoch`, which holds this device's groups up to
    /// `held`: what was said of later ones is kept as evidence, and they wait for a verdict again.
    /// The confirmed state is to be replaced by a snapshot, and stays visible until it is.
    [[nodiscard]] std::expected<void, ReplicaError> adopt_epoch(record::EpochId epoch,
                                                                record::Sequence held);

    /// Keeps a chunk of a snapshot aside. The first chunk (an empty `after`) drops what an earlier,
    /// unfinished snapshot left, and is of the scope that the lease then names.
    [[nodiscard]] std::expected<void, ReplicaError> stage(const record::RecordKey& after,
                                                          const sync::SnapshotChunk& chunk);

    /// Replaces the confirmed state by the staged snapshot, which then stands at its first chunk's
    /// index, in one transaction, and replays the pending groups. Nothing pending is lost; of what
    /// is not in the snapshot no byte stays in the file, this device's own groups apart.
    [[nodiscard]] std::expected<void, ReplicaError> swap_in();

    /// The confirmed state is not the server's, and to be replaced by a snapshot. Counts against
    /// the repairs of the day; what was staged is dropped.
    [[nodiscard]] std::expected<void, ReplicaError> begin_repair();

    /// The newest group of this device that, with all before it, stands in the server's log at
    /// `index` or before.
    [[nodiscard]] std::expected<record::Sequence, ReplicaError> committed_through(
        record::LogIndex index);

    /// Keeps the lease; the caller has verified its signature.
    [[nodiscard]] std::expected<void, ReplicaError> take_lease(const sync::Lease& lease,
                                                               record::Instant server_time);

private:
    class Body;
    explicit Replica(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::client
