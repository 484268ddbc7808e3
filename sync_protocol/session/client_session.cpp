#include "sync_protocol/session/client_session.hpp"

#include <algorithm>
#include <utility>

#include "shared/keys/ed25519.hpp"
#include "shared/record/check.hpp"

namespace zhibu::sync {

/// Which member takes which event, message or finished work; one overload each.
struct ClientSession::Handler {
    ClientSession& session;

    // Events.

    void operator()(const client_event::Opened& event) const {
        ZHIBU_CHECK(session.state_ == State::fresh);
        session.channel_binding_ = event.channel_binding;
        session.state_ = State::waits_for_challenge;
    }

    void operator()(const client_event::Received& event) const { session.take_frame(event.frame); }

    void operator()(client_event::Proved event) const {
        ZHIBU_CHECK(session.state_ == State::proving);
        session.hello_.account_proof = std::move(event.signature);
        session.state_ = State::waits_for_welcome;
        // A server that knows no second factors asks for none.
        if (!session.position_.second_factor.empty() && session.hello_.protocol >= 4) {
            session.send(SecondFactor{std::exchange(session.position_.second_factor, {})});
        }
        session.send(session.hello_);
    }

    void operator()(client_event::WaitingRead event) const {
        session.take_waiting(std::move(event));
    }

    void operator()(client_event::BoxedRead event) const { session.take_boxed(std::move(event)); }

    void operator()(client_event::PartRead event) const { session.take_part(std::move(event)); }

    void operator()(client_event::Done /*event*/) const { session.work_done(); }

    void operator()(const client_event::Compared& event) const {
        session.take_comparison(event.own);
    }

    void operator()(const client_event::GroupMade& event) const {
        session.position_.last_sequence = std::max(session.position_.last_sequence, event.last);
        session.nothing_waits_ = false;
        session.push_next();
    }

    void operator()(client_event::CompareWanted /*event*/) const {
        if (session.comparison_ == Comparison::none) {
            session.comparison_ = Comparison::wanted;
        }
        session.settle();
    }

    void operator()(client_event::ErrandWanted event) const {
        session.errands_.push_back(std::move(event.errand));
        session.send_errand();
    }

    void operator()(client_event::LeaveWhenDone /*event*/) const {
        session.leave_when_done_ = true;
        session.settle();
    }

    // Messages of an open session.

    void operator()(Verdicts message, std::size_t /*frame_bytes*/) const {
        session.take_verdicts(std::move(message));
    }

    void operator()(Tail message, std::size_t frame_bytes) const {
        session.take_tail(std::move(message), frame_bytes);
    }

    void operator()(TailPart message, std::size_t /*frame_bytes*/) const {
        session.take_tail_part(std::move(message));
    }

    void operator()(const PartsHeld& message, std::size_t /*frame_bytes*/) const {
        session.take_parts_held(message);
    }

    void operator()(const SnapshotNeeded& message, std::size_t /*frame_bytes*/) const {
        if (session.tail_is_stale_) {
            return;
        }
        if (session.pull_ != Pull::tail) {
            session.fail(SessionFault::unexpected_message, "snapshot needed");
            return;
        }
        session.head_ = message.head;
        session.start_snapshot();
    }

    void operator()(SnapshotChunk message, std::size_t /*frame_bytes*/) const {
        session.take_chunk(std::move(message));
    }

    void operator()(const LeaseUpdate& message, std::size_t /*frame_bytes*/) const {
        session.take_lease(message.lease);
    }

    void operator()(const DigestReply& message, std::size_t /*frame_bytes*/) const {
        session.take_digest(message);
    }

    void operator()(const Watermark& message, std::size_t /*frame_bytes*/) const {
        session.take_watermark(message);
    }

    void operator()(ErrandReply message, std::size_t /*frame_bytes*/) const {
        session.take_reply(std::move(message));
    }

    void operator()(const TreeHeadReply& message, std::size_t /*frame_bytes*/) const {
        session.take_ledger(session.ledger_.take(message));
    }

    void operator()(const InclusionReply& message, std::size_t /*frame_bytes*/) const {
        session.take_ledger(session.ledger_.take(message));
    }

    void operator()(Refusal message, std::size_t /*frame_bytes*/) const {
        session.end({std::move(message), std::nullopt, {}});
    }

    void operator()(const Goodbye& /*message*/, std::size_t /*frame_bytes*/) const {
        session.end({});
    }

    /// What only a client sends, or what has had its time.
    template <class Other>
    void operator()(const Other& /*message*/, std::size_t /*frame_bytes*/) const {
        session.fail(SessionFault::unexpected_message);
    }
};

ClientSession::ClientSession(const ReplicaPosition& position,
                             const std::array<std::uint8_t, 32>& server_key, Settings settings)
    : position_{position},
      server_key_{server_key},
      settings_{settings},
      ledger_{position.space, server_key, position.ledger} {
    ZHIBU_CHECK(settings_.protocol_newest >= protocol_oldest);
}

ClientEffects ClientSession::step(ClientEvent event) {
    if (state_ == State::over) {
        return {};
    }
    effects_.clear();
    std::visit([this](auto&& each) { Handler{*this}(std::forward<decltype(each)>(each)); },
               std::move(event));
    return std::exchange(effects_, {});
}

void ClientSession::send(const Message& message) {
    ZHIBU_CHECK(protocol_of(message) <= hello_.protocol);
    effects_.push_back(client_effect::Send{encode(message)});
}

void ClientSession::end(client_effect::End end) {
    if (state_ == State::over) {
        return;
    }
    delivery_was_refused_ = state_ == State::delivering && end.refusal.has_value();
    state_ = State::over;
    effects_.push_back(std::move(end));
}

void ClientSession::fail(SessionFault fault, std::string detail) {
    end({std::nullopt, fault, std::move(detail)});
}

void ClientSession::take_frame(const Bytes& frame) {
    auto message = decode_message(frame);
    if (!message) {
        fail(SessionFault::malformed_message, to_text(message.error()));
        return;
    }
    if (auto* refused = std::get_if<Refusal>(&*message)) {
        Handler{*this}(std::move(*refused), frame.size());
        return;
    }
    if (state_ == State::waits_for_challenge) {
        if (const auto* challenge = std::get_if<Challenge>(&*message)) {
            take_challenge(*challenge);
            return;
        }
    } else if (state_ == State::delivering) {
        if (const auto* handed_in = std::get_if<HandedIn>(&*message)) {
            take_handed_in(*handed_in);
            return;
        }
        if (const auto* held = std::get_if<PartsHeld>(&*message)) {
            take_parts_held(*held);
            return;
        }
    } else if (state_ == State::waits_for_welcome) {
        if (const auto* welcome = std::get_if<Welcome>(&*message)) {
            take_welcome(*welcome);
            return;
        }
    } else if (state_ == State::open && protocol_of(*message) <= hello_.protocol) {
        std::visit(
            [this, &frame](auto&& each) {
                Handler{*this}(std::forward<decltype(each)>(each), frame.size());
            },
            *std::move(message));
        return;
    }
    fail(SessionFault::unexpected_message,
         state_ == State::open ? "newer than this session's protocol" : "before welcome");
}

void ClientSession::take_challenge(const Challenge& challenge) {
    if (challenge.newest_protocol < protocol_oldest) {
        fail(SessionFault::server_too_old);
        return;
    }
    if (challenge.oldest_protocol > settings_.protocol_newest) {
        fail(SessionFault::server_too_new);
        return;
    }
    if (challenge.space != position_.space) {
        fail(SessionFault::other_space);
        return;
    }
    challenge_ = challenge;
    std::erase_if(position_.deliveries, [&](Delivery& each) {
        // What another epoch's server was handed is lost with it.
        each.after =
            std::max(each.dropped, each.epoch == challenge.epoch ? each.after : Sequence{});
        return each.after >= each.last;
    });
    deliver_next();
}

void ClientSession::sign_in() {
    hello_.protocol = std::min(settings_.protocol_newest, challenge_.newest_protocol);
    hello_.catalog_version = position_.catalog_version;
    hello_.space = position_.space;
    hello_.device = position_.device;
    hello_.incarnation = position_.incarnation;
    hello_.account = position_.account;
    hello_.epoch = position_.epoch;
    hello_.confirmed = position_.confirmed;
    hello_.last_verdict = position_.last_verdict;
    state_ = State::proving;
    effects_.push_back(
        client_effect::Prove{session_transcript(challenge_, hello_, channel_binding_)});
}

bool ClientSession::has_lost_history(const Welcome& welcome) const {
    return welcome.epoch == position_.epoch &&
           (welcome.last_held < position_.last_in_chain || welcome.head < position_.confirmed);
}

void ClientSession::take_welcome(const Welcome& welcome) {
    const bool same_epoch = welcome.epoch == position_.epoch;
    ledger_.begin(hello_.protocol, welcome.epoch, same_epoch ? position_.confirmed : LogIndex{});
    if (has_lost_history(welcome)) {
        tell(ledger_.lost_history(welcome.head));
        fail(SessionFault::server_lost_history);
        return;
    }
    state_ = State::open;
    head_ = welcome.head;
    push_credit_ = welcome.push_credit;
    sent_ = welcome.last_held;
    if (settings_.compares && comparison_ == Comparison::none) {
        comparison_ = Comparison::wanted;
    }
    if (welcome.epoch != position_.epoch) {
        adopt_epoch(welcome);
    }
    judged_ = position_.last_verdict;
    applied_ = position_.confirmed;
    take_lease(welcome.lease);
    if (state_ == State::over) {
        return;
    }
    effects_.push_back(client_effect::StoreHead{welcome.epoch, welcome.head});
    if (needs_snapshot()) {
        start_snapshot();
    } else {
        subscribe();
    }
    push_next();
    ask_ledger();
    send_errand();
}

void ClientSession::adopt_epoch(const Welcome& welcome) {
    queue(client_effect::AdoptEpoch{welcome.epoch, welcome.last_held}, 0);
    epoch_is_adopted_ = false;
    position_.epoch = welcome.epoch;
    position_.confirmed = {};
    position_.last_verdict = std::min(position_.last_verdict, welcome.last_held);
    position_.staged.reset();
}

void ClientSession::take_lease(const SignedLease& lease) {
    if (!keys::verify_ed25519(server_key_, lease.bytes, lease.signature)) {
        fail(SessionFault::signature_wrong, "lease");
        return;
    }
    const auto decoded = decode_lease(lease.bytes);
    if (!decoded) {
        fail(SessionFault::malformed_message, "lease: " + to_text(decoded.error()));
        return;
    }
    if (decoded->device != position_.device || decoded->account != position_.account ||
        decoded->space != position_.space) {
        fail(SessionFault::foreign_receipt, "lease");
        return;
    }
    lease_scope_ = decoded->scope;
    queue(client_effect::StoreLease{*decoded, lease.secret, decoded->granted_at}, 0);
}

bool ClientSession::all_done() const {
    return state_ == State::open && !in_flight_ && work_.empty() && !reading_waiting_ &&
           (judged_ >= position_.last_sequence || (nothing_waits_ && judged_ >= sent_)) &&
           pull_ == Pull::tail && applied_ == head_;
}

void ClientSession::send_errand() {
    if (state_ != State::open || errand_is_sent_ || errands_.empty()) {
        return;
    }
    if (hello_.protocol < protocol_of(Message{Errand{}})) {
        ErrandReply reply;
        reply.sort = errands_.front().sort;
        reply.refused = RefusalReason::protocol_too_old;
        errands_.pop_front();
        effects_.push_back(client_effect::ErrandAnswered{std::move(reply)});
        send_errand();
        return;
    }
    errand_is_sent_ = true;
    send(errands_.front());
}

void ClientSession::take_reply(ErrandReply reply) {
    if (!errand_is_sent_ || reply.sort != errands_.front().sort) {
        fail(SessionFault::unexpected_message, "errand reply");
        return;
    }
    errand_is_sent_ = false;
    errands_.pop_front();
    effects_.push_back(client_effect::ErrandAnswered{std::move(reply)});
    send_errand();
    settle();
}

void ClientSession::ask_ledger() {
    if (auto request = ledger_.ask()) {
        send(*std::move(request));
    }
}

void ClientSession::tell(const LedgerFinding& finding) {
    effects_.push_back(client_effect::Tell{finding});
    if (finding.sort && ledger_.is_on()) {
        send(IncidentReport{*finding.sort, finding.at, finding.pinned});
    }
}

void ClientSession::take_ledger(const LedgerWatch::Outcome& outcome) {
    using enum LedgerWatch::Outcome::Wrong;
    switch (outcome.wrong) {
        case no:
            break;
        case unexpected:
            fail(SessionFault::unexpected_message, "tree head");
            return;
        case malformed:
            fail(SessionFault::malformed_message, "tree head");
            return;
        case signature:
            fail(SessionFault::signature_wrong, "tree head");
            return;
        case foreign:
            fail(SessionFault::foreign_receipt, "tree head");
            return;
    }
    if (outcome.finding) {
        tell(*outcome.finding);
    }
    if (outcome.pin) {
        effects_.push_back(client_effect::KeepPin{*outcome.pin});
    }
    ask_ledger();
    settle();
}

void ClientSession::settle() {
    if (!all_done()) {
        was_caught_up_ = false;
        return;
    }
    if (!std::exchange(was_caught_up_, true)) {
        effects_.push_back(client_effect::CaughtUp{applied_});
        tell_watermark();
    }
    ask_ledger();
    compare_again_if_far();
    if (comparison_ == Comparison::wanted) {
        comparison_ = Comparison::asked;
        send(DigestRequest{});
    }
    if (leave_when_done_ && comparison_ == Comparison::none && !ledger_.waits() &&
        errands_.empty()) {
        send(Goodbye{});
        if (needs_newer_server_) {
            fail(SessionFault::group_needs_newer_server);
        }
        end({});
    }
}

}  // namespace zhibu::sync
