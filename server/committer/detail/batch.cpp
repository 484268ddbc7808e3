#include "server/committer/detail/batch.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/judge.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::detail {
namespace {

using record::Outcome;
using sync::RefusalReason;

bool may_pass_later(RefusalReason reason) {
    return reason == RefusalReason::quarantine_full ||
           reason == RefusalReason::server_storage_failed ||
           reason == RefusalReason::device_not_active;
}

Judgement set_aside(std::string_view reason) {
    Judgement judgement;
    judgement.outcome = Outcome::quarantined;
    judgement.reasons.push_back({std::string{reason}, {}, {}, {}});
    return judgement;
}

}  // namespace

Batch::Batch(const Committer::Parts& parts, const Committer::Settings& settings,
             StoreTransaction& transaction, std::shared_ptr<const Control> control, OwnChain own,
             WaitingCases& waiting, Instant now)
    : parts_{parts},
      settings_{settings},
      transaction_{transaction},
      control_{std::move(control)},
      own_{own},
      waiting_{waiting},
      now_{now},
      restored_at_{parts.store->identity().restored_at} {
    if (const auto head = transaction_.head()) {
        head_ = *head;
    } else {
        broken_ = true;
    }
}

Bench Batch::bench() const {
    return {parts_.catalog, parts_.parameters, control_.get(), restored_at_};
}

Stored<Batch::Part> Batch::open_part() {
    if (auto opened = transaction_.open_part(); !opened) {
        // Whether a part is open now is not known: only dropping everything is safe.
        broken_ = true;
        return std::unexpected{std::move(opened).error()};
    }
    part_is_open_ = true;
    return Part{head_, own_, {}, {}, nullptr, 0};
}

Stored<void> Batch::keep(const Part& part) {
    ZHIBU_TRY_VOID(transaction_.keep_part());
    part_is_open_ = false;
    written_ = true;
    head_ = part.head;
    own_ = part.own;
    for (const VerdictSort& sort : part.verdicts) {
        ++verdicts_[sort];
    }
    for (const RecordState& state : part.states) {
        waiting_.take(state);
        if (!control_->reads(state.key.kind)) {
            continue;
        }
        if (working_ == nullptr) {
            working_ = std::make_shared<Control>(*control_);
            control_ = working_;
        }
        working_->take(state);
    }
    return {};
}

void Batch::undo() {
    if (part_is_open_) {
        part_is_open_ = false;
        broken_ = !transaction_.undo_part() || broken_;
    }
}

Stored<record::Receipt> Batch::append(Part& part, const AuthenticGroup& group, Judgement judgement,
                                      Chain chain) {
    part.head.position += 1;
    record::Verdict verdict;
    verdict.name = group.group.name;
    verdict.group_hash = group.hash;
    verdict.outcome = judgement.outcome;
    verdict.index = part.head;
    verdict.decided_at = now_;
    verdict.reasons = std::move(judgement.reasons);
    part.verdicts.push_back({judgement.outcome, verdict.reasons.empty()
                                                    ? std::string{}
                                                    : verdict.reasons.front().rule});
    verdict.decisions = std::move(judgement.decisions);

    LogRow row;
    row.index = part.head;
    row.name = group.group.name;
    row.group_hash = group.hash;
    row.sealed = group.sealed;
    row.receipt.verdict = sync::encode(verdict);
    row.receipt.signature = parts_.sign_receipt(row.receipt.verdict);
    row.outcome = judgement.outcome;
    row.author = group.group.author;
    row.action = group.group.action;
    row.committed_at = now_;
    row.verbatim = judgement.verbatim;
    row.tree_changed = judgement.tree_changed;
    row.effects = std::move(judgement.effects);
    row.outside_chain = chain == Chain::outside;
    row.leaves = make_leaves(row, *parts_.random);
    for (RecordState& state : judgement.states) {
        ZHIBU_TRY_VOID(transaction_.put(state));
        part.states.push_back(std::move(state));
    }
    ZHIBU_TRY_VOID(transaction_.append(row));
    return std::move(row.receipt);
}

Stored<Batch::Taken> Batch::judge_next(const AuthenticGroup& group) {
    ZHIBU_TRY(part, open_part());
    const LogIndex index{part.head.position + 1};
    ZHIBU_TRY(judgement, judge(bench(), transaction_, group.group, index, now_));
    if (judgement.outcome == Outcome::quarantined &&
        is_full(group.group.name.device, group.sealed.bytes.size())) {
        undo();
        return Taken{std::unexpect, refusal_of(RefusalReason::quarantine_full)};
    }
    Aftermath aftermath = aftermath_of(judgement, index);
    ZHIBU_TRY(receipt, append(part, group, std::move(judgement)));
    ZHIBU_TRY_VOID(follow_up(part, group, std::move(aftermath)));
    ZHIBU_TRY_VOID(keep(part));
    return Taken{std::move(receipt)};
}

Stored<Batch::Taken> Batch::take_fork(const AuthenticGroup& group, bool goes_on) {
    ZHIBU_TRY(known, transaction_.held(group.group.name, group.hash));
    if (known) {
        return Taken{std::move(known->receipt)};
    }
    const GroupName& name = group.group.name;
    ZHIBU_TRY(chain, transaction_.chain(name.device, name.incarnation));
    // What is told as held must not fall behind what was acknowledged: the first to bear its name
    // is the chain's.
    const bool is_next = goes_on && name.sequence.position == chain.last.position + 1;
    ZHIBU_TRY(part, open_part());
    Judgement judgement = set_aside(reasons::fork);
    Aftermath aftermath = aftermath_of(judgement, LogIndex{part.head.position + 1});
    ZHIBU_TRY(receipt,
              append(part, group, std::move(judgement), is_next ? Chain::inside : Chain::outside));
    if (!goes_on) {
        // An officer who knows lets the device in again: not suspended for each group anew.
        ZHIBU_TRY_VOID(suspend(part, group.group.name.device));
    }
    ZHIBU_TRY_VOID(follow_up(part, group, std::move(aftermath)));
    ZHIBU_TRY_VOID(keep(part));
    if (goes_on) {
        return Taken{std::move(receipt)};
    }
    // The receipt is told only to a copy that an officer lets in again and that sends it once more.
    return Taken{std::unexpect, refusal_of(RefusalReason::device_not_active, "fork")};
}

/// Whether the group before it was set aside as a fork. What follows one is a copy's as well, also
/// where it is first to bear its name: the sequences that it builds on are of the copy's own chain.
Stored<bool> Batch::continues_fork(const AuthenticGroup& group) {
    GroupName before = group.group.name;
    if (before.sequence.position <= 1) {
        return false;
    }
    before.sequence.position -= 1;
    ZHIBU_TRY(held, transaction_.held(before, group.group.previous));
    if (!held) {
        return false;
    }
    const auto verdict = sync::decode_verdict(held->receipt.verdict);
    if (!verdict) {
        return std::unexpected{StoreError{StoreFault::damaged, "receipt"}};
    }
    return verdict->outcome == Outcome::quarantined && verdict->reasons.size() == 1 &&
           verdict->reasons.front().rule == reasons::fork;
}

Stored<void> Batch::suspend(Part& part, const DeviceId& device) {
    const catalog::Kind& kind = parts_.catalog->kind("device");
    record::Change change;
    change.record = {kind.id(), RecordId{device.uuid}};
    // Pending: an officer lets it work again, or revokes it, once it is known which copy is which.
    change.fields.push_back({kind.field("state").id(), record::Value{std::string{"1"}}, {}, {}});
    change.fields.push_back(
        {kind.field("reason").id(), record::Value{std::string{reasons::fork}}, {}, {}});
    const AuthenticGroup own = seal_own(part, "suspend_device", {change});
    const LogIndex index{part.head.position + 1};
    ZHIBU_TRY(judgement, judge_own(bench(), transaction_, own.group, index, now_));
    ZHIBU_TRY(receipt, append(part, own, std::move(judgement)));
    static_cast<void>(receipt);
    return {};
}

Stored<Batch::Taken> Batch::take(const AuthenticGroup& group, bool is_hand_in) {
    ZHIBU_TRY(held, transaction_.held(group.group.name));
    if (held && held->group_hash == group.hash) {
        return Taken{std::move(held->receipt)};
    }
    ZHIBU_TRY(goes_on, continues_fork(group));
    if (held || goes_on) {
        return take_fork(group, goes_on);
    }
    ZHIBU_TRY(chain, transaction_.chain(group.group.name.device, group.group.name.incarnation));
    const Sequence expected{chain.last.position + 1};
    if (group.group.name.sequence != expected) {
        if (is_hand_in && group.group.name.sequence > expected) {
            return take_behind_gap(group);
        }
        sync::Refusal refusal = refusal_of(RefusalReason::sequence_gap);
        refusal.expected = expected;
        return Taken{std::unexpect, std::move(refusal)};
    }
    if (group.group.previous != chain.last_hash) {
        // A copied device's, whose group before it no server has any more while the other copy's of
        // that number is here. Refused, it would keep all behind it in the outbox for ever.
        if (is_hand_in) {
            return take_behind_gap(group);
        }
        return Taken{std::unexpect, refusal_of(RefusalReason::chain_broken)};
    }
    return take_next(group);
}

/// The next of its chain. One that was taken behind a gap, which has closed since, keeps the
/// verdict that it has.
Stored<Batch::Taken> Batch::take_next(const AuthenticGroup& group) {
    ZHIBU_TRY(outside, transaction_.held_outside(group.group.name));
    if (outside && outside->group_hash != group.hash) {
        return take_fork(group, false);
    }
    if (!outside) {
        return judge_next(group);
    }
    ZHIBU_TRY(part, open_part());
    ZHIBU_TRY_VOID(transaction_.take_into_chain(group.group.name, group.hash));
    ZHIBU_TRY_VOID(keep(part));
    return Taken{std::move(outside->receipt)};
}

/// What its device has lost before it, nobody knows: it is kept, and applied by a person only.
Stored<Batch::Taken> Batch::take_behind_gap(const AuthenticGroup& group) {
    ZHIBU_TRY(outside, transaction_.held_outside(group.group.name));
    if (outside && outside->group_hash == group.hash) {
        return Taken{std::move(outside->receipt)};
    }
    if (outside) {
        return take_fork(group, false);
    }
    if (is_full(group.group.name.device, group.sealed.bytes.size())) {
        return Taken{std::unexpect, refusal_of(RefusalReason::quarantine_full)};
    }
    ZHIBU_TRY(part, open_part());
    Judgement judgement = set_aside(reasons::behind_gap);
    Aftermath aftermath = aftermath_of(judgement, LogIndex{part.head.position + 1});
    ZHIBU_TRY(receipt, append(part, group, std::move(judgement), Chain::outside));
    ZHIBU_TRY_VOID(follow_up(part, group, std::move(aftermath)));
    ZHIBU_TRY_VOID(keep(part));
    return Taken{std::move(receipt)};
}

PushResult Batch::push(const DeviceId& device, const AuthenticPush& push) {
    PushResult result = take_all(device, push);
    // What may be tried again as it is stays staged, so that it need not be sent again.
    if (push.is_staged && (!result.refusal || !may_pass_later(result.refusal->reason))) {
        written_ = true;
        if (!transaction_.drop_staging(device)) {
            broken_ = true;
        }
    }
    return result;
}

PushResult Batch::take_all(const DeviceId& device, const AuthenticPush& push) {
    PushResult result;
    for (const AuthenticGroup& group : push.groups) {
        // Looked at before each: a fork earlier in the queue has suspended the device.
        const Device* known = control_->device(RecordId{device.uuid});
        if (known == nullptr || !known->active) {
            result.refusal = refusal_of(RefusalReason::device_not_active);
            return result;
        }
        auto taken = take(group, push.is_hand_in);
        if (!taken) {
            undo();
            result.refusal = refusal_of(RefusalReason::server_storage_failed);
            return result;
        }
        if (!*taken) {
            result.refusal = std::move(taken->error());
            return result;
        }
        result.receipts.push_back(**std::move(taken));
    }
    result.refusal = push.refusal;
    return result;
}

AuthenticGroup Batch::seal_own(Part& part, std::string action, std::vector<record::Change> changes,
                               const RecordId& in_whose_name) {
    AuthenticGroup own;
    own.group.name.device = parts_.server_device;
    own.group.name.incarnation = part.own.incarnation;
    own.group.name.sequence = Sequence{part.own.last.position + 1};
    own.group.previous = part.own.last_hash;
    own.group.author = in_whose_name;
    own.group.made_at = record::next_hybrid_time(part.own.last_time, now_);
    own.group.catalog_version = parts_.catalog->version();
    own.group.action = std::move(action);
    own.group.changes = std::move(changes);
    if (!sync::check_encodable(own.group)) {
        return own;
    }
    own.sealed.bytes = sync::encode(own.group);
    own.hash = keys::sha256(own.sealed.bytes);
    own.sealed.signature = parts_.sign_group(own.hash);
    part.own.last = own.group.name.sequence;
    part.own.last_hash = own.hash;
    part.own.last_time = own.group.made_at;
    return own;
}

Stored<std::optional<ServerWriteFault>> Batch::consume(const RecordKey& code_key) {
    const catalog::Kind& kind = parts_.catalog->kind("enrolment_code");
    ZHIBU_TRY(code, transaction_.find(code_key));
    if (!code || code->retired || !record::is_empty(code->value(kind.field("used_at").id()))) {
        return ServerWriteFault::code_unknown_or_used;
    }
    const auto* expires = std::get_if<Instant>(&code->value(kind.field("expires_at").id()));
    if (expires == nullptr || *expires <= now_) {
        return ServerWriteFault::code_expired;
    }
    return std::nullopt;
}

Stored<std::expected<LogIndex, ServerWriteError>> Batch::write_part(Part& part,
                                                                    const ServerWrite& write) {
    using Written = std::expected<LogIndex, ServerWriteError>;
    if (write.consumes) {
        ZHIBU_TRY(fault, consume(*write.consumes));
        if (fault) {
            return Written{std::unexpect, ServerWriteError{*fault, {}}};
        }
    }
    const AuthenticGroup own = seal_own(part, write.action, write.changes);
    if (own.sealed.bytes.empty()) {
        // A label that somebody typed may be no text that can be kept.
        return Written{std::unexpect,
                       ServerWriteError{ServerWriteFault::refused,
                                        set_aside(reasons::malformed_change).reasons}};
    }
    const LogIndex index{part.head.position + 1};
    ZHIBU_TRY(judgement, judge_own(bench(), transaction_, own.group, index, now_));
    if (judgement.outcome == Outcome::quarantined || judgement.outcome == Outcome::rejected) {
        return Written{std::unexpect,
                       ServerWriteError{ServerWriteFault::refused, std::move(judgement.reasons)}};
    }
    ZHIBU_TRY(receipt, append(part, own, std::move(judgement)));
    static_cast<void>(receipt);
    for (const auto& [account, credential] : write.credentials) {
        ZHIBU_TRY_VOID(transaction_.set_credential(account, credential));
    }
    for (const DeviceKey& key : write.device_keys) {
        ZHIBU_TRY_VOID(transaction_.set_device_key(key));
    }
    for (const RecordId& account : write.without_second_factor) {
        ZHIBU_TRY_VOID(transaction_.set_second_factors(account, {}));
    }
    return Written{index};
}

std::expected<LogIndex, ServerWriteError> Batch::write(const ServerWrite& write) {
    const std::unexpected storage_failed{ServerWriteError{ServerWriteFault::storage, {}}};
    auto part = open_part();
    if (!part) {
        return storage_failed;
    }
    auto written = write_part(*part, write);
    if (!written || !*written) {
        undo();
        return written ? std::move(*written) : storage_failed;
    }
    if (!keep(*part)) {
        undo();
        return storage_failed;
    }
    return *std::move(written);
}

}  // namespace zhibu::server::detail
