#include "tests/sync_protocol/codec/drawn.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "shared/record/date.hpp"

namespace zhibu::sync::drawn {
namespace {

using record::Base;
using record::Change;
using record::Effect;
using record::FieldChange;
using record::FieldDecision;
using record::FieldNumber;
using record::FieldState;
using record::Group;
using record::LogEntry;
using record::Operation;
using record::Parameter;
using record::Reason;
using record::TextSet;
using record::Value;
using record::Verdict;

/// Few: a property tries hundreds of values, and two entries are as many as a hundred.
constexpr std::size_t entries_max = 4;

std::size_t below(std::size_t limit) { return *rc::gen::inRange<std::size_t>(0, limit); }

// Declared before all of them, as each draws its members by another.

template <class Tag>
void draw(record::Id<Tag>& id);
template <std::size_t Count>
void draw(std::array<std::uint8_t, Count>& bytes);
template <class T>
void draw(std::optional<T>& maybe);
template <class T>
void draw(std::vector<T>& entries);

template <class... Members>
void draw_all(Members&... members);

/// The numbers at which a varint grows by a byte, and any.
void draw(std::uint64_t& number) {
    number =
        *rc::gen::oneOf(rc::gen::element<std::uint64_t>(0, 1, 127, 128, 16'383, 16'384,
                                                        std::numeric_limits<std::uint64_t>::max()),
                        rc::gen::arbitrary<std::uint64_t>());
}

void draw(std::uint32_t& number) { number = *rc::gen::arbitrary<std::uint32_t>(); }

void draw(std::uint16_t& number) { number = *rc::gen::arbitrary<std::uint16_t>(); }

void draw(bool& truth) { truth = *rc::gen::arbitrary<bool>(); }

void draw(std::string& text) {
    constexpr std::array<const char*, 7> pieces{"a", "", "é", "中", "😀", "\n", "\x7f"};
    text.clear();
    for (std::size_t i = below(5); i > 0; --i) {
        text += pieces.at(below(pieces.size()));
    }
}

void draw(record::Uuid& uuid) { uuid.bytes.fill(*rc::gen::arbitrary<std::uint8_t>()); }

void draw(record::Instant& instant) { instant.milliseconds = *rc::gen::arbitrary<std::int64_t>(); }

void draw(record::HybridTime& time) { draw(time.packed); }

void draw(LogIndex& index) { draw(index.position); }

void draw(Sequence& sequence) { draw(sequence.position); }

void draw(FieldNumber& field) { draw(field.number); }

void draw(RecordKey& key) { draw_all(key.kind.number, key.id); }

void draw(GroupName& name) { draw_all(name.device, name.incarnation, name.sequence); }

record::Date any_date() {
    return *record::make_date(*rc::gen::inRange(1900, 2200), *rc::gen::inRange(1, 13),
                              *rc::gen::inRange(0, 29));
}

void draw(Value& value) {
    switch (below(std::variant_size_v<Value>)) {
        case 0:
            value = Value{};
            break;
        case 1:
            draw(value.emplace<std::string>());
            break;
        case 2:
            value = *rc::gen::arbitrary<std::int64_t>();
            break;
        case 3:
            draw(value.emplace<bool>());
            break;
        case 4:
            value = any_date();
            break;
        case 5:
            draw(value.emplace<record::Instant>());
            break;
        case 6:
            draw(value.emplace<RecordId>());
            break;
        default: {
            std::vector<std::string> texts;
            draw(texts);
            value = record::make_text_set(std::move(texts));
        }
    }
}

/// Some ascending numbers.
std::vector<FieldNumber> field_numbers() {
    std::vector<FieldNumber> numbers;
    unsigned number = 0;
    for (std::size_t i = below(3 * entries_max); i > 0; --i) {
        number += *rc::gen::inRange(1U, 400U);
        numbers.push_back(FieldNumber{static_cast<std::uint16_t>(number)});
    }
    return numbers;
}

void draw(Base& base) {
    const std::uint64_t position = below(1'000);
    base = *rc::gen::arbitrary<bool>() ? record::own_base(Sequence{position + 1})
                                       : record::confirmed_base(LogIndex{position});
}

void draw(Change& change) {
    draw(change.record);
    change.operation = *rc::gen::element(Operation::create, Operation::update, Operation::retire,
                                         Operation::restore);
    if (change.operation == Operation::create || change.operation == Operation::update) {
        for (const FieldNumber number : field_numbers()) {
            FieldChange& field = change.fields.emplace_back();
            field.field = number;
            draw_all(field.value, field.previous, field.base);
        }
    }
}

void draw(Group& group) {
    draw_all(group.name, group.previous, group.author, group.lease_serial, group.made_at,
             group.catalog_version, group.action, group.changes);
    for (const FieldNumber number : field_numbers()) {
        group.depends_on.push_back(Sequence{number.number});
    }
}

void draw(Parameter& parameter) { draw_all(parameter.name, parameter.value); }

void draw(Reason& reason) { draw_all(reason.rule, reason.record, reason.field, reason.parameters); }

void draw(FieldDecision& decision) {
    using enum record::Settlement;
    decision.settlement = *rc::gen::element(offered_won, committed_stood, united, waits);
    draw_all(decision.record, decision.field, decision.offered, decision.committed,
             decision.committed_at, decision.committed_by);
}

void draw(Verdict& verdict) {
    using enum record::Outcome;
    verdict.outcome = *rc::gen::element(accepted, merged, quarantined, rejected);
    draw_all(verdict.name, verdict.group_hash, verdict.index, verdict.decided_at, verdict.reasons,
             verdict.decisions);
}

/// Indexes of their own beside those that all share.
LogIndex any_changed_at() { return LogIndex{below(3)}; }

void draw(RecordState& state) {
    draw_all(state.key, state.retired);
    state.life_changed_at = any_changed_at();
    for (const FieldNumber number : field_numbers()) {
        state.set(number, value(), any_changed_at());
    }
}

void draw(Effect& effect) {
    using enum Effect::Sort;
    effect.sort = *rc::gen::element(changed, entered, evicted);
    if (effect.sort == evicted) {
        draw(effect.state.key);
    } else {
        draw(effect.state);
    }
}

void draw(LogEntry& entry) {
    draw_all(entry.index, entry.origin, entry.author, entry.action, entry.committed_at,
             entry.effects);
}

void draw(SealedGroup& sealed) { draw_all(sealed.bytes, sealed.signature); }

void draw(Receipt& receipt) { draw_all(receipt.verdict, receipt.signature); }

void draw(PasswordCost& cost) { draw_all(cost.memory_kib, cost.passes, cost.lanes); }

void draw(EditPeriod& period) { draw_all(period.starts_at, period.ends_at); }

void draw(Lease& lease) {
    draw_all(lease.serial, lease.space, lease.account, lease.device, lease.scope, lease.may_write,
             lease.manages, lease.always_open, lease.periods, lease.granted_at, lease.expires_at,
             lease.rules);
}

void draw(SignedLease& lease) { draw_all(lease.bytes, lease.signature, lease.secret); }

void draw(TreeHead& head) {
    draw_all(head.origin, head.epoch, head.size, head.root, head.signed_at);
}

void draw(SignedTreeHead& head) { draw_all(head.bytes, head.signature); }

void draw(LeafProof& proof) {
    draw_all(proof.leaf, proof.commitment, proof.salt, proof.path);
    proof.salt.resize(std::min<std::size_t>(proof.salt.size(), 32));
}

void draw(TailEntry& entry) { draw_all(entry.entry, entry.own); }

void draw(BoxedGroup& boxed) { draw(boxed.box); }

// Messages, in their order.

void draw(EnrolRequest& request) {
    draw_all(request.protocol, request.code, request.signing_request, request.device_label,
             request.new_password);
}

void draw(EnrolAccepted& accepted) {
    draw_all(accepted.space, accepted.device, accepted.account, accepted.account_name,
             accepted.certificate_chain, accepted.server_key, accepted.server_box_key,
             accepted.password_salt, accepted.password_cost);
}

void draw(Challenge& challenge) {
    draw_all(challenge.oldest_protocol, challenge.newest_protocol, challenge.space, challenge.epoch,
             challenge.nonce, challenge.server_time);
}

void draw(Hello& hello) {
    draw_all(hello.protocol, hello.catalog_version, hello.space, hello.device, hello.incarnation,
             hello.account, hello.account_proof, hello.epoch, hello.confirmed, hello.last_verdict);
}

void draw(Welcome& welcome) {
    draw_all(welcome.protocol, welcome.epoch, welcome.head, welcome.last_held, welcome.lease,
             welcome.push_credit);
}

void draw(Refusal& refusal) {
    constexpr auto last = static_cast<std::size_t>(RefusalReason::errand_refused);
    refusal.reason = static_cast<RefusalReason>(below(last + 1));
    draw_all(refusal.expected, refusal.not_before, refusal.password_salt, refusal.password_cost,
             refusal.detail);
}

void draw(Push& push) { draw(push.groups); }

void draw(Verdicts& verdicts) { draw_all(verdicts.receipts, verdicts.push_credit); }

void draw(PullCredit& credit) { draw(credit.bytes); }

void draw(Subscribe& subscribe) { draw_all(subscribe.from, subscribe.credit); }

void draw(Tail& tail) { draw_all(tail.entries, tail.through, tail.head); }

void draw(SnapshotNeeded& needed) { draw(needed.head); }

void draw(SnapshotRequest& request) { draw(request.after); }

void draw(SnapshotChunk& chunk) {
    draw_all(chunk.read_at, chunk.through, chunk.is_last, chunk.records);
}

void draw(DigestRequest& /*request*/) {}

void draw(DigestReply& reply) { draw_all(reply.at, reply.records, reply.digest); }

void draw(LeaseUpdate& update) { draw(update.lease); }

void draw(Goodbye& /*goodbye*/) {}

void draw(HandIn& hand_in) { draw_all(hand_in.account, hand_in.incarnation, hand_in.groups); }

void draw(HandedIn& handed_in) { draw_all(handed_in.incarnation, handed_in.through); }

void draw(TreeHeadRequest& request) { draw(request.known_size); }

void draw(TreeHeadReply& reply) { draw_all(reply.head, reply.known_size, reply.consistency); }

void draw(InclusionRequest& request) { draw_all(request.index, request.tree_size); }

void draw(InclusionReply& reply) {
    draw_all(reply.index, reply.tree_size, reply.leaves);
    reply.leaves.resize(std::min<std::size_t>(reply.leaves.size(), 2));
}

void draw(Watermark& watermark) { draw(watermark.backed_up); }

void draw(IncidentReport& report) {
    constexpr auto last = static_cast<std::size_t>(IncidentSort::receipt_not_in_tree);
    report.sort = static_cast<IncidentSort>(below(last + 1));
    draw_all(report.at, report.pinned);
}

void draw(GroupOffer& offer) {
    draw_all(offer.account, offer.incarnation, offer.sequence, offer.is_boxed, offer.bytes,
             offer.hash, offer.signature);
}

void draw(GroupPart& part) { draw_all(part.at, part.bytes); }

void draw(PartsHeld& held) { draw_all(held.bytes, held.push_credit); }

void draw(TailPart& part) { draw_all(part.entry, part.is_last, part.head); }

void draw(SecondFactor& factor) { draw(factor.code); }

void draw(Errand& errand) {
    constexpr auto last = static_cast<std::size_t>(ErrandSort::list_contacts);
    errand.sort = static_cast<ErrandSort>(below(last + 1));
    draw_all(errand.text, errand.signing_request, errand.newest);
}

void draw(OrganisationAbove& above) { draw_all(above.id, above.name, above.type); }

void draw(DeviceContact& contact) {
    draw_all(contact.device, contact.at, contact.is_connected, contact.version, contact.missing);
}

void draw(ErrandReply& reply) {
    constexpr auto last_sort = static_cast<std::size_t>(ErrandSort::list_contacts);
    constexpr auto last_reason = static_cast<std::size_t>(RefusalReason::errand_refused);
    reply.sort = static_cast<ErrandSort>(below(last_sort + 1));
    reply.refused = static_cast<RefusalReason>(below(last_reason + 1));
    draw_all(reply.is_done, reply.password_salt, reply.password_cost, reply.certificate_chain,
             reply.secret, reply.recovery_codes, reply.above, reply.contacts);
    reply.secret.resize(std::min<std::size_t>(reply.secret.size(), 64));
    reply.recovery_codes.resize(std::min<std::size_t>(reply.recovery_codes.size(), 16));
}

template <class Tag>
void draw(record::Id<Tag>& id) {
    draw(id.uuid);
}

template <std::size_t Count>
void draw(std::array<std::uint8_t, Count>& bytes) {
    bytes.fill(*rc::gen::arbitrary<std::uint8_t>());
}

template <class T>
void draw(std::optional<T>& maybe) {
    if (*rc::gen::arbitrary<bool>()) {
        draw(maybe.emplace());
    }
}

template <class T>
void draw(std::vector<T>& entries) {
    if constexpr (std::is_same_v<T, std::uint8_t>) {
        entries.assign(below(40), *rc::gen::arbitrary<std::uint8_t>());
    } else {
        entries.resize(below(entries_max));
        for (T& entry : entries) {
            draw(entry);
        }
    }
}

template <class... Members>
void draw_all(Members&... members) {
    (draw(members), ...);
}

template <class T>
T any() {
    T drawn;
    draw(drawn);
    return drawn;
}

template <std::size_t Alternative>
Message any_message() {
    return any<std::variant_alternative_t<Alternative, Message>>();
}

template <std::size_t... Alternatives>
Message any_message_of(std::size_t alternative, std::index_sequence<Alternatives...> /*all*/) {
    constexpr std::array makers{&any_message<Alternatives>...};
    return makers.at(alternative)();
}

}  // namespace

Value value() { return any<Value>(); }

Group group() { return any<Group>(); }

Verdict verdict() { return any<Verdict>(); }

RecordState state() { return any<RecordState>(); }

std::vector<FieldState> fields() { return state().fields; }

std::vector<Effect> effects() { return any<std::vector<Effect>>(); }

LogEntry log_entry() { return any<LogEntry>(); }

Lease lease() { return any<Lease>(); }

TreeHead tree_head() { return any<TreeHead>(); }

Message message(std::size_t alternative) {
    return any_message_of(alternative, std::make_index_sequence<std::variant_size_v<Message>>{});
}

}  // namespace zhibu::sync::drawn
