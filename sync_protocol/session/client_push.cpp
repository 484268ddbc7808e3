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
    if (read.offer && offer(*std::move(read.offer), challenge_.newest_protocol)) {
        return;
    }
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
    offer_.reset();
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
    if (offer_ && judged_ >= offer_->sequence) {
        offer_.reset();
    }
    if (!verdicts.receipts.empty()) {
        queue(client_effect::StoreVerdicts{std::move(verdicts.receipts)}, 0);
    }
    push_next();
    settle();
}

void ClientSession::push_next() {
    if (state_ != State::open || !epoch_is_adopted_ || reading_waiting_ || nothing_waits_ ||
        push_credit_ == 0 || offer_ || sent_ >= position_.last_sequence) {
        return;
    }
    reading_waiting_ = true;
    effects_.push_back(client_effect::ReadWaiting{
        sent_, std::min<std::size_t>(settings_.push_bytes_max, push_credit_)});
}

void ClientSession::take_waiting(client_event::WaitingRead read) {
    reading_waiting_ = false;
    if (read.offer) {
        if (judged_ < sent_) {
            // Asked for again when the verdicts of what goes before it have come.
            return;
        }
        const Sequence sequence = read.offer->sequence;
        if (offer(*std::move(read.offer), hello_.protocol)) {
            sent_ = sequence;
            return;
        }
        needs_newer_server_ = true;
    }
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

bool ClientSession::offer(GroupOffer offered, std::uint16_t protocol) {
    if (std::min(protocol, settings_.protocol_newest) < protocol_of(Message{offered})) {
        return false;
    }
    next_part_at_.reset();
    parts_held_ = 0;
    offer_ = std::move(offered);
    send(*offer_);
    return true;
}

void ClientSession::take_parts_held(const PartsHeld& held) {
    const std::uint64_t most = offer_ ? next_part_at_.value_or(offer_->bytes) : 0;
    if (!offer_ || held.bytes > most || held.bytes < parts_held_) {
        fail(SessionFault::unexpected_message, "parts held");
        return;
    }
    parts_held_ = held.bytes;
    if (!next_part_at_) {
        next_part_at_ = held.bytes;
    }
    push_credit_ += held.push_credit;
    send_parts();
}

void ClientSession::send_parts() {
    // Small parts cost as much as large ones: what is on its way brings more credit.
    constexpr std::uint64_t worth_sending_bytes = 64U << 10U;
    if (!offer_ || !next_part_at_ || reading_part_ || *next_part_at_ == offer_->bytes) {
        return;
    }
    const bool more_comes = *next_part_at_ > parts_held_;
    if (push_credit_ < (more_comes ? worth_sending_bytes : 1)) {
        return;
    }
    reading_part_ = true;
    effects_.push_back(client_effect::ReadPart{
        *offer_, *next_part_at_,
        static_cast<std::size_t>(std::min<std::uint64_t>(settings_.push_bytes_max, push_credit_))});
}

void ClientSession::take_part(client_event::PartRead read) {
    ZHIBU_CHECK(offer_ && next_part_at_ && !read.bytes.empty());
    reading_part_ = false;
    const std::uint64_t size = read.bytes.size();
    ZHIBU_CHECK(size <= offer_->bytes - *next_part_at_ && size <= push_credit_);
    send(GroupPart{*next_part_at_, std::move(read.bytes)});
    push_credit_ -= size;
    *next_part_at_ += size;
    send_parts();
}

}  // namespace zhibu::sync
