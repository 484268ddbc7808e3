#include <algorithm>

#include "shared/record/check.hpp"
#include "sync_protocol/session/client_session.hpp"

/// What a client's session does once it is caught up: it compares its state with the server's, has
/// it repaired where they differ, and says which groups a backup holds.
namespace zhibu::sync {
namespace {

/// A replica that stays connected is compared again after so many positions of the log.
constexpr std::uint64_t compared_every = 1'000;

/// The log may grow past each digest that is asked for; a busy day must not make it a loop.
constexpr unsigned comparisons_missed_max = 3;

}  // namespace

void ClientSession::take_watermark(const Watermark& watermark) {
    if (!speaks_version_2()) {
        fail(SessionFault::unexpected_message, "watermark");
        return;
    }
    backed_up_ = std::max(backed_up_, watermark.backed_up);
    if (was_caught_up_) {
        tell_watermark();
    }
}

void ClientSession::tell_watermark() {
    if (backed_up_.position != 0) {
        effects_.push_back(client_effect::StoreWatermark{position_.epoch, backed_up_});
    }
}

void ClientSession::take_digest(const DigestReply& reply) {
    if (comparison_ != Comparison::asked) {
        fail(SessionFault::unexpected_message, "digest");
        return;
    }
    comparison_ = Comparison::waits;
    server_digest_ = reply;
    head_ = std::max(head_, reply.at);
    compare_if_due();
    if (comparison_ == Comparison::none || comparison_ == Comparison::wanted) {
        settle();
    }
}

void ClientSession::compare_if_due() {
    if (comparison_ != Comparison::waits || in_flight_ || pull_ != Pull::tail) {
        return;
    }
    if (applied_ == server_digest_.at) {
        comparison_ = Comparison::runs;
        effects_.push_back(client_effect::Compare{server_digest_});
    } else if (applied_ > server_digest_.at) {
        const bool again = ++comparisons_missed_ < comparisons_missed_max;
        comparison_ = again ? Comparison::wanted : Comparison::none;
    }
}

void ClientSession::take_comparison(const DigestReply& own) {
    ZHIBU_CHECK(comparison_ == Comparison::runs);
    comparison_ = Comparison::none;
    compared_at_ = server_digest_.at;
    if (own.at == server_digest_.at && own != server_digest_) {
        repair();
        return;
    }
    settle();
}

void ClientSession::compare_again_if_far() {
    if (settings_.compares && comparison_ == Comparison::none && compared_at_.position != 0 &&
        applied_.position - std::min(applied_, compared_at_).position >= compared_every) {
        comparison_ = Comparison::wanted;
        comparisons_missed_ = 0;
    }
}

void ClientSession::repair() {
    tell({IncidentSort::digest_differs, server_digest_.at, {}, {}});
    if (position_.repairs_left == 0) {
        fail(SessionFault::replica_differs);
        return;
    }
    --position_.repairs_left;
    queue(client_effect::BeginRepair{}, 0);
    // It drops what is staged: no snapshot goes on from there.
    position_.staged.reset();
    was_caught_up_ = false;
    applied_ = {};
    if (!speaks_version_2()) {
        // Such a server lets nobody subscribe twice: the next session begins with the snapshot.
        pull_ = Pull::none;
        send(Goodbye{});
        return;
    }
    tail_is_stale_ = true;
    comparison_ = Comparison::wanted;
    start_snapshot();
}

}  // namespace zhibu::sync
