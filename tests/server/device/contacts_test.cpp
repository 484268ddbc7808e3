#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/device/enrolment.hpp"
#include "server/device/errands.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::server::test {
namespace {

using sync::ErrandReply;
using sync::ErrandSort;

class ContactsOf : public testing::Test {
public:
    ContactsOf() : desk{court.store.open_reader().value()} {
        auto parts = std::make_shared<EnrolmentParts>();
        parts->executor = &executor;
        parts->committer = court.committer.get();
        parts->desk = &desk;
        parts->clock = &court.clock;
        parts->catalog = &catalog::standard_catalog();
        parts->is_connected = [this](const DeviceId& device) { return connected == device; };
        parts->log = [](std::string_view, std::string_view) {};
        errands = std::make_unique<Errands>(parts);
    }

    ErrandReply run(const Desk& device, sync::Errand errand) {
        sync::Hello hello;
        hello.account = device.account;
        hello.device = device.device;
        hello.incarnation = device.incarnation;
        std::optional<ErrandReply> reply;
        errands->run(std::move(errand), hello,
                     [&reply](ErrandReply answer) { reply = std::move(answer); });
        EXPECT_TRUE(executor.run_until([&reply] { return reply.has_value(); }));
        return reply.value_or(ErrandReply{});
    }

    ErrandReply report(const Desk& device, std::string version, std::uint64_t newest) {
        ErrandReply reply =
            run(device, {ErrandSort::report_in, std::move(version), {}, Sequence{newest}});
        settle();
        return reply;
    }

    /// Until what is to be kept so far is kept.
    void settle() {
        std::promise<bool> done;
        court.committer->keep([](StoreTransaction&) { return Stored<void>{}; },
                              [&done](bool is_kept) { done.set_value(is_kept); });
        EXPECT_TRUE(done.get_future().get());
    }

    std::vector<sync::DeviceContact> contacts(const Desk& device) {
        const ErrandReply reply = run(device, {ErrandSort::list_contacts, {}, {}});
        EXPECT_TRUE(reply.is_done);
        return reply.contacts;
    }

    [[nodiscard]] std::string name(const RecordId& organisation) const {
        return record::to_text(court.value("organisation", organisation, "name"));
    }

    support::HandExecutor executor;
    Court court;
    ReadingDesk desk;
    DeviceId connected;
    std::unique_ptr<Errands> errands;
};

TEST_F(ContactsOf, ABranchLearnsTheNamesAndTypesAboveItAndNothingElse) {
    const Desk branch = court.enrol(court.secretary_a);
    const ErrandReply reply = report(branch, "0.1.0", 0);
    ASSERT_TRUE(reply.is_done);
    const std::vector<sync::OrganisationAbove> above{{court.general, name(court.general), "20"},
                                                     {court.root, name(court.root), "10"}};
    EXPECT_EQ(reply.above, above);
    // Whatever else their records hold is in no byte of the reply.
    court.write(
        {update("organisation", court.root, court.seen(), {{"address", text("机密路九十九号")}})});
    const auto bytes = sync::encode(sync::Message{report(branch, "0.1.0", 0)});
    const std::string told{bytes.begin(), bytes.end()};
    EXPECT_FALSE(told.contains("机密路九十九号"));
    EXPECT_FALSE(told.contains(name(court.branch_b)));
    EXPECT_TRUE(told.contains(name(court.root)));
}

TEST_F(ContactsOf, NothingIsAboveTheRoot) {
    EXPECT_TRUE(report(court.enrol(court.administrator), "0.1.0", 0).above.empty());
}

TEST_F(ContactsOf, AnOfficerSeesTheDevicesOfTheScopeAndWhatHasNotCome) {
    Desk branch = court.enrol(court.secretary_a);
    const Desk other = court.enrol(court.secretary_b);
    const Desk general = court.enrol(court.general_administrator);
    const Desk officer = court.enrol(court.administrator);
    const Instant before = court.clock.now();
    static_cast<void>(report(branch, "0.1.0", 3));
    static_cast<void>(report(other, "0.1.0", 0));
    static_cast<void>(report(officer, "0.1.0", 0));
    court.clock.advance(60'000);
    const auto seen = contacts(general);
    ASSERT_EQ(seen.size(), 2U);
    const auto found = std::ranges::find(seen, branch.device, &sync::DeviceContact::device);
    ASSERT_NE(found, seen.end());
    EXPECT_EQ(*found, (sync::DeviceContact{branch.device, before, false, "0.1.0", 3}));
    EXPECT_EQ(contacts(officer).size(), 3U);
    EXPECT_EQ(contacts(branch).size(), 1U);
}

TEST_F(ContactsOf, WhatComesIsMissingNoMore) {
    Desk branch = court.enrol(court.secretary_a);
    static_cast<void>(report(branch, "0.1.0", 1));
    EXPECT_EQ(contacts(branch).front().missing, 1U);
    static_cast<void>(
        court.judge(branch, {create("person", court.new_id(), applicant(court.branch_a, 1))}));
    EXPECT_EQ(contacts(branch).front().missing, 0U);
}

TEST_F(ContactsOf, OneThatIsConnectedIsHereNowAndOneThatLeavesWasUntilThen) {
    const Desk branch = court.enrol(court.secretary_a);
    static_cast<void>(report(branch, "0.1.0", 0));
    court.clock.advance(3'600'000);
    connected = branch.device;
    EXPECT_TRUE(contacts(branch).front().is_connected);
    EXPECT_EQ(contacts(branch).front().at, court.clock.now());
    connected = {};
    const Instant left = court.clock.now();
    errands->note_end(branch.device);
    settle();
    court.clock.advance(60'000);
    EXPECT_EQ(contacts(branch).front().at, left);
}

TEST_F(ContactsOf, WhatADeviceSaysOfItselfIsKeptOnlyIfItIsPlain) {
    const Desk branch = court.enrol(court.secretary_a);
    for (const std::string& hostile : {std::string(41, '1'), std::string{"<b>1</b>\n"},
                                       std::string{"一点零"}, std::string(1, '\0')}) {
        static_cast<void>(report(branch, hostile, ~std::uint64_t{0}));
        EXPECT_EQ(contacts(branch).front().version, "");
    }
    EXPECT_GT(contacts(branch).front().missing, 0U);
}

}  // namespace
}  // namespace zhibu::server::test
