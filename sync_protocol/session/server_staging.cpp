#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "shared/record/check.hpp"
#include "sync_protocol/session/server_session.hpp"

/// The part of a server's session that takes what no message holds.
namespace zhibu::sync {
namespace {

Refusal refusal(RefusalReason reason, std::string detail) {
    Refusal made;
    made.reason = reason;
    made.detail = std::move(detail);
    return made;
}

}  // namespace

void ServerSession::take_offer(GroupOffer offer) {
    const bool is_early = state_ == State::waits_for_hello;
    if (offer_ || judging_ || !waiting_.empty()) {
        refuse(refusal(RefusalReason::unexpected_message, "offer before the last verdict"));
        return;
    }
    if (offer.is_boxed != is_early) {
        refuse(refusal(RefusalReason::unexpected_message, "offer of another sort"));
        return;
    }
    if (is_early) {
        // Who offers knows the version that has offers; what the session's is, the hello says.
        protocol_ = std::max(protocol_, protocol_of(Message{offer}));
    }
    next_part_at_.reset();
    staging_bytes_ = 0;
    offer_ = std::move(offer);
    effects_.push_back(server_effect::StageOffer{*offer_});
}

void ServerSession::take_part(GroupPart part) {
    if (!offer_ || !next_part_at_) {
        refuse(refusal(RefusalReason::unexpected_message, "part of nothing that was offered"));
        return;
    }
    if (part.at != *next_part_at_ || part.bytes.empty() ||
        part.bytes.size() > offer_->bytes - part.at) {
        refuse(refusal(RefusalReason::unexpected_message,
                       "part at " + std::to_string(part.at) + ", expected at " +
                           std::to_string(*next_part_at_) + " of " +
                           std::to_string(offer_->bytes)));
        return;
    }
    // Before compression, since that is what waits in memory.
    if (!take_push_credit(part.bytes.size())) {
        return;
    }
    *next_part_at_ += part.bytes.size();
    waiting_parts_.push_back(std::move(part));
    stage_next();
}

void ServerSession::stage_next() {
    if (staging_bytes_ || waiting_parts_.empty()) {
        return;
    }
    GroupPart next = std::move(waiting_parts_.front());
    waiting_parts_.pop_front();
    staging_bytes_ = next.bytes.size();
    effects_.push_back(server_effect::StagePart{*offer_, std::move(next)});
}

void ServerSession::take_staged(std::uint64_t held) {
    ZHIBU_CHECK(offer_ && staging_bytes_);
    std::uint64_t credit = *std::exchange(staging_bytes_, std::nullopt);
    if (!next_part_at_) {
        next_part_at_ = held;
        // Nothing has granted any yet to a device that has not signed in.
        if (state_ == State::waits_for_hello && push_credit_ == 0) {
            credit = settings_.push_credit_bytes;
        }
    }
    push_credit_ += credit;
    send(PartsHeld{held, credit});
    if (held < offer_->bytes) {
        stage_next();
        return;
    }
    if (offer_->is_boxed) {
        state_ = State::takes_in;
    } else {
        judging_ = true;
        judging_bytes_ = 0;
    }
    effects_.push_back(server_effect::JudgeStaged{*offer_});
}

}  // namespace zhibu::sync
