#include "server/device/enrolment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::server::test {
namespace {

using sync::RefusalReason;

constexpr std::int64_t minute = 60'000;

/// One who enrols, with the wire.
struct Newcomer {
    support::KeptWire wire;
    std::unique_ptr<sync::WireEvents> events;
    keys::P256Key key = keys::P256Key::generate();

    [[nodiscard]] const sync::Message answer() const {
        return sync::decode_message(wire.sent.back()).value();
    }

    [[nodiscard]] bool is_accepted() const {
        return !wire.sent.empty() && std::holds_alternative<sync::EnrolAccepted>(answer());
    }

    [[nodiscard]] std::optional<RefusalReason> refusal() const {
        if (wire.sent.empty()) {
            return std::nullopt;
        }
        const sync::Message message = answer();
        const auto* refusal = std::get_if<sync::Refusal>(&message);
        return refusal == nullptr ? std::nullopt : std::optional{refusal->reason};
    }
};

class EnrolmentOf : public testing::Test {
protected:
    EnrolmentOf()
        : desk{court.store.open_reader().value()},
          root{keys::make_root("test root", years(), court.random)},
          authority{keys::make_intermediate(root, "test devices", keys::Usage::device, years(),
                                            court.random)} {
        code = keys::make_enrolment_code(keys::sha256(root.certificate.der), court.random);
        write_code(code);
        auto shared = std::make_shared<EnrolmentParts>();
        shared->executor = &executor;
        shared->committer = court.committer.get();
        shared->desk = &desk;
        shared->derivations = derivations.get();
        shared->clock = &court.clock;
        shared->random = &court.random;
        shared->catalog = &catalog::standard_catalog();
        shared->device_authority = &authority;
        shared->root = root.certificate;
        shared->password_cost = keys::argon2_cost_min;
        shared->log = [](std::string_view, std::string_view) {};
        parts = shared;
    }

    static keys::Validity years() {
        return {after(noon, -365 * day_ms), after(noon, 3'650 * day_ms)};
    }

    void write_code(const keys::EnrolmentCode& of) {
        code_record = court.new_id();
        court.write({create("enrolment_code", code_record,
                            {{"account", Value{court.secretary_a}},
                             {"organisation", Value{court.branch_a}},
                             {"number", text(*keys::enrolment_code_hash(keys::secret_text(of)))},
                             {"expires_at", Value{after(noon, 60 * minute)}},
                             {"activates", Value{true}}})});
    }

    void ask(Newcomer& newcomer, const std::string& label = "一支部的电脑") {
        if (!newcomer.events) {
            newcomer.events = make_enrolment(parts);
            newcomer.events->on_open(newcomer.wire, {});
        }
        sync::EnrolRequest request;
        request.code = keys::secret_text(code);
        request.signing_request = keys::make_signing_request(newcomer.key);
        request.device_label = label;
        request.new_password = "correct horse battery staple";
        newcomer.events->on_message(sync::encode(request));
    }

    void finish(Newcomer& newcomer) {
        ASSERT_TRUE(executor.run_until([&newcomer] { return newcomer.wire.closed; }));
    }

    /// Keeps both derivation threads busy until released.
    std::vector<std::promise<void>> hold_derivations() {
        std::vector<std::promise<void>> releases(2);
        for (std::promise<void>& release : releases) {
            auto held = std::make_shared<std::future<void>>(release.get_future());
            EXPECT_TRUE(derivations->try_ask([held] { held->wait(); }));
        }
        return releases;
    }

    /// Asks, and goes on until the password is being derived.
    void ask_and_wait_for_derivation(Newcomer& newcomer) {
        ask(newcomer);
        std::promise<void> read;
        desk.ask([&read](StoreReader&) { read.set_value(); });
        read.get_future().wait();
        executor.run_posted();
    }

    static void release(std::vector<std::promise<void>> held) {
        for (std::promise<void>& each : held) {
            each.set_value();
        }
    }

    /// Waits until nothing is being derived or written any more.
    void settle() {
        // Both threads meet, so what either did before is done.
        auto met = std::make_shared<std::latch>(3);
        for (int thread = 0; thread < 2; ++thread) {
            while (!derivations->try_ask([met] { met->arrive_and_wait(); })) {
                std::this_thread::yield();
            }
        }
        met->arrive_and_wait();
        executor.run_posted();
        court.write({create("organisation", court.new_id(),
                            {{"name", text("甲")},
                             {"code", text("X")},
                             {"type", text("30")},
                             {"parent", Value{court.general}}})});
        executor.run_posted();
    }

    [[nodiscard]] std::ptrdiff_t devices() const {
        const auto contents = court.store.contents();
        return std::ranges::count_if(contents->records, [](const auto& entry) {
            return entry.first.kind == catalog::standard_catalog().kind("device").id();
        });
    }

    [[nodiscard]] bool is_used() const {
        return !record::is_empty(court.value("enrolment_code", code_record, "used_at"));
    }

    // First, since threads of all the others post to it.
    support::HandExecutor executor;
    Court court;
    ReadingDesk desk;
    std::unique_ptr<DerivationDesk> derivations = std::make_unique<DerivationDesk>(2, 4);
    keys::Issuer root;
    keys::Issuer authority;
    keys::EnrolmentCode code;
    RecordId code_record;
    std::shared_ptr<const EnrolmentParts> parts;
};

TEST_F(EnrolmentOf, ACodeMakesOneDevice) {
    Newcomer newcomer;
    ask(newcomer);
    finish(newcomer);
    ASSERT_TRUE(newcomer.is_accepted()) << static_cast<int>(*newcomer.refusal());
    EXPECT_EQ(devices(), 1);
    EXPECT_TRUE(is_used());
    Newcomer second;
    ask(second);
    finish(second);
    EXPECT_EQ(second.refusal(), RefusalReason::code_unknown_or_used);
}

TEST_F(EnrolmentOf, WhoAsksNothingIsNotWaitedFor) {
    Newcomer silent;
    silent.events = make_enrolment(parts);
    silent.events->on_open(silent.wire, {});
    executor.advance(std::chrono::milliseconds{29'999});
    EXPECT_FALSE(silent.wire.closed);
    executor.advance(std::chrono::milliseconds{1});
    EXPECT_TRUE(silent.wire.closed);
    Newcomer asking;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(asking);
    executor.advance(std::chrono::minutes{1});
    EXPECT_FALSE(asking.wire.closed);
    release(std::move(held));
    finish(asking);
    EXPECT_TRUE(asking.is_accepted());
}

TEST_F(EnrolmentOf, OfTwoWhoUseACodeAtOnceOneGetsIt) {
    Newcomer first;
    Newcomer second;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(first);
    ask_and_wait_for_derivation(second);
    release(std::move(held));
    finish(first);
    finish(second);
    EXPECT_NE(first.is_accepted(), second.is_accepted());
    const Newcomer& other = first.is_accepted() ? second : first;
    EXPECT_EQ(other.refusal(), RefusalReason::code_unknown_or_used);
    EXPECT_EQ(devices(), 1);
}

TEST_F(EnrolmentOf, ACodeIsGoodUntilItsLastMillisecond) {
    court.clock.set(after(noon, 60 * minute));
    Newcomer late;
    ask(late);
    finish(late);
    EXPECT_EQ(late.refusal(), RefusalReason::code_expired);
    court.clock.set(after(noon, 60 * minute - 1));
    Newcomer last;
    ask(last);
    finish(last);
    EXPECT_TRUE(last.is_accepted());
}

TEST_F(EnrolmentOf, ACodeThatExpiresDuringTheDerivationIsNotUsed) {
    Newcomer newcomer;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(newcomer);
    court.clock.set(after(noon, 60 * minute));
    release(std::move(held));
    finish(newcomer);
    EXPECT_EQ(newcomer.refusal(), RefusalReason::code_expired);
    EXPECT_EQ(devices(), 0);
}

TEST_F(EnrolmentOf, AnAccountDisabledDuringTheDerivationGetsNoDevice) {
    Newcomer newcomer;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(newcomer);
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    release(std::move(held));
    finish(newcomer);
    EXPECT_EQ(newcomer.refusal(), RefusalReason::account_disabled);
    EXPECT_FALSE(is_used());
}

TEST_F(EnrolmentOf, WhoHangsUpDuringTheDerivationLeavesTheCodeAsItWas) {
    Newcomer newcomer;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(newcomer);
    newcomer.events->on_closed({});
    newcomer.events.reset();
    release(std::move(held));
    settle();
    EXPECT_EQ(devices(), 0);
    EXPECT_FALSE(is_used());
}

// Refused, and yet the first request's derivation would have gone on to use the code.
TEST_F(EnrolmentOf, ASecondRequestOverOneWireEndsBoth) {
    Newcomer newcomer;
    auto held = hold_derivations();
    ask_and_wait_for_derivation(newcomer);
    ask(newcomer);
    EXPECT_EQ(newcomer.refusal(), RefusalReason::unexpected_message);
    release(std::move(held));
    settle();
    EXPECT_EQ(devices(), 0);
    EXPECT_FALSE(is_used());
}

TEST_F(EnrolmentOf, AHashThatStandsOnTwoRecordsIsNobodys) {
    write_code(code);
    Newcomer newcomer;
    ask(newcomer);
    finish(newcomer);
    EXPECT_EQ(newcomer.refusal(), RefusalReason::code_unknown_or_used);
}

TEST_F(EnrolmentOf, ALabelHasAHundredCharactersOfAnyWidth) {
    const auto label = [](int characters) {
        std::string words;
        for (int i = 0; i < characters; ++i) {
            words += "机";
        }
        return words;
    };
    Newcomer too_long;
    ask(too_long, label(101));
    finish(too_long);
    EXPECT_EQ(too_long.refusal(), RefusalReason::malformed_message);
    EXPECT_FALSE(is_used());
    Newcomer long_enough;
    ask(long_enough, label(100));
    finish(long_enough);
    EXPECT_TRUE(long_enough.is_accepted());
}

TEST_F(EnrolmentOf, WhereTooManyWaitItSaysBusy) {
    auto held = hold_derivations();
    std::vector<std::unique_ptr<Newcomer>> many;
    for (int i = 0; i < 7; ++i) {
        many.push_back(std::make_unique<Newcomer>());
        ask_and_wait_for_derivation(*many.back());
    }
    EXPECT_EQ(many.back()->refusal(), RefusalReason::server_busy);
    release(std::move(held));
    settle();
}

}  // namespace
}  // namespace zhibu::server::test
