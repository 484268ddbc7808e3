#include "tests/server/store/store_conformance.hpp"

#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/merge/digest.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/store/store_samples.hpp"

namespace zhibu::server::test {

using record::FieldNumber;

StoreConformance::StoreConformance() : place_(GetParam().make_place()) {
    auto made = place_->create(small_catalog());
    EXPECT_TRUE(made.has_value());
    store_ = std::move(made).value();
}

std::unique_ptr<StoreReader> StoreConformance::reader() { return store_->open_reader().value(); }

std::unique_ptr<StoreTransaction> StoreConformance::begin() { return store_->begin().value(); }

void StoreConformance::reopen(const catalog::Catalog& catalog) {
    store_.reset();
    auto opened = place_->open(catalog);
    ASSERT_TRUE(opened.has_value()) << opened.error().place;
    store_ = *std::move(opened);
}

void StoreConformance::write_organisations() {
    std::vector<Edit> edits;
    for (std::uint64_t number = 1; number <= 4; ++number) {
        Edit edit{organisation_record(number), {{1, std::string("支部")}}, std::nullopt};
        if (number > 1) {
            edit.fields.emplace_back(std::uint16_t{2}, organisation(1));
        }
        edits.push_back(std::move(edit));
    }
    scribe_.commit(*store_, there_, edits);
}

sync::Tail StoreConformance::tail(LogIndex from, const ScopeFilter& scope, const DeviceName& device,
                                  std::size_t bytes_max) {
    auto read = reader()->tail(from, scope, device.device, device.incarnation, bytes_max);
    EXPECT_TRUE(read.has_value() && read->has_value());
    return read.value().value();
}

void StoreConformance::expect_agreement(const ScopeFilter& scope, std::size_t bytes_max) {
    const std::map<RecordKey, RecordState> known = scribe_.seen(scope);
    const auto read = reader();
    ReplicaSketch sketch(scribe_, here_);
    sketch.take_snapshot(*read, scope, bytes_max, [] {});
    EXPECT_EQ(sketch.states(), known);
    sync::DigestAccumulator accumulator;
    for (const auto& [key, state] : known) {
        accumulator.add(state);
    }
    const auto digest = read->digest(scope);
    ASSERT_TRUE(digest.has_value());
    EXPECT_EQ(digest->at, scribe_.head());
    EXPECT_EQ(digest->records, known.size());
    EXPECT_EQ(digest->digest, accumulator.finish());
}

TEST_P(StoreConformance, EmptyStoreHasItsIdentityAndNothingElse) {
    EXPECT_EQ(store_->identity().space, identity().space);
    EXPECT_EQ(store_->identity().epoch, identity().epoch);
    EXPECT_EQ(store_->identity().name, identity().name);
    const auto read = reader();
    EXPECT_EQ(read->head().value(), LogIndex{0});
    EXPECT_EQ(read->find(person(1)).value(), std::nullopt);
    EXPECT_EQ(read->held({here_.device, here_.incarnation, Sequence{1}}).value().has_value(),
              false);
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last, Sequence{0});
    EXPECT_TRUE(read->author_at(LogIndex{0}).value().is_none());
    EXPECT_EQ(tail(LogIndex{0}, everything(), here_), (sync::Tail{}));
    expect_agreement(everything());
    expect_agreement(scope({1, 2}));
}

TEST_P(StoreConformance, EveryValueComesBackAsItWent) {
    using record::Value;
    const std::vector<std::pair<std::uint16_t, Value>> fields{
        {1, std::string("欧阳 😀")},
        {2, std::string()},
        {3, organisation(2)},
        {4, record::Empty{}},
        {5, record::make_text_set({"一", "二"})},
        {6, std::int64_t{-12'345'678'901}},
        {7, record::Date{1987, 5, 3}},
        {8, record::Date{1987, 5, 0}},
        {9, false},
        {10, Instant{-5}},
        {11, std::string("two\nlines, a \0 byte", 19)}};
    scribe_.commit(*store_, here_, {{person(1), fields, std::nullopt}});
    scribe_.commit(*store_, here_, {{person(2), {{5, record::TextSet{}}, {9, true}}, true}});
    EXPECT_EQ(reader()->find(person(1)).value(), scribe_.states().at(person(1)));
    EXPECT_EQ(reader()->find(person(2)).value(), scribe_.states().at(person(2)));
    expect_agreement(everything());
}

TEST_P(StoreConformance, UnknownFieldsAndTypesAreCarriedAlong) {
    scribe_.commit(*store_, here_,
                   {{person(1),
                     {{1, std::string("甲")},
                      {6, std::string("no amount")},
                      {20, std::string("小甲")},
                      {30, std::int64_t{5}}},
                     std::nullopt}});
    EXPECT_EQ(reader()->find(person(1)).value(), scribe_.states().at(person(1)));
    scribe_.commit(*store_, here_, {{person(1), {{6, std::int64_t{5}}, {30, true}}, false}});
    EXPECT_EQ(reader()->find(person(1)).value(), scribe_.states().at(person(1)));
    expect_agreement(everything());
}

TEST_P(StoreConformance, GrownCatalogFindsWhatWasCarriedAlong) {
    scribe_.commit(*store_, here_, {new_person(1, 2), new_study(1, 1)});
    scribe_.commit(*store_, here_, {{person(1), {{20, std::string("小甲")}}, std::nullopt}});
    reopen(grown_catalog());
    const auto found = reader()->find_by(person_kind, FieldNumber{20}, std::string("小甲"), 9);
    EXPECT_EQ(found.value(), std::vector{person(1)});
    EXPECT_EQ(reader()->find(person(1)).value(), scribe_.states().at(person(1)));
    expect_agreement(scope({2}));
    scribe_.commit(*store_, here_, {move_person(1, 3)});
    expect_agreement(scope({2}));
    expect_agreement(scope({3}));
}

TEST_P(StoreConformance, OlderCatalogIsRefusedAndLosesNothing) {
    reopen(grown_catalog());
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    store_.reset();
    const auto opened = place_->open(small_catalog());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().fault, StoreFault::other_version);
    reopen(grown_catalog());
    expect_agreement(everything());
}

TEST_P(StoreConformance, OpeningWhereNothingIsSaysSo) {
    const auto opened = GetParam().make_place()->open(small_catalog());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().fault, StoreFault::not_there);
}

TEST_P(StoreConformance, DroppedTransactionLeavesNothing) {
    Scribe never(small_catalog());
    const Scribe::Group group = never.next(here_, {new_person(1, 2)});
    {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->put(group.states[0]).has_value());
        ASSERT_TRUE(transaction->append(group.row).has_value());
        EXPECT_EQ(transaction->head().value(), LogIndex{1});
        EXPECT_EQ(transaction->find(person(1)).value(), group.states[0]);
        EXPECT_EQ(reader()->head().value(), LogIndex{0});
        EXPECT_EQ(reader()->find(person(1)).value(), std::nullopt);
    }
    EXPECT_EQ(begin()->find(person(1)).value(), std::nullopt);
    EXPECT_EQ(reader()->chain(here_.device, here_.incarnation).value().last, Sequence{0});
    expect_agreement(everything());
}

TEST_P(StoreConformance, CommittedTransactionIsThereForAllAndAfterReopening) {
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    expect_agreement(everything());
    reopen();
    expect_agreement(everything());
    EXPECT_EQ(reader()->author_at(LogIndex{1}).value(), scribe_.row(LogIndex{1}).author);
}

TEST_P(StoreConformance, UndonePartLeavesTheRestOfTheTransaction) {
    const Scribe::Group kept = scribe_.next(here_, {new_person(1, 2)});
    const Scribe::Group undone = Scribe(scribe_).next(here_, {new_person(2, 2)});
    const Scribe::Group last = scribe_.next(here_, {new_person(3, 2)});
    {
        const auto transaction = begin();
        for (const Scribe::Group* group : {&kept, &undone, &last}) {
            ASSERT_TRUE(transaction->open_part().has_value());
            ASSERT_TRUE(transaction->put(group->states[0]).has_value());
            ASSERT_TRUE(transaction->append(group->row).has_value());
            ASSERT_TRUE((group == &undone ? transaction->undo_part() : transaction->keep_part())
                            .has_value());
        }
        EXPECT_EQ(transaction->head().value(), LogIndex{2});
        ASSERT_TRUE(transaction->commit().has_value());
    }
    expect_agreement(everything());
    expect_agreement(scope({2}));
}

TEST_P(StoreConformance, ChainAndHeldGroupsFollowTheIncarnation) {
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    scribe_.commit(*store_, there_, {new_person(2, 2)});
    scribe_.commit(*store_, here_, {new_person(3, 2)});
    const auto read = reader();
    const HeldChain chain = read->chain(here_.device, here_.incarnation).value();
    EXPECT_EQ(chain.last, Sequence{2});
    EXPECT_EQ(chain.last_hash, scribe_.row(LogIndex{3}).group_hash);
    const auto held = read->held(scribe_.row(LogIndex{3}).name).value();
    ASSERT_TRUE(held.has_value());
    EXPECT_EQ(held->index, LogIndex{3});
    EXPECT_EQ(held->group_hash, scribe_.row(LogIndex{3}).group_hash);
    EXPECT_EQ(held->receipt, scribe_.row(LogIndex{3}).receipt);
    EXPECT_FALSE(read->held({here_.device, there_.incarnation, Sequence{1}}).value().has_value());
    EXPECT_FALSE(
        read->held({here_.device, here_.incarnation, Sequence{~std::uint64_t{0}}}).value());
}

TEST_P(StoreConformance, AGroupOutsideOfItsChainIsHeldAndCanBeTakenIn) {
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    LogRow third = scribe_.row(LogIndex{1});
    third.index = LogIndex{2};
    third.name.sequence = Sequence{3};
    third.group_hash[5] ^= 0xFFU;
    third.receipt = {{4, 4}, {5}};
    third.outcome = record::Outcome::quarantined;
    third.effects.clear();
    third.outside_chain = true;
    LogRow second = third;
    second.index = LogIndex{3};
    second.name.sequence = Sequence{2};
    second.group_hash[5] ^= 0x0FU;
    second.outside_chain = false;
    const auto write = [&](const auto& work) {
        const auto transaction = begin();
        ASSERT_TRUE(work(*transaction).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    };
    write([&](StoreTransaction& transaction) { return transaction.append(third); });
    const auto read = reader();
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last, Sequence{1});
    EXPECT_FALSE(read->held(third.name).value().has_value());
    EXPECT_EQ(read->held_outside(third.name).value()->receipt, third.receipt);
    EXPECT_EQ(read->held(third.name, third.group_hash).value()->index, LogIndex{2});
    EXPECT_TRUE(read->row(LogIndex{2}).value()->outside_chain);
    EXPECT_FALSE(read->held_outside(second.name).value().has_value());
    write([&](StoreTransaction& transaction) { return transaction.append(second); });
    write([&](StoreTransaction& transaction) {
        return transaction.take_into_chain(third.name, third.group_hash);
    });
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last, Sequence{3});
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last_hash, third.group_hash);
    EXPECT_EQ(read->held(third.name).value()->index, LogIndex{2});
    EXPECT_FALSE(read->row(LogIndex{2}).value()->outside_chain);
    EXPECT_FALSE(read->held_outside(third.name).value().has_value());
    const auto receipts = read->receipts(here_.device, here_.incarnation, Sequence{1}, 9999);
    EXPECT_EQ(receipts.value(), (std::vector{second.receipt, third.receipt}));
}

TEST_P(StoreConformance, ForkIsKeptBesideTheChain) {
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    scribe_.commit(*store_, here_, {new_person(2, 2)});
    const LogRow& first = scribe_.row(LogIndex{1});
    LogRow fork = first;
    fork.index = LogIndex{3};
    fork.sealed.bytes = {3, 3, 3};
    fork.group_hash[5] ^= 0xFFU;
    fork.receipt = {{4, 4}, {5}};
    fork.outcome = record::Outcome::quarantined;
    fork.effects.clear();
    {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->append(fork).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    }
    const auto read = reader();
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last, Sequence{2});
    EXPECT_EQ(read->chain(here_.device, here_.incarnation).value().last_hash,
              scribe_.row(LogIndex{2}).group_hash);
    EXPECT_EQ(read->held(first.name).value()->index, LogIndex{1});
    EXPECT_EQ(read->held(first.name, first.group_hash).value()->receipt, first.receipt);
    EXPECT_EQ(read->held(first.name, fork.group_hash).value()->receipt, fork.receipt);
    EXPECT_FALSE(read->held(first.name, Hash{}).value().has_value());
    const auto receipts = read->receipts(here_.device, here_.incarnation, Sequence{0}, 9999);
    EXPECT_EQ(receipts.value(), (std::vector{first.receipt, scribe_.row(LogIndex{2}).receipt}));
}

TEST_P(StoreConformance, ReceiptsComeInOrderAndInBounds) {
    for (std::uint64_t number = 1; number <= 5; ++number) {
        scribe_.commit(*store_, here_, {new_person(number, 2)});
        scribe_.commit(*store_, there_, {new_person(number + 10, 2)});
    }
    const auto read = reader();
    const auto after = [&](std::uint64_t sequence, std::size_t bytes_max) {
        return read->receipts(here_.device, here_.incarnation, Sequence{sequence}, bytes_max)
            .value();
    };
    ASSERT_EQ(after(2, 9999).size(), 3U);
    EXPECT_EQ(after(2, 9999).front(), scribe_.row(LogIndex{5}).receipt);
    const std::size_t size = sync::encoded_size_hint(scribe_.row(LogIndex{1}).receipt);
    EXPECT_EQ(after(0, 2 * size).size(), 2U);
    EXPECT_EQ(after(0, 2 * size + size / 2).size(), 2U);
    EXPECT_EQ(after(0, 0).size(), 1U);
    EXPECT_TRUE(after(5, 9999).empty());
    EXPECT_TRUE(after(~std::uint64_t{0}, 9999).empty());
}

TEST_P(StoreConformance, RecordsAreFoundByAField) {
    scribe_.commit(*store_, here_, {new_person(1, 2), new_person(2, 3), new_person(3, 2)});
    scribe_.commit(*store_, here_, {{person(3), {}, true}, move_person(2, 4)});
    const auto find = [this](std::uint16_t field, const record::Value& value, std::uint32_t limit) {
        return reader()->find_by(person_kind, FieldNumber{field}, value, limit).value();
    };
    EXPECT_EQ(find(3, organisation(2), 9), (std::vector{person(1), person(3)}));
    EXPECT_EQ(find(3, organisation(2), 1), std::vector{person(1)});
    EXPECT_TRUE(find(3, organisation(3), 9).empty());
    EXPECT_EQ(find(3, organisation(4), 9), std::vector{person(2)});
    EXPECT_TRUE(find(3, std::string("no reference"), 9).empty());
    EXPECT_EQ(find(1, std::string("人2"), 9), std::vector{person(2)});
    EXPECT_EQ(find(2, record::Empty{}, 2), (std::vector{person(1), person(2)}));
    // The lowest, whichever came first.
    scribe_.commit(*store_, here_, {new_person(9, 5)});
    scribe_.commit(*store_, here_, {new_person(8, 5)});
    EXPECT_EQ(find(3, organisation(5), 1), std::vector{person(8)});
    EXPECT_EQ(find(3, organisation(5), 9), (std::vector{person(8), person(9)}));
}

TEST_P(StoreConformance, EachVisitsAKindInOrderAndMayAskOn) {
    scribe_.commit(*store_, here_, {new_person(9, 2), new_person(2, 3), new_person(300, 2)});
    const auto read = reader();
    std::vector<RecordKey> visited;
    const auto done = read->each(person_kind, [&](const RecordState& state) {
        EXPECT_EQ(read->find(state.key).value(), state);
        std::size_t inner = 0;
        EXPECT_TRUE(read->each(person_kind, [&](const RecordState&) { ++inner; }).has_value());
        EXPECT_EQ(inner, 3U);
        visited.push_back(state.key);
    });
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(visited, (std::vector{person(2), person(9), person(300)}));
}

TEST_P(StoreConformance, ControlRowsComeBackAndAreReplaced) {
    Credential credential;
    credential.public_key.fill(3);
    credential.salt.fill(4);
    credential.cost = {1024, 2, 3};
    credential.changed_at = Instant{77};
    const DeviceKey key{here_.device, person(1).id, {1, 2, 3}, Hash{9}};
    EnrolmentCode code{Hash{5}, person(2).id, Instant{500}, std::nullopt};
    {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->set_credential(person(1).id, credential).has_value());
        ASSERT_TRUE(transaction->set_device_key(key).has_value());
        ASSERT_TRUE(transaction->put_enrolment_code(code).has_value());
        EXPECT_FALSE(transaction->enrolment_code(code.code_hash).value()->used_at.has_value());
        code.used_at = Instant{400};
        ASSERT_TRUE(transaction->put_enrolment_code(code).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    }
    reopen();
    const auto read = reader();
    const auto found = read->credential(person(1).id).value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->public_key, credential.public_key);
    EXPECT_EQ(found->salt, credential.salt);
    EXPECT_EQ(found->cost, credential.cost);
    EXPECT_EQ(found->changed_at, credential.changed_at);
    EXPECT_FALSE(read->credential(person(2).id).value().has_value());
    EXPECT_EQ(read->device_key(here_.device).value()->public_key, key.public_key);
    EXPECT_EQ(read->device_key(here_.device).value()->certificate_fingerprint,
              key.certificate_fingerprint);
    EXPECT_FALSE(read->device_key(there_.device).value().has_value());
    EXPECT_EQ(read->enrolment_code(code.code_hash).value()->used_at, Instant{400});
    EXPECT_EQ(read->enrolment_code(code.code_hash).value()->account, person(2).id);
    EXPECT_FALSE(read->enrolment_code(Hash{}).value().has_value());
}

TEST_P(StoreConformance, SecondFactorsComeBackAndAreReplaced) {
    SecondFactors factors;
    factors.pending.emplace();
    factors.pending->secret.fill(7);
    factors.pending->recovery_codes = {Hash{1}, Hash{2}};
    const auto keep = [&] {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->set_second_factors(person(1).id, factors).has_value());
        EXPECT_EQ(transaction->second_factors(person(1).id).value(), factors);
        ASSERT_TRUE(transaction->commit().has_value());
    };
    keep();
    reopen();
    EXPECT_EQ(reader()->second_factors(person(1).id).value(), factors);
    EXPECT_EQ(reader()->second_factors(person(2).id).value(), SecondFactors{});
    factors.active = std::exchange(factors.pending, std::nullopt);
    factors.active->last_step = 59'000'000;
    factors.active->recovery_codes.clear();
    keep();
    reopen();
    EXPECT_EQ(reader()->second_factors(person(1).id).value(), factors);
    factors = {};
    keep();
    EXPECT_EQ(reader()->second_factors(person(1).id).value(), factors);
}

TEST_P(StoreConformance, ContactsComeBackAndAreReplaced) {
    Contact contact{here_.device, Instant{1'000}, "0.1.0", here_.incarnation, Sequence{7}};
    const auto keep = [&] {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->set_contact(contact).has_value());
        EXPECT_EQ(transaction->contact(here_.device).value(), contact);
        ASSERT_TRUE(transaction->commit().has_value());
    };
    keep();
    reopen();
    EXPECT_EQ(reader()->contact(here_.device).value(), contact);
    EXPECT_FALSE(reader()->contact(there_.device).value().has_value());
    contact.at = Instant{2'000};
    contact.version = "";
    keep();
    EXPECT_EQ(reader()->contact(here_.device).value(), contact);
}

TEST_P(StoreConformance, AReceiptIsFoundByItsPosition) {
    write_organisations();
    const LogIndex at = scribe_.commit(*store_, here_, {new_person(1, 2)});
    const auto read = reader();
    const auto sent =
        read->receipts(here_.device, here_.incarnation, Sequence{}, std::size_t{1} << 20U).value();
    EXPECT_EQ(read->receipt_at(at).value(), sent.back());
    EXPECT_EQ(read->receipt_at(LogIndex{}).value(), std::nullopt);
    EXPECT_EQ(read->receipt_at(LogIndex{at.position + 1}).value(), std::nullopt);
    const auto transaction = begin();
    EXPECT_EQ(transaction->receipt_at(at).value(), sent.back());
}

TEST_P(StoreConformance, KilledInMidTransactionLeavesWhatWasCommitted) {
    store_.reset();
    const Scribe::Group first = scribe_.next(there_, {new_person(1, 2)});
    const Scribe::Group lost = Scribe(scribe_).next(here_, {new_person(2, 2)});
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto opened = place_->open(small_catalog());
        const bool is_written = opened.has_value() && Scribe::write(**opened, first).has_value();
        auto begun = (*opened)->begin();
        const bool is_begun = begun.has_value() && (*begun)->put(lost.states[0]).has_value() &&
                              (*begun)->append(lost.row).has_value();
        ::_exit(is_written && is_begun ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    reopen();
    expect_agreement(everything());
    expect_agreement(scope({2}));
}

using StoreBugDeathTest = StoreConformance;

TEST_P(StoreBugDeathTest, CommittersMistakesEndTheProcess) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    LogRow row = scribe_.next(here_, {new_person(2, 2)}).row;
    const auto transaction = begin();
    LogRow wrong = row;
    wrong.index = LogIndex{4};
    EXPECT_DEATH(static_cast<void>(transaction->append(wrong)), "head");
    wrong = row;
    wrong.name.sequence = Sequence{3};
    EXPECT_DEATH(static_cast<void>(transaction->append(wrong)), "sequence");
    RecordState unknown;
    unknown.key.kind = record::KindNumber{999};
    EXPECT_DEATH(static_cast<void>(transaction->put(unknown)), "kind");
    EXPECT_DEATH(static_cast<void>(store_->begin()), "is_open");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::ValuesIn(store_sorts()),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Stores, StoreBugDeathTest, testing::ValuesIn(store_sorts()),
                         testing::PrintToStringParamName());

}  // namespace zhibu::server::test
