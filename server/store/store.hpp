#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/ledger/leaf.hpp"
#include "shared/record/change.hpp"
#include "shared/record/random.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"

/// What the committer and the sessions need of a store, as verbs. SQLite and PostgreSQL implement
/// it.
namespace zhibu::server {

using record::DeviceId;
using record::GroupName;
using record::Hash;
using record::IncarnationId;
using record::Instant;
using record::LogIndex;
using record::RecordId;
using record::RecordKey;
using record::RecordState;
using record::Sequence;

enum class StoreFault : std::uint8_t {
    not_there,
    already_there,
    in_use,
    damaged,
    other_version,
    other_sort,  // a part of a store where a whole one was meant, or the other way round
    storage_full,
    storage_failed,
};

struct StoreError {
    StoreFault fault = StoreFault::storage_failed;
    /// A table or file; no data.
    std::string place;
};

template <class T>
using Stored = std::expected<T, StoreError>;

/// The organisations that see a record, before and after a change.
struct Placement {
    std::vector<RecordId> before;
    std::vector<RecordId> after;

    friend bool operator==(const Placement&, const Placement&) = default;
};

/// One committed effect with who may see it: `effect.sort` is `changed`, or `entered` for a new
/// record; each reader turns it into entered or evicted for its own scope.
struct PlacedEffect {
    record::Effect effect;
    Placement placement;

    friend bool operator==(const PlacedEffect&, const PlacedEffect&) = default;
};

/// One position of the log, whole.
struct LogRow {
    LogIndex index;
    GroupName name;
    Hash group_hash{};
    /// The group as it was sent; empty payloads do not occur.
    record::SealedGroup sealed;
    /// The signed verdict as the device got it.
    record::Receipt receipt;
    record::Outcome outcome = record::Outcome::accepted;
    RecordId author;
    std::string action;
    Instant committed_at;
    /// The effects are exactly the group's changes, so its own device need not be told them.
    bool verbatim = false;
    /// An organisation moved in the tree: no tail leads across this position.
    bool tree_changed = false;
    /// In order. Entries whose owner's placement changed are among them, as `changed` without
    /// fields: they come and go with it.
    std::vector<PlacedEffect> effects;
    /// It stands outside of its chain, which does not advance: a group behind one that is missing;
    /// as read, also one of a name that is held already.
    bool outside_chain = false;
    /// What the Merkle tree says of this position.
    ledger::LogLeaves leaves;
};

/// The leaves of a row that has none yet, with new salts.
[[nodiscard]] ledger::LogLeaves make_leaves(const LogRow& row, record::Random& random);

/// A group that the store holds already.
struct HeldGroup {
    LogIndex index;
    Hash group_hash{};
    record::Receipt receipt;
};

/// The newest group held of one incarnation.
struct HeldChain {
    Sequence last;
    Hash last_hash{};

    friend bool operator==(const HeldChain&, const HeldChain&) = default;
};

/// How an account proves itself.
struct Credential {
    std::array<std::uint8_t, 32> public_key{};
    std::array<std::uint8_t, 16> salt{};
    sync::PasswordCost cost;
    Instant changed_at;

    friend bool operator==(const Credential&, const Credential&) = default;
};

/// What an authenticator and a sheet of paper know of an account. Holds secrets: never logged.
struct SecondFactor {
    std::array<std::uint8_t, 20> secret{};
    /// The step of the code that was taken last; none is taken that is not after it.
    std::uint64_t last_step = 0;
    /// Hashes of the recovery codes that are still good, each once.
    std::vector<Hash> recovery_codes;

    friend bool operator==(const SecondFactor&, const SecondFactor&) = default;
};

/// An account's second factors: the one that counts, and one that waits to be confirmed.
struct SecondFactors {
    std::optional<SecondFactor> active;
    std::optional<SecondFactor> pending;

    friend bool operator==(const SecondFactors&, const SecondFactors&) = default;
};

/// What enrolment leaves of a device. Its state is its record of kind `device`.
struct DeviceKey {
    DeviceId device;
    RecordId account;
    /// SubjectPublicKeyInfo, DER; verifies the device's groups.
    std::vector<std::uint8_t> public_key;
    Hash certificate_fingerprint{};

    friend bool operator==(const DeviceKey&, const DeviceKey&) = default;
};

/// When a device was here last, and what it said of itself.
struct Contact {
    DeviceId device;
    Instant at;
    std::string version;
    IncarnationId incarnation;
    /// The newest group that it had made.
    Sequence newest;

    friend bool operator==(const Contact&, const Contact&) = default;
};

/// A one-time enrolment code, stored hashed.
struct EnrolmentCode {
    Hash code_hash{};
    RecordId account;
    Instant expires_at;
    std::optional<Instant> used_at;
};

/// What a device has begun to send in parts; at most one a device.
struct Staging {
    DeviceId device;
    sync::GroupOffer offer;
    /// Bytes from the beginning.
    std::uint64_t held = 0;
    Instant touched_at;

    friend bool operator==(const Staging&, const Staging&) = default;
};

/// Whom the store knows by more than their records, each ascending.
struct Known {
    /// Of a credential or a second factor.
    std::vector<RecordId> accounts;
    /// Of a key or a contact.
    std::vector<DeviceId> devices;
    std::vector<Hash> enrolment_codes;
};

/// Of a store that is no whole one, but an increment of its backup: which part of it.
struct PartOf {
    /// It has what came after that position.
    LogIndex after;
    /// Tree heads as the codec writes them: of the backup that it goes on from, and its own.
    std::vector<std::uint8_t> continues;
    std::vector<std::uint8_t> head;

    friend bool operator==(const PartOf&, const PartOf&) = default;
};

/// What a space is made of, written by `init`; the rest changes with begin_epoch() alone.
struct SpaceIdentity {
    record::SpaceId space;
    record::EpochId epoch;
    std::string name;
    /// The oldest position at which a backup was put back and the log went on otherwise. A device
    /// may have seen positions after it that are not this log's.
    std::optional<LogIndex> restored_at = std::nullopt;
    /// None for a space's store.
    std::optional<PartOf> part = std::nullopt;
};

/// Reading as of the transaction or, for a Reader, as of the newest commit.
class StoreReading {
public:
    virtual ~StoreReading() = default;

    [[nodiscard]] virtual Stored<LogIndex> head() = 0;
    /// A verified backup of this epoch holds the log up to here; 0 for none.
    [[nodiscard]] virtual Stored<LogIndex> backed_up() = 0;
    /// No tail leads on from before it: what tails alone need has been dropped up to here.
    [[nodiscard]] virtual Stored<LogIndex> compacted() = 0;
    [[nodiscard]] virtual Stored<std::optional<RecordState>> find(const RecordKey& key) = 0;
    /// Records of a kind whose field holds `value` (an indexed field), retired ones included.
    [[nodiscard]] virtual Stored<std::vector<RecordKey>> find_by(record::KindNumber kind,
                                                                 record::FieldNumber field,
                                                                 const record::Value& value,
                                                                 std::uint32_t limit) = 0;
    /// All records of a kind, in ascending id, each passed to `visit`.
    [[nodiscard]] virtual Stored<void> each(
        record::KindNumber kind, const std::function<void(const RecordState&)>& visit) = 0;
    /// The group of the chain that has that name.
    [[nodiscard]] virtual Stored<std::optional<HeldGroup>> held(const GroupName& name) = 0;
    /// The first of that name that stands outside of the chain.
    [[nodiscard]] virtual Stored<std::optional<HeldGroup>> held_outside(const GroupName& name) = 0;
    /// The group of that name with that hash, of the chain or outside of it.
    [[nodiscard]] virtual Stored<std::optional<HeldGroup>> held(const GroupName& name,
                                                                const Hash& group_hash) = 0;
    [[nodiscard]] virtual Stored<HeldChain> chain(const DeviceId& device,
                                                  const IncarnationId& incarnation) = 0;
    /// Every chain, in any order.
    [[nodiscard]] virtual Stored<void> each_chain(
        const std::function<void(const DeviceId& device, const IncarnationId& incarnation,
                                 const HeldChain& chain)>& visit) = 0;
    /// Who committed the group at `index`; none for position 0.
    [[nodiscard]] virtual Stored<RecordId> author_at(LogIndex index) = 0;
    /// The position whole; none beyond the head.
    [[nodiscard]] virtual Stored<std::optional<LogRow>> row(LogIndex index) = 0;
    /// The Merkle tree's leaves of that position; none beyond the head.
    [[nodiscard]] virtual Stored<std::optional<ledger::LogLeaves>> leaves(LogIndex index) = 0;
    /// The root of the tree's complete subtree of 2^level leaves that is number `index` of its
    /// level; none where the tree does not have it yet.
    [[nodiscard]] virtual Stored<std::optional<Hash>> subtree(unsigned level,
                                                              std::uint64_t index) = 0;
    /// The receipt of the group at `index`; none where the log has no such position.
    [[nodiscard]] virtual Stored<std::optional<record::Receipt>> receipt_at(LogIndex index) = 0;
    [[nodiscard]] virtual Stored<Known> known() = 0;
    [[nodiscard]] virtual Stored<std::optional<Credential>> credential(const RecordId& account) = 0;
    [[nodiscard]] virtual Stored<SecondFactors> second_factors(const RecordId& account) = 0;
    [[nodiscard]] virtual Stored<std::optional<DeviceKey>> device_key(const DeviceId& device) = 0;
    /// None for a device that has never reported in.
    [[nodiscard]] virtual Stored<std::optional<Contact>> contact(const DeviceId& device) = 0;
    [[nodiscard]] virtual Stored<std::optional<EnrolmentCode>> enrolment_code(
        const Hash& code_hash) = 0;
    [[nodiscard]] virtual Stored<std::optional<Staging>> staging(const DeviceId& device) = 0;
    /// What is held of it, from the beginning.
    [[nodiscard]] virtual Stored<std::vector<std::uint8_t>> staged_bytes(
        const DeviceId& device) = 0;
    /// What all devices together have offered and is not dropped, in bytes.
    [[nodiscard]] virtual Stored<std::uint64_t> bytes_offered() = 0;
};

/// One write transaction. Dropped without commit() it has changed nothing. After one error every
/// further call, commit() too, returns that error: drop it, and begin another.
class StoreTransaction : public StoreReading {
public:
    /// A part that can be undone alone: one group's writes.
    /// Parts follow one another; one inside another is a bug (checked).
    [[nodiscard]] virtual Stored<void> open_part() = 0;
    [[nodiscard]] virtual Stored<void> keep_part() = 0;
    [[nodiscard]] virtual Stored<void> undo_part() = 0;

    /// Writes the record as given, new or not. Its kind is in the catalog (checked).
    [[nodiscard]] virtual Stored<void> put(const RecordState& state) = 0;
    /// Appends at `row.index`, which must be head() + 1 (checked), and advances the incarnation's
    /// chain, whose next sequence it must have (checked). A fork's row bears a name that is held
    /// already: held() by name and the chain stay as they were.
    /// Nor does a row that says so of itself; its name may be any that the chain has not reached.
    [[nodiscard]] virtual Stored<void> append(const LogRow& row) = 0;
    /// Puts a group that stands outside of its chain (checked) into it, where it is the next; all
    /// else of it stays.
    [[nodiscard]] virtual Stored<void> take_into_chain(const GroupName& name,
                                                       const Hash& group_hash) = 0;
    [[nodiscard]] virtual Stored<void> set_credential(const RecordId& account,
                                                      const Credential& credential) = 0;
    [[nodiscard]] virtual Stored<void> set_second_factors(const RecordId& account,
                                                          const SecondFactors& factors) = 0;
    [[nodiscard]] virtual Stored<void> set_device_key(const DeviceKey& key) = 0;
    [[nodiscard]] virtual Stored<void> set_contact(const Contact& contact) = 0;
    [[nodiscard]] virtual Stored<void> put_enrolment_code(const EnrolmentCode& code) = 0;

    /// Takes the place of what the device had offered before; nothing is held of it yet.
    [[nodiscard]] virtual Stored<void> begin_staging(const DeviceId& device,
                                                     const sync::GroupOffer& offer,
                                                     Instant now) = 0;
    /// Appends to what is held of the device's offer (checked).
    [[nodiscard]] virtual Stored<void> stage(const DeviceId& device,
                                             std::span<const std::uint8_t> bytes, Instant now) = 0;
    /// Nothing happens where there is none.
    [[nodiscard]] virtual Stored<void> drop_staging(const DeviceId& device) = 0;
    /// Drops all that nobody has added to since `before`.
    [[nodiscard]] virtual Stored<void> drop_stagings_before(Instant before) = 0;

    /// A backup was verified that holds the log up to `through`, which is at most head()
    /// (checked). What stood there before never sinks.
    [[nodiscard]] virtual Stored<void> set_backed_up(LogIndex through) = 0;
    /// Drops what tails alone need of the oldest positions that a backup holds and that were
    /// committed before `before`, at most `positions_max` of them. Names, hashes, groups and
    /// receipts stay. No tail leads on from before the position that is returned.
    [[nodiscard]] virtual Stored<LogIndex> compact(Instant before, std::uint32_t positions_max) = 0;

    /// Durable (fsync) when it returns. A failed fsync ends the process.
    [[nodiscard]] virtual Stored<void> commit() = 0;
};

/// What a session may see: the organisations of its scope, sorted by id. Empty with
/// `everything` set for an account at the space's root.
struct ScopeFilter {
    bool everything = false;
    std::vector<RecordId> organisations;

    [[nodiscard]] bool sees(std::span<const RecordId> places) const;
};

/// Reads for sessions, beside the one writer.
/// Threads: one thread uses a reader.
class StoreReader : public StoreReading {
public:
    /// From now on all that is read is as of this moment, until the reader goes. The writer goes on
    /// meanwhile, but what it needs of room grows until then.
    [[nodiscard]] virtual Stored<void> pin() = 0;

    /// The log after `from` in scope, about `bytes_max` at most, for that device incarnation: at
    /// least one entry if there is any, so that asking again gets on. An organisation that moved
    /// stops only a scope that is not everything. A record that came into scope is told whole as
    /// it is now, and not at all if it has left again.
    /// No value: the tail does not lead there (tree changed, compacted, `from` beyond the head, or
    /// an entry that no message holds); take a snapshot.
    [[nodiscard]] virtual Stored<std::optional<sync::Tail>> tail(LogIndex from,
                                                                 const ScopeFilter& scope,
                                                                 const DeviceId& device,
                                                                 const IncarnationId& incarnation,
                                                                 std::size_t bytes_max) = 0;
    /// The next entry after `from` in scope, with as many of its effects as a message holds, from
    /// the first, or from behind that of the record `within`, which that entry has and `from`
    /// stands right before. Holds the entry's effects as they are stored, decoded but one
    /// message's. No value: the tail does not lead there, or an effect alone is too large; take a
    /// snapshot.
    [[nodiscard]] virtual Stored<std::optional<sync::TailPart>> tail_part(
        LogIndex from, const RecordKey& within, const ScopeFilter& scope, const DeviceId& device,
        const IncarnationId& incarnation) = 0;
    /// The records in scope after `after`, at least one if there is any.
    [[nodiscard]] virtual Stored<sync::SnapshotChunk> chunk(const RecordKey& after,
                                                            const ScopeFilter& scope,
                                                            std::size_t bytes_max) = 0;
    [[nodiscard]] virtual Stored<sync::DigestReply> digest(const ScopeFilter& scope) = 0;
    /// Stored receipts of that incarnation's chain after `after`, ascending, about `bytes_max` at
    /// most, at least one if there is any.
    [[nodiscard]] virtual Stored<std::vector<record::Receipt>> receipts(
        const DeviceId& device, const IncarnationId& incarnation, Sequence after,
        std::size_t bytes_max) = 0;
};

/// A space's store: one writer, any number of readers.
/// Transactions and readers must go before it does.
/// Threads: transactions belong to one thread at a time; open_reader() may be called from any.
class Store {
public:
    virtual ~Store() = default;

    [[nodiscard]] virtual SpaceIdentity identity() const = 0;
    /// One transaction at a time: a second one beside it is a bug (checked).
    [[nodiscard]] virtual Stored<std::unique_ptr<StoreTransaction>> begin() = 0;
    [[nodiscard]] virtual Stored<std::unique_ptr<StoreReader>> open_reader() = 0;
    /// This store is a backup that was put back: what comes now is another history than the one
    /// that devices may have seen. No backup holds any of it yet. Durable when it returns; no
    /// transaction may be open (checked). Source: sync.md, "epoch".
    [[nodiscard]] virtual Stored<void> begin_epoch(const record::EpochId& epoch) = 0;
};

}  // namespace zhibu::server
