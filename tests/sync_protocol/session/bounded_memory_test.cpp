#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/server_session.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

/// Both engines over a wire, with a replica that is slower than the server: how much is under way
/// at once, between the server's reading and the replica's having done with it.
namespace zhibu::sync {
namespace {

constexpr std::uint64_t records = 100'000;

RecordState record_number(std::uint64_t number) {
    RecordState state;
    state.key.kind = record::KindNumber{2};
    for (std::size_t byte = 0; byte < 8; ++byte) {
        state.key.id.uuid.bytes[15 - byte] = static_cast<std::uint8_t>(number >> (8 * byte));
    }
    state.set(record::FieldNumber{1}, std::string(80, 'x'), LogIndex{1});
    return state;
}

class SlowReplica {
public:
    explicit SlowReplica(std::uint64_t confirmed)
        : client_{samples::replica_at(confirmed), samples::server_key().public_key(),
                  samples::comparing_when_asked()} {}

    /// Until nothing happens any more.
    void run() {
        to_server(server_.step(server_event::Opened{samples::challenge()}));
        to_client(client_.step(client_event::Opened{}));
        while (true) {
            if (!frames_to_client_.empty()) {
                const Bytes frame = take(frames_to_client_);
                to_client(client_.step(client_event::Received{frame}));
            } else if (!frames_to_server_.empty()) {
                const Bytes frame = take(frames_to_server_);
                to_server(server_.step(server_event::Received{frame}));
            } else if (!undone_.empty()) {
                under_way_ -= undone_.front();
                undone_.pop_front();
                to_client(client_.step(client_event::Done{}));
            } else {
                return;
            }
        }
    }

    std::uint64_t staged = 0;
    std::uint64_t applied = 0;
    std::size_t under_way_max = 0;
    bool swapped = false;

private:
    static Bytes take(std::deque<Bytes>& frames) {
        Bytes frame = std::move(frames.front());
        frames.pop_front();
        return frame;
    }

    void to_client(ClientEffects effects) {
        for (ClientEffect& effect : effects) {
            if (auto* send = std::get_if<client_effect::Send>(&effect)) {
                frames_to_server_.push_back(std::move(send->frame));
            } else if (std::holds_alternative<client_effect::Prove>(effect)) {
                to_client(client_.step(client_event::Proved{record::Signature(64, 1)}));
            } else if (const auto* stage = std::get_if<client_effect::Stage>(&effect)) {
                staged += stage->chunk.records.size();
                undone_.push_back(size_of(stage->chunk));
            } else if (const auto* tail = std::get_if<client_effect::ApplyTail>(&effect)) {
                applied += tail->entries.size();
                undone_.push_back(size_of(Tail{tail->entries, tail->through, {}}));
            } else if (std::holds_alternative<client_effect::SwapIn>(effect)) {
                swapped = true;
                undone_.push_back(0);
            } else if (std::holds_alternative<client_effect::StoreLease>(effect)) {
                undone_.push_back(0);
            }
        }
    }

    void to_server(ServerEffects effects) {
        for (ServerEffect& effect : effects) {
            if (auto* send = std::get_if<server_effect::Send>(&effect)) {
                frames_to_client_.push_back(std::move(send->frame));
            } else if (std::holds_alternative<server_effect::Admit>(effect)) {
                Welcome welcome;
                welcome.epoch = samples::epoch;
                welcome.head = LogIndex{records};
                welcome.lease = samples::signed_lease();
                to_server(server_.step(server_event::Admitted{welcome}));
            } else if (const auto* chunk = std::get_if<server_effect::ReadChunk>(&effect)) {
                to_server(server_.step(server_event::ChunkRead{read(*chunk)}));
            } else if (const auto* tail = std::get_if<server_effect::ReadTail>(&effect)) {
                to_server(server_.step(server_event::TailRead{read(*tail)}));
            }
        }
    }

    SnapshotChunk read(const server_effect::ReadChunk& wish) {
        SnapshotChunk chunk;
        chunk.read_at = LogIndex{records};
        std::size_t bytes = 0;
        while (next_record_ < records && bytes < wish.bytes_max) {
            chunk.records.push_back(record_number(++next_record_));
            bytes += encoded_size_hint(chunk.records.back());
        }
        chunk.through = chunk.records.back().key;
        chunk.is_last = next_record_ == records;
        count(size_of(chunk));
        return chunk;
    }

    Tail read(const server_effect::ReadTail& wish) {
        Tail tail;
        tail.head = LogIndex{records};
        tail.through = wish.from;
        std::size_t bytes = 0;
        while (tail.through < tail.head && bytes < wish.bytes_max) {
            ++tail.through.position;
            TailEntry entry;
            entry.entry.index = tail.through;
            entry.entry.effects.push_back(
                {record::Effect::Sort::entered, record_number(tail.through.position)});
            bytes += encoded_size_hint(entry.entry);
            tail.entries.push_back(std::move(entry));
        }
        count(size_of(Tail{tail.entries, tail.through, {}}));
        return tail;
    }

    template <class Read>
    static std::size_t size_of(const Read& read) {
        std::size_t bytes = 0;
        if constexpr (std::is_same_v<Read, SnapshotChunk>) {
            for (const RecordState& each : read.records) {
                bytes += encoded_size_hint(each);
            }
        } else {
            for (const TailEntry& each : read.entries) {
                bytes += encoded_size_hint(each.entry);
            }
        }
        return bytes;
    }

    void count(std::size_t bytes) {
        under_way_ += bytes;
        under_way_max = std::max(under_way_max, under_way_);
    }

    ClientSession client_;
    ServerSession server_{ServerSession::Settings{}};
    std::deque<Bytes> frames_to_client_;
    std::deque<Bytes> frames_to_server_;
    std::deque<std::size_t> undone_;
    std::size_t under_way_ = 0;
    std::uint64_t next_record_ = 0;
};

constexpr std::size_t batch = ServerSession::Settings{}.batch_bytes_max;

TEST(BoundedMemory, OfASnapshotFourChunksAreUnderWayHoweverLargeTheScope) {
    SlowReplica replica{0};
    replica.run();
    EXPECT_EQ(replica.staged, records);
    EXPECT_TRUE(replica.swapped);
    EXPECT_GT(replica.under_way_max, 3 * batch);
    EXPECT_LT(replica.under_way_max, 4 * batch * 5 / 4);
}

TEST(BoundedMemory, OfATailWhatTheClientHasGivenCreditForIsUnderWay) {
    SlowReplica replica{1};
    replica.run();
    EXPECT_EQ(replica.applied, records - 1);
    constexpr std::size_t credit = ClientSession::Settings{}.pull_credit_bytes;
    EXPECT_GT(replica.under_way_max, credit - batch);
    EXPECT_LT(replica.under_way_max, credit + 2 * batch);
}

}  // namespace
}  // namespace zhibu::sync
