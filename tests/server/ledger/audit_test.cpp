#include "server/ledger/audit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/ledger/leaf.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/ledger/sealed_history.hpp"

namespace zhibu::server::test {
namespace {

std::string at(LogIndex index) { return std::to_string(index.position); }

LogIndex next(LogIndex index) { return LogIndex{index.position + 1}; }

void expect_found(const AuditReport& report, AuditFault fault, LogIndex where) {
    ASSERT_TRUE(report.finding.has_value()) << "nothing found, wanted " << to_text(fault);
    EXPECT_EQ(to_text(report.finding->fault), to_text(fault));
    EXPECT_EQ(report.finding->at, where);
    EXPECT_FALSE(explain(*report.finding).zh.empty());
    EXPECT_NE(explain(*report.finding).en.find(at(where)), std::string::npos);
}

TEST(Audit, OfWhatTheServerWroteFindsNothing) {
    SealedHistory history{130};
    const auto early = history.signed_head();
    history.add_person();
    const auto late = history.signed_head();
    const AuditReport report = history.audit({late, early});
    ASSERT_FALSE(report.finding) << explain(*report.finding).en;
    EXPECT_EQ(report.head, history.head());
    EXPECT_EQ(report.heads_agreed, 2U);
    EXPECT_EQ(report.tree.size, 2 * history.head().position);
    EXPECT_EQ(report.tree.root, sync::decode_tree_head(late.bytes)->root);
}

TEST(Audit, FindsAGroupThatWasChanged) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    auto bytes = history.row(where).sealed.bytes;
    auto group = sync::decode_group(bytes).value();
    group.changes[0].fields.pop_back();
    history.alter("UPDATE zhibu_log SET sealed=? WHERE idx=" + at(where), {sync::encode(group)});
    expect_found(history.audit(), AuditFault::group_differs, where);
}

TEST(Audit, FindsAGroupThatIsNone) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    history.alter("UPDATE zhibu_log SET sealed=? WHERE idx=" + at(where), {{1, 2, 3}});
    expect_found(history.audit(), AuditFault::group_unreadable, where);
}

TEST(Audit, FindsAGroupThatItsDeviceDidNotSign) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    auto group = sync::decode_group(history.row(where).sealed.bytes).value();
    group.changes[0].fields.pop_back();
    const auto bytes = sync::encode(group);
    const Hash hash = keys::sha256(bytes);
    history.alter("UPDATE zhibu_log SET sealed=?, group_hash=? WHERE idx=" + at(where),
                  {bytes, {hash.begin(), hash.end()}});
    expect_found(history.audit(), AuditFault::group_signature_wrong, where);
}

TEST(Audit, FindsAnAuthorWhoWasPutInAnothersPlace) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    const auto& other = history.court().secretary_b.uuid.bytes;
    history.alter("UPDATE zhibu_log SET author=? WHERE idx=" + at(where),
                  {{other.begin(), other.end()}});
    expect_found(history.audit(), AuditFault::row_differs, where);
}

TEST(Audit, FindsARowThatIsMissing) {
    SealedHistory history;
    const LogIndex where = next(history.first_of_branch());
    history.alter("DELETE FROM zhibu_log WHERE idx=" + at(where));
    expect_found(history.audit(), AuditFault::position_missing, where);
}

TEST(Audit, FindsLeavesThatAreMissing) {
    SealedHistory history;
    const LogIndex where = next(history.first_of_branch());
    history.alter("DELETE FROM zhibu_leaf WHERE idx=" + at(where));
    expect_found(history.audit(), AuditFault::position_missing, where);
}

TEST(Audit, FindsARowThatIsMissingAndWhoseNextOnesMovedUp) {
    SealedHistory history;
    const LogIndex where = next(history.first_of_branch());
    const LogIndex last = history.head();
    const Hash newest = history.row(last).group_hash;
    history.alter("DELETE FROM zhibu_log WHERE idx=" + at(where));
    for (LogIndex moved = next(where); moved <= last; ++moved.position) {
        history.alter("UPDATE zhibu_log SET idx=idx-1 WHERE idx=" + at(moved));
    }
    history.write_head_record({last.position - 1}, newest);
    expect_found(history.audit(), AuditFault::chain_broken, where);
}

TEST(Audit, FindsVerdictsThatWereSwapped) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    const LogRow here = history.row(where);
    const LogRow there = history.row(next(where));
    history.alter("UPDATE zhibu_log SET verdict=?, receipt_signature=? WHERE idx=" + at(where),
                  {there.receipt.verdict, there.receipt.signature});
    history.alter(
        "UPDATE zhibu_log SET verdict=?, receipt_signature=? WHERE idx=" + at(next(where)),
        {here.receipt.verdict, here.receipt.signature});
    expect_found(history.audit(), AuditFault::verdict_differs, where);
}

TEST(Audit, FindsAnOutcomeThatWasChanged) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    history.alter("UPDATE zhibu_log SET outcome=2 WHERE idx=" + at(where));
    expect_found(history.audit(), AuditFault::verdict_differs, where);
}

TEST(Audit, FindsAVerdictThatWasSignedAnew) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    auto verdict = sync::decode_verdict(history.row(where).receipt.verdict).value();
    verdict.reasons.push_back({"R-307", {}, {}, {}});
    const auto bytes = sync::encode(verdict);
    const auto signature = history.court().receipt_key.sign(bytes);
    history.alter("UPDATE zhibu_log SET verdict=? WHERE idx=" + at(where), {bytes});
    expect_found(history.audit(), AuditFault::receipt_signature_wrong, where);
    history.alter("UPDATE zhibu_log SET receipt_signature=? WHERE idx=" + at(where), {signature});
    expect_found(history.audit(), AuditFault::verdict_not_in_leaf, where);
}

TEST(Audit, FindsALeafThatWasChanged) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    history.alter("UPDATE zhibu_leaf SET group_commitment=zeroblob(32) WHERE idx=" + at(where));
    expect_found(history.audit(), AuditFault::group_not_in_leaf, where);
}

TEST(Audit, FindsASaltThatIsGone) {
    SealedHistory history;
    const LogIndex where = history.first_of_branch();
    history.alter("UPDATE zhibu_leaf SET verdict_salt=NULL WHERE idx=" + at(where));
    expect_found(history.audit(), AuditFault::salt_missing, where);
}

TEST(Audit, FindsAKeptSubtreeThatWasChanged) {
    SealedHistory history{130};
    history.alter("UPDATE zhibu_subtree SET hash=zeroblob(32)");
    expect_found(history.audit(), AuditFault::subtree_differs, LogIndex{128});
}

TEST(Audit, FindsAKeptSubtreeThatIsMissing) {
    SealedHistory history{130};
    history.alter("DELETE FROM zhibu_subtree");
    expect_found(history.audit(), AuditFault::subtree_differs, LogIndex{128});
}

/// Whoever has all keys writes a history that is in order by itself: the newest group of the
/// server's own gets another content, all signatures and leaves with it.
void rewrite_consistently(SealedHistory& history, LogIndex where) {
    const LogRow row = history.row(where);
    auto group = sync::decode_group(row.sealed.bytes).value();
    group.changes[0].fields.pop_back();
    const auto bytes = sync::encode(group);
    const Hash hash = keys::sha256(bytes);
    auto verdict = sync::decode_verdict(row.receipt.verdict).value();
    verdict.group_hash = hash;
    const auto verdict_bytes = sync::encode(verdict);
    const auto group_leaf =
        ledger::make_leaf(ledger::group_content(where, row.name, hash), history.court().random);
    const auto verdict_leaf =
        ledger::make_leaf(ledger::verdict_content(where, verdict_bytes), history.court().random);
    const auto vector_of = [](const auto& array) {
        return std::vector<std::uint8_t>{array.begin(), array.end()};
    };
    history.alter(
        "UPDATE zhibu_log SET sealed=?, group_hash=?, signature=?, verdict=?, receipt_signature=? "
        "WHERE idx=" +
            at(where),
        {bytes, vector_of(hash), history.court().server_key.sign(hash), verdict_bytes,
         history.court().receipt_key.sign(verdict_bytes)});
    history.alter(
        "UPDATE zhibu_leaf SET group_commitment=?, group_salt=?, verdict_commitment=?, "
        "verdict_salt=? WHERE idx=" +
            at(where),
        {vector_of(group_leaf.commitment), vector_of(*group_leaf.salt),
         vector_of(verdict_leaf.commitment), vector_of(*verdict_leaf.salt)});
}

TEST(Audit, FindsARewrittenHistoryByAHeadThatWasKeptElsewhere) {
    SealedHistory history;
    const auto before = history.signed_head();
    const LogIndex agreed = history.head();
    // The server's own newest group, which no later one of its chain follows.
    const auto own =
        history.court().write({update("account", history.court().secretary_b, {},
                                      {{"phone", text("1")}, {"post", text("书记")}})});
    history.add_person();
    const auto after = history.signed_head();
    const LogIndex last = history.head();
    rewrite_consistently(history, own);
    EXPECT_FALSE(history.audit().finding) << "the store by itself cannot tell";
    const AuditReport report = history.audit({before, after});
    ASSERT_TRUE(report.finding.has_value());
    EXPECT_EQ(report.finding->fault, AuditFault::history_rewritten);
    EXPECT_EQ(report.finding->agreed, agreed);
    EXPECT_EQ(report.finding->at, last);
    EXPECT_EQ(report.heads_agreed, 1U);
}

TEST(Audit, FindsAShortenedHistoryByAHeadThatWasKeptElsewhere) {
    SealedHistory history;
    const LogIndex early = history.head();
    history.keep_copy();
    history.add_person();
    history.add_person();
    const auto kept = history.signed_head();
    history.put_back_copy();
    EXPECT_FALSE(history.audit().finding) << "the store by itself cannot tell";
    const AuditReport report = history.audit({kept});
    expect_found(report, AuditFault::history_shortened, early);
    EXPECT_EQ(report.finding->detail, "2");
}

TEST(Audit, FindsACutEndWhoseHeadRecordWasWrittenAnew) {
    SealedHistory history;
    const LogIndex early = history.head();
    const Hash newest = history.row(early).group_hash;
    history.add_person();
    const auto kept = history.signed_head();
    history.alter("DELETE FROM zhibu_log WHERE idx>" + at(early));
    history.alter("DELETE FROM zhibu_leaf WHERE idx>" + at(early));
    history.write_head_record(early, newest);
    expect_found(history.audit({kept}), AuditFault::history_shortened, early);
}

TEST(Audit, TakesNoHeadOfAnotherServerSpaceOrEpoch) {
    SealedHistory history;
    auto forged = history.signed_head();
    forged.signature[0] ^= 1U;
    EXPECT_EQ(history.audit({forged}).finding->fault, AuditFault::head_unreadable);
    EXPECT_EQ(history.audit({sync::SignedTreeHead{}}).finding->fault, AuditFault::head_unreadable);
    auto head = sync::decode_tree_head(history.signed_head().bytes).value();
    head.epoch = {};
    const auto bytes = sync::encode(head);
    EXPECT_EQ(history.audit({{bytes, history.court().receipt_key.sign(bytes)}}).finding->fault,
              AuditFault::head_of_another_space);
}

TEST(Audit, FollowsAChainThatHadAGap) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    unsigned people = 0;
    const auto sealed = [&] {
        return desk.seal({create("person", court.new_id(), applicant(court.branch_a, ++people))});
    };
    const auto first = sealed();
    const auto lost = sealed();
    const auto third = sealed();
    const auto fourth = sealed();
    AuditMeans means;
    means.server_key = court.receipt_key.public_key();
    means.server_device = court.parts().server_device;
    means.group_key = court.server_key.public_key();
    const auto finding = [&] {
        const auto reader = court.store.open_reader().value();
        return audit(*reader, means).value().finding;
    };
    ASSERT_EQ(court.hand_in(desk, {first, third}).receipts.size(), 2U);
    EXPECT_FALSE(finding()) << "a group behind a gap waits outside of its chain";
    ASSERT_FALSE(court.push(desk, {lost, third, fourth}).refusal);
    EXPECT_FALSE(finding()) << "and is of it once the gap is closed";
}

}  // namespace
}  // namespace zhibu::server::test
