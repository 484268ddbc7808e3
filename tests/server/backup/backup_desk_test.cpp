#include "server/backup/backup_desk.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/backup/backup_command.hpp"
#include "server/backup/restoring.hpp"
#include "server/founding/founding.hpp"
#include "server/founding/store_key.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/system.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/founding_words.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

/// A space's store in use, and what copies it, as a server has them.
class BackupDeskTest : public testing::Test {
protected:
    BackupDeskTest() {
        EXPECT_TRUE(
            found(place, support::founding_words(), catalog::standard_catalog(), clock, random));
        keys.emplace(load_data_keys(place.files.data_keys(),
                                    read_store_key(place.files, place.store_key).value())
                         .value());
        store = open_sqlite_store({place.files.store(), keys->ring(), &random},
                                  catalog::standard_catalog())
                    .value();
        BackupDesk::Parts parts;
        parts.means = {store.get(), &catalog::standard_catalog(), &clock,
                       [this](std::span<const std::uint8_t> bytes) { return signing.sign(bytes); }};
        parts.keys = &*keys;
        parts.random = &random;
        parts.note_backup = [this](LogIndex through) { noted = through.position; };
        parts.log = [this](std::string_view event, std::string_view) {
            const std::lock_guard lock{logging};
            events.emplace_back(event);
        };
        desk = std::make_unique<BackupDesk>(std::move(parts), place.files);
    }

    [[nodiscard]] LogIndex head() { return store->open_reader().value()->head().value(); }

    [[nodiscard]] sync::DigestReply digest(Store& of) {
        ScopeFilter all;
        all.everything = true;
        return of.open_reader().value()->digest(all).value();
    }

    /// What the desk answers to a request, which it works on as the committer lets it.
    BackupOutcome asked(const std::filesystem::path& wanted,
                        const std::filesystem::path& since = {}) {
        const RequestNote note = backup_note(place.files);
        const std::string id(32, static_cast<char>('a' + asks++));
        EXPECT_TRUE(note.write({id, wanted, since}));
        for (;;) {
            clock.advance(desk->upkeep().count());
            if (const auto reply = note.read_reply(); reply && reply->id == id) {
                return to_backup_outcome(reply->text).value();
            }
            std::this_thread::yield();
        }
    }

    [[nodiscard]] std::unique_ptr<SealedStore> open_copy(const std::filesystem::path& copy) {
        const ServerFiles files{copy};
        const auto own =
            load_data_keys(files.data_keys(), read_store_key(place.files, place.store_key).value());
        return open_sqlite_store({files.store(), own->ring(), &random}, catalog::standard_catalog())
            .value();
    }

    support::TemporaryDirectory folder;
    StorePlace place{ServerFiles{folder.path() / "server"}, "store_key"};
    std::filesystem::path target = folder.path() / "copy";
    support::FixedClock clock{record::Instant{1'700'000'000'000}};
    keys::SystemRandom random;
    keys::Ed25519Key signing = keys::Ed25519Key::generate();
    std::optional<vault::KeptKeys> keys;
    std::unique_ptr<SealedStore> store;
    std::atomic<std::uint64_t> noted = 0;
    std::mutex logging;
    std::vector<std::string> events;
    char asks = 0;
    std::unique_ptr<BackupDesk> desk;
};

TEST_F(BackupDeskTest, CopiesWhatIsCommittedWhileTheWriterIsInATransaction) {
    const sync::DigestReply before = digest(*store);
    {
        const auto writing = store->begin().value();
        EnrolmentCode code;
        code.code_hash = {7};
        ASSERT_TRUE(writing->put_enrolment_code(code));
        const auto outcome = asked(target);
        ASSERT_TRUE(outcome) << outcome.error().en;
        EXPECT_EQ(*outcome, head());
        EXPECT_EQ(noted, outcome->position);
        ASSERT_TRUE(writing->commit())
            << "the writer is not in the copy's way, nor the copy in its";
    }
    EXPECT_TRUE(store->open_reader().value()->enrolment_code({7}).value());
    const auto copy = open_copy(target);
    EXPECT_EQ(digest(*copy), before);
    EXPECT_FALSE(copy->open_reader().value()->enrolment_code({7}).value());
    EXPECT_EQ(copy->identity().epoch, store->identity().epoch);
    EXPECT_EQ(events, (std::vector<std::string>{"backup_begun", "backup_done"}));
}

TEST_F(BackupDeskTest, AChangeBetweenComparisonAndCopyIsInNeither) {
    const sync::DigestReply before = digest(*store);
    const auto place_of_copy = prepare_copy(target, *keys, random).value();
    const auto through = copy_verified(*store, place_of_copy, catalog::standard_catalog(), [&] {
        EnrolmentCode code;
        code.code_hash = {9};
        const auto writing = store->begin().value();
        EXPECT_TRUE(writing->put_enrolment_code(code));
        EXPECT_TRUE(writing->commit());
        return true;
    });
    ASSERT_TRUE(through) << through.error().en;
    const auto copy = open_copy(target);
    EXPECT_EQ(digest(*copy), before);
    EXPECT_FALSE(copy->open_reader().value()->enrolment_code({9}).value());
    EXPECT_TRUE(store->open_reader().value()->enrolment_code({9}).value());
}

TEST_F(BackupDeskTest, TheCopyHasADataKeyOfItsOwn) {
    ASSERT_TRUE(asked(target));
    const auto opened = open_sqlite_store({ServerFiles{target}.store(), keys->ring(), &random},
                                          catalog::standard_catalog());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().fault, StoreFault::damaged);
    for (const auto& entry : std::filesystem::directory_iterator(target)) {
        EXPECT_EQ(entry.status().permissions() & std::filesystem::perms::all,
                  static_cast<std::filesystem::perms>(0600))
            << entry.path();
    }
}

TEST_F(BackupDeskTest, IsPutBackAsAnyBackup) {
    const auto outcome = asked(target);
    ASSERT_TRUE(outcome);
    const sync::DigestReply before = digest(*store);
    desk.reset();
    store.reset();
    for (const char* suffix : {"", "-wal", ".head", ".keys", ".lock"}) {
        std::filesystem::remove(place.files.store().string() + suffix);
    }
    const auto begins = restore(place, {target}, catalog::standard_catalog(), random);
    ASSERT_TRUE(begins) << begins.error().en;
    EXPECT_EQ(*begins, *outcome);
    const auto restored = open_copy(place.files.folder);
    EXPECT_EQ(digest(*restored), before);
}

TEST_F(BackupDeskTest, AFolderWithContentOrNoFolderAtAllIsRefusedAndNothingIsNoted) {
    std::filesystem::create_directory(target);
    std::ofstream{target / "something"} << "else";
    EXPECT_FALSE(asked(target));
    EXPECT_TRUE(std::filesystem::exists(target / "something"));
    EXPECT_FALSE(asked(target / "something" / "below"));
    EXPECT_EQ(noted, 0U);
    ASSERT_TRUE(asked(folder.path() / "another")) << "after a failure it can be asked again";
}

TEST_F(BackupDeskTest, AnIncrementIsAskedForByTheBackupThatItGoesOnFrom) {
    const std::filesystem::path since = folder.path() / "increment";
    EXPECT_FALSE(asked(since, target)) << "there is no such backup";
    ASSERT_TRUE(asked(target));
    noted = 0;
    const auto outcome = asked(since, target);
    ASSERT_TRUE(outcome) << outcome.error().en;
    EXPECT_EQ(*outcome, head());
    EXPECT_EQ(noted, head().position);
    noted = 0;
    EXPECT_FALSE(asked(folder.path() / "another", place.files.folder));
    EXPECT_EQ(noted, 0U);
    desk.reset();
    store.reset();
    const auto third = back_up_wherever(place, {folder.path() / "third", since},
                                        catalog::standard_catalog(), random);
    EXPECT_TRUE(third) << third.error().en;
    for (const char* suffix : {"", "-wal", ".head", ".keys", ".lock"}) {
        std::filesystem::remove(place.files.store().string() + suffix);
    }
    EXPECT_TRUE(restore(place, {target, since, folder.path() / "third"},
                        catalog::standard_catalog(), random));
}

TEST_F(BackupDeskTest, ARequestOfMoreLinesThanItsPathsIsNone) {
    const RequestNote note = backup_note(place.files);
    const std::string id(32, 'a');
    for (const Request& request : {Request{id, ""}, Request{id, "/one"},
                                   Request{id, "/one", "/two"}, Request{id, "", "/two"}}) {
        ASSERT_TRUE(note.write(request));
        EXPECT_EQ(note.read(), request);
    }
    for (const Request& request :
         {Request{id, "one"}, Request{id, "/one", "two"}, Request{id, "/one", "/two", "three"}}) {
        ASSERT_TRUE(note.write(request));
        EXPECT_FALSE(note.read());
    }
}

TEST_F(BackupDeskTest, AStopLeavesNoCopyAndAnEmptyFolder) {
    int asked_times = 0;
    const auto copy = prepare_copy(target, *keys, random).value();
    const auto outcome = copy_verified(*store, copy, catalog::standard_catalog(), [&] {
        ++asked_times;
        return false;
    });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(asked_times, 1);
    EXPECT_TRUE(std::filesystem::is_empty(target));
    EXPECT_TRUE(copy_verified(*store, prepare_copy(target, *keys, random).value(),
                              catalog::standard_catalog(), [] { return true; }))
        << "the folder can be used again";
}

TEST_F(BackupDeskTest, TheCommandDoesItWhereNoServerRuns) {
    const LogIndex through = head();
    desk.reset();
    store.reset();
    const auto outcome = back_up_wherever(place, {target}, catalog::standard_catalog(), random);
    ASSERT_TRUE(outcome) << outcome.error().en;
    EXPECT_EQ(*outcome, through);
    EXPECT_EQ(open_copy(place.files.folder)->open_reader().value()->backed_up().value(), through);
}

TEST(BackupNote, AnOutcomeComesBackAsItWasAndNothingElseDoes) {
    const BackupOutcome done = LogIndex{1'234'567};
    EXPECT_EQ(to_backup_outcome(to_text(done))->value(), LogIndex{1'234'567});
    const BackupOutcome failed =
        std::unexpected{FoundingError{"盘“满”了\n请清理", "The disk is \"full\".\nMake room."}};
    const std::string text = to_text(failed);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "a reply is one line";
    EXPECT_EQ(to_backup_outcome(text)->error().en, failed.error().en);
    EXPECT_EQ(to_backup_outcome(text)->error().zh, failed.error().zh);
    for (const char* other : {"", "7", "{}", "[1]", R"({"log_index":"7"})", R"({"log_index":-1})",
                              R"({"zh":"一"})", R"({"zh":1,"en":2})", R"({"log_index":7)"}) {
        EXPECT_FALSE(to_backup_outcome(other)) << other;
    }
}

}  // namespace
}  // namespace zhibu::server
