#include "server/metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "server/committer/committer.hpp"
#include "shared/record/change.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& text, std::string_view line) {
    return ("\n" + text).contains("\n" + std::string{line} + "\n");
}

TEST(HistogramOf, CountsUpToEachEndAndTheRest) {
    Histogram histogram;
    for (const auto duration : {500us, 501us, 10'000us, 60'000'000us}) {
        histogram.note(duration);
    }
    const std::string text = histogram.text("t", "help");
    EXPECT_TRUE(has_line(text, "# HELP t help"));
    EXPECT_TRUE(has_line(text, "# TYPE t histogram"));
    EXPECT_TRUE(has_line(text, "t_bucket{le=\"0.0005\"} 1")) << text;
    EXPECT_TRUE(has_line(text, "t_bucket{le=\"0.001\"} 2"));
    EXPECT_TRUE(has_line(text, "t_bucket{le=\"0.01\"} 3"));
    EXPECT_TRUE(has_line(text, "t_bucket{le=\"5\"} 3"));
    EXPECT_TRUE(has_line(text, "t_bucket{le=\"+Inf\"} 4"));
    EXPECT_TRUE(has_line(text, "t_sum 60.011001"));
    EXPECT_TRUE(has_line(text, "t_count 4"));
}

TEST(MetricsText, ALabelIsNeverBroken) {
    Metrics metrics;
    CommitMeasure measure;
    measure.verdicts[{record::Outcome::quarantined, "a\"} 1\nb"}] = 2;
    metrics.note(measure);
    const std::string text = metrics.text({});
    EXPECT_TRUE(
        has_line(text, "zhibu_verdicts_total{outcome=\"quarantined\",reason=\"a___1_b\"} 2"))
        << text;
}

TEST(MetricsText, SaysWhoComesAndHowFarEachGot) {
    Gauges gauges;
    gauges.connections = 300;
    gauges.handshakes = 256;
    gauges.connections_waiting = 70;
    gauges.handshake_ends = {{"wire", 44}, {"silent", 3}};
    gauges.put_off = 5;
    gauges.gave_way = 2;
    const std::string text = Metrics{}.text(gauges);
    EXPECT_TRUE(has_line(text, "zhibu_connections 300")) << text;
    EXPECT_TRUE(has_line(text, "zhibu_handshakes 256"));
    EXPECT_TRUE(has_line(text, "zhibu_connections_waiting 70"));
    EXPECT_TRUE(has_line(text, "zhibu_handshakes_total{end=\"wire\"} 44"));
    EXPECT_TRUE(has_line(text, "zhibu_handshakes_total{end=\"silent\"} 3"));
    EXPECT_TRUE(has_line(text, "zhibu_put_off_total 5"));
    EXPECT_TRUE(has_line(text, "zhibu_gave_way_total 2"));
}

class MetricsOf : public testing::Test {
public:
    MetricsOf() {
        // The court's own committer has no one who counts: another over the same store.
        court.stop();
        auto parts = court.parts();
        parts.measured = [this](const CommitMeasure& measure) { metrics.note(measure); };
        parts.stopwatch = [this] { return time += 700us; };
        court.committer = Committer::start(std::move(parts), {}).value();
    }

    [[nodiscard]] std::string text() const {
        Gauges gauges;
        gauges.now = after(noon, minute_ms);
        return metrics.text(gauges);
    }

    Court court;
    Metrics metrics;
    std::chrono::microseconds time{0};
};

TEST_F(MetricsOf, CommitsVerdictsAndWhatWaitsAreCounted) {
    Desk secretary = court.enrol(court.secretary_a);
    court.judge(secretary, {create("person", court.new_id(), applicant(court.branch_a, 1))});
    court.judge(secretary, {create("person", court.new_id(), applicant(court.branch_b, 2))});
    court.stop();
    const std::string told = text();
    EXPECT_TRUE(
        has_line(told, "zhibu_verdicts_total{outcome=\"quarantined\",reason=\"out_of_scope\"} 1"))
        << told;
    EXPECT_TRUE(has_line(told, "zhibu_quarantine_groups 1"));
    EXPECT_TRUE(has_line(told, "zhibu_quarantine_oldest_seconds 60"));
    EXPECT_TRUE(has_line(told, "zhibu_store_sync_seconds_bucket{le=\"0.001\"} 3"));
    EXPECT_TRUE(has_line(told, "zhibu_commit_seconds_count 3"));
    EXPECT_TRUE(has_line(told, "zhibu_commit_failures_total 0"));
    for (const std::string_view secret : {"王明", "310101"}) {
        EXPECT_FALSE(told.contains(secret)) << "personal data in metrics";
    }
}

TEST_F(MetricsOf, WhatWaitedBeforeTheStartIsKnownFromTheStart) {
    Desk secretary = court.enrol(court.secretary_a);
    court.judge(secretary, {create("person", court.new_id(), applicant(court.branch_b, 2))});
    court.stop();
    metrics.note(CommitMeasure{});
    auto parts = court.parts();
    parts.measured = [this](const CommitMeasure& measure) { metrics.note(measure); };
    court.committer = Committer::start(std::move(parts), {}).value();
    court.stop();
    EXPECT_TRUE(has_line(text(), "zhibu_quarantine_groups 1"));
}

TEST_F(MetricsOf, AFailedTransactionIsCountedAndItsVerdictsAreNot) {
    Desk secretary = court.enrol(court.secretary_a);
    const auto before = text();
    court.store.fail_after(0, StoreFault::storage_full, true);
    static_cast<void>(court.push(secretary, {secretary.seal({})}));
    court.store.heal();
    court.stop();
    EXPECT_FALSE(has_line(text(), "zhibu_commit_failures_total 0"));
    EXPECT_TRUE(has_line(text(), "zhibu_groups_total 1")) << "the enrolment alone";
}

}  // namespace
}  // namespace zhibu::server::test
