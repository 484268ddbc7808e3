#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "tests/both_ends/player.hpp"
#include "tests/both_ends/space.hpp"
#include "tests/sync_protocol/codec/drawn.hpp"

/// Sessions between real ends of which the wire loses, repeats or forges something: no group is
/// lost or judged twice, and the next honest session makes the ends agree.
namespace zhibu::both_ends {
namespace {

/// A device with work to send and much to take, and another that has made it so.
class Case {
public:
    Case() {
        device.synchronise();
        other.synchronise();
        for (std::uint32_t number = 0; number < 6; ++number) {
            edit(space, other,
                 {.where = static_cast<std::uint16_t>(number % 3), .how = 16 * (number + 5) + 7});
        }
        other.synchronise();
        for (std::uint32_t number = 0; number < 4; ++number) {
            edit(space, device,
                 {.where = static_cast<std::uint16_t>(3 + number % 2),
                  .how = 16 * (number + 9) + 7});
        }
        groups = device.own_groups().size();
        EXPECT_GT(groups, 2U);
    }

    /// Honest sessions until one ends well; a device whose proofs were spoilt is let wait.
    void heal(Station& station) {
        for (int contact = 0; contact < 4; ++contact) {
            const auto report = station.synchronise();
            if (!report.fault && !report.refusal && !report.replica_error) {
                return;
            }
            last = report;
            space.court->clock.advance(20 * server::test::minute_ms);
        }
        ADD_FAILURE() << "not healed: fault " << (last.fault ? static_cast<int>(*last.fault) : -1)
                      << ", refusal "
                      << (last.refusal ? static_cast<int>(last.refusal->reason) : -1);
    }

    void expect_healed() {
        EXPECT_EQ(device.own_groups().size(), groups);
        heal(device);
        expect_same_as_store(space, device);
        expect_each_group_once(space, device);
        heal(other);
        expect_same_as_store(space, other);
    }

    Space space;
    Station device{space, second_of_a};
    Station other{space, first_of_a};
    std::size_t groups = 0;
    client::SyncReport last;
};

TEST(DamagedSession, CutInPlaceOfEachOfItsMessagesInTurn) {
    bool was_cut = true;
    std::size_t messages = 0;
    for (; was_cut && !testing::Test::HasFailure(); ++messages) {
        SCOPED_TRACE(messages);
        Case one;
        was_cut = one.device.synchronise({.messages_max = messages}).wire_error.has_value();
        one.expect_healed();
    }
    EXPECT_GT(messages, 12U);
}

TEST(DamagedSession, FirstSnapshotCutInPlaceOfEachOfItsMessagesInTurn) {
    Case one;
    one.heal(one.device);
    bool was_cut = true;
    std::size_t messages = 0;
    for (; was_cut && !testing::Test::HasFailure(); ++messages) {
        SCOPED_TRACE(messages);
        Station fresh{one.space, second_of_a};
        was_cut = fresh.synchronise({.messages_max = messages}).wire_error.has_value();
        edit(one.space, one.other,
             {.where = 1, .how = 16 * (static_cast<std::uint32_t>(messages) + 3) + 7});
        one.other.synchronise();
        one.heal(fresh);
        expect_same_as_store(one.space, fresh);
    }
    EXPECT_GT(messages, 14U);
}

/// 0 to `count` - 1, each as likely as any: not the lowest first, as a case's size would have it.
std::size_t below(std::size_t count) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, count));
}

/// Groups, or what was decided of them.
bool bears_work(const sync::Bytes& message) {
    const sync::Message meant = sync::decode_message(message).value();
    return std::holds_alternative<sync::Push>(meant) ||
           std::holds_alternative<sync::Verdicts>(meant);
}

/// Each message with the given chance followed by one that came before, or by itself; what bears
/// work mostly by itself, which no end takes for a mistake.
Course::Change repeating(std::size_t percent) {
    auto all = std::make_shared<std::vector<sync::Bytes>>();
    return [all, percent](sync::Bytes message) {
        all->push_back(message);
        std::vector<sync::Bytes> arriving{std::move(message)};
        if (percent > 0 && bears_work(all->back()) && *rc::gen::arbitrary<bool>()) {
            arriving.push_back(all->back());
        } else if (below(100) < percent) {
            arriving.push_back(all->at(below(all->size())));
        }
        return arriving;
    };
}

TEST(DamagedSession, OfWhichMessagesAreRepeatedAndReplayed) {
    EXPECT_TRUE(rc::check([] {
        Case one;
        one.device.synchronise({.to_client = repeating(*rc::gen::element<std::size_t>(0, 20)),
                                .to_server = repeating(*rc::gen::element<std::size_t>(0, 20))});
        one.expect_healed();
        RC_ASSERT(!testing::Test::HasFailure());
    }));
}

void flip_a_bit(sync::Bytes& bytes) {
    bytes.at(below(bytes.size())) ^= static_cast<std::uint8_t>(1U << below(8));
}

/// The message with a flipped bit where it then still says something.
sync::Bytes misspoken(sync::Bytes message) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        sync::Bytes other = message;
        flip_a_bit(other);
        if (sync::decode_message(other)) {
            return other;
        }
    }
    return message;
}

template <class Each>
Each& any_of(std::vector<Each>& all) {
    return all[below(all.size())];
}

/// The same sort of message, which says something else, as a program with a defect might.
struct Twist {
    void operator()(sync::Push& push) const {
        if (!push.groups.empty()) {
            flip_a_bit(any_of(push.groups).bytes);
        }
    }

    void operator()(sync::Welcome& welcome) const {
        switch (below(3)) {
            case 0:
                ++welcome.head.position;
                break;
            case 1:
                ++welcome.last_held.position;
                break;
            default:
                welcome.push_credit = 1;
        }
    }

    void operator()(sync::Tail& tail) const {
        const auto sort = below(4);
        if (sort == 0) {
            tail.through.position += 1 + below(3);
            return;
        }
        if (tail.entries.empty()) {
            return;
        }
        sync::TailEntry& entry = any_of(tail.entries);
        if (sort == 1) {
            entry.own = !entry.own;
        } else if (sort == 2) {
            entry.entry.effects.clear();
        } else {
            for (record::Effect& effect : entry.entry.effects) {
                effect.sort = record::Effect::Sort::evicted;
                effect.state = {effect.state.key, false, {}, {}};
            }
        }
    }

    void operator()(sync::SnapshotChunk& chunk) const {
        if (*rc::gen::arbitrary<bool>()) {
            chunk.is_last = !chunk.is_last;
        } else if (!chunk.records.empty()) {
            chunk.records.erase(chunk.records.begin());
        }
    }

    void operator()(sync::DigestReply& reply) const { reply.digest[0] ^= 1; }

    void operator()(sync::Verdicts& verdicts) const {
        if (verdicts.receipts.empty()) {
            verdicts.push_credit = UINT64_MAX;
        } else if (*rc::gen::arbitrary<bool>()) {
            verdicts.receipts.pop_back();
        } else {
            flip_a_bit(any_of(verdicts.receipts).verdict);
        }
    }

    template <class Other>
    void operator()(Other& /*message*/) const {}
};

sync::Bytes twisted(const sync::Bytes& message) {
    sync::Message meant = sync::decode_message(message).value();
    std::visit(Twist{}, meant);
    return sync::encode(meant);
}

/// In the place of every few a message in the right form: of any sort and content, or nearly what
/// was meant.
Course::Change nonsense(std::size_t percent) {
    return [percent](sync::Bytes message) {
        if (below(100) < percent) {
            switch (below(4)) {
                case 0:
                    message = misspoken(std::move(message));
                    break;
                case 1:
                    message = sync::encode(
                        sync::drawn::message(below(std::variant_size_v<sync::Message>)));
                    break;
                default:
                    message = twisted(message);
            }
        }
        return std::vector<sync::Bytes>{std::move(message)};
    };
}

TEST(DamagedSession, ADeviceThatTalksNonsenseHarmsNobody) {
    EXPECT_TRUE(rc::check([] {
        Case one;
        const auto before = one.space.head();
        one.device.synchronise({.to_server = nonsense(*rc::gen::element<std::size_t>(5, 30))});
        const auto judged = one.space.head().position - before.position;
        RC_ASSERT(judged <= one.groups);
        one.expect_healed();
        RC_ASSERT(!testing::Test::HasFailure());
    }));
}

/// Whether a device may rightly stay where it is: it was told of positions that the log does not
/// have, and holds the server to them, or has been repaired as often as a day allows.
bool stands_on_what_it_was_told(const client::SyncReport& report) {
    using enum sync::SessionFault;
    return report.fault == server_lost_history || report.fault == replica_differs;
}

TEST(DamagedSession, AServerThatTalksNonsenseTakesNoGroupFromADevice) {
    EXPECT_TRUE(rc::check([] {
        Case one;
        one.device.synchronise({.to_client = nonsense(*rc::gen::element<std::size_t>(5, 30))});
        if (*rc::gen::arbitrary<bool>()) {
            one.device.reopen();
        }
        RC_ASSERT(one.device.own_groups().size() == one.groups);
        const auto report = one.device.synchronise();
        RC_ASSERT(!report.replica_error);
        RC_CLASSIFY(stands_on_what_it_was_told(report));
        if (stands_on_what_it_was_told(report)) {
            RC_ASSERT(!one.device.findings.empty());
            RC_ASSERT(one.device.own_groups().size() == one.groups);
        } else {
            one.expect_healed();
        }
        RC_ASSERT(!testing::Test::HasFailure());
    }));
}

/// In place of the first tail one without its effects, a snapshot that nobody needs behind it, and
/// of that only the first chunk.
Course::Change misleading() {
    return [tails = 0, chunks = 0](const sync::Bytes& message) mutable {
        sync::Message meant = sync::decode_message(message).value();
        std::vector<sync::Bytes> arriving{message};
        if (auto* tail = std::get_if<sync::Tail>(&meant); tail != nullptr && ++tails == 1) {
            for (sync::TailEntry& entry : tail->entries) {
                entry.entry.effects.clear();
            }
            arriving = {sync::encode(meant), sync::encode(sync::SnapshotNeeded{tail->head})};
        } else if (std::holds_alternative<sync::SnapshotChunk>(meant) && ++chunks > 1) {
            arriving.clear();
        }
        return arriving;
    };
}

TEST(DamagedSession, ARepairDoesNotGoOnFromTheSnapshotThatWasCutBeforeIt) {
    Case one;
    one.device.synchronise({.to_client = misleading()});
    ASSERT_TRUE(one.device.status().staged);
    const auto report = one.device.synchronise();
    EXPECT_FALSE(report.replica_error) << report.replica_error->place;
    EXPECT_FALSE(report.fault);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].sort, sync::IncidentSort::digest_differs);
    one.expect_healed();
}

}  // namespace
}  // namespace zhibu::both_ends
