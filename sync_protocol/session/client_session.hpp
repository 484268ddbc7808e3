#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/client_ledger.hpp"

namespace zhibu::sync {

namespace client_event {

/// The channel stands.
struct Opened {
    std::array<std::uint8_t, 32> channel_binding{};
};

/// One frame arrived.
struct Received {
    Bytes frame;
};

/// The answer to Prove.
struct Proved {
    Signature signature;
};

/// The answer to ReadWaiting: groups after the sequence asked for, ascending, maybe none.
struct WaitingRead {
    std::vector<SealedGroup> groups;
    Sequence last;  // of `groups`; unchanged from the request where there are none
    /// Where `groups` is empty: the next one, if no message holds it.
    std::optional<GroupOffer> offer = std::nullopt;
};

/// The answer to ReadBoxed: boxes after the sequence asked for, ascending, maybe none.
struct BoxedRead {
    std::vector<BoxedGroup> groups;
    /// Where `groups` is empty: the next one, if no message holds it.
    std::optional<GroupOffer> offer = std::nullopt;
};

/// The answer to ReadPart: at least a byte.
struct PartRead {
    std::vector<std::uint8_t> bytes;
};

/// The answer to AdoptEpoch, StoreVerdicts, ApplyTail, StageTailPart, ApplyTailParts, Stage,
/// SwapIn, BeginRepair, StoreLease, in their order.
struct Done {};

/// The answer to Compare: the digest of the replica's confirmed state.
struct Compared {
    DigestReply own;
};

/// The user has made a group; `last` is the newest sequence of this incarnation.
struct GroupMade {
    Sequence last;
};

/// Ask the server for its digest as soon as both ends stand at the same index.
struct CompareWanted {};

/// Something for the own account or device, to be asked of the server once the session is open.
struct ErrandWanted {
    Errand errand;
};

/// Say goodbye once everything is delivered and applied.
struct LeaveWhenDone {};

}  // namespace client_event

using ClientEvent = std::variant<client_event::Opened, client_event::Received, client_event::Proved,
                                 client_event::WaitingRead, client_event::BoxedRead,
                                 client_event::PartRead, client_event::Done, client_event::Compared,
                                 client_event::GroupMade, client_event::CompareWanted,
                                 client_event::ErrandWanted, client_event::LeaveWhenDone>;

/// Why a session ended without a refusal by the server.
enum class SessionFault : std::uint8_t {
    malformed_message,
    unexpected_message,
    server_too_old,
    server_too_new,
    other_space,               // the server keeps another space than this replica
    signature_wrong,           // a receipt or lease that this server did not sign
    foreign_receipt,           // a receipt for another device or group
    server_lost_history,       // the server holds less than it has acknowledged, in the same epoch
    replica_differs,           // from the server, and was repaired as often as may be
    group_needs_newer_server,  // one that no message holds; all before it is delivered
};

namespace client_effect {

struct Send {
    Bytes frame;
};

/// Sign `transcript` with the account's key; answer Proved.
struct Prove {
    Bytes transcript;
};

struct ReadWaiting {
    Sequence after;
    std::size_t bytes_max = 0;
};

/// Boxes of the outbox; answer BoxedRead.
struct ReadBoxed {
    IncarnationId incarnation;
    Sequence after;
    std::size_t bytes_max = 0;
};

/// A part of what was offered, from `at` on; answer PartRead.
struct ReadPart {
    GroupOffer offer;
    std::uint64_t at = 0;
    std::size_t bytes_max = 0;
};

/// The server has these groups, in this epoch; there is no answer.
struct StoreHandedIn {
    IncarnationId incarnation;
    Sequence through;
    EpochId epoch;
    /// They stand in the log at this position or before; 0 where that is not known yet.
    LogIndex by;
};

/// The log has come so far: all that was handed in before in this epoch stands there or before.
/// There is no answer.
struct StoreHead {
    EpochId epoch;
    LogIndex head;
};

/// A backup of the server holds the log of this epoch up to here. There is no answer.
struct StoreWatermark {
    EpochId epoch;
    LogIndex backed_up;
};

/// The server's store is another than the one that the replica knows: a restored backup. It holds
/// this incarnation's groups up to `held`; what it said of later ones is void, and they wait again.
struct AdoptEpoch {
    EpochId epoch;
    Sequence held;
};

/// Receipts whose signatures are right.
struct StoreVerdicts {
    std::vector<Receipt> receipts;
};

struct ApplyTail {
    std::vector<TailEntry> entries;
    LogIndex through;
};

/// Keep the part aside; the first one drops what an entry that was cut has left.
struct StageTailPart {
    TailPart part;
    bool is_first = false;
};

/// All parts of the entry at `through` are there: apply them as one.
struct ApplyTailParts {
    LogIndex through;
};

struct Stage {
    RecordKey after;
    SnapshotChunk chunk;
};

struct SwapIn {};

/// The replica's state is not the server's: it is to be replaced by a snapshot, which follows.
struct BeginRepair {};

/// A lease whose signature is right.
struct StoreLease {
    Lease lease;
    /// Of this grant: what opens the sealed replica while it lasts.
    std::array<std::uint8_t, 32> secret{};
    Instant server_time;
};

/// Everything of this device is judged and everything of the server's is applied.
struct CaughtUp {
    LogIndex at;
};

/// The server's digest, for comparison with a replica confirmed at the same index; answer Compared.
struct Compare {
    DigestReply reply;
};

/// Keep this beside the replica, whose lives it outlasts; there is no answer.
struct KeepPin {
    LedgerPin pin;
};

/// Keep and show this; there is no answer. The server has been told, where that is of use.
struct Tell {
    LedgerFinding finding;
};

/// The server's answer to an errand; errands are answered in their order.
struct ErrandAnswered {
    ErrandReply reply;
};

/// Close the channel. With a refusal by the server, a fault found here, or neither: all is done.
struct End {
    std::optional<Refusal> refusal;
    std::optional<SessionFault> fault;
    std::string detail;
};

}  // namespace client_effect

using ClientEffect =
    std::variant<client_effect::Send, client_effect::Prove, client_effect::ReadWaiting,
                 client_effect::ReadBoxed, client_effect::ReadPart, client_effect::StoreHandedIn,
                 client_effect::StoreHead, client_effect::StoreWatermark, client_effect::AdoptEpoch,
                 client_effect::StoreVerdicts, client_effect::ApplyTail,
                 client_effect::StageTailPart, client_effect::ApplyTailParts, client_effect::Stage,
                 client_effect::SwapIn, client_effect::BeginRepair, client_effect::StoreLease,
                 client_effect::CaughtUp, client_effect::Compare, client_effect::KeepPin,
                 client_effect::Tell, client_effect::ErrandAnswered, client_effect::End>;
using ClientEffects = std::vector<ClientEffect>;

/// Groups in the outbox whose replica cannot be opened any more.
struct Delivery {
    RecordId account;
    IncarnationId incarnation;
    /// The server has those up to here, if its epoch is `epoch`.
    Sequence after;
    EpochId epoch;
    /// Those up to here are not in the outbox any more: a backup holds them.
    Sequence dropped;
    /// The newest one in the outbox.
    Sequence last;
};

/// An unfinished snapshot that the replica has kept, of its epoch.
struct StagedSnapshot {
    /// What the next chunk begins after.
    RecordKey through;
    /// Where the first chunk was read.
    LogIndex read_at;
    RecordId scope;
    /// The last chunk is there too: it is only to be swapped in.
    bool is_whole = false;

    friend bool operator==(const StagedSnapshot&, const StagedSnapshot&) = default;
};

/// Where the replica stands when a session begins.
struct ReplicaPosition {
    SpaceId space;
    DeviceId device;
    IncarnationId incarnation;
    RecordId account;
    EpochId epoch;
    LogIndex confirmed;
    /// The scope that the confirmed state is of; none before the first snapshot.
    RecordId scope;
    Sequence last_sequence;
    Sequence last_verdict;
    /// Of those up to last_verdict, how far they stand in the server's chain: it held so much.
    Sequence last_in_chain;
    std::optional<StagedSnapshot> staged = std::nullopt;
    /// How often the replica may still be repaired today.
    std::uint32_t repairs_left = 1;
    std::uint32_t catalog_version = 0;
    /// As KeepPin gave it last.
    LedgerPin ledger;
    /// Handed in first, one after another, before the account signs in.
    std::vector<Delivery> deliveries;
    /// False: only to deliver. The session ends when that is done.
    bool signs_in = true;
    /// What the authenticator shows, or a recovery code; empty: nothing is told.
    std::string second_factor = {};
};

/// The client's end of one sync session: what to send, store and wait for next. Pushes and pulls
/// at once; effects on the replica are given one at a time and each waits for its Done.
///
/// Sans I/O: holds no socket, file, clock or random source. Equal events in equal order give
/// equal effects. Hostile input ends the session, never throws; pending groups are untouched and
/// the next session offers them again.
/// Threads: not synchronised; confined to one thread. Source: sync.md, "Push", "Pull".
class ClientSession {
public:
    struct Settings {
        /// Uncompressed bytes of groups in one push.
        std::size_t push_bytes_max = 384U << 10U;
        std::uint64_t pull_credit_bytes = 2U << 20U;
        /// Of messages that are applied in one transaction, as they are reckoned for the credit.
        std::uint64_t tail_bytes_max = 512U << 10U;
        /// The newest version it speaks; an older one than this program's for trying that it
        /// serves.
        std::uint16_t protocol_newest = protocol_current;
        /// Compare digests once caught up, without being asked.
        bool compares = true;
    };

    /// @param server_key  the Ed25519 key of enrolment; receipts and leases must verify with it
    ClientSession(const ReplicaPosition& position, const std::array<std::uint8_t, 32>& server_key,
                  Settings settings);

    /// Takes one event; returns all that must now be done, in this order.
    [[nodiscard]] ClientEffects step(ClientEvent event);

    [[nodiscard]] bool is_over() const { return state_ == State::over; }

    /// Over, because the server refused what was handed in; the replica's own groups were not yet
    /// offered. Another session, without the deliveries, can do that.
    [[nodiscard]] bool delivery_was_refused() const { return delivery_was_refused_; }

    /// Admitted by the server.
    [[nodiscard]] bool is_open() const { return state_ == State::open; }

private:
    enum class State : std::uint8_t {
        fresh,
        waits_for_challenge,
        delivering,
        proving,
        waits_for_welcome,
        open,
        over
    };

    /// Work on the replica, done strictly in this order.
    using ReplicaWork =
        std::variant<client_effect::AdoptEpoch, client_effect::StoreVerdicts,
                     client_effect::ApplyTail, client_effect::StageTailPart,
                     client_effect::ApplyTailParts, client_effect::Stage, client_effect::SwapIn,
                     client_effect::BeginRepair, client_effect::StoreLease>;
    struct Handler;

    /// The session's version has the message (checked).
    void send(const Message& message);
    void end(client_effect::End end);
    void fail(SessionFault fault, std::string detail = {});
    void queue(ReplicaWork work, std::uint64_t credit);
    void start_next_work();
    /// Adds to `first` what waits of its sort.
    void gather(ReplicaWork& first, std::uint64_t& credit);
    void take_frame(const Bytes& frame);
    void take_challenge(const Challenge& challenge);
    void deliver_next();
    void take_boxed(client_event::BoxedRead read);
    void take_handed_in(const HandedIn& handed_in);
    void sign_in();
    void take_welcome(const Welcome& welcome);
    void take_verdicts(Verdicts verdicts);
    void take_tail(Tail tail, std::size_t frame_bytes);
    void take_tail_part(TailPart part);
    void ask_for_chunk();
    void take_chunk(SnapshotChunk chunk);
    void take_lease(const SignedLease& lease);

    [[nodiscard]] bool speaks_version_2() const { return hello_.protocol >= 2; }

    /// Whether the server holds less than it has acknowledged in this very epoch.
    [[nodiscard]] bool has_lost_history(const Welcome& welcome) const;
    void adopt_epoch(const Welcome& welcome);
    [[nodiscard]] bool needs_snapshot() const;
    /// Goes on with the staged one where that is of this scope.
    void start_snapshot();
    void subscribe();
    void take_watermark(const Watermark& watermark);
    void tell_watermark();
    void take_digest(const DigestReply& reply);
    /// Has the replica compared as soon as it stands where the server's digest was made.
    void compare_if_due();
    void take_comparison(const DigestReply& own);
    void compare_again_if_far();
    void repair();
    void push_next();
    void take_waiting(client_event::WaitingRead read);
    /// Offers it where the server knows of offers; false where it does not.
    [[nodiscard]] bool offer(GroupOffer offered, std::uint16_t protocol);
    void take_parts_held(const PartsHeld& held);
    void send_parts();
    void take_part(client_event::PartRead read);
    void work_done();
    void ask_ledger();
    void send_errand();
    void take_reply(ErrandReply reply);
    void take_ledger(const LedgerWatch::Outcome& outcome);
    void tell(const LedgerFinding& finding);
    void settle();
    [[nodiscard]] bool all_done() const;

    ReplicaPosition position_;
    std::array<std::uint8_t, 32> server_key_;
    Settings settings_;
    State state_ = State::fresh;
    ClientEffects effects_;
    std::array<std::uint8_t, 32> channel_binding_{};
    Challenge challenge_;
    Hello hello_;
    bool delivery_was_refused_ = false;

    // Push.
    std::uint64_t push_credit_ = 0;
    Sequence sent_;
    Sequence judged_;
    bool reading_waiting_ = false;
    bool nothing_waits_ = false;
    /// Until then nothing is pushed: verdicts of the former epoch must be void first.
    bool epoch_is_adopted_ = true;
    LogIndex backed_up_;

    // What no message holds.
    /// Offered, and not yet judged.
    std::optional<GroupOffer> offer_;
    /// Where the part begins that is to be sent next; none before the server has said what it has.
    std::optional<std::uint64_t> next_part_at_;
    std::uint64_t parts_held_ = 0;
    bool reading_part_ = false;
    /// The next group has to wait for a server that takes it.
    bool needs_newer_server_ = false;

    // Pull.
    enum class Pull : std::uint8_t { none, snapshot, tail };
    Pull pull_ = Pull::none;
    RecordKey chunk_after_;
    /// Asked for while others are still being staged, so that neither end waits for the other; not
    /// without bound, and not before the first is staged: a session that is cut brings some.
    static constexpr std::size_t chunks_ahead_max = 4;
    std::size_t chunks_ahead_ = 1;
    std::size_t unstaged_chunks_ = 0;
    bool chunk_is_asked_ = false;
    LogIndex snapshot_at_;
    bool snapshot_started_ = false;
    LogIndex applied_;
    LogIndex head_;
    RecordId lease_scope_;
    /// The entry of which parts have come, but not the last.
    std::optional<LogIndex> partly_taken_;
    /// The server still sends the tail of before the repair.
    bool tail_is_stale_ = false;

    struct QueuedWork {
        ReplicaWork work;
        std::uint64_t credit = 0;
    };

    std::deque<QueuedWork> work_;

    /// What the replica is doing now, without its data.
    struct InFlight {
        enum class Sort : std::uint8_t {
            tail,
            tail_part,
            tail_parts,
            chunk,
            swap,
            adoption,
            other
        };
        Sort sort = Sort::other;
        LogIndex through;
        std::uint64_t credit = 0;
    };

    std::optional<InFlight> in_flight_;

    LedgerWatch ledger_;
    /// Of the digests: to be asked for, asked for, waits until the replica stands there, compares.
    enum class Comparison : std::uint8_t { none, wanted, asked, waits, runs };
    Comparison comparison_ = Comparison::none;
    DigestReply server_digest_;
    LogIndex compared_at_;
    unsigned comparisons_missed_ = 0;
    /// Waiting to be sent, and, where `errand_is_sent_`, the first of them for its answer.
    std::deque<Errand> errands_;
    bool errand_is_sent_ = false;
    bool leave_when_done_ = false;
    bool was_caught_up_ = false;
};

}  // namespace zhibu::sync
