#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Payment : public testing::Test {
protected:
    Payment() {
        person_ = bench_.shelf.put(
            "person", {{"name", "张三"}, {"stage", "50"}, {"join_date", "2024-05-20"}});
    }

    Ids paid(const char* from, const char* to, const char* on = "") {
        return bench_.on_creation({{"person", record::to_text(person_)},
                                   {"from_month", from},
                                   {"to_month", to},
                                   {"paid_on", on}});
    }

    Bench bench_{"dues_payment"};
    record::RecordId person_;
};

TEST_F(Payment, R606FromTheJoiningMonthOn) {
    EXPECT_EQ(paid("2024-05", "2024-05"), Ids{});
    EXPECT_EQ(paid("2024-04", "2024-05"), Ids{"R-606"});
}

TEST_F(Payment, R607MonthsInOrderAndPaidOnce) {
    EXPECT_EQ(paid("2025-02", "2025-01"), Ids{"R-607"});
    const auto other = bench_.shelf.put(
        "dues_payment",
        {{"person", record::to_text(person_)}, {"from_month", "2025-03"}, {"to_month", "2025-06"}});
    EXPECT_EQ(paid("2025-01", "2025-02"), Ids{});
    EXPECT_EQ(paid("2025-01", "2025-03"), Ids{"R-607"});
    EXPECT_EQ(paid("2025-06", "2025-08"), Ids{"R-607"});
    EXPECT_EQ(paid("2025-07", "2025-08"), Ids{});
    EXPECT_EQ(paid("2025-04", "2025-05"), Ids{"R-607"});
    bench_.shelf.retire(other);
    EXPECT_EQ(paid("2025-04", "2025-05"), Ids{});
}

TEST_F(Payment, R609SixMonthsOfArrears) {
    EXPECT_EQ(paid("2025-01", "2025-06", "2025-07-01"), Ids{});
    EXPECT_EQ(paid("2025-01", "2025-07", "2025-08-01"), Ids{"R-609"});
    EXPECT_EQ(paid("2025-01", "2025-12", "2025-01-10"), Ids{});
    EXPECT_EQ(paid("2025-01", "2025-12", "2025-07-31"), Ids{});
}

TEST_F(Payment, R611NotAfterLeaving) {
    bench_.shelf.set(person_, {{"stage", "70"}, {"left_on", "2025-06-01"}});
    EXPECT_EQ(paid("2025-05", "2025-06"), Ids{});
    EXPECT_EQ(paid("2025-05", "2025-07"), Ids{"R-611"});
}

class Payer : public testing::Test {
protected:
    void pay(const char* from, const char* to) {
        bench_.shelf.put(
            "dues_payment",
            {{"person", record::to_text(bench_.id)}, {"from_month", from}, {"to_month", to}});
    }

    bool is_unpaid(const char* day, const Plain& more = {}) {
        Plain values{{"name", "张三"}, {"stage", "50"}, {"join_date", "2024-05-20"}};
        values.insert(values.end(), more.begin(), more.end());
        bench_.today = date(day);
        return bench_.day_breaks("R-610", values);
    }

    Bench bench_{"person"};
};

TEST_F(Payer, R608NamesTheGap) {
    const Plain member{{"name", "张三"}, {"stage", "50"}};
    pay("2025-07", "2025-12");
    pay("2025-01", "2025-03");
    EXPECT_TRUE(bench_.day_breaks("R-608", member));
    EXPECT_EQ(bench_.text("R-608", Language::zh), "张三 2025-04 至 2025-06 未登记缴费。");
    pay("2025-04", "2025-06");
    EXPECT_FALSE(bench_.day_breaks("R-608", member));
}

TEST_F(Payer, R610SixWholeMonthsWithoutAPayment) {
    pay("2025-01", "2025-03");
    EXPECT_FALSE(is_unpaid("2025-09-30"));
    EXPECT_TRUE(is_unpaid("2025-10-01"));
    EXPECT_EQ(bench_.text("R-610", Language::zh), "张三 连续6个月未交党费，请核实并处理。");
    EXPECT_FALSE(is_unpaid("2025-10-01", {{"dues_paid_until", "2025-04-30"}}));
    EXPECT_TRUE(is_unpaid("2025-10-01", {{"dues_paid_until", "2025-04-29"}}));
    EXPECT_FALSE(is_unpaid("2025-10-01", {{"dues_basis", "81"}}));
    EXPECT_FALSE(is_unpaid("2025-10-01", {{"stage", "70"}}));
}

TEST_F(Payer, R610CountsFromTheJoiningWhereNothingIsEntered) {
    EXPECT_FALSE(is_unpaid("2024-10-31"));
    EXPECT_TRUE(is_unpaid("2024-11-01"));
}

}  // namespace
}  // namespace zhibu::rules
