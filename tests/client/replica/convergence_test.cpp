#include <gtest/gtest.h>

#include <algorithm>

#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

using record::Operation;

/// One seed's history: a replica and a server that change at random, with verdicts, tails and
/// snapshots that come when they come.
class History {
public:
    explicit History(std::uint64_t seed) : choice_(seed), device_(true, seed) {}

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            step();
        }
    }

    void heal() {
        push(1000);
        deliver_verdicts(verdicts_.size());
        deliver_tail(server_.head());
    }

    void expect_equal() {
        const ReplicaStatus status = device_.replica->status().value();
        EXPECT_EQ(status.confirmed, server_.head());
        EXPECT_EQ(status.waiting, 0U);
        EXPECT_EQ(status.parked, 0U);
        EXPECT_EQ(status.last_verdict, status.last_sequence);
        std::uint64_t shown = 0;
        for (const auto& [key, state] : server_.states()) {
            EXPECT_EQ(device_.replica->find(key).value(), state) << to_text(key.id);
        }
        for (const record::KindNumber kind : {organisation, person, study}) {
            ListQuery query;
            query.kind = kind;
            query.with_retired = true;
            shown += device_.replica->list(query)->total;
        }
        EXPECT_EQ(shown, server_.states().size());
        const ScopeDigest digest = device_.replica->digest().value();
        EXPECT_EQ(digest.digest, server_.digest().digest);
        EXPECT_EQ(digest.records, server_.digest().records);
    }

private:
    void step() {
        switch (choice_.below(10)) {
            case 0:
            case 1:
            case 2:
                edit_here();
                break;
            case 3:
            case 4:
                edit_there();
                break;
            case 5:
                push(choice_.below(3));
                break;
            case 6:
                deliver_verdicts(choice_.below(verdicts_.size() + 1));
                break;
            case 7:
                deliver_tail(some_index());
                break;
            case 8:
                if (choice_.chance(30)) {
                    device_.reopen();
                }
                break;
            default:
                if (choice_.chance(25)) {
                    take_snapshot();
                }
        }
    }

    record::RecordKey some_key() { return {person, record_id(10 + choice_.below(8))}; }

    std::string some_text() { return std::to_string(choice_.below(1000)); }

    record::FieldNumber some_field() {
        return std::array{name, id_number, mobile}[choice_.below(3)];
    }

    void edit_here() {
        Draft draft{"edit", {}};
        for (std::size_t i = 0; i <= choice_.below(3); ++i) {
            const record::RecordKey key = some_key();
            const auto state = device_.replica->find(key).value();
            const bool named = std::ranges::any_of(
                draft.changes, [&](const DraftChange& change) { return change.record == key; });
            if (named) {
                continue;
            }
            if (!state) {
                draft.changes.push_back(new_person(key.id, some_text()).changes.front());
            } else if (choice_.chance(15) || state->retired) {
                const auto life = state->retired ? Operation::restore : Operation::retire;
                draft.changes.push_back({key, life, {}});
            } else {
                draft.changes.push_back({key, Operation::update, {{some_field(), some_text()}}});
            }
        }
        device_.clock.advance(1000);
        device_.commit(draft);
    }

    void edit_there() {
        const record::RecordKey key = some_key();
        const auto found = server_.states().find(key);
        if (found == server_.states().end()) {
            if (const auto left = left_.find(key); left != left_.end()) {
                server_.enter(left->second);
                left_.erase(left);
            } else if (choice_.chance(30)) {
                server_.change(key, Operation::create,
                               {{name, some_text(), {}}, {branch, record_id(1), {}}});
            }
            return;
        }
        if (choice_.chance(10)) {
            left_[key] = found->second;
            server_.evict(key);
        } else if (choice_.chance(15) || found->second.retired) {
            server_.change(key, found->second.retired ? Operation::restore : Operation::retire, {});
        } else {
            server_.change(key, Operation::update, {{some_field(), some_text(), {}}});
        }
    }

    void push(std::size_t groups) {
        for (std::size_t i = 0; i < groups; ++i) {
            const auto waiting = device_.replica->waiting_after(pushed_, 1).value();
            if (waiting.empty()) {
                return;
            }
            ++pushed_.position;
            using enum record::Outcome;
            const auto wish = std::array{accepted, accepted,    accepted,
                                         merged,   quarantined, rejected}[choice_.below(6)];
            verdicts_.push_back(server_.judge(waiting.front(), wish));
        }
    }

    void deliver_verdicts(std::size_t count) {
        const std::span<const record::Receipt> delivered = std::span(verdicts_).first(count);
        ASSERT_TRUE(device_.replica->take_verdicts(delivered));
        if (choice_.chance(50)) {  // the acknowledgement was lost: the rest comes again
            verdicts_.erase(verdicts_.begin(), verdicts_.begin() + static_cast<long>(count));
        }
    }

    record::LogIndex some_index() {
        const record::LogIndex from = device_.replica->status()->confirmed;
        return {from.position + choice_.below(server_.head().position - from.position + 1)};
    }

    void deliver_tail(record::LogIndex through) {
        const record::LogIndex from{
            choice_.below(device_.replica->status()->confirmed.position + 1)};
        ASSERT_TRUE(device_.replica->apply_tail(server_.tail(from, through), through));
    }

    void take_snapshot() {
        record::RecordKey after;
        bool is_last = false;
        while (!is_last) {
            const sync::SnapshotChunk chunk = server_.chunk(after, 1 + choice_.below(4));
            ASSERT_TRUE(device_.replica->stage(after, chunk));
            is_last = chunk.is_last;
            after = chunk.through;
            for (std::size_t i = choice_.below(3); i > 0; --i) {
                edit_there();
            }
            if (choice_.chance(20)) {
                push(1);
            }
            if (!is_last && choice_.chance(20)) {
                device_.reopen();
                ASSERT_EQ(device_.replica->status()->staged->through, after);
            }
        }
        ASSERT_TRUE(device_.replica->swap_in());
    }

    support::SeededRandom choice_;
    Device device_;
    ModelServer server_;
    ModelServer::States left_;
    record::Sequence pushed_;
    std::vector<record::Receipt> verdicts_;
};

TEST(ReplicaConvergence, WhateverCameWhenTheReplicaEqualsTheServerOnceAllIsJudged) {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        History history(seed);
        history.run(120);
        history.heal();
        history.expect_equal();
        if (HasFailure()) {
            return;
        }
    }
}

TEST(ReplicaConvergence, SnapshotAtAnyCutAndTheTailAfterItEqualTheTailFromZero) {
    support::SeededRandom choice(4);
    ModelServer server;
    for (int i = 0; i < 40; ++i) {
        const record::RecordKey key{person, record_id(10 + choice.below(6))};
        const auto found = server.states().find(key);
        if (found == server.states().end()) {
            server.change(key, Operation::create, {{name, std::to_string(i), {}}});
        } else if (choice.chance(10)) {
            server.evict(key);
        } else {
            server.change(key, Operation::update, {{mobile, std::to_string(i), {}}});
        }
    }
    Device whole;
    ASSERT_TRUE(whole.replica->apply_tail(server.tail({0}, server.head()), server.head()));
    const ScopeDigest expected = whole.replica->digest().value();
    EXPECT_EQ(expected.digest, server.digest().digest);
    for (std::uint64_t cut = 1; cut <= server.head().position; ++cut) {
        sync::SnapshotChunk chunk;
        chunk.read_at = {cut};
        chunk.is_last = true;
        for (const auto& [key, state] : server.history()[cut]) {
            chunk.records.push_back(state);
            chunk.through = key;
        }
        Device device;
        ASSERT_TRUE(device.replica->stage({}, chunk));
        ASSERT_TRUE(device.replica->swap_in());
        ASSERT_TRUE(device.replica->apply_tail(server.tail({cut}, server.head()), server.head()));
        EXPECT_EQ(device.replica->digest()->digest, expected.digest) << "cut at " << cut;
    }
}

}  // namespace
}  // namespace zhibu::client::test
