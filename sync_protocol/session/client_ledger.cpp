#include "sync_protocol/session/client_ledger.hpp"

#include <utility>

#include "shared/keys/ed25519.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::sync {
namespace {

constexpr std::uint16_t ledger_protocol = 2;

ledger::TreeState state_of(const TreeHead& head) { return {head.size, head.root}; }

LogIndex last_of(const TreeHead& head) { return LogIndex{head.size / 2}; }

}  // namespace

LedgerWatch::LedgerWatch(SpaceId space, const std::array<std::uint8_t, 32>& server_key,
                         LedgerPin pin)
    : space_{space}, server_key_{server_key}, pin_{std::move(pin)} {}

void LedgerWatch::read_pin() {
    const auto head = decode_tree_head(pin_.head.bytes);
    if (head && head->origin == space_ &&
        keys::verify_ed25519(server_key_, pin_.head.bytes, pin_.head.signature)) {
        pinned_ = *head;
    } else {
        pin_ = {};
    }
    auto verdict = decode_verdict(pin_.newest.verdict);
    if (verdict && keys::verify_ed25519(server_key_, pin_.newest.verdict, pin_.newest.signature)) {
        newest_ = Acknowledged{pin_.newest, *std::move(verdict)};
    } else {
        pin_.newest = {};
    }
}

void LedgerWatch::begin(std::uint16_t protocol, EpochId epoch, LogIndex confirmed) {
    // Only now: most wires that are tried at a window's start come to no session.
    read_pin();
    is_on_ = protocol >= ledger_protocol;
    epoch_ = epoch;
    confirmed_ = confirmed;
    if (pinned_ && pinned_->epoch != epoch) {
        // What another epoch's log acknowledged may stand elsewhere in this one, or nowhere.
        newest_.reset();
    }
}

void LedgerWatch::acknowledged(const Receipt& receipt, const record::Verdict& verdict) {
    if (!newest_ || newest_->verdict.index < verdict.index) {
        newest_ = Acknowledged{receipt, verdict};
        newest_checked_ = false;
    }
}

bool LedgerWatch::is_covered() const {
    return seen_ && ledger::tree_size_at(newest_->verdict.index) <= seen_->size;
}

std::optional<Message> LedgerWatch::ask() {
    if (!is_on_ || convicted_ || waits()) {
        return std::nullopt;
    }
    const bool checks_newest = newest_ && !newest_checked_;
    if (!seen_ || (checks_newest && !is_covered())) {
        asked_ = Asked::head;
        acknowledged_before_ = newest_ ? newest_->verdict.index : LogIndex{};
        return TreeHeadRequest{pinned_ ? pinned_->size : 0};
    }
    if (checks_newest) {
        asked_ = Asked::inclusion;
        return InclusionRequest{newest_->verdict.index, seen_->size};
    }
    return std::nullopt;
}

LedgerWatch::Outcome LedgerWatch::convict(IncidentSort sort, LogIndex at,
                                          const SignedTreeHead& offered) {
    convicted_ = true;
    Outcome outcome;
    outcome.finding = LedgerFinding{sort, at, pin_.head, offered};
    return outcome;
}

LedgerFinding LedgerWatch::lost_history(LogIndex head) const {
    return {IncidentSort::history_shortened, head, pin_.head, {}};
}

LedgerWatch::Outcome LedgerWatch::take(const TreeHeadReply& reply) {
    Outcome outcome;
    if (std::exchange(asked_, Asked::nothing) != Asked::head ||
        reply.known_size != (pinned_ ? pinned_->size : 0)) {
        outcome.wrong = Outcome::Wrong::unexpected;
        return outcome;
    }
    if (!keys::verify_ed25519(server_key_, reply.head.bytes, reply.head.signature)) {
        outcome.wrong = Outcome::Wrong::signature;
        return outcome;
    }
    const auto head = decode_tree_head(reply.head.bytes);
    if (!head) {
        outcome.wrong = Outcome::Wrong::malformed;
        return outcome;
    }
    if (head->origin != space_ || head->epoch != epoch_) {
        outcome.wrong = Outcome::Wrong::foreign;
        return outcome;
    }
    return judge(*head, reply);
}

LedgerWatch::Outcome LedgerWatch::judge(const TreeHead& head, const TreeHeadReply& reply) {
    const bool is_restored = pinned_ && pinned_->epoch != epoch_;
    const bool is_extended =
        !pinned_ || ledger::extends(state_of(*pinned_), state_of(head), reply.consistency);
    if (!is_restored && pinned_ && head.size < pinned_->size) {
        return convict(IncidentSort::history_shortened, last_of(head), reply.head);
    }
    if (!is_restored && !is_extended) {
        return convict(IncidentSort::history_forked, last_of(*pinned_), reply.head);
    }
    // The replica holds more than this tree does: so it does where nothing was pinned, too.
    if (head.size < ledger::tree_size_at(confirmed_)) {
        return convict(IncidentSort::history_shortened, last_of(head), reply.head);
    }
    Outcome outcome;
    if (is_restored && !is_extended) {
        outcome.finding = LedgerFinding{std::nullopt, last_of(head), pin_.head, reply.head};
    }
    if (ledger::tree_size_at(acknowledged_before_) > head.size) {
        return convict(IncidentSort::receipt_not_in_tree, acknowledged_before_, reply.head);
    }
    seen_ = head;
    pinned_ = head;
    pin_.head = reply.head;
    if (is_restored) {
        pin_.newest = {};
    }
    outcome.pin = pin_;
    return outcome;
}

bool LedgerWatch::shows_newest(const InclusionReply& reply) const {
    const record::Verdict& verdict = newest_->verdict;
    if (reply.leaves.size() != 2) {
        return false;
    }
    const auto shows = [&](const LeafProof& proof, std::uint64_t leaf,
                           const std::vector<std::uint8_t>& content) {
        return proof.leaf == leaf && ledger::opens(proof.commitment, proof.salt, content) &&
               ledger::includes(state_of(*seen_), leaf, ledger::leaf_hash(proof.commitment),
                                proof.path);
    };
    return shows(reply.leaves[0], ledger::group_leaf(verdict.index),
                 ledger::group_content(verdict.index, verdict.name, verdict.group_hash)) &&
           shows(reply.leaves[1], ledger::verdict_leaf(verdict.index),
                 ledger::verdict_content(verdict.index, newest_->receipt.verdict));
}

LedgerWatch::Outcome LedgerWatch::take(const InclusionReply& reply) {
    Outcome outcome;
    if (std::exchange(asked_, Asked::nothing) != Asked::inclusion || !seen_ ||
        reply.tree_size != seen_->size) {
        outcome.wrong = Outcome::Wrong::unexpected;
        return outcome;
    }
    if (reply.index != newest_->verdict.index) {
        // A newer receipt has come meanwhile, and is asked about next.
        return outcome;
    }
    if (!shows_newest(reply)) {
        return convict(IncidentSort::receipt_not_in_tree, reply.index, pin_.head);
    }
    newest_checked_ = true;
    pin_.newest = newest_->receipt;
    outcome.pin = pin_;
    return outcome;
}

}  // namespace zhibu::sync
