#include "sync_protocol/session/server_session.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shared/record/check.hpp"
#include "sync_protocol/session/pull_credit.hpp"

namespace zhibu::sync {
namespace {

/// More credit than any honest client grants; beyond it the sum could overflow.
constexpr std::uint64_t pull_credit_max = 64U << 20U;
/// An honest client has one of a sort to tell. Each is a group in the log.
constexpr unsigned incidents_max = 8;

Refusal refusal(RefusalReason reason, std::string detail = {}) {
    Refusal made;
    made.reason = reason;
    made.detail = std::move(detail);
    return made;
}

}  // namespace

/// Which member takes which event or message; one overload each.
struct ServerSession::Handler {
    ServerSession& session;

    // Events.

    void operator()(server_event::Opened event) const {
        ZHIBU_CHECK(session.state_ == State::fresh);
        session.challenge_ = std::move(event.challenge);
        session.state_ = State::waits_for_hello;
        session.send(session.challenge_);
    }

    void operator()(server_event::Received event) const { session.take_frame(event.frame); }

    void operator()(const server_event::Admitted& event) const { session.admit(event); }

    void operator()(const server_event::TakenIn& event) const {
        ZHIBU_CHECK(session.state_ == State::takes_in);
        session.state_ = State::waits_for_hello;
        session.offer_.reset();
        session.send(event.handed_in);
    }

    void operator()(server_event::Denied event) const { session.refuse(std::move(event.refusal)); }

    void operator()(server_event::Judged event) const { session.take_judged(std::move(event)); }

    void operator()(const server_event::Staged& event) const { session.take_staged(event.held); }

    void operator()(server_event::ReceiptsRead event) const {
        session.take_receipts(std::move(event));
    }

    void operator()(server_event::TailRead event) const { session.take_tail(std::move(event)); }

    void operator()(server_event::ChunkRead event) const {
        session.reading_chunk_ = false;
        session.send(std::move(event.chunk));
    }

    void operator()(const server_event::DigestRead& event) const {
        session.reading_digest_ = false;
        session.send(event.reply);
    }

    void operator()(server_event::TreeHeadRead event) const {
        session.reading_tree_head_ = false;
        session.send(std::move(event.reply));
    }

    void operator()(server_event::InclusionRead event) const {
        session.reading_inclusion_ = false;
        session.send(std::move(event.reply));
    }

    void operator()(server_event::ErrandDone event) const {
        session.doing_errand_ = false;
        session.send(std::move(event.reply));
    }

    void operator()(const server_event::HeadAdvanced& event) const {
        session.head_ = std::max(session.head_, event.head);
        session.read_tail_if_due();
    }

    void operator()(const server_event::BackedUp& event) const {
        if (session.state_ == State::open) {
            session.tell_watermark(event.through);
        }
    }

    void operator()(server_event::LeaseRenewed event) const {
        if (session.state_ == State::open) {
            session.send(LeaseUpdate{std::move(event.lease)});
        }
    }

    void operator()(server_event::Stopped event) const { session.refuse(std::move(event.refusal)); }

    // Messages of an open session.

    void operator()(Push message, std::size_t frame_bytes) const {
        session.take_push(std::move(message), frame_bytes);
    }

    void operator()(GroupOffer message, std::size_t /*frame_bytes*/) const {
        session.take_offer(std::move(message));
    }

    void operator()(GroupPart message, std::size_t /*frame_bytes*/) const {
        session.take_part(std::move(message));
    }

    void operator()(const PullCredit& message, std::size_t /*frame_bytes*/) const {
        session.pull_credit_ = std::min(
            pull_credit_max, session.pull_credit_ + std::min(message.bytes, pull_credit_max));
        session.read_tail_if_due();
    }

    void operator()(const Subscribe& message, std::size_t /*frame_bytes*/) const {
        session.take_subscribe(message);
    }

    void operator()(const SnapshotRequest& message, std::size_t /*frame_bytes*/) const {
        if (session.reading_chunk_) {
            session.refuse(refusal(RefusalReason::unexpected_message, "snapshot request"));
            return;
        }
        session.reading_chunk_ = true;
        // A replica that is repaired subscribes anew behind its snapshot.
        session.subscribed_ = false;
        session.effects_.push_back(
            server_effect::ReadChunk{message.after, session.settings_.batch_bytes_max});
    }

    void operator()(const DigestRequest& /*message*/, std::size_t /*frame_bytes*/) const {
        if (session.reading_digest_) {
            session.refuse(refusal(RefusalReason::unexpected_message, "digest request"));
            return;
        }
        session.reading_digest_ = true;
        session.effects_.push_back(server_effect::ReadDigest{});
    }

    void operator()(const TreeHeadRequest& message, std::size_t /*frame_bytes*/) const {
        if (std::exchange(session.reading_tree_head_, true)) {
            session.refuse(refusal(RefusalReason::unexpected_message, "tree head request"));
            return;
        }
        session.effects_.push_back(server_effect::ReadTreeHead{message.known_size});
    }

    void operator()(const InclusionRequest& message, std::size_t /*frame_bytes*/) const {
        if (std::exchange(session.reading_inclusion_, true)) {
            session.refuse(refusal(RefusalReason::unexpected_message, "inclusion request"));
            return;
        }
        session.effects_.push_back(server_effect::ReadInclusion{message.index, message.tree_size});
    }

    void operator()(Errand message, std::size_t /*frame_bytes*/) const {
        if (std::exchange(session.doing_errand_, true)) {
            session.refuse(refusal(RefusalReason::unexpected_message, "errand"));
            return;
        }
        session.effects_.push_back(server_effect::DoErrand{std::move(message)});
    }

    void operator()(const IncidentReport& message, std::size_t /*frame_bytes*/) const {
        session.take_incident(message);
    }

    void operator()(const Goodbye& /*message*/, std::size_t /*frame_bytes*/) const {
        session.finish();
    }

    /// What only a server sends, or what has had its time.
    template <class Other>
    void operator()(const Other& /*message*/, std::size_t /*frame_bytes*/) const {
        session.refuse(refusal(RefusalReason::unexpected_message));
    }
};

ServerEffects ServerSession::step(ServerEvent event) {
    if (state_ == State::over) {
        return {};
    }
    effects_.clear();
    std::visit([this](auto&& each) { Handler{*this}(std::forward<decltype(each)>(each)); },
               std::move(event));
    return std::exchange(effects_, {});
}

void ServerSession::send(const Message& message) {
    ZHIBU_CHECK(protocol_of(message) <= protocol_);
    effects_.push_back(server_effect::Send{encode(message)});
}

void ServerSession::refuse(Refusal refusal) {
    refusal.reason = reason_for(protocol_, refusal.reason);
    send(std::move(refusal));
    finish();
}

void ServerSession::finish() {
    state_ = State::over;
    effects_.push_back(server_effect::Close{});
}

void ServerSession::take_frame(const Bytes& frame) {
    if (frame.size() > frame_bytes_max) {
        refuse(refusal(RefusalReason::message_too_large));
        return;
    }
    auto message = decode_message(frame);
    if (!message) {
        refuse(refusal(RefusalReason::malformed_message, to_text(message.error())));
        return;
    }
    if (state_ == State::waits_for_hello) {
        take_first(*std::move(message));
        return;
    }
    if (state_ != State::open) {
        refuse(refusal(RefusalReason::unexpected_message, "before admission"));
        return;
    }
    if (protocol_of(*message) > protocol_) {
        refuse(refusal(RefusalReason::unexpected_message, "newer than this session's protocol"));
        return;
    }
    std::visit(
        [this, &frame](auto&& each) {
            Handler{*this}(std::forward<decltype(each)>(each), frame.size());
        },
        *std::move(message));
}

void ServerSession::take_first(Message message) {
    if (auto* part = std::get_if<GroupPart>(&message)) {
        take_part(std::move(*part));
    } else if (offer_ && !std::holds_alternative<Goodbye>(message)) {
        refuse(refusal(RefusalReason::unexpected_message, "between parts"));
    } else if (auto* offer = std::get_if<GroupOffer>(&message)) {
        take_offer(std::move(*offer));
    } else if (auto* hello = std::get_if<Hello>(&message)) {
        take_hello(std::move(*hello));
    } else if (auto* hand_in = std::get_if<HandIn>(&message)) {
        state_ = State::takes_in;
        effects_.push_back(server_effect::TakeIn{std::move(*hand_in)});
    } else if (auto* factor = std::get_if<SecondFactor>(&message)) {
        take_second_factor(std::move(*factor));
    } else if (std::holds_alternative<Goodbye>(message)) {
        finish();
    } else {
        refuse(refusal(RefusalReason::unexpected_message, "before hello"));
    }
}

void ServerSession::take_second_factor(SecondFactor factor) {
    if (!second_factor_.empty() || factor.code.empty()) {
        refuse(refusal(RefusalReason::unexpected_message, "second factor"));
        return;
    }
    second_factor_ = std::move(factor.code);
}

void ServerSession::take_hello(Hello hello) {
    if (hello.protocol < challenge_.oldest_protocol) {
        refuse(refusal(RefusalReason::protocol_too_old));
    } else if (hello.protocol > challenge_.newest_protocol) {
        refuse(refusal(RefusalReason::protocol_too_new));
    } else if (hello.space != challenge_.space) {
        refuse(refusal(RefusalReason::other_space));
    } else {
        state_ = State::waits_for_admission;
        protocol_ = hello.protocol;
        // What another epoch's server has said of a group, this one says anew.
        verdicts_sent_ = hello.epoch == challenge_.epoch ? hello.last_verdict : Sequence{};
        effects_.push_back(
            server_effect::Admit{challenge_, std::move(hello), std::exchange(second_factor_, {})});
    }
}

void ServerSession::tell_watermark(LogIndex backed_up) {
    if (protocol_ >= 2 && backed_up > backed_up_told_) {
        backed_up_told_ = backed_up;
        send(Watermark{backed_up});
    }
}

void ServerSession::admit(const server_event::Admitted& admitted) {
    ZHIBU_CHECK(state_ == State::waits_for_admission);
    const Welcome& welcome = admitted.welcome;
    state_ = State::open;
    head_ = std::max(head_, welcome.head);
    push_credit_ = settings_.push_credit_bytes;
    Welcome sent = welcome;
    sent.push_credit = push_credit_;
    send(std::move(sent));
    tell_watermark(admitted.backed_up);
    verdicts_due_ = welcome.last_held;
    if (verdicts_sent_ < verdicts_due_) {
        effects_.push_back(server_effect::ReadReceipts{verdicts_sent_, settings_.batch_bytes_max});
    }
}

void ServerSession::take_receipts(server_event::ReceiptsRead read) {
    if (read.receipts.empty()) {
        verdicts_sent_ = verdicts_due_;
        return;
    }
    verdicts_sent_.position += read.receipts.size();
    send_verdicts(std::move(read.receipts), 0);
    if (verdicts_sent_ < verdicts_due_) {
        effects_.push_back(server_effect::ReadReceipts{verdicts_sent_, settings_.batch_bytes_max});
    }
}

void ServerSession::take_push(Push push, std::size_t frame_bytes) {
    if (offer_) {
        refuse(refusal(RefusalReason::unexpected_message, "push between parts"));
        return;
    }
    if (!take_push_credit(frame_bytes)) {
        return;
    }
    waiting_.push_back(WaitingPush{
        {std::move_iterator(push.groups.begin()), std::move_iterator(push.groups.end())},
        frame_bytes});
    judge_next();
}

bool ServerSession::take_push_credit(std::size_t bytes) {
    if (bytes > push_credit_) {
        refuse(refusal(RefusalReason::message_too_large, "more than the push credit"));
        return false;
    }
    push_credit_ -= bytes;
    return true;
}

void ServerSession::judge_next() {
    if (judging_ || waiting_.empty()) {
        return;
    }
    std::vector<SealedGroup> groups;
    std::size_t bytes = 0;
    judging_bytes_ = 0;
    while (!waiting_.empty() && bytes < settings_.job_bytes_max) {
        WaitingPush& push = waiting_.front();
        if (!push.groups.empty()) {
            bytes += push.groups.front().bytes.size();
            groups.push_back(std::move(push.groups.front()));
            push.groups.pop_front();
        }
        if (push.groups.empty()) {
            judging_bytes_ += push.frame_bytes;
            waiting_.pop_front();
        }
    }
    judging_ = true;
    effects_.push_back(server_effect::Judge{std::move(groups)});
}

void ServerSession::take_judged(server_event::Judged judged) {
    judging_ = false;
    offer_.reset();
    push_credit_ += judging_bytes_;
    send_verdicts(std::move(judged.receipts), judging_bytes_);
    if (judged.refusal) {
        refuse(*std::move(judged.refusal));
        return;
    }
    judge_next();
}

void ServerSession::send_verdicts(std::vector<Receipt> receipts, std::uint64_t credit) {
    Verdicts batch;
    std::size_t bytes = 0;
    for (Receipt& receipt : receipts) {
        const std::size_t size = receipt.verdict.size() + receipt.signature.size();
        if (!batch.receipts.empty() && bytes + size > settings_.batch_bytes_max) {
            send(std::exchange(batch, {}));
            bytes = 0;
        }
        bytes += size;
        batch.receipts.push_back(std::move(receipt));
    }
    batch.push_credit = credit;
    send(std::move(batch));
}

void ServerSession::take_subscribe(const Subscribe& subscribe) {
    if (subscribed_) {
        refuse(refusal(RefusalReason::unexpected_message, "second subscription"));
        return;
    }
    subscribed_ = true;
    cursor_ = subscribe.from;
    within_ = {};
    pull_credit_ = std::min(subscribe.credit, pull_credit_max);
    if (cursor_ > head_) {
        // A replica ahead of this server's history: only a snapshot leads it back.
        subscribed_ = false;
        send(SnapshotNeeded{head_});
        return;
    }
    if (cursor_ == head_ && !reading_tail_) {
        send(Tail{{}, cursor_, head_});
    }
    read_tail_if_due();
}

void ServerSession::take_incident(const IncidentReport& report) {
    if (++incidents_ > incidents_max) {
        refuse(refusal(RefusalReason::unexpected_message, "incidents"));
        return;
    }
    effects_.push_back(server_effect::KeepIncident{report});
}

void ServerSession::read_tail_if_due() {
    if (state_ != State::open || !subscribed_ || reading_tail_ || cursor_ >= head_ ||
        pull_credit_ == 0) {
        return;
    }
    reading_tail_ = true;
    effects_.push_back(
        server_effect::ReadTail{cursor_, within_, protocol_ >= 3, settings_.batch_bytes_max});
}

void ServerSession::take_tail(server_event::TailRead read) {
    reading_tail_ = false;
    if (!subscribed_) {
        return;
    }
    if (!read.tail) {
        subscribed_ = false;
        send(SnapshotNeeded{head_});
        return;
    }
    std::visit(
        [this](const auto& told) {
            Bytes frame = encode(Message{told});
            pull_credit_ -= std::min(pull_credit_, follow(told, frame.size()));
            effects_.push_back(server_effect::Send{std::move(frame)});
        },
        *read.tail);
    read_tail_if_due();
}

/// What it takes of the credit.
std::uint64_t ServerSession::follow(const Tail& tail, std::size_t frame_bytes) {
    head_ = std::max(head_, tail.head);
    cursor_ = tail.through;
    within_ = {};
    return credit_of(tail, frame_bytes, protocol_);
}

std::uint64_t ServerSession::follow(const TailPart& part, std::size_t /*frame_bytes*/) {
    const record::LogEntry& entry = part.entry.entry;
    head_ = std::max(head_, part.head);
    cursor_ = entry.index;
    within_ = {};
    if (!part.is_last) {
        ZHIBU_CHECK(entry.index.position > 0 && !entry.effects.empty());
        cursor_.position -= 1;
        within_ = entry.effects.back().state.key;
    }
    return credit_of(part);
}

}  // namespace zhibu::sync
