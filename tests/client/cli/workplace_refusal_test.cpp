#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "sync_protocol/codec/codec.hpp"
#include "tests/client/agent/raw_server.hpp"
#include "tests/client/cli/open_office.hpp"

namespace zhibu::client::test {
namespace {

/// One unmasked binary frame. Source: RFC 6455, 5.2.
std::string frame(const sync::Message& message) {
    const auto payload = sync::encode(message);
    EXPECT_LT(payload.size(), 126U) << "longer ones have their length elsewhere";
    std::string out{"\x82"};
    out += static_cast<char>(payload.size());
    out.append(payload.begin(), payload.end());
    return out;
}

/// "Normal closure", in which a server ends what it has refused.
constexpr std::string_view end_frame{"\x88\x02\x03\xE8"};

/// A server that says one thing to whoever connects.
class Refused : public testing::Test {
protected:
    /// Opens the workbench on such a server and ticks until it is locked.
    void meet(const sync::Refusal& refusal) {
        RawServer server{at.office.space, key, [&](RawServer::Connection& connection) {
                             ASSERT_TRUE(connection.accept());
                             connection.upgrade(frame(refusal) + std::string{end_frame});
                             // The client's own end.
                             static_cast<void>(connection.read_some());
                         }};
        at.office.connect_to(server.port());
        at.workplace = std::make_unique<Workplace>(
            at.console, at.office.device.identity, sign,
            Workplace::Settings{false, std::chrono::minutes{15}}, [this](ApiNews) {
                ++at.news;
                told.release();
            });
        ASSERT_EQ(at.unlock(), 200U);
        // Each piece of news may be the refusal's; locking itself tells nobody here.
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!at.is_locked() && told.try_acquire_until(deadline)) {
            at.workplace->tick();
        }
        EXPECT_TRUE(at.is_locked()) << boost::json::serialize(at.status());
    }

    [[nodiscard]] bool replica_is_there() const {
        return std::filesystem::exists(at.office.device.files.replica());
    }

    OpenOffice at;
    keys::Issuer key = at.office.space.issue_server({"127.0.0.1"}, at.office.space.days(-1, 30));
    std::counting_semaphore<> told{0};
};

sync::Refusal refusal_of(sync::RefusalReason reason) {
    sync::Refusal refusal;
    refusal.reason = reason;
    return refusal;
}

TEST_F(Refused, ADisabledAccountLocksAndErasesAndTheOutboxStays) {
    ASSERT_EQ(at.office.say({"edit", "person", "张三", "mobile=13900000009"}).exit, 0);
    const auto outbox_bytes = std::filesystem::file_size(at.office.device.files.outbox());
    meet(refusal_of(sync::RefusalReason::account_disabled));
    EXPECT_EQ(at.locked_because(), "account_disabled");
    EXPECT_FALSE(replica_is_there());
    EXPECT_EQ(std::filesystem::file_size(at.office.device.files.outbox()), outbox_bytes);
}

TEST_F(Refused, OutsideItsWindowItIsErasedAsAtTheLeasesEnd) {
    meet(refusal_of(sync::RefusalReason::outside_window));
    EXPECT_EQ(at.locked_because(), "lease_over");
    EXPECT_FALSE(replica_is_there());
}

TEST_F(Refused, APasswordThatWasChangedLocksAndErasesNothing) {
    sync::Refusal refusal = refusal_of(sync::RefusalReason::password_changed);
    refusal.password_salt.fill(9);
    refusal.password_cost = at.office.device.identity.password_cost;
    meet(refusal);
    EXPECT_EQ(at.locked_because(), "wrong_password");
    EXPECT_TRUE(replica_is_there());
    const auto kept = load_identity(at.office.device.files);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->password_salt, refusal.password_salt) << "how the new one's key is derived";
}

TEST_F(Refused, AServerThatIsAwayLocksNothing) {
    at.workplace = std::make_unique<Workplace>(at.console, at.office.device.identity, sign,
                                               Workplace::Settings{false, std::chrono::minutes{15}},
                                               [this](ApiNews) { told.release(); });
    ASSERT_EQ(at.unlock(), 200U);
    const auto phase = [this] { return at.status().at_pointer("/sync/message").as_string(); };
    while (phase().empty() && told.try_acquire_for(std::chrono::seconds{20})) {
    }
    at.workplace->tick();
    EXPECT_NE(phase().find("cannot be reached"), std::string::npos) << phase();
    EXPECT_FALSE(at.is_locked());
    EXPECT_EQ(at.get("/api/records/person"), 200U);
}

}  // namespace
}  // namespace zhibu::client::test
