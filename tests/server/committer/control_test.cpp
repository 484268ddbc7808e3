#include "server/committer/control.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

RecordId id_of(std::uint8_t byte) {
    RecordId id;
    id.uuid.bytes.fill(byte);
    return id;
}

record::RecordState state_of(std::string_view kind_name, const RecordId& id, const Values& values) {
    const catalog::Kind& kind = catalog::standard_catalog().kind(kind_name);
    record::RecordState state;
    state.key = {kind.id(), id};
    for (const auto& [field, value] : values) {
        state.set(kind.field(field).id(), value, LogIndex{1});
    }
    return state;
}

/// A root, an organisation below it and one below that; a short-term account in the middle.
class ControlOf : public testing::Test {
public:
    ControlOf() {
        control.take(state_of("organisation", root, {}));
        control.take(state_of("organisation", middle, {{"parent", Value{root}}}));
        control.take(state_of("organisation", leaf, {{"parent", Value{middle}}}));
        take_account({});
        control.take(
            state_of("device", device, {{"account", Value{account_id}}, {"state", text("2")}}));
    }

    void take_account(Values values) {
        control.take(state_of("account", account_id,
                              with({{"organisation", Value{middle}},
                                    {"level", text("2")},
                                    {"nature", text("2")},
                                    {"permission", text("1")},
                                    {"state", text("1")}},
                                   std::move(values))));
    }

    void take_window(std::uint8_t id, std::int64_t starts, std::int64_t ends, Values values = {}) {
        control.take(state_of("window", id_of(id),
                              with({{"organisation", Value{root}},
                                    {"starts_at", Value{Instant{starts}}},
                                    {"ends_at", Value{Instant{ends}}}},
                                   std::move(values))));
    }

    [[nodiscard]] const Account& account() const { return *control.account(account_id); }

    [[nodiscard]] std::optional<sync::Refusal> refusal(std::int64_t now) const {
        return control.session_refusal(account_id, device, Instant{now});
    }

    [[nodiscard]] bool permitted(std::int64_t made, std::int64_t now) const {
        return control.edit_right(account(), Instant{made}, Instant{now}).permitted;
    }

    Control control{catalog::standard_catalog()};
    RecordId root = id_of(1);
    RecordId middle = id_of(2);
    RecordId leaf = id_of(3);
    RecordId account_id = id_of(4);
    RecordId device = id_of(5);
};

TEST_F(ControlOf, ATreeKnowsWhatLiesWithinWhat) {
    EXPECT_TRUE(control.is_within(leaf, root));
    EXPECT_TRUE(control.is_within(middle, middle));
    EXPECT_FALSE(control.is_within(root, middle));
    EXPECT_FALSE(control.is_within(id_of(9), id_of(9)));
    EXPECT_EQ(control.depth(root), 0U);
    EXPECT_EQ(control.depth(leaf), 2U);
    EXPECT_EQ(control.depth(id_of(9)), Control::unknown_depth);
    EXPECT_EQ(control.subtree(middle), (std::vector{middle, leaf}));
}

TEST_F(ControlOf, AMovedOrganisationTakesItsSubtreeAlong) {
    const RecordId other = id_of(7);
    control.take(state_of("organisation", other, {{"parent", Value{root}}}));
    control.take(state_of("organisation", leaf, {{"parent", Value{other}}}));
    EXPECT_TRUE(control.is_within(leaf, other));
    EXPECT_FALSE(control.is_within(leaf, middle));
    EXPECT_EQ(control.subtree(middle), std::vector{middle});
}

TEST_F(ControlOf, ACircleOfOrganisationsHangsNothing) {
    control.take(state_of("organisation", middle, {{"parent", Value{leaf}}}));
    EXPECT_EQ(control.depth(leaf), Control::unknown_depth);
    EXPECT_FALSE(control.is_within(leaf, root));
    EXPECT_EQ(control.subtree(middle), (std::vector{middle, leaf}));
}

TEST_F(ControlOf, AScopeAtTheRootSeesEverything) {
    EXPECT_FALSE(control.scope_filter(account()).everything);
    take_account({{"organisation", Value{root}}});
    EXPECT_TRUE(control.scope_filter(account()).everything);
}

TEST_F(ControlOf, AWindowStartsInclusiveAndEndsExclusive) {
    take_window(20, 1'000, 2'000);
    EXPECT_FALSE(permitted(999, 2'500));
    EXPECT_TRUE(permitted(1'000, 2'500));
    EXPECT_TRUE(permitted(1'999, 2'500));
    EXPECT_FALSE(permitted(2'000, 2'500));
}

TEST_F(ControlOf, GraceEndsToTheMillisecond) {
    take_window(20, 1'000, 2'000, {{"grace_days", Value{std::int64_t{1}}}});
    const Instant end{2'000 + day_ms};
    EXPECT_FALSE(control.edit_right(account(), Instant{1'500}, after(end, -1)).too_late);
    EXPECT_TRUE(control.edit_right(account(), Instant{1'500}, end).too_late);
    EXPECT_FALSE(refusal(end.milliseconds - 1));
    ASSERT_TRUE(refusal(end.milliseconds));
    EXPECT_EQ(refusal(end.milliseconds)->reason, sync::RefusalReason::outside_window);
}

TEST_F(ControlOf, ARefusalOutsideNamesTheNextOpening) {
    take_window(20, 5'000, 6'000);
    take_window(21, 3'000, 4'000);
    ASSERT_TRUE(refusal(2'999));
    EXPECT_EQ(refusal(2'999)->not_before, Instant{3'000});
    EXPECT_FALSE(refusal(3'000));
    EXPECT_EQ(refusal(4'000)->not_before, Instant{5'000});
    EXPECT_FALSE(refusal(6'000)->not_before);
    EXPECT_EQ(control.edit_right(account(), Instant{1}, Instant{4'500}).opens_next, Instant{5'000});
    EXPECT_EQ(control.next_change(account_id, Instant{0}), Instant{3'000});
    EXPECT_EQ(control.next_change(account_id, Instant{3'000}), Instant{4'000});
    EXPECT_EQ(control.next_change(account_id, Instant{6'000}), std::nullopt);
}

TEST_F(ControlOf, AWindowClosedEarlyEndsThen) {
    take_window(20, 1'000, 9'000);
    EXPECT_TRUE(permitted(5'000, 5'000));
    take_window(20, 1'000, 4'000);
    EXPECT_FALSE(permitted(5'000, 5'000));
    EXPECT_TRUE(permitted(3'999, 5'000));
}

TEST_F(ControlOf, ARetiredWindowOpensNothing) {
    take_window(20, 1'000, 9'000);
    auto retired = state_of("window", id_of(20),
                            {{"organisation", Value{root}},
                             {"starts_at", Value{Instant{1'000}}},
                             {"ends_at", Value{Instant{9'000}}}});
    retired.retired = true;
    control.take(retired);
    EXPECT_FALSE(permitted(5'000, 5'000));
    EXPECT_TRUE(control.periods(account(), Instant{0}).empty());
}

TEST_F(ControlOf, AWindowIsForItsAccountItsLevelOrItsSubtree) {
    take_window(20, 1'000, 2'000, {{"account", Value{id_of(99)}}});
    take_window(21, 1'000, 2'000, {{"level", text("3")}});
    take_window(22, 1'000, 2'000, {{"organisation", Value{leaf}}});
    EXPECT_FALSE(permitted(1'500, 1'500));
    take_window(20, 1'000, 2'000, {{"account", Value{account_id}}});
    EXPECT_TRUE(permitted(1'500, 1'500));
    take_window(20, 1, 2);
    take_window(21, 1'000, 2'000, {{"level", text("2")}});
    EXPECT_TRUE(permitted(1'500, 1'500));
    take_window(21, 1, 2);
    take_window(22, 1'000, 2'000, {{"organisation", Value{middle}}});
    EXPECT_TRUE(permitted(1'500, 1'500));
}

TEST_F(ControlOf, AFastClockIsNoKeyToTheNextWindow) {
    take_window(20, 10'000, 20'000);
    EXPECT_FALSE(permitted(10'500, 9'999));
    EXPECT_TRUE(permitted(10'500, 10'000));
}

TEST_F(ControlOf, ALongTermAccountAlwaysEdits) {
    take_account({{"nature", text("1")}});
    EXPECT_TRUE(permitted(1, 1));
    EXPECT_FALSE(refusal(1));
    EXPECT_TRUE(control.periods(account(), Instant{0}).empty());
}

TEST_F(ControlOf, ATemporaryAccountEndsWithItsLastDayInShanghai) {
    take_account({{"nature", text("3")}, {"expires_on", Value{record::Date{2026, 6, 12}}}});
    const std::int64_t end = record::shanghai_midnight({2026, 6, 13}).milliseconds;
    EXPECT_TRUE(permitted(end - 1, end - 1));
    EXPECT_FALSE(permitted(end, end));
    EXPECT_FALSE(refusal(end - 1));
    EXPECT_EQ(refusal(end)->reason, sync::RefusalReason::account_expired);
    EXPECT_EQ(control.periods(account(), Instant{end - 1}),
              (std::vector{sync::EditPeriod{Instant{}, Instant{end}}}));
    EXPECT_TRUE(control.periods(account(), Instant{end}).empty());
    EXPECT_EQ(control.next_change(account_id, Instant{0}), Instant{end});
}

TEST_F(ControlOf, ATemporaryAccountWithoutAnEndHasEnded) {
    take_account({{"nature", text("3")}});
    EXPECT_FALSE(permitted(1, 1));
    EXPECT_EQ(refusal(1)->reason, sync::RefusalReason::account_expired);
}

TEST_F(ControlOf, SessionsAreRefusedByAccountAndDevice) {
    take_account({{"nature", text("1")}, {"state", text("2")}});
    EXPECT_EQ(refusal(1)->reason, sync::RefusalReason::account_disabled);
    take_account({{"nature", text("1")}, {"state", text("3")}});
    EXPECT_EQ(refusal(1)->reason, sync::RefusalReason::account_deleted);
    take_account({{"nature", text("1")}});
    control.take(
        state_of("device", device, {{"account", Value{account_id}}, {"state", text("3")}}));
    EXPECT_EQ(refusal(1)->reason, sync::RefusalReason::device_not_active);
    control.take(state_of("device", device, {{"account", Value{root}}, {"state", text("2")}}));
    EXPECT_EQ(refusal(1)->reason, sync::RefusalReason::unknown_device);
}

TEST_F(ControlOf, FarMomentsDoNotOverflow) {
    take_window(20, std::numeric_limits<std::int64_t>::min(),
                std::numeric_limits<std::int64_t>::max(),
                {{"grace_days", Value{std::numeric_limits<std::int64_t>::max()}}});
    EXPECT_TRUE(permitted(1'000, 1'000));
    EXPECT_FALSE(refusal(1'000));
}

/// Windows drawn at random, on a small line so that they touch and overlap often.
struct Drawn {
    std::vector<sync::EditPeriod> windows;

    [[nodiscard]] bool cover(std::int64_t at) const {
        return std::ranges::any_of(windows, [&](const sync::EditPeriod& window) {
            return window.starts_at.milliseconds <= at && at < window.ends_at.milliseconds;
        });
    }
};

Drawn draw(Control& control, const RecordId& root) {
    Drawn drawn;
    const auto count = *rc::gen::inRange<std::size_t>(0, 12);
    for (std::size_t i = 0; i < count; ++i) {
        const auto start = *rc::gen::inRange<std::int64_t>(0, 60);
        const auto length = *rc::gen::inRange<std::int64_t>(0, 12);
        drawn.windows.push_back({Instant{start}, Instant{start + length}});
        control.take(state_of("window", id_of(static_cast<std::uint8_t>(100 + i)),
                              {{"organisation", Value{root}},
                               {"starts_at", Value{Instant{start}}},
                               {"ends_at", Value{Instant{start + length}}}}));
    }
    return drawn;
}

RC_GTEST_FIXTURE_PROP(ControlOf, PeriodsAreTheWindowsJoined, ()) {
    const Drawn drawn = draw(control, root);
    const auto periods = control.periods(account(), Instant{-1});
    for (std::size_t i = 0; i + 1 < periods.size(); ++i) {
        RC_ASSERT(periods[i].ends_at < periods[i + 1].starts_at);
    }
    for (std::int64_t at = 0; at < 80; ++at) {
        const bool in_period = std::ranges::any_of(periods, [&](const sync::EditPeriod& period) {
            return period.starts_at.milliseconds <= at && at < period.ends_at.milliseconds;
        });
        RC_ASSERT(in_period == drawn.cover(at));
        RC_ASSERT(permitted(at, 200) == drawn.cover(at));
    }
}

RC_GTEST_FIXTURE_PROP(ControlOf, NothingChangesBeforeNextChangeSays, ()) {
    draw(control, root);
    const auto now = *rc::gen::inRange<std::int64_t>(0, 80);
    const auto next = control.next_change(account_id, Instant{now});
    const std::int64_t until = next ? next->milliseconds : 200;
    RC_ASSERT(until > now);
    for (std::int64_t at = now; at < until; ++at) {
        RC_ASSERT(refusal(at).has_value() == refusal(now).has_value());
        RC_ASSERT(control.periods(account(), Instant{at}) ==
                  control.periods(account(), Instant{now}));
    }
}

}  // namespace
}  // namespace zhibu::server::test
