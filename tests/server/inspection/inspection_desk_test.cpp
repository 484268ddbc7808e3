#include "server/inspection/inspection_desk.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>
#include <thread>

#include "server/founding/store_place.hpp"
#include "server/ledger/head_file.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/system.hpp"
#include "tests/support/founding_words.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

/// A server that has its store open, and looks for requests as the committer lets it.
class InspectionDeskTest : public testing::Test {
protected:
    InspectionDeskTest() {
        EXPECT_TRUE(
            found(place, support::founding_words(), catalog::standard_catalog(), clock, random));
        keys.emplace(load_server_keys(place.files).value());
        opened.emplace(
            open_store(place, ClusterUse::alone, catalog::standard_catalog(), random).value());
        desk = std::make_unique<InspectionDesk>(
            InspectionDesk::Parts{opened->store.get(), &*keys, &catalog::standard_catalog(), &clock,
                                  [](std::string_view, std::string_view) {}},
            place.files);
        committer = std::jthread{[this](const std::stop_token& stopped) {
            while (!stopped.stop_requested()) {
                static_cast<void>(desk->upkeep());
                std::this_thread::yield();
            }
        }};
    }

    Told ask(const Question& question) {
        std::ostringstream out;
        std::ostringstream err;
        const Inspected ended = ask_running(place.files, question, out, err);
        return {ended, out.str(), err.str()};
    }

    support::TemporaryDirectory folder;
    StorePlace place{ServerFiles{folder.path() / "server"}};
    keys::SystemClock clock;
    keys::SystemRandom random;
    std::optional<ServerKeys> keys;
    std::optional<OpenedStore> opened;
    std::unique_ptr<InspectionDesk> desk;
    std::jthread committer;
};

TEST_F(InspectionDeskTest, TellsTheHeadAndAuditsTheStoreThatIsInUse) {
    const Told told = ask({.asks_for_audit = false, .chinese = false, .json = false});
    EXPECT_EQ(told.ended, Inspected::well) << told.err;
    const auto head = read_head(told.out);
    ASSERT_TRUE(head);
    const Told whole = ask({true, false, false, {*head}});
    EXPECT_EQ(whole.ended, Inspected::well) << whole.err;
    EXPECT_NE(whole.out.find("1 heads that were kept agree"), std::string::npos) << whole.out;
    sync::SignedTreeHead forged = *head;
    forged.signature.front() ^= 1U;
    const Told differs = ask({true, true, true, {*head, forged}});
    EXPECT_EQ(differs.ended, Inspected::differs);
    EXPECT_NE(differs.out.find("head_unreadable"), std::string::npos) << differs.out;
}

TEST_F(InspectionDeskTest, MoreHeadsThanARequestHoldsAreRefused) {
    const Told told = ask({true, false, true, std::vector<sync::SignedTreeHead>(41)});
    EXPECT_EQ(told.ended, Inspected::failed);
    EXPECT_TRUE(told.out.starts_with(R"({"error":")")) << told.out;
}

TEST(InspectionNote, AQuestionAndAnAnswerComeBackAsTheyWereAndNothingElseDoes) {
    const sync::SignedTreeHead head{{1, 2, 3}, record::Signature(64, 9)};
    for (const Question& question : {Question{}, Question{true, false, true, {head}},
                                     Question{true, true, false, {head, head}}}) {
        const std::string text = to_text(question);
        EXPECT_EQ(text.find('\n'), std::string::npos);
        EXPECT_EQ(to_question(text), question);
    }
    const Told told{Inspected::differs, "两行\n\"文字\"\n", "err\n"};
    EXPECT_EQ(to_text(told).find('\n'), std::string::npos);
    EXPECT_EQ(to_told(to_text(told)), told);
    for (const char* other :
         {"", "7", "{}", R"({"what":"erase","chinese":true,"json":true,"heads":[]})",
          R"({"what":"head","chinese":1,"json":true,"heads":[]})",
          R"({"what":"head","chinese":true,"json":true})",
          R"({"what":"head","chinese":true,"json":true,"heads":["no head"]})"}) {
        EXPECT_FALSE(to_question(other)) << other;
    }
    for (const char* other : {"", "[]", R"({"exit":"0","out":"","err":""})",
                              R"({"exit":2,"out":"","err":""})", R"({"exit":0,"out":""})"}) {
        EXPECT_FALSE(to_told(other)) << other;
    }
}

}  // namespace
}  // namespace zhibu::server
