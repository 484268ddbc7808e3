#include "tests/conformance/samples.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::conformance {
namespace {

using record::Base;
using record::Change;
using record::Date;
using record::DeviceId;
using record::Effect;
using record::Empty;
using record::EpochId;
using record::FieldChange;
using record::FieldDecision;
using record::FieldNumber;
using record::FieldState;
using record::Group;
using record::GroupName;
using record::Hash;
using record::HybridTime;
using record::IncarnationId;
using record::Instant;
using record::KindNumber;
using record::LogEntry;
using record::LogIndex;
using record::Operation;
using record::Outcome;
using record::Reason;
using record::Receipt;
using record::RecordId;
using record::RecordKey;
using record::RecordState;
using record::SealedGroup;
using record::Sequence;
using record::Settlement;
using record::SpaceId;
using record::TextSet;
using record::Value;
using record::Verdict;

constexpr RecordKey no_record{};

Hash sha256(const std::vector<std::uint8_t>& bytes) {
    Hash hash{};
    SHA256(bytes.data(), bytes.size(), hash.data());
    return hash;
}

GroupName name_of(std::uint64_t sequence) {
    return GroupName{id_of<DeviceId>(0x11), id_of<IncarnationId>(0x22), Sequence{sequence}};
}

Group group_with(std::uint64_t sequence, const Hash& previous, std::string action) {
    Group group;
    group.name = name_of(sequence);
    group.previous = previous;
    group.author = id_of<RecordId>(0x33);
    group.lease_serial = 7;
    group.made_at = HybridTime{(static_cast<std::uint64_t>(morning.milliseconds) << 16) + sequence};
    group.catalog_version = 1;
    group.action = std::move(action);
    return group;
}

FieldChange set_field(std::uint16_t field, Value value) {
    return FieldChange{FieldNumber{field}, std::move(value), Empty{}, Base{}};
}

/// One field of each alternative.
std::vector<FieldChange> every_alternative() {
    return {set_field(1, Value{std::string("张三")}),
            set_field(2, Value{std::int64_t{-1}}),
            set_field(3, Value{std::int64_t{123'456}}),
            set_field(5, Value{true}),
            set_field(6, Value{Date{1987, 5, 3}}),
            set_field(7, Value{Date{2020, 2, 0}}),
            set_field(8, Value{morning}),
            set_field(9, Value{id_of<RecordId>(0x44)}),
            set_field(300, Value{record::make_text_set({"党员", "退役军人"})}),
            set_field(65'535, Value{Empty{}})};
}

Group creating_group() {
    Group group = group_with(1, Hash{}, "import");
    group.changes.push_back(Change{person(0x51), Operation::create, every_alternative()});
    return group;
}

Group updating_group(const Group& before) {
    Group group = group_with(2, sha256(sync::encode(before)), "edit");
    group.depends_on = {Sequence{1}};
    Change on_own{person(0x51), Operation::update, {}};
    on_own.fields.push_back({FieldNumber{1}, Value{std::string("张三丰")},
                             Value{std::string("张三")}, record::own_base(Sequence{1})});
    Change on_confirmed{person(0x52), Operation::update, {}};
    on_confirmed.fields.push_back({FieldNumber{4}, Value{Empty{}}, Value{std::int64_t{5}},
                                   record::confirmed_base(LogIndex{300})});
    on_confirmed.fields.push_back(
        {FieldNumber{5}, Value{false}, Value{Empty{}}, record::confirmed_base(LogIndex{12})});
    group.changes = {on_own, on_confirmed};
    return group;
}

Group retiring_group(const Group& before) {
    Group group = group_with(3, sha256(sync::encode(before)), "retire");
    group.depends_on = {Sequence{1}, Sequence{2}};
    group.changes.push_back(Change{person(0x51), Operation::retire, {}});
    group.changes.push_back(Change{person(0x53), Operation::restore, {}});
    return group;
}

FieldDecision decision(std::uint16_t field, Settlement settlement, Value offered, Value committed) {
    return FieldDecision{person(0x52),         FieldNumber{field},   settlement,
                         std::move(offered),   std::move(committed), LogIndex{301},
                         id_of<RecordId>(0x34)};
}

Verdict verdict_with(std::uint64_t sequence, Outcome outcome) {
    Verdict verdict;
    verdict.name = name_of(sequence);
    verdict.group_hash = sha256(counted_bytes(4, static_cast<std::uint8_t>(sequence)));
    verdict.outcome = outcome;
    verdict.index = LogIndex{1'000 + sequence};
    verdict.decided_at = Instant{morning.milliseconds + 5};
    return verdict;
}

Verdict merged_verdict() {
    Verdict verdict = verdict_with(2, Outcome::merged);
    verdict.decisions = {
        decision(1, Settlement::offered_won, Value{std::string("新")}, Value{std::string("旧")}),
        decision(2, Settlement::committed_stood, Value{Date{2024, 1, 31}},
                 Value{Date{2024, 2, 29}}),
        decision(3, Settlement::united, Value{TextSet{{"a", "b"}}}, Value{TextSet{{"a", "c"}}}),
        decision(4, Settlement::waits, Value{std::string("11010519491231002X")}, Value{Empty{}})};
    return verdict;
}

RecordState plain_state() {
    RecordState state;
    state.key = person(0x51);
    state.life_changed_at = LogIndex{1'001};
    for (FieldChange& change : every_alternative()) {
        state.set(change.field, change.value, LogIndex{1'001});
    }
    state.set(FieldNumber{1}, Value{std::string("张三丰")}, LogIndex{1'002});
    return state;
}

RecordState retired_state() {
    RecordState state;
    state.key = RecordKey{KindNumber{65'535}, id_of<RecordId>(0xfe)};
    state.retired = true;
    state.life_changed_at = LogIndex{~std::uint64_t{0}};
    return state;
}

std::vector<Effect> every_effect() {
    RecordState gone;
    gone.key = person(0x60);
    return {Effect{Effect::Sort::entered, plain_state()},
            Effect{Effect::Sort::changed, retired_state()}, Effect{Effect::Sort::evicted, gone}};
}

LogEntry log_entry(std::uint64_t index, std::vector<Effect> effects) {
    return LogEntry{
        LogIndex{index}, name_of(index - 1'000), id_of<RecordId>(0x33), std::string("edit"),
        morning,         std::move(effects)};
}

sync::Lease full_lease() {
    sync::Lease lease;
    lease.serial = 7;
    lease.space = id_of<SpaceId>(0x01);
    lease.account = id_of<RecordId>(0x33);
    lease.device = id_of<DeviceId>(0x11);
    lease.scope = id_of<RecordId>(0x35);
    lease.may_write = true;
    lease.periods = {
        {morning, Instant{morning.milliseconds + 3'600'000}},
        {Instant{morning.milliseconds + 86'400'000}, Instant{morning.milliseconds + 90'000'000}}};
    lease.granted_at = morning;
    lease.expires_at = Instant{morning.milliseconds + 259'200'000};
    lease.rules = {{"activist_after_months", "9"}};
    return lease;
}

sync::SignedLease signed_lease() {
    return sync::SignedLease{sync::encode(full_lease()), counted_bytes(64, 1),
                             counted_array<32>(0x60)};
}

sync::EnrolAccepted enrol_accepted() {
    sync::EnrolAccepted accepted;
    accepted.space = id_of<SpaceId>(0x01);
    accepted.device = id_of<DeviceId>(0x11);
    accepted.account = id_of<RecordId>(0x33);
    accepted.account_name = "一支部";
    accepted.certificate_chain = {counted_bytes(5, 0x30), counted_bytes(4, 0x30),
                                  counted_bytes(3, 0x30)};
    accepted.server_key = counted_array<32>(0x80);
    accepted.server_box_key = counted_array<32>(0xa0);
    accepted.password_salt = counted_array<16>(0x10);
    return accepted;
}

sync::Refusal full_refusal() {
    sync::Refusal refusal;
    refusal.reason = sync::RefusalReason::outside_window;
    refusal.expected = Sequence{4};
    refusal.not_before = morning;
    refusal.password_salt = counted_array<16>(0x10);
    refusal.detail = "window";
    return refusal;
}

sync::Push push_of_chain() {
    sync::Push push;
    for (const auto& [name, group] : group_chain()) {
        push.groups.push_back(SealedGroup{sync::encode(group), counted_bytes(70, 0x30)});
    }
    return push;
}

sync::Verdicts verdicts_message() {
    sync::Verdicts message;
    for (const auto& [name, verdict] : verdicts()) {
        message.receipts.push_back(Receipt{sync::encode(verdict), counted_bytes(64, 2)});
    }
    message.push_credit = 65'536;
    return message;
}

sync::Tail full_tail() {
    sync::Tail tail;
    tail.entries = {{log_entry(1'001, every_effect()), false}, {log_entry(1'002, {}), true}};
    tail.through = LogIndex{1'002};
    tail.head = LogIndex{1'010};
    return tail;
}

sync::SnapshotChunk long_chunk() {
    sync::SnapshotChunk chunk;
    chunk.read_at = LogIndex{1'010};
    for (std::uint8_t byte = 1; byte <= 20; ++byte) {
        RecordState state = plain_state();
        state.key = person(byte);
        chunk.records.push_back(std::move(state));
    }
    chunk.through = chunk.records.back().key;
    chunk.is_last = true;
    return chunk;
}

void add_opening_messages(Named<sync::Message>& all) {
    all.emplace_back("enrol_request", sync::EnrolRequest{1, "ABCD-EFGH", counted_bytes(6, 0x30),
                                                         "办公室电脑", "correct horse battery"});
    all.emplace_back("enrol_accepted", enrol_accepted());
    all.emplace_back("challenge", sync::Challenge{1, 1, id_of<SpaceId>(0x01), id_of<EpochId>(0x02),
                                                  counted_array<32>(0xa0), morning});
    all.emplace_back("hello", sync::Hello{1, 1, id_of<SpaceId>(0x01), id_of<DeviceId>(0x11),
                                          id_of<IncarnationId>(0x22), id_of<RecordId>(0x33),
                                          counted_bytes(64, 3), id_of<EpochId>(0x02),
                                          LogIndex{1'000}, Sequence{3}});
    all.emplace_back("welcome", sync::Welcome{1, id_of<EpochId>(0x02), LogIndex{1'010}, Sequence{3},
                                              signed_lease(), 1'048'576});
    all.emplace_back("refusal", full_refusal());
    all.emplace_back("refusal_short", sync::Refusal{});
}

void add_session_messages(Named<sync::Message>& all) {
    all.emplace_back("push", push_of_chain());
    all.emplace_back("push_empty", sync::Push{});
    all.emplace_back("verdicts", verdicts_message());
    all.emplace_back("pull_credit", sync::PullCredit{65'536});
    all.emplace_back("subscribe", sync::Subscribe{LogIndex{1'000}, 262'144});
    all.emplace_back("tail", full_tail());
    all.emplace_back("snapshot_needed", sync::SnapshotNeeded{LogIndex{1'010}});
    all.emplace_back("snapshot_request_first", sync::SnapshotRequest{no_record});
    all.emplace_back("snapshot_request_next", sync::SnapshotRequest{person(0x51)});
    all.emplace_back("snapshot_chunk",
                     sync::SnapshotChunk{LogIndex{1'010}, person(0x51), false, {plain_state()}});
    all.emplace_back("snapshot_chunk_compressed", long_chunk());
    all.emplace_back("digest_request", sync::DigestRequest{});
    all.emplace_back("digest_reply",
                     sync::DigestReply{LogIndex{1'010}, 20, counted_array<32>(0x40)});
    all.emplace_back("lease_update", sync::LeaseUpdate{signed_lease()});
    all.emplace_back("goodbye", sync::Goodbye{});
    all.emplace_back("hand_in", sync::HandIn{id_of<RecordId>(0x33),
                                             id_of<IncarnationId>(0x21),
                                             {{counted_bytes(6, 0x50)}, {counted_bytes(5, 0x70)}}});
    all.emplace_back("handed_in", sync::HandedIn{id_of<IncarnationId>(0x21), Sequence{9}});
}

}  // namespace

RecordKey person(std::uint8_t byte) { return RecordKey{KindNumber{1}, id_of<RecordId>(byte)}; }

std::vector<std::uint8_t> counted_bytes(std::size_t count, std::uint8_t first) {
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t& byte : bytes) {
        byte = first++;
    }
    return bytes;
}

Named<Group> group_chain() {
    const Group first = creating_group();
    const Group second = updating_group(first);
    return {{"group_1_create", first},
            {"group_2_update", second},
            {"group_3_retire", retiring_group(second)}};
}

Named<Verdict> verdicts() {
    Verdict quarantined = verdict_with(3, Outcome::quarantined);
    quarantined.reasons = {Reason{"R-307", person(0x51), FieldNumber{6}, {{"limit", "18"}}},
                           Reason{"outside_window", no_record, FieldNumber{}, {}}};
    Verdict rejected = verdict_with(4, Outcome::rejected);
    rejected.reasons = {Reason{"unknown_kind", person(0x99), FieldNumber{}, {}}};
    return {{"verdict_accepted", verdict_with(1, Outcome::accepted)},
            {"verdict_merged", merged_verdict()},
            {"verdict_quarantined", quarantined},
            {"verdict_rejected", rejected}};
}

Named<sync::Lease> leases() {
    sync::Lease managing;
    managing.manages = true;
    managing.always_open = true;
    return {{"lease", full_lease()}, {"lease_managing", managing}};
}

Named<RecordState> record_states() {
    return {{"record_state", plain_state()},
            {"record_state_retired", retired_state()},
            {"record_state_wide", wide_record()}};
}

Named<std::vector<Effect>> effect_lists() {
    return {{"effects", every_effect()}, {"effects_none", {}}};
}

Named<std::vector<FieldState>> field_lists() {
    return {{"fields", plain_state().fields}, {"fields_none", {}}};
}

Named<sync::Message> messages() {
    Named<sync::Message> all;
    add_opening_messages(all);
    add_session_messages(all);
    return all;
}

Named<sync::TreeHead> tree_heads() {
    return {{"tree_head", sync::TreeHead{id_of<SpaceId>(0x01), id_of<EpochId>(0x02), 2'020,
                                         counted_array<32>(0x60), morning}},
            {"tree_head_empty", sync::TreeHead{}}};
}

RecordState wide_record() {
    RecordState state;
    state.key = person(0x70);
    state.life_changed_at = LogIndex{20'000};
    for (std::uint16_t field = 1; field <= 45; ++field) {
        const LogIndex index{20'000U + (field % 9 == 0 ? field : 0U)};
        switch (field % 5) {
            case 0:
                state.set(FieldNumber{field}, Value{Date{1990, 7, 1}}, index);
                break;
            case 1:
                state.set(FieldNumber{field}, Value{std::string("某某市某某区某某路")}, index);
                break;
            case 2:
                state.set(FieldNumber{field}, Value{std::int64_t{field} * 1'000}, index);
                break;
            case 3:
                state.set(FieldNumber{field}, Value{std::string("02")}, index);
                break;
            default:
                state.set(FieldNumber{field}, Value{id_of<RecordId>(0x71)}, index);
        }
    }
    return state;
}

}  // namespace zhibu::conformance
