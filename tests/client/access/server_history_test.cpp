#include "client/access/server_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace zhibu::client {
namespace {

sync::LedgerPin pin(std::uint8_t number) {
    return {{{1, 2, number}, record::Signature(64, 3)}, {{4, number}, record::Signature(64, 5)}};
}

sync::LedgerFinding finding(std::optional<sync::IncidentSort> sort, std::uint8_t number) {
    return {sort, record::LogIndex{number}, pin(number).head, pin(9).head};
}

class ServerHistoryOf : public testing::Test {
protected:
    ServerHistory open() { return {files, disk}; }

    std::vector<char> bytes() const {
        std::ifstream stream{files.server_history(), std::ios::binary};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }

    void write(const std::vector<char>& content) const {
        std::ofstream stream{files.server_history(), std::ios::binary | std::ios::trunc};
        stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    }

    support::TemporaryDirectory folder;
    IdentityFiles files{folder.path()};
    vault::SystemDisk disk;
};

TEST_F(ServerHistoryOf, ANewDeviceRemembersNothing) {
    EXPECT_EQ(open().pin(), sync::LedgerPin{});
    EXPECT_TRUE(open().findings().empty());
}

TEST_F(ServerHistoryOf, IsReadAsItWasWritten) {
    auto history = open();
    history.keep(pin(1));
    history.note(finding(sync::IncidentSort::history_forked, 1), record::Instant{70});
    history.note(finding(std::nullopt, 2), record::Instant{80});
    history.keep(pin(2));
    const auto again = open();
    EXPECT_EQ(again.pin(), pin(2));
    EXPECT_EQ(again.findings(), history.findings());
    ASSERT_EQ(again.findings().size(), 2U);
    EXPECT_EQ(again.findings()[0].finding, finding(sync::IncidentSort::history_forked, 1));
    EXPECT_EQ(again.findings()[1].finding.sort, std::nullopt);
    EXPECT_EQ(again.findings()[1].noticed_at, record::Instant{80});
}

TEST_F(ServerHistoryOf, TheSameFindingIsNotedOnce) {
    auto history = open();
    history.note(finding(sync::IncidentSort::history_forked, 1), record::Instant{70});
    history.note(finding(sync::IncidentSort::history_forked, 1), record::Instant{80});
    EXPECT_EQ(history.findings().size(), 1U);
    history.note(finding(sync::IncidentSort::history_shortened, 1), record::Instant{80});
    EXPECT_EQ(history.findings().size(), 2U);
}

TEST_F(ServerHistoryOf, KeepsTheFirstFindingsAndTheNewest) {
    auto history = open();
    for (std::uint8_t number = 0; number < 40; ++number) {
        history.note(finding(sync::IncidentSort::history_forked, number), record::Instant{number});
    }
    const auto again = open();
    ASSERT_EQ(again.findings().size(), ServerHistory::findings_max);
    EXPECT_EQ(again.findings().front().noticed_at, record::Instant{0});
    EXPECT_EQ(again.findings().back().noticed_at, record::Instant{39});
}

TEST_F(ServerHistoryOf, AFileThatWasCutOrChangedIsAsNone) {
    open().keep(pin(1));
    const auto whole = bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_EQ(open().pin(), sync::LedgerPin{}) << size;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        write(changed);
        EXPECT_EQ(open().pin(), sync::LedgerPin{}) << at;
    }
    write(whole);
    EXPECT_EQ(open().pin(), pin(1));
}

}  // namespace
}  // namespace zhibu::client
