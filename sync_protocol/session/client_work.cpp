#include <algorithm>
#include <iterator>
#include <utility>

#include "shared/record/check.hpp"
#include "sync_protocol/session/client_session.hpp"

/// What a client's session has its replica do, one after the other.
namespace zhibu::sync {

void ClientSession::queue(ReplicaWork work, std::uint64_t credit) {
    work_.push_back(QueuedWork{std::move(work), credit});
    start_next_work();
}

/// Each work is a transaction, which costs what syncing costs: verdicts that have come meanwhile
/// are stored together, and so are entries of the log. A verdict may overtake the log, and the log
/// a verdict, as they do on their way from the server.
void ClientSession::gather(ReplicaWork& first, std::uint64_t& credit) {
    auto* verdicts = std::get_if<client_effect::StoreVerdicts>(&first);
    auto* tail = std::get_if<client_effect::ApplyTail>(&first);
    for (auto at = work_.begin(); at != work_.end();) {
        auto* more_verdicts = std::get_if<client_effect::StoreVerdicts>(&at->work);
        auto* more_tail = std::get_if<client_effect::ApplyTail>(&at->work);
        if (more_verdicts == nullptr && more_tail == nullptr) {
            return;
        }
        if (verdicts != nullptr && more_verdicts != nullptr) {
            std::ranges::move(more_verdicts->receipts, std::back_inserter(verdicts->receipts));
        } else if (tail != nullptr && more_tail != nullptr) {
            if (credit + at->credit > settings_.tail_bytes_max) {
                return;
            }
            std::ranges::move(more_tail->entries, std::back_inserter(tail->entries));
            tail->through = more_tail->through;
            credit += at->credit;
        } else {
            ++at;
            continue;
        }
        at = work_.erase(at);
    }
}

void ClientSession::start_next_work() {
    if (in_flight_ || work_.empty()) {
        return;
    }
    QueuedWork next = std::move(work_.front());
    work_.pop_front();
    gather(next.work, next.credit);
    InFlight flight;
    flight.credit = next.credit;
    if (const auto* tail = std::get_if<client_effect::ApplyTail>(&next.work)) {
        flight.sort = InFlight::Sort::tail;
        flight.through = tail->through;
    } else if (const auto* parts = std::get_if<client_effect::ApplyTailParts>(&next.work)) {
        flight.sort = InFlight::Sort::tail_parts;
        flight.through = parts->through;
    } else if (std::holds_alternative<client_effect::StageTailPart>(next.work)) {
        flight.sort = InFlight::Sort::tail_part;
    } else if (std::holds_alternative<client_effect::Stage>(next.work)) {
        flight.sort = InFlight::Sort::chunk;
    } else if (std::holds_alternative<client_effect::SwapIn>(next.work)) {
        flight.sort = InFlight::Sort::swap;
    } else if (std::holds_alternative<client_effect::AdoptEpoch>(next.work)) {
        flight.sort = InFlight::Sort::adoption;
    }
    in_flight_ = flight;
    std::visit([this](auto&& each) { effects_.emplace_back(std::forward<decltype(each)>(each)); },
               std::move(next.work));
}

void ClientSession::work_done() {
    ZHIBU_CHECK(in_flight_.has_value());
    const InFlight done = *std::exchange(in_flight_, std::nullopt);
    switch (done.sort) {
        case InFlight::Sort::tail:
            applied_ = done.through;
            send(PullCredit{done.credit});
            break;
        case InFlight::Sort::tail_part:
            send(PullCredit{done.credit});
            break;
        case InFlight::Sort::tail_parts:
            applied_ = done.through;
            break;
        case InFlight::Sort::chunk:
            --unstaged_chunks_;
            chunks_ahead_ = chunks_ahead_max;
            ask_for_chunk();
            break;
        case InFlight::Sort::swap:
            applied_ = snapshot_at_;
            head_ = std::max(head_, applied_);
            subscribe();
            break;
        case InFlight::Sort::adoption:
            epoch_is_adopted_ = true;
            push_next();
            break;
        case InFlight::Sort::other:
            break;
    }
    start_next_work();
    compare_if_due();
    settle();
}

}  // namespace zhibu::sync
