#include <algorithm>
#include <cstddef>
#include <utility>

#include "shared/keys/ed25519.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/session/client_session.hpp"

/// The half of a client's session that sends: what was handed in, groups, and their verdicts.
namespace zhibu::sync {

void ClientSession::deliver_next() {
    if (!position_.deliveries.empty()) {
        state_ = State::delivering;
        const Delivery& next = position_.deliveries.back();
        effects_.push_back(
            client_effect::ReadBoxed{next.incarnation, next.after, settings_.push_bytes_max});
    } else if (position_.signs_in) {
        sign_in();
    } else {
        send(Goodbye{});
        end({});
    }
}

void ClientSession::take_boxed(client_event::BoxedRead read) {
    ZHIBU_CHECK(state_ == State::delivering);
    if (read.groups.empty()) {
        position_.deliveries.pop_back();
        deliver_next();
        return;
    }
    const Delivery& now = position_.deliveries.back();
    send(HandIn{now.account, now.incarnation, std::move(read.groups)});
}

void ClientSession::take_handed_in(const HandedIn& handed_in) {
    Delivery& now = position_.deliveries.back();
    if (handed_in.incarnation != now.incarnation || handed_in.through <= now.after) {
        fail(SessionFault::foreign_receipt, "handed in");
        return;
    }
    now.after = handed_in.through;
    effects_.push_back(client_effect::StoreHandedIn{
        handed_in.incarnation, handed_in.through, challenge_.epoch, {}});
    deliver_next();
}

void ClientSession::take_verdicts(Verdicts verdicts) {
    push_credit_ += verdicts.push_credit;
    for (const Receipt& receipt : verdicts.receipts) {
        if (!keys::verify_ed25519(server_key_, receipt.verdict, receipt.signature)) {
            fail(SessionFault::signature_wrong, "receipt");
            return;
        }
        const auto verdict = decode_verdict(receipt.verdict);
        if (!verdict) {
            fail(SessionFault::malformed_message, "verdict: " + to_text(verdict.error()));
            return;
        }
        if (verdict->name.device != position_.device ||
            verdict->name.incarnation != position_.incarnation) {
            fail(SessionFault::foreign_receipt, "receipt");
            return;
        }
        ledger_.acknowledged(receipt, *verdict);
        judged_ = std::max(judged_, verdict->name.sequence);
        // The log reaches at least there now; caught up is who has applied it.
        head_ = std::max(head_, verdict->index);
    }
    if (!verdicts.receipts.empty()) {
        queue(client_effect::StoreVerdicts{std::move(verdicts.receipts)}, 0);
    }
    push_next();
    settle();
}

void ClientSession::push_next() {
    if (state_ != State::open || !epoch_is_adopted_ || reading_waiting_ || nothing_waits_ ||
        push_credit_ == 0 || sent_ >= position_.last_sequence) {
        return;
    }
    reading_waiting_ = true;
    effects_.push_back(client_effect::ReadWaiting{
        sent_, std::min<std::size_t>(settings_.push_bytes_max, push_credit_)});
}

void ClientSession::take_waiting(client_event::WaitingRead read) {
    reading_waiting_ = false;
    if (read.groups.empty()) {
        nothing_waits_ = true;
        settle();
        return;
    }
    Bytes frame = encode(Message{Push{std::move(read.groups)}});
    if (frame.size() > push_credit_) {
        // Asked for again when verdicts bring credit.
        return;
    }
    push_credit_ -= frame.size();
    sent_ = read.last;
    effects_.push_back(client_effect::Send{std::move(frame)});
    push_next();
}

}  // namespace zhibu::sync
