#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

/// The messages of one session, as plain structs. How they travel is sync_protocol/codec's; who
/// sends what when is sync_protocol/session's.
namespace zhibu::sync {

using record::DeviceId;
using record::EpochId;
using record::GroupName;
using record::Hash;
using record::HybridTime;
using record::IncarnationId;
using record::Instant;
using record::LogEntry;
using record::LogIndex;
using record::Receipt;
using record::RecordId;
using record::RecordKey;
using record::RecordState;
using record::SealedGroup;
using record::Sequence;
using record::Signature;
using record::SpaceId;

/// A server serves the current version and those before it. Versions 2, 3 and 4 added messages
/// alone: those after HandedIn, after IncidentReport and after TailPart, which are sent only in a
/// session that has agreed on that version or a newer one.
inline constexpr std::uint16_t protocol_current = 4;
inline constexpr std::uint16_t protocol_oldest = 1;

/// How long a password's derivation takes; read from the server, so bounded before it runs.
struct PasswordCost {
    std::uint32_t memory_kib = 262'144;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;

    friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};

/// A period in which an account may edit. `ends_at` is the first moment outside.
struct EditPeriod {
    Instant starts_at;
    Instant ends_at;

    friend auto operator<=>(const EditPeriod&, const EditPeriod&) = default;
};

/// Permission to work offline. Source: sync.md, "Words"; vault.md, "Keys".
struct Lease {
    std::uint64_t serial = 0;
    SpaceId space;
    RecordId account;
    DeviceId device;
    /// Root of the subtree of organisations that the account sees.
    RecordId scope;
    bool may_write = false;
    bool manages = false;
    /// Long-term accounts edit whenever they are active; others only inside `periods`.
    bool always_open = false;
    /// The periods now known, soonest first, past ones left out; at most 32.
    std::vector<EditPeriod> periods;
    Instant granted_at;
    /// From this moment the lease permits nothing.
    Instant expires_at;
    /// The committee's own numbers for the rules, by name, so that the device judges as the server
    /// does; only those that differ from the rules' defaults. Names a program does not know are
    /// left alone.
    std::vector<record::Parameter> rules;

    friend bool operator==(const Lease&, const Lease&) = default;
};

/// A lease's encoded bytes with the server's Ed25519 signature over them, and the lease secret:
/// random bytes of this one grant, without which the device's sealed replica cannot be opened. The
/// server does not keep them. Source: vault.md, "Keys".
struct SignedLease {
    std::vector<std::uint8_t> bytes;
    Signature signature;
    std::array<std::uint8_t, 32> secret{};

    friend bool operator==(const SignedLease&, const SignedLease&) = default;
};

// Enrolment: over a connection without a client certificate.

/// Client to server, once. The password is seen by the server this one time, inside TLS.
struct EnrolRequest {
    std::uint16_t protocol = protocol_current;
    /// The one-time code as typed, without the authority's fingerprint.
    std::string code;
    /// PKCS#10, DER.
    std::vector<std::uint8_t> signing_request;
    std::string device_label;
    /// 15 characters or more; replaces the account's password if it has one.
    std::string new_password;

    friend bool operator==(const EnrolRequest&, const EnrolRequest&) = default;
};

/// Server to client.
struct EnrolAccepted {
    SpaceId space;
    DeviceId device;
    RecordId account;
    std::string account_name;
    /// DER: the device's certificate, its intermediate, the root.
    std::vector<std::vector<std::uint8_t>> certificate_chain;
    /// Ed25519 key that signs receipts and leases.
    std::array<std::uint8_t, 32> server_key{};
    /// X25519 key to which the device seals its outbox.
    std::array<std::uint8_t, 32> server_box_key{};
    std::array<std::uint8_t, 16> password_salt{};
    PasswordCost password_cost;

    friend bool operator==(const EnrolAccepted&, const EnrolAccepted&) = default;
};

// Session.

/// Server to client, first. The client proves its account by signing it.
struct Challenge {
    std::uint16_t oldest_protocol = protocol_oldest;
    std::uint16_t newest_protocol = protocol_current;
    SpaceId space;
    EpochId epoch;
    std::array<std::uint8_t, 32> nonce{};
    Instant server_time;

    friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// Client to server, the answer.
struct Hello {
    std::uint16_t protocol = protocol_current;
    std::uint32_t catalog_version = 0;
    SpaceId space;
    DeviceId device;
    IncarnationId incarnation;
    RecordId account;
    /// Ed25519 over session_transcript(): bound to the nonce and to this TLS channel.
    Signature account_proof;
    /// The epoch in which the replica's confirmed state was taken; none for a new replica.
    EpochId epoch;
    /// The replica's confirmed state stands here; 0 asks for a snapshot.
    LogIndex confirmed;
    /// The newest group whose verdict the device holds.
    Sequence last_verdict;

    friend bool operator==(const Hello&, const Hello&) = default;
};

/// Server to client: the session is open.
struct Welcome {
    std::uint16_t protocol = protocol_current;
    EpochId epoch;
    /// The log's newest position.
    LogIndex head;
    /// The newest group that the server holds of this incarnation; the next push continues it.
    Sequence last_held;
    SignedLease lease;
    /// What the client may push before it gets more credit, in bytes.
    std::uint64_t push_credit = 0;

    friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// Why a session is not opened, or ends. Each has a message in both languages.
enum class RefusalReason : std::uint8_t {
    protocol_too_old,
    protocol_too_new,
    other_space,
    unknown_device,
    device_not_active,
    account_disabled,
    account_deleted,
    account_expired,
    outside_window,
    wrong_password,
    locked_out,
    password_changed,
    code_unknown_or_used,
    code_expired,
    password_too_weak,
    malformed_message,
    unexpected_message,
    message_too_large,
    sequence_gap,
    chain_broken,
    signature_wrong,
    server_stopping,
    server_storage_failed,
    server_busy,
    replaced_by_newer_session,
    lease_over,
    /// The account sees another part of the tree now: connect anew, and take a snapshot.
    scope_changed,
    /// Version 2: as much of this device's waits in quarantine as may; an officer must decide
    /// first.
    quarantine_full,
    /// Version 4: the account has a second factor, and none came with the hello, or one that is not
    /// right or was used before.
    second_factor_needed,
    second_factor_wrong,
    /// Version 4: an errand that cannot be done as things stand.
    errand_refused,
};

/// A reason as a session of that version knows it; a newer one is told as the nearest of those.
[[nodiscard]] constexpr RefusalReason reason_for(std::uint16_t protocol, RefusalReason reason) {
    if (protocol < 2 && reason == RefusalReason::quarantine_full) {
        return RefusalReason::server_busy;
    }
    if (protocol < 4 && reason > RefusalReason::quarantine_full) {
        return RefusalReason::protocol_too_old;
    }
    return reason;
}

/// Server to client: this session ends; pending groups are untouched on the device.
struct Refusal {
    RefusalReason reason = RefusalReason::malformed_message;
    /// For `sequence_gap`: the sequence expected next.
    Sequence expected;
    /// For `outside_window`: when it opens next, if known. For `locked_out`: until when.
    std::optional<Instant> not_before;
    /// For `password_changed` and `wrong_password`: how to derive the key.
    std::array<std::uint8_t, 16> password_salt{};
    PasswordCost password_cost;
    /// A position or a field's name for the person who reads the log; no personal data.
    std::string detail;

    /// One that says why and no more.
    [[nodiscard]] static Refusal of(RefusalReason reason) {
        Refusal made;
        made.reason = reason;
        return made;
    }

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Client to server: groups in ascending sequence, none left out.
struct Push {
    std::vector<SealedGroup> groups;

    friend bool operator==(const Push&, const Push&) = default;
};

/// Server to client: durable decisions, in ascending sequence; `push_credit` is added.
struct Verdicts {
    std::vector<Receipt> receipts;
    std::uint64_t push_credit = 0;

    friend bool operator==(const Verdicts&, const Verdicts&) = default;
};

/// Client to server: the server may send this many bytes more of tail, as credit_of() reckons it.
struct PullCredit {
    std::uint64_t bytes = 0;

    friend bool operator==(const PullCredit&, const PullCredit&) = default;
};

/// Client to server: send the log after `from` as it grows, until the session ends.
struct Subscribe {
    LogIndex from;
    std::uint64_t credit = 0;

    friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

/// One entry of the tail. For a group of the receiving incarnation that was `accepted` as it was
/// sent, `own` is set and the effects are left out: the device holds them.
struct TailEntry {
    LogEntry entry;
    bool own = false;

    friend bool operator==(const TailEntry&, const TailEntry&) = default;
};

/// Server to client: all that is in scope with from < index <= through.
struct Tail {
    std::vector<TailEntry> entries;
    LogIndex through;
    /// The log's newest position when this was read.
    LogIndex head;

    friend bool operator==(const Tail&, const Tail&) = default;
};

/// Server to client: the tail cannot bring this replica up to date (it is too old, its scope or
/// the tree changed, or the epoch is another); it must take a snapshot. Pending groups stay.
struct SnapshotNeeded {
    LogIndex head;

    friend bool operator==(const SnapshotNeeded&, const SnapshotNeeded&) = default;
};

/// Client to server: the next chunk after the record `after`; the zero key asks for the first.
struct SnapshotRequest {
    RecordKey after;

    friend bool operator==(const SnapshotRequest&, const SnapshotRequest&) = default;
};

/// Server to client: records in scope in ascending order of key, each as committed at `read_at`.
/// Chunks may be read at different positions: the tail from the first chunk's `read_at` makes the
/// whole consistent, since a field is never set back to an older index.
struct SnapshotChunk {
    LogIndex read_at;
    /// The last record's key; the next request names it.
    RecordKey through;
    bool is_last = false;
    std::vector<RecordState> records;

    friend bool operator==(const SnapshotChunk&, const SnapshotChunk&) = default;
};

/// Client to server: what is the digest of my scope at the log's head?
struct DigestRequest {
    friend bool operator==(const DigestRequest&, const DigestRequest&) = default;
};

/// Server to client; comparable with a replica that is confirmed at exactly `at`.
struct DigestReply {
    LogIndex at;
    std::uint64_t records = 0;
    Hash digest{};

    friend bool operator==(const DigestReply&, const DigestReply&) = default;
};

/// Server to client, at any time: a new lease replaces the old one.
struct LeaseUpdate {
    SignedLease lease;

    friend bool operator==(const LeaseUpdate&, const LeaseUpdate&) = default;
};

/// Either side, instead of silence; before Hello too.
struct Goodbye {
    friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

/// An entry of the device's outbox, sealed to the server's box key. Source: docs/file-formats.md,
/// "Outbox".
struct BoxedGroup {
    std::vector<std::uint8_t> box;

    friend bool operator==(const BoxedGroup&, const BoxedGroup&) = default;
};

/// Client to server, in place of Hello or before it: groups that wait in the device's outbox, in
/// ascending sequence. One that is left out is lost to the device: what follows it goes into
/// quarantine. The channel's certificate names the device; no account is
/// signed in, so a device whose lease is over or whose account is disabled can still deliver, and
/// learns nothing by it. Source: vault.md, "Keys"; sync.md, "Edit windows".
struct HandIn {
    RecordId account;
    IncarnationId incarnation;
    std::vector<BoxedGroup> groups;

    friend bool operator==(const HandIn&, const HandIn&) = default;
};

/// Server to client: all groups of this incarnation that were handed in, up to here, are durable
/// and judged.
struct HandedIn {
    IncarnationId incarnation;
    Sequence through;

    friend bool operator==(const HandedIn&, const HandedIn&) = default;
};

// Tamper evidence: protocol version 2. Source: sync.md, "Tamper evidence"; RFC 6962.

/// What the space's Merkle tree was at one moment. Leaves are numbered from 0; the log's position i
/// has leaves 2i - 2 (the group) and 2i - 1 (the verdict).
struct TreeHead {
    SpaceId origin;
    EpochId epoch;
    /// How many leaves.
    std::uint64_t size = 0;
    Hash root{};
    Instant signed_at;

    friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// A tree head's encoded bytes with the server's Ed25519 signature over them.
struct SignedTreeHead {
    std::vector<std::uint8_t> bytes;
    Signature signature;

    friend bool operator==(const SignedTreeHead&, const SignedTreeHead&) = default;
};

/// Client to server, at any time in an open session: the newest head, and its proof to be an
/// extension of the tree of `known_size` leaves (0: no proof wanted).
struct TreeHeadRequest {
    std::uint64_t known_size = 0;

    friend bool operator==(const TreeHeadRequest&, const TreeHeadRequest&) = default;
};

/// Server to client, the answer. `consistency` is RFC 6962's PROOF(known_size, D[size]); empty for
/// a tree of that very size, and where `size` is less than what was known: that head convicts.
struct TreeHeadReply {
    SignedTreeHead head;
    std::uint64_t known_size = 0;
    std::vector<Hash> consistency;

    friend bool operator==(const TreeHeadReply&, const TreeHeadReply&) = default;
};

/// Client to server: is the log's position `index` in the tree of `tree_size` leaves?
struct InclusionRequest {
    LogIndex index;
    std::uint64_t tree_size = 0;

    friend bool operator==(const InclusionRequest&, const InclusionRequest&) = default;
};

/// One leaf of the tree: HMAC-SHA256(salt, content) is the commitment, SHA-256(0 || commitment) the
/// leaf's hash. The salt is empty where the receiver may not see the content, or it was erased.
struct LeafProof {
    std::uint64_t leaf = 0;
    Hash commitment{};
    std::vector<std::uint8_t> salt;
    /// RFC 6962's PATH(leaf, D[tree_size]).
    std::vector<Hash> path;

    friend bool operator==(const LeafProof&, const LeafProof&) = default;
};

/// Server to client, the answer: the group's leaf and the verdict's; none where the tree of that
/// size has no such position.
struct InclusionReply {
    LogIndex index;
    std::uint64_t tree_size = 0;
    std::vector<LeafProof> leaves;

    friend bool operator==(const InclusionReply&, const InclusionReply&) = default;
};

// Durability beyond the server, and what a device finds wrong: protocol version 2.

/// Server to client, after Welcome and whenever it rises: a backup holds the log of this epoch up
/// to here, so outboxes need keep nothing that was committed before.
struct Watermark {
    LogIndex backed_up;

    friend bool operator==(const Watermark&, const Watermark&) = default;
};

/// What a device found that must not be. Source: sync.md, "Merge", "Tamper evidence".
enum class IncidentSort : std::uint8_t {
    digest_differs,       // the replica's state is not the server's, both at the same index
    history_shortened,    // the server's tree is smaller than a head that the device has pinned
    history_forked,       // the tree does not extend the pinned head
    receipt_not_in_tree,  // a group of this device that was acknowledged has no leaf
};

/// Client to server: kept for the committee's officer. The server thanks with nothing.
struct IncidentReport {
    IncidentSort sort = IncidentSort::digest_differs;
    LogIndex at;
    /// The signed head that the device had pinned; empty where the sort has none.
    SignedTreeHead pinned;

    friend bool operator==(const IncidentReport&, const IncidentReport&) = default;
};

// What no message holds: protocol version 3. Source: sync.md, "Push: exactly once".

/// Client to server: a group that no message holds follows in parts, or an entry of the outbox with
/// such a group. Where it was offered before, by this device and with this hash, it goes on where
/// it was cut. Instead of Hello or before it only entries of the outbox are offered.
struct GroupOffer {
    RecordId account;
    IncarnationId incarnation;
    Sequence sequence;
    /// An entry of the outbox, as in BoxedGroup; otherwise the group's bytes.
    bool is_boxed = false;
    /// Of all parts together.
    std::uint64_t bytes = 0;
    /// SHA-256 of all parts together: of a group its own hash.
    Hash hash{};
    /// The device's signature over `hash`; empty for an entry of the outbox, which has it inside.
    Signature signature;

    friend bool operator==(const GroupOffer&, const GroupOffer&) = default;
};

/// Client to server: the part of what was offered that begins at `at`.
struct GroupPart {
    std::uint64_t at = 0;
    std::vector<std::uint8_t> bytes;

    friend bool operator==(const GroupPart&, const GroupPart&) = default;
};

/// Server to client, to the offer and to each part: so many bytes are durable. After the last the
/// verdict follows, or HandedIn; `push_credit` is added.
struct PartsHeld {
    std::uint64_t bytes = 0;
    std::uint64_t push_credit = 0;

    friend bool operator==(const PartsHeld&, const PartsHeld&) = default;
};

/// Server to client: some of the effects of one entry of the tail that no message holds. Parts of
/// one entry follow one another; all of it is applied with the last.
struct TailPart {
    TailEntry entry;
    bool is_last = false;
    /// The log's newest position when this was read.
    LogIndex head;

    friend bool operator==(const TailPart&, const TailPart&) = default;
};

// The account's and the device's own matters: protocol version 4.

/// Client to server, once, before Hello: what the account's authenticator shows now, or one of its
/// recovery codes. Source: vault.md, "Enrolment, transport, login"; RFC 6238.
struct SecondFactor {
    std::string code;

    friend bool operator==(const SecondFactor&, const SecondFactor&) = default;
};

enum class ErrandSort : std::uint8_t {
    change_password,        // `text`: the new one
    renew_certificate,      // `signing_request`: of the key that the device has
    begin_second_factor,    // a secret is made; the one before counts until the new is confirmed
    confirm_second_factor,  // `text`: what the authenticator shows
    report_in,              // `text`: the program's version; `newest`; once, when a session opens
    list_contacts,          // when the devices of the account's scope were here
};

/// Client to server, in an open session, one at a time: something for the own account or device.
struct Errand {
    ErrandSort sort = ErrandSort::change_password;
    std::string text;
    /// PKCS#10, DER.
    std::vector<std::uint8_t> signing_request;
    /// The newest group that the device has made in this incarnation.
    Sequence newest{};

    friend bool operator==(const Errand&, const Errand&) = default;
};

/// An organisation above an account's scope, by name alone: nothing else of it is told there.
struct OrganisationAbove {
    RecordId id;
    std::string name;
    /// Of list organisation_type.
    std::string type;

    friend bool operator==(const OrganisationAbove&, const OrganisationAbove&) = default;
};

/// What the server knows of a device beside its record.
struct DeviceContact {
    DeviceId device;
    Instant at;
    /// Its session is open now.
    bool is_connected = false;
    /// Of the program, as it says itself.
    std::string version;
    /// Groups that it had made and that have not come.
    std::uint64_t missing = 0;

    friend bool operator==(const DeviceContact&, const DeviceContact&) = default;
};

/// Server to client, the answer; the session goes on.
struct ErrandReply {
    ErrandSort sort = ErrandSort::change_password;
    bool is_done = false;
    /// Where it is not done, why.
    RefusalReason refused = RefusalReason::errand_refused;
    /// change_password: how the new password's key is derived.
    std::array<std::uint8_t, 16> password_salt{};
    PasswordCost password_cost;
    /// renew_certificate: as in EnrolAccepted.
    std::vector<std::vector<std::uint8_t>> certificate_chain;
    /// begin_second_factor: the authenticator's secret, and the codes for the day on which it is
    /// lost, each good once.
    std::vector<std::uint8_t> secret;
    std::vector<std::string> recovery_codes;
    /// report_in: nearest first, up to the root.
    std::vector<OrganisationAbove> above;
    /// list_contacts: of those that have reported in.
    std::vector<DeviceContact> contacts;

    friend bool operator==(const ErrandReply&, const ErrandReply&) = default;
};

/// The order of the alternatives is the tag on the wire: it only grows.
using Message = std::variant<EnrolRequest, EnrolAccepted, Challenge, Hello, Welcome, Refusal, Push,
                             Verdicts, PullCredit, Subscribe, Tail, SnapshotNeeded, SnapshotRequest,
                             SnapshotChunk, DigestRequest, DigestReply, LeaseUpdate, Goodbye,
                             HandIn, HandedIn, TreeHeadRequest, TreeHeadReply, InclusionRequest,
                             InclusionReply, Watermark, IncidentReport, GroupOffer, GroupPart,
                             PartsHeld, TailPart, SecondFactor, Errand, ErrandReply>;

/// The protocol version that brought the message in: it is sent only where that or a newer one was
/// agreed on.
[[nodiscard]] constexpr std::uint16_t protocol_of(const Message& message) {
    // How many messages there were when the next version came.
    constexpr std::array<std::size_t, 3> messages_before{20, 26, 30};
    std::uint16_t protocol = 1;
    for (const std::size_t count : messages_before) {
        if (message.index() >= count) {
            ++protocol;
        }
    }
    return protocol;
}

}  // namespace zhibu::sync

// tidy-exempt(file-length): the list of all messages
