#include <algorithm>
#include <optional>
#include <utility>

#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/pull_credit.hpp"

/// The half of a client's session that receives: snapshot, then tail.
namespace zhibu::sync {

bool ClientSession::needs_snapshot() const {
    return position_.confirmed.position == 0 || lease_scope_ != position_.scope;
}

void ClientSession::start_snapshot() {
    pull_ = Pull::snapshot;
    partly_taken_.reset();
    snapshot_started_ = false;
    chunk_after_ = {};
    const auto staged = std::exchange(position_.staged, std::nullopt);
    if (staged && staged->scope == lease_scope_) {
        // Whether the log still leads on from its first chunk, the subscription will show.
        snapshot_started_ = true;
        snapshot_at_ = staged->read_at;
        chunk_after_ = staged->through;
        if (staged->is_whole) {
            pull_ = Pull::none;
            queue(client_effect::SwapIn{}, 0);
            return;
        }
    }
    unstaged_chunks_ = 0;
    chunks_ahead_ = 1;
    ask_for_chunk();
}

void ClientSession::ask_for_chunk() {
    if (pull_ == Pull::snapshot && !chunk_is_asked_ && unstaged_chunks_ < chunks_ahead_) {
        chunk_is_asked_ = true;
        send(SnapshotRequest{chunk_after_});
    }
}

void ClientSession::subscribe() {
    pull_ = Pull::tail;
    partly_taken_.reset();
    tail_is_stale_ = false;
    send(Subscribe{applied_, settings_.pull_credit_bytes});
}

void ClientSession::take_chunk(SnapshotChunk chunk) {
    if (pull_ != Pull::snapshot || !std::exchange(chunk_is_asked_, false) ||
        (!chunk.is_last && chunk.through <= chunk_after_)) {
        fail(SessionFault::unexpected_message, "snapshot chunk");
        return;
    }
    if (!snapshot_started_) {
        snapshot_started_ = true;
        snapshot_at_ = chunk.read_at;
    }
    const RecordKey after = std::exchange(chunk_after_, chunk.through);
    const bool is_last = chunk.is_last;
    ++unstaged_chunks_;
    queue(client_effect::Stage{after, std::move(chunk)}, 0);
    if (is_last) {
        pull_ = Pull::none;
        queue(client_effect::SwapIn{}, 0);
    }
    ask_for_chunk();
}

void ClientSession::take_tail(Tail tail, std::size_t frame_bytes) {
    if (tail_is_stale_) {
        return;
    }
    if (pull_ != Pull::tail || partly_taken_) {
        fail(SessionFault::unexpected_message, "tail");
        return;
    }
    head_ = std::max(head_, tail.head);
    const std::uint64_t credit = credit_of(tail, frame_bytes, hello_.protocol);
    queue(client_effect::ApplyTail{std::move(tail.entries), tail.through}, credit);
}

void ClientSession::take_tail_part(TailPart part) {
    if (tail_is_stale_) {
        return;
    }
    const LogIndex index = part.entry.entry.index;
    if (pull_ != Pull::tail || (partly_taken_ && *partly_taken_ != index)) {
        fail(SessionFault::unexpected_message, "tail part");
        return;
    }
    head_ = std::max(head_, part.head);
    const bool is_first = !partly_taken_;
    const bool is_last = part.is_last;
    const std::uint64_t credit = credit_of(part);
    partly_taken_ = is_last ? std::nullopt : std::optional{index};
    queue(client_effect::StageTailPart{std::move(part), is_first}, credit);
    if (is_last) {
        queue(client_effect::ApplyTailParts{index}, 0);
    }
}

}  // namespace zhibu::sync
