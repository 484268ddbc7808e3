#include <utility>

#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/samples.hpp"

// The messages that came after version 1.
namespace zhibu::conformance {

using record::DeviceId;
using record::FieldNumber;
using record::IncarnationId;
using record::LogIndex;
using record::RecordId;
using record::RecordState;
using record::Sequence;
using record::Value;

Named<sync::Message> messages_of_version_2() {
    const sync::SignedTreeHead head{sync::encode(tree_heads().front().second),
                                    counted_bytes(64, 7)};
    const sync::LeafProof seen{2'018,
                               counted_array<32>(0x61),
                               counted_bytes(32, 0x62),
                               {counted_array<32>(0x63), counted_array<32>(0x64)}};
    const sync::LeafProof unseen{2'019, counted_array<32>(0x65), {}, {counted_array<32>(0x66)}};
    sync::Refusal full;
    full.reason = sync::RefusalReason::quarantine_full;
    return {{"tree_head_request", sync::TreeHeadRequest{2'000}},
            {"tree_head_reply",
             sync::TreeHeadReply{head, 2'000, {counted_array<32>(0x67), counted_array<32>(0x68)}}},
            {"inclusion_request", sync::InclusionRequest{LogIndex{1'010}, 2'020}},
            {"inclusion_reply", sync::InclusionReply{LogIndex{1'010}, 2'020, {seen, unseen}}},
            {"watermark", sync::Watermark{LogIndex{1'000}}},
            {"incident_report",
             sync::IncidentReport{sync::IncidentSort::history_forked, LogIndex{1'010}, head}},
            {"incident_report_of_a_digest", sync::IncidentReport{}},
            {"refusal_quarantine_full", full}};
}

Named<sync::Message> messages_of_version_3() {
    const sync::GroupOffer offer{
        id_of<RecordId>(0x33),   id_of<IncarnationId>(0x22), Sequence{4}, false, 40'000'000,
        counted_array<32>(0x71), counted_bytes(70, 9)};
    sync::GroupOffer boxed = offer;
    boxed.is_boxed = true;
    boxed.signature.clear();
    record::LogEntry entry;
    entry.index = LogIndex{1'011};
    entry.origin = {id_of<DeviceId>(0x11), id_of<IncarnationId>(0x22), Sequence{4}};
    entry.author = id_of<RecordId>(0x33);
    entry.action = "import";
    entry.committed_at = morning;
    RecordState state;
    state.key = person(0x72);
    state.life_changed_at = LogIndex{1'011};
    state.set(FieldNumber{1}, Value{std::string("王五")}, LogIndex{1'011});
    entry.effects.push_back({record::Effect::Sort::entered, state});
    return {
        {"group_offer", offer},
        {"group_offer_of_an_outbox_entry", boxed},
        {"group_part", sync::GroupPart{393'216, counted_bytes(9, 0x73)}},
        {"parts_held", sync::PartsHeld{393'225, 393'241}},
        {"tail_part", sync::TailPart{{entry, false}, false, LogIndex{1'020}}},
        {"tail_part_last",
         sync::TailPart{
             {{LogIndex{1'011}, entry.origin, entry.author, entry.action, entry.committed_at, {}},
              false},
             true,
             LogIndex{1'020}}}};
}

Named<sync::Message> messages_of_version_4() {
    sync::ErrandReply changed;
    changed.is_done = true;
    changed.password_salt = counted_array<16>(0x81);
    changed.password_cost = {65'536, 4, 1};
    sync::ErrandReply renewed;
    renewed.sort = sync::ErrandSort::renew_certificate;
    renewed.is_done = true;
    renewed.certificate_chain = {counted_bytes(5, 0x82), counted_bytes(6, 0x83)};
    sync::ErrandReply begun;
    begun.sort = sync::ErrandSort::begin_second_factor;
    begun.is_done = true;
    begun.secret = counted_bytes(20, 0x84);
    begun.recovery_codes = {"ABCD-EFGH-IJKL-MNOP", "QRST-UVWX-YZ23-4567"};
    sync::ErrandReply wrong;
    wrong.sort = sync::ErrandSort::confirm_second_factor;
    wrong.refused = sync::RefusalReason::second_factor_wrong;
    sync::ErrandReply above;
    above.sort = sync::ErrandSort::report_in;
    above.is_done = true;
    above.above = {{id_of<RecordId>(0x86), "临床医学院党总支", "20"},
                   {id_of<RecordId>(0x87), "示范大学党委", "10"}};
    sync::ErrandReply contacts;
    contacts.sort = sync::ErrandSort::list_contacts;
    contacts.is_done = true;
    contacts.contacts = {
        {id_of<record::DeviceId>(0x88), record::Instant{1'767'225'600'000}, true, "0.1.0", 3}};
    sync::Refusal needed;
    needed.reason = sync::RefusalReason::second_factor_needed;
    return {
        {"second_factor", sync::SecondFactor{"287082"}},
        {"errand_of_a_password",
         sync::Errand{sync::ErrandSort::change_password, "一个足够长的新密码在这里写出", {}}},
        {"errand_of_a_certificate",
         sync::Errand{sync::ErrandSort::renew_certificate, {}, counted_bytes(9, 0x85)}},
        {"errand_of_a_second_factor", sync::Errand{sync::ErrandSort::begin_second_factor, {}, {}}},
        {"errand_that_reports_in",
         sync::Errand{sync::ErrandSort::report_in, "0.1.0", {}, record::Sequence{12}}},
        {"errand_for_contacts", sync::Errand{sync::ErrandSort::list_contacts, {}, {}}},
        {"errand_reply_password", changed},
        {"errand_reply_certificate", renewed},
        {"errand_reply_second_factor", begun},
        {"errand_reply_above", above},
        {"errand_reply_contacts", contacts},
        {"errand_reply_refused", wrong},
        {"refusal_second_factor_needed", needed}};
}

}  // namespace zhibu::conformance
