#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {

/// What happens to a server's session, and what it then wants done.
namespace server_event {

/// The channel stands; `challenge` carries a fresh nonce.
struct Opened {
    Challenge challenge;
};

/// One frame arrived.
struct Received {
    Bytes frame;
};

/// The answer to Admit: the account and device may work.
struct Admitted {
    Welcome welcome;
    /// A backup holds the log up to here.
    LogIndex backed_up = {};
};

/// The answer to TakeIn: all that was handed in is durable.
struct TakenIn {
    HandedIn handed_in;
};

/// The answer to Admit, TakeIn and to whatever reads: it cannot be done.
struct Denied {
    Refusal refusal;
};

/// The answer to Judge: durable receipts, and a refusal if the rest could not be judged.
struct Judged {
    std::vector<Receipt> receipts;
    std::optional<Refusal> refusal;
};

struct ReceiptsRead {
    std::vector<Receipt> receipts;
};

/// The answer to StageOffer and StagePart: so many bytes of what was offered are durable.
struct Staged {
    std::uint64_t held = 0;
};

/// No tail: it does not lead there. A part of an entry, where parts were asked for.
struct TailRead {
    std::optional<std::variant<Tail, TailPart>> tail;
};

struct ChunkRead {
    SnapshotChunk chunk;
};

struct DigestRead {
    DigestReply reply;
};

struct TreeHeadRead {
    TreeHeadReply reply;
};

struct InclusionRead {
    InclusionReply reply;
};

/// The answer to DoErrand.
struct ErrandDone {
    ErrandReply reply;
};

/// The log has grown.
struct HeadAdvanced {
    LogIndex head;
};

/// A backup holds the log up to here.
struct BackedUp {
    LogIndex through;
};

struct LeaseRenewed {
    SignedLease lease;
};

/// The account, the device or the server may not go on.
struct Stopped {
    Refusal refusal;
};

}  // namespace server_event

using ServerEvent =
    std::variant<server_event::Opened, server_event::Received, server_event::Admitted,
                 server_event::TakenIn, server_event::Denied, server_event::Judged,
                 server_event::Staged, server_event::ReceiptsRead, server_event::TailRead,
                 server_event::ChunkRead, server_event::DigestRead, server_event::TreeHeadRead,
                 server_event::InclusionRead, server_event::ErrandDone, server_event::HeadAdvanced,
                 server_event::BackedUp, server_event::LeaseRenewed, server_event::Stopped>;

namespace server_effect {

struct Send {
    Bytes frame;
};

/// Check the proof over session_transcript(challenge, hello, channel binding), device and account;
/// answer Admitted or Denied.
struct Admit {
    Challenge challenge;
    Hello hello;
    /// What came before the hello; empty where nothing did.
    std::string second_factor;
};

/// Open these boxes and have what is in them judged, in this order, as groups of the device that
/// the channel's certificate names; answer TakenIn or Denied.
struct TakeIn {
    HandIn hand_in;
};

/// Have these groups judged, in this order; answer Judged.
struct Judge {
    std::vector<SealedGroup> groups;
};

/// Make room for what the device offers, or find what is held of it; answer Staged or Denied.
struct StageOffer {
    GroupOffer offer;
};

/// Keep this part of what was offered, durably; answer Staged or Denied.
struct StagePart {
    GroupOffer offer;
    GroupPart part;
};

/// All of what was offered is held. Have the group judged; answer Judged, or for an entry of the
/// outbox TakenIn or Denied.
struct JudgeStaged {
    GroupOffer offer;
};

struct ReadReceipts {
    Sequence after;
    std::size_t bytes_max = 0;
};

struct ReadTail {
    LogIndex from;
    /// Of the next entry the effects up to this record's have been sent; none for none of them.
    RecordKey within;
    /// An entry that no message holds may be told in parts.
    bool in_parts = false;
    std::size_t bytes_max = 0;
};

struct ReadChunk {
    RecordKey after;
    std::size_t bytes_max = 0;
};

struct ReadDigest {};

struct ReadTreeHead {
    std::uint64_t known_size = 0;
};

struct ReadInclusion {
    LogIndex index;
    std::uint64_t tree_size = 0;
};

/// For the account and the device of this session; answer ErrandDone.
struct DoErrand {
    Errand errand;
};

/// Keep this for the committee's officer; there is no answer.
struct KeepIncident {
    IncidentReport report;
};

/// Close the channel when everything sent before has gone out. Nothing follows.
struct Close {};

}  // namespace server_effect

using ServerEffect =
    std::variant<server_effect::Send, server_effect::Admit, server_effect::TakeIn,
                 server_effect::Judge, server_effect::StageOffer, server_effect::StagePart,
                 server_effect::JudgeStaged, server_effect::ReadReceipts, server_effect::ReadTail,
                 server_effect::ReadChunk, server_effect::ReadDigest, server_effect::ReadTreeHead,
                 server_effect::ReadInclusion, server_effect::DoErrand, server_effect::KeepIncident,
                 server_effect::Close>;
using ServerEffects = std::vector<ServerEffect>;

/// The server's end of one sync session: what to check, judge, read and send next.
///
/// Sans I/O: holds no socket, file, clock or random source. Equal events in equal order give
/// equal effects. At most one Judge and one read of each sort are outstanding; memory is bounded
/// by the push credit and one batch.
/// Hostile input ends the session with a refusal, never with an exception.
/// Threads: not synchronised; confined to the session's strand. Source: sync.md, "Sessions".
class ServerSession {
public:
    struct Settings {
        std::uint64_t push_credit_bytes = 4U << 20U;
        /// Uncompressed, so that a frame stays under its limit.
        std::size_t batch_bytes_max = 384U << 10U;
        /// A job for the committer takes no more groups once it has so many bytes: while the rest
        /// of a long push is judged, the device applies what came of its beginning.
        std::size_t job_bytes_max = 128U << 10U;
    };

    explicit ServerSession(Settings settings) : settings_{settings} {}

    /// Takes one event; returns all that must now be done, in this order.
    [[nodiscard]] ServerEffects step(ServerEvent event);

    [[nodiscard]] bool is_open() const { return state_ == State::open; }

    [[nodiscard]] bool is_over() const { return state_ == State::over; }

    /// What of the log the device was sent, or needs not be; 0 before it has subscribed.
    [[nodiscard]] LogIndex told() const { return cursor_; }

    /// The version that the hello named; until then the oldest.
    [[nodiscard]] std::uint16_t protocol() const { return protocol_; }

private:
    enum class State : std::uint8_t {
        fresh,
        waits_for_hello,
        takes_in,
        waits_for_admission,
        open,
        over
    };

    struct Handler;

    /// The session's version has the message (checked).
    void send(const Message& message);
    void refuse(Refusal refusal);
    void finish();
    void take_frame(const Bytes& frame);
    void take_first(Message message);
    void take_hello(Hello hello);
    void take_push(Push push, std::size_t frame_bytes);
    /// False: refused, as the client has not so much credit.
    [[nodiscard]] bool take_push_credit(std::size_t bytes);
    void take_offer(GroupOffer offer);
    void take_part(GroupPart part);
    void stage_next();
    void take_staged(std::uint64_t held);
    void take_subscribe(const Subscribe& subscribe);
    void take_incident(const IncidentReport& report);
    void take_second_factor(SecondFactor factor);
    void admit(const server_event::Admitted& admitted);
    void tell_watermark(LogIndex backed_up);
    void take_judged(server_event::Judged judged);
    void take_receipts(server_event::ReceiptsRead read);
    void take_tail(server_event::TailRead read);
    [[nodiscard]] std::uint64_t follow(const Tail& tail, std::size_t frame_bytes);
    [[nodiscard]] std::uint64_t follow(const TailPart& part, std::size_t frame_bytes);
    void judge_next();
    void send_verdicts(std::vector<Receipt> receipts, std::uint64_t credit);
    void read_tail_if_due();

    Settings settings_;
    State state_ = State::fresh;
    std::uint16_t protocol_ = protocol_oldest;
    Challenge challenge_;
    ServerEffects effects_;
    LogIndex backed_up_told_;

    // Push.
    std::uint64_t push_credit_ = 0;

    /// Groups that are not given to the committer yet.
    struct WaitingPush {
        std::deque<SealedGroup> groups;
        std::size_t frame_bytes = 0;
    };

    std::deque<WaitingPush> waiting_;
    /// Of the frames whose last group is being judged.
    std::size_t judging_bytes_ = 0;
    bool judging_ = false;
    Sequence verdicts_sent_;
    Sequence verdicts_due_;

    // What no message holds.
    /// What the device has offered, until it is judged. Nothing else is pushed meanwhile.
    std::optional<GroupOffer> offer_;
    /// Where the next part begins; no value until the device has been told.
    std::optional<std::uint64_t> next_part_at_;

    std::deque<GroupPart> waiting_parts_;
    /// Of the part that is being staged; no value when none is.
    std::optional<std::size_t> staging_bytes_;

    // Pull.
    bool subscribed_ = false;
    bool reading_tail_ = false;
    bool reading_chunk_ = false;
    bool reading_digest_ = false;
    LogIndex cursor_;
    /// Of the entry after the cursor the effects up to this record's have been sent.
    RecordKey within_;
    LogIndex head_;
    std::uint64_t pull_credit_ = 0;

    // Tamper evidence.
    bool reading_tree_head_ = false;
    bool reading_inclusion_ = false;
    unsigned incidents_ = 0;

    // The account's own matters.
    std::string second_factor_;
    bool doing_errand_ = false;
};

}  // namespace zhibu::sync
