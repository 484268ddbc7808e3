#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/erasure/erasure.hpp"
#include "tests/server/backup/backed_up_space.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::server::test {
namespace {

/// Where the tables differ, and how: short enough to be read.
std::vector<std::string> differing(const Tables& one, const Tables& other) {
    std::vector<std::string> found;
    for (const auto& [table, rows] : one) {
        const auto also = other.find(table);
        if (also == other.end()) {
            found.push_back(table + ": is missing");
        } else if (also->second != rows) {
            std::vector<std::string> only;
            std::ranges::set_symmetric_difference(rows, also->second, std::back_inserter(only));
            found.push_back(table + ": " + std::to_string(rows.size()) + " and " +
                            std::to_string(also->second.size()) + " rows; " +
                            only.front().substr(0, 300));
        }
    }
    return found;
}

/// What a space goes through, step by step, as one seed determines.
class Story {
public:
    Story(BackedUpSpace& space, std::uint64_t seed) : space_{space}, random_{seed} {
        desks_.push_back(court().enrol(court().secretary_a));
        desks_.push_back(court().enrol(court().secretary_b));
    }

    void step() {
        switch (random_.below(11)) {
            case 0:
            case 1:
                return add_person();
            case 2:
                return change_person();
            case 3:
                return retire_person();
            case 4:
                return move_organisation();
            case 5:
                return enrol();
            case 6:
                return come_early();
            case 7:
                return close_gap();
            case 8:
                return set_password();
            case 9:
                return set_second_factor();
            default:
                return use_code();
        }
    }

private:
    Court& court() { return *space_.court; }

    Desk& desk() { return desks_[random_.below(desks_.size())]; }

    [[nodiscard]] RecordId branch_of(const Desk& desk) {
        return desk.account == court().secretary_a ? court().branch_a : court().branch_b;
    }

    record::Change new_person(const Desk& desk) {
        const RecordId id = court().new_id();
        persons_.push_back({id, desk.account});
        return create("person", id, applicant(branch_of(desk), ++space_.number));
    }

    void add_person() {
        Desk& by = desk();
        static_cast<void>(court().hand_in(by, {by.seal({new_person(by)})}));
    }

    void change_person() {
        if (persons_.empty()) {
            return;
        }
        Desk& by = desk();
        const RecordId id = persons_[random_.below(persons_.size())].first;
        static_cast<void>(court().hand_in(
            by, {by.seal({update("person", id, court().seen(),
                                 {{"address", text(std::to_string(random_.below(5)) + "号")}})})}));
    }

    void retire_person() {
        if (persons_.empty()) {
            return;
        }
        Desk& by = desk();
        const RecordId id = persons_[random_.below(persons_.size())].first;
        const auto operation =
            random_.below(2) == 0 ? record::Operation::retire : record::Operation::restore;
        static_cast<void>(court().hand_in(by, {by.seal({life("person", id, operation)})}));
    }

    /// No tail leads across it, and what entries see moves with their owners.
    void move_organisation() {
        is_beside_ = !is_beside_;
        ServerWrite write;
        write.action = "move";
        const RecordId& parent = is_beside_ ? court().root : court().general;
        write.changes.push_back(update("organisation", court().branch_b, court().seen(),
                                       {{"parent", record::Value{parent}}}));
        EXPECT_TRUE(court().try_write(write));
    }

    void enrol() {
        desks_.push_back(
            court().enrol(random_.below(2) == 0 ? court().secretary_a : court().secretary_b));
    }

    /// The second of two groups alone.
    void come_early() {
        Desk& by = desk();
        lost_.push_back({&by - desks_.data(), by.seal({new_person(by)})});
        late_.push_back(by.seal({new_person(by)}));
        static_cast<void>(court().hand_in(by, {late_.back()}));
    }

    /// The first of them, and sometimes, later, the second once more: it comes into its chain
    /// without a position of the log.
    void close_gap() {
        if (!lost_.empty()) {
            const auto [which, group] = lost_.front();
            lost_.erase(lost_.begin());
            static_cast<void>(court().hand_in(desks_[static_cast<std::size_t>(which)], {group}));
        } else if (!late_.empty()) {
            const record::SealedGroup group = late_.front();
            late_.erase(late_.begin());
            for (Desk& each : desks_) {
                static_cast<void>(court().hand_in(each, {group}));
            }
        }
    }

    void set_password() {
        Credential credential;
        credential.public_key.fill(static_cast<std::uint8_t>(random_.below(256)));
        const RecordId account = desk().account;
        space_.write([&](StoreTransaction& transaction) {
            return transaction.set_credential(account, credential);
        });
    }

    void set_second_factor() {
        SecondFactors factors;
        if (random_.below(2) == 0) {
            factors.active = SecondFactor{{}, random_.below(100), {Hash{}}};
        }
        const Desk& by = desk();
        space_.write([&](StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY_VOID(transaction.set_credential(by.account, Credential{}));
            ZHIBU_TRY_VOID(transaction.set_second_factors(by.account, factors));
            return transaction.set_contact(
                {by.device, court().clock.now(), "0.1.0", by.incarnation, by.last});
        });
    }

    /// New, or used.
    void use_code() {
        EnrolmentCode code;
        code.code_hash.fill(static_cast<std::uint8_t>(random_.below(3)));
        code.account = desk().account;
        if (random_.below(2) == 0) {
            code.used_at = court().clock.now();
        }
        space_.write(
            [&](StoreTransaction& transaction) { return transaction.put_enrolment_code(code); });
    }

    BackedUpSpace& space_;
    support::SeededRandom random_;
    std::vector<Desk> desks_;
    std::vector<std::pair<RecordId, RecordId>> persons_;
    std::vector<std::pair<std::ptrdiff_t, record::SealedGroup>> lost_;
    std::vector<record::SealedGroup> late_;
    bool is_beside_ = false;
};

TEST(Increment, AWholeBackupAndItsIncrementsAreTheStoreTableByTableAtEveryCut) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        BackedUpSpace space;
        Story story{space, seed};
        support::SeededRandom cuts{seed};
        std::vector<std::string> row{"backup 0"};
        for (std::uint64_t steps = cuts.below(8); steps > 0; --steps) {
            story.step();
        }
        ASSERT_TRUE(space.back_up(row.front()));
        for (int cut = 1; cut <= 3; ++cut) {
            for (std::uint64_t steps = cuts.below(9); steps > 0; --steps) {
                story.step();
            }
            row.push_back("backup " + std::to_string(cut));
            const auto made = space.back_up(row.back(), row[row.size() - 2]);
            ASSERT_TRUE(made) << made.error().en;
            const auto begins = space.restore(row);
            ASSERT_TRUE(begins) << begins.error().en;
            EXPECT_EQ(*begins, *made);
            EXPECT_EQ(differing(space.tables(), space.restored_tables()),
                      std::vector<std::string>{});
            EXPECT_EQ(space.left_behind().size(), 3U) << "the store, its keys, its head";
        }
    }
}

class RowOfBackups : public testing::Test {
protected:
    RowOfBackups() {
        EXPECT_TRUE(space.back_up("whole"));
        add_person();
        EXPECT_TRUE(space.back_up("first", "whole"));
        add_person();
        EXPECT_TRUE(space.back_up("second", "first"));
        EXPECT_TRUE(space.back_up("third", "second")) << "nothing came since";
    }

    void add_person() {
        person = space.court->new_id();
        static_cast<void>(space.court->judge(
            desk, {create("person", person, applicant(space.court->branch_a, ++space.number))}));
    }

    /// In one of these words, and nothing is left.
    void expect_refused(const std::vector<std::string>& names, const std::string& words) {
        const auto begins = space.restore(names);
        ASSERT_FALSE(begins) << testing::PrintToString(names);
        EXPECT_NE(begins.error().en.find(words), std::string::npos) << begins.error().en;
        EXPECT_EQ(space.left_behind(), std::vector<std::string>{});
    }

    BackedUpSpace space;
    Desk desk = space.court->enrol(space.court->secretary_a);
    RecordId person;
};

TEST_F(RowOfBackups, IsRestoredInItsOrderAloneAndWithoutAGap) {
    EXPECT_TRUE(space.restore({"whole"}));
    EXPECT_TRUE(space.restore({"whole", "first"}));
    EXPECT_TRUE(space.restore({"whole", "first", "second", "third"}));
    expect_refused({"whole", "second"}, "an increment in between is missing");
    expect_refused({"whole", "second", "first"}, "an increment in between is missing");
    expect_refused({"whole", "first", "first"}, "goes on from another backup");
    expect_refused({"whole", "first", "second", "third", "third"}, "goes on from another backup");
    expect_refused({"first"}, "name the whole backup first");
    expect_refused({"first", "second"}, "name the whole backup first");
    expect_refused({"whole", "whole"}, "name the whole backup first");
}

TEST_F(RowOfBackups, OfTwoRowsOneIsNotContinuedByTheOther) {
    ASSERT_TRUE(space.back_up("another whole"));
    ASSERT_TRUE(space.back_up("another first", "another whole"));
    expect_refused({"whole", "first", "second", "another first"}, "goes on from another backup");
    EXPECT_TRUE(space.restore({"another whole", "another first"}));
}

TEST_F(RowOfBackups, AnotherSpacesAndAnotherEpochsAreRefused) {
    BackedUpSpace foreign{9, &space};
    ASSERT_TRUE(foreign.back_up("whole"));
    ASSERT_TRUE(foreign.back_up("first", "whole"));
    for (const char* name : {"whole", "first"}) {
        std::filesystem::rename(foreign.folder_of(name),
                                space.folder_of(std::string{"foreign "} + name));
    }
    expect_refused({"whole", "foreign first"}, "of another space");
    const auto made = space.back_up("fourth", "foreign whole");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().en.find("of another space"), std::string::npos) << made.error().en;
    EXPECT_TRUE(std::filesystem::is_empty(space.folder_of("fourth")));
    space.court->stop();
    ASSERT_TRUE(space.opened->store->begin_epoch(record::EpochId{record::Uuid{{7}}}));
    space.court->restart();
    const auto since = space.back_up("fifth", "third");
    ASSERT_FALSE(since);
    EXPECT_NE(since.error().en.find("of another epoch"), std::string::npos) << since.error().en;
    ASSERT_TRUE(space.back_up("later whole"));
    ASSERT_TRUE(space.back_up("later first", "later whole"));
    expect_refused({"whole", "first", "later first"}, "of another epoch");
}

TEST_F(RowOfBackups, UnderAnotherStoreKeyAreRefused) {
    BackedUpSpace other{5};
    ASSERT_TRUE(other.back_up("whole"));
    ASSERT_TRUE(other.back_up("first", "whole"));
    std::filesystem::rename(other.folder_of("first"), space.folder_of("foreign first"));
    expect_refused({"whole", "foreign first"}, "not the store's key");
}

/// What the log does not tell: the committer writes it without a position.
TEST_F(RowOfBackups, WhatCameIntoItsChainWithoutAPositionIsThereToo) {
    const auto sealed = [&] {
        return desk.seal({create("person", space.court->new_id(),
                                 applicant(space.court->branch_a, ++space.number))});
    };
    const record::SealedGroup first = sealed();
    const record::SealedGroup early = sealed();
    ASSERT_EQ(space.court->hand_in(desk, {early}).receipts.size(), 1U);
    ASSERT_EQ(space.court->hand_in(desk, {first}).receipts.size(), 1U);
    const auto before = space.back_up("fourth", "third");
    ASSERT_TRUE(before);
    ASSERT_EQ(space.court->hand_in(desk, {early}).receipts.size(), 1U);
    const auto after = space.back_up("fifth", "fourth");
    ASSERT_TRUE(after);
    EXPECT_EQ(*before, *after) << "the log has not grown";
    ASSERT_TRUE(space.restore({"whole", "first", "second", "third", "fourth", "fifth"}));
    const auto restored = space.restored_tables();
    EXPECT_EQ(differing(space.tables(), restored), std::vector<std::string>{});
    ASSERT_TRUE(space.restore({"whole", "first", "second", "third", "fourth"}));
    EXPECT_EQ(differing(space.tables(), space.restored_tables()).size(), 2U)
        << "the chain, and where the position stands";
}

TEST_F(RowOfBackups, AMissingKeyAndAMissingPointAreNamed) {
    const auto keys = space.folder_of("second") / "space.db.keys";
    std::filesystem::rename(keys, space.folder_of("kept"));
    expect_refused({"whole", "first", "second"}, keys.string());
    std::filesystem::rename(space.folder_of("kept"), keys);
    std::filesystem::remove(space.folder_of("whole") / "tree_head");
    expect_refused({"whole", "first"}, "There is no tree head");
    EXPECT_TRUE(space.restore({"whole"})) << "one of an older version has none";
    EXPECT_FALSE(space.back_up("fourth", "whole"));
}

TEST_F(RowOfBackups, AHeadOfAnotherBackupBesideTheWholeOneIsNotTaken) {
    std::filesystem::copy_file(space.folder_of("first") / "tree_head",
                               space.folder_of("whole") / "tree_head",
                               std::filesystem::copy_options::overwrite_existing);
    expect_refused({"whole", "second"}, "is not of this backup");
}

TEST_F(RowOfBackups, OneThatIsCutShortIsRefused) {
    const auto file = space.folder_of("first") / "space.db";
    const auto size = std::filesystem::file_size(file);
    for (const std::uintmax_t left : {std::uintmax_t{0}, size / 2, size - 4096, size - 1}) {
        SCOPED_TRACE(left);
        std::filesystem::copy_file(file, space.folder_of("kept"));
        std::filesystem::resize_file(file, left);
        expect_refused({"whole", "first"}, "damaged or cut short");
        std::filesystem::rename(space.folder_of("kept"), file);
    }
    EXPECT_TRUE(space.restore({"whole", "first"}));
}

TEST_F(RowOfBackups, OneFlippedBitIsRefusedOrChangesNothing) {
    const Tables right = [&] {
        EXPECT_TRUE(space.restore({"whole", "first"}));
        return space.restored_tables();
    }();
    support::SeededRandom random{1};
    unsigned refusals = 0;
    for (const char* name :
         {"space.db", "space.db", "space.db", "space.db.head", "space.db.keys"}) {
        const auto file = space.folder_of("first") / name;
        for (int flip = 0; flip < 6; ++flip) {
            const auto at = random.below(std::filesystem::file_size(file));
            const auto bit = random.below(8);
            SCOPED_TRACE(std::string{name} + " byte " + std::to_string(at));
            const auto turn = [&] {
                std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
                stream.seekg(static_cast<std::streamoff>(at));
                const auto byte = static_cast<char>(stream.get() ^ (1 << bit));
                stream.seekp(static_cast<std::streamoff>(at));
                stream.put(byte);
            };
            turn();
            if (space.restore({"whole", "first"})) {
                EXPECT_EQ(differing(right, space.restored_tables()), std::vector<std::string>{});
            } else {
                EXPECT_EQ(space.left_behind(), std::vector<std::string>{});
                ++refusals;
            }
            turn();
        }
    }
    EXPECT_GT(refusals, 15U) << "every page is in use";
}

TEST_F(RowOfBackups, AnErasureOrACompactionSinceAsksForAWholeOne) {
    space.write([](StoreTransaction& transaction) -> Stored<void> {
        ZHIBU_TRY(head, transaction.head());
        ZHIBU_TRY_VOID(transaction.set_backed_up(head));
        ZHIBU_TRY(compacted, transaction.compact(after(noon, day_ms), 100'000));
        EXPECT_EQ(compacted, head);
        return {};
    });
    EXPECT_TRUE(space.back_up("fourth", "third")) << "all of it stands in the backups before";
    const auto compacted = space.back_up("fifth", "first");
    ASSERT_FALSE(compacted);
    EXPECT_NE(compacted.error().en.find("compacted"), std::string::npos) << compacted.error().en;
    space.court->stop();
    const Committer::Parts parts = space.court->parts();
    ErasureMeans means;
    means.catalog = &catalog::standard_catalog();
    means.clock = &space.court->clock;
    means.random = &space.court->random;
    means.server_device = parts.server_device;
    means.sign_receipt = parts.sign_receipt;
    means.sign_group = parts.sign_group;
    const RecordKey key{catalog::standard_catalog().kind("person").id(), person};
    ASSERT_TRUE(erase(*space.opened->store, means, {key, false, "本人申请", "党委办公室"}));
    space.court->restart();
    const auto made = space.back_up("sixth", "fourth");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().en.find("erased by law"), std::string::npos) << made.error().en;
    EXPECT_TRUE(std::filesystem::is_empty(space.folder_of("sixth")));
    ASSERT_TRUE(space.back_up("new whole"));
    EXPECT_TRUE(space.restore({"new whole"}));
}

}  // namespace
}  // namespace zhibu::server::test
