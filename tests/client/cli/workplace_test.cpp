#include "client/cli/workplace.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>

#include "client/access/safe.hpp"
#include "client/cli/session.hpp"
#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "shared/catalog/catalog.hpp"
#include "tests/client/access/enrolled_device.hpp"

namespace zhibu::client::test {
namespace {

/// A hundred years: whatever day the machine says it is, the lease holds.
constexpr std::int64_t lease_hours = 100LL * 366 * 24;

/// An enrolled device with a replica in which nothing is yet, and its workbench.
class WorkplaceOf : public testing::Test {
protected:
    WorkplaceOf() {
        access_ = std::make_shared<Access>(device_.synchronised(lease_hours));
        const auto made = Replica::create(
            {device_.files.replica(), access_->ring(), nullptr},
            {device_.identity.space, device_.identity.device, device_.identity.account},
            catalog::standard_catalog(), console_.clock, console_.random);
        EXPECT_TRUE(made);
    }

    std::unique_ptr<Workplace> open_with_idle(std::chrono::minutes idle) {
        auto workplace = std::make_unique<Workplace>(console_, device_.identity, SignHash{},
                                                     Workplace::Settings{true, idle},
                                                     [this](ApiNews) { ++told_; });
        workplace->open(access_);
        return workplace;
    }

    static unsigned status_of(Workplace& workplace) {
        std::optional<unsigned> status;
        workplace.handle({"GET", "/api/catalog", {}, {}},
                         [&](const ApiResponse& response) { status = response.status; });
        return status.value_or(0);
    }

    EnrolledDevice device_;
    std::ostringstream out_;
    std::ostringstream err_;
    Console console_{.files = device_.files,
                     .language = Language::en,
                     .json = false,
                     .password_file = std::nullopt,
                     .out = out_,
                     .err = err_,
                     .clock = {},
                     .random = {},
                     .disk = {}};
    std::shared_ptr<Access> access_;
    int told_ = 0;
};

TEST_F(WorkplaceOf, StaysOpenWhileSomebodyWorks) {
    const auto workplace = open_with_idle(std::chrono::minutes{15});
    workplace->tick();
    EXPECT_EQ(status_of(*workplace), 200U);
}

TEST_F(WorkplaceOf, LocksOnceNobodyHasWorkedForAWhile) {
    // Every use is longer ago than that, so that nobody waits for a clock.
    const auto workplace = open_with_idle(std::chrono::minutes{-1});
    ASSERT_EQ(status_of(*workplace), 200U);
    workplace->tick();
    EXPECT_EQ(status_of(*workplace), 423U);
    EXPECT_EQ(told_, 1) << "the page asks again and blanks";
    // Locked, not erased: the password opens it again.
    EXPECT_TRUE(device_.open(password)->data_key);
}

}  // namespace
}  // namespace zhibu::client::test
