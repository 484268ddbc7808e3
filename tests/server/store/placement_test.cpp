#include "server/store/placement.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"
#include "tests/server/store/store_samples.hpp"

namespace zhibu::server {
namespace {

using namespace test;

Stored<std::optional<RecordState>> nobody(const RecordKey& /*key*/) { return std::nullopt; }

RecordState state_of(const RecordKey& key,
                     std::vector<std::pair<std::uint16_t, record::Value>> fields) {
    RecordState state;
    state.key = key;
    for (auto& [number, value] : fields) {
        state.set(record::FieldNumber{number}, value, LogIndex{1});
    }
    return state;
}

TEST(Placement, OrganisationIsItsOwnPlace) {
    const RecordState state = state_of(organisation_record(4), {{2, organisation(1)}});
    EXPECT_EQ(places(small_catalog(), state, nobody), std::vector{organisation(4)});
}

TEST(Placement, RecordIsWhereItsFieldsSay) {
    const RecordState one = state_of(person(1), {{3, organisation(4)}});
    EXPECT_EQ(places(small_catalog(), one, nobody), std::vector{organisation(4)});
    const RecordState two = state_of(letter(1), {{2, organisation(9)}, {3, organisation(4)}});
    EXPECT_EQ(places(small_catalog(), two, nobody),
              (std::vector{organisation(4), organisation(9)}));
    const RecordState same = state_of(letter(1), {{2, organisation(9)}, {3, organisation(9)}});
    EXPECT_EQ(places(small_catalog(), same, nobody), std::vector{organisation(9)});
}

TEST(Placement, RecordThatNamesNoneHasNone) {
    EXPECT_EQ(places(small_catalog(), state_of(person(1), {}), nobody), std::vector<RecordId>{});
    EXPECT_EQ(places(small_catalog(), state_of(person(1), {{3, record::Empty{}}}), nobody),
              std::vector<RecordId>{});
    EXPECT_EQ(places(small_catalog(), state_of(person(1), {{3, RecordId{}}}), nobody),
              std::vector<RecordId>{});
}

TEST(Placement, EntryIsWhereItsOwnerIs) {
    const RecordState entry = state_of(study(1), {{1, person(5).id}});
    const auto find = [](const RecordKey& key) -> Stored<std::optional<RecordState>> {
        EXPECT_EQ(key, person(5));
        return state_of(person(5), {{3, organisation(4)}});
    };
    EXPECT_EQ(places(small_catalog(), entry, find), std::vector{organisation(4)});
    EXPECT_EQ(places(small_catalog(), entry, nobody), std::vector<RecordId>{});
}

TEST(Placement, FailureToFindTheOwnerIsTold) {
    const RecordState entry = state_of(study(1), {{1, person(5).id}});
    const auto broken = [](const RecordKey&) -> Stored<std::optional<RecordState>> {
        return std::unexpected(StoreError{StoreFault::damaged, "person"});
    };
    const auto found = places(small_catalog(), entry, broken);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().fault, StoreFault::damaged);
}

TEST(ScopeFilter, SeesWhatStandsInOneOfItsOrganisations) {
    const std::vector<RecordId> places{organisation(3), organisation(8)};
    EXPECT_TRUE(scope({1, 8}).sees(places));
    EXPECT_FALSE(scope({1, 2, 9}).sees(places));
    EXPECT_FALSE(scope({}).sees(places));
    EXPECT_FALSE(scope({1}).sees({}));
    EXPECT_TRUE(everything().sees({}));
}

}  // namespace
}  // namespace zhibu::server
