#include "tests/conformance/describe.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/description.hpp"

namespace zhibu::conformance {
namespace {

template <class T>
void say(Description& out, std::string_view name, const T& value);

// Before the list of any, which may be one of these.
void say(Description& out, std::string_view name, const std::vector<std::uint8_t>& bytes) {
    out.say(name, word(bytes));
}

template <class T>
void say(Description& out, std::string_view name, const std::optional<T>& value) {
    out.say(name, value ? word(*value) : "none");
}

template <class T>
void say(Description& out, std::string_view name, const std::vector<T>& values) {
    out.say(name, "list of " + std::to_string(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        say(out, std::string(name) + '[' + std::to_string(i) + ']', values[i]);
    }
}

/// `all(out, "name", value, "name", value, ...)`
template <class T, class... Rest>
void all(Description& out, std::string_view name, const T& value, const Rest&... rest) {
    say(out, name, value);
    if constexpr (sizeof...(rest) > 0) {
        all(out, rest...);
    }
}

// What takes several lines.

void parts(Description& out, const record::GroupName& name) {
    all(out, "device", name.device, "incarnation", name.incarnation, "sequence", name.sequence);
}

void parts(Description& out, const record::FieldChange& change) {
    all(out, "field", change.field, "value", change.value, "previous", change.previous, "base",
        change.base);
}

void parts(Description& out, const record::Change& change) {
    all(out, "record", change.record, "operation", change.operation, "fields", change.fields);
}

void parts(Description& out, const record::Group& group) {
    all(out, "name", group.name, "previous", group.previous, "author", group.author, "lease_serial",
        group.lease_serial, "made_at", group.made_at.instant(), "made_at_counter",
        group.made_at.packed & 0xffffU, "catalog_version", group.catalog_version, "action",
        group.action, "depends_on", group.depends_on, "changes", group.changes);
}

void parts(Description& out, const record::SealedGroup& sealed) {
    all(out, "bytes", sealed.bytes, "signature", sealed.signature);
}

void parts(Description& out, const record::Parameter& parameter) {
    all(out, "name", parameter.name, "value", parameter.value);
}

void parts(Description& out, const record::Reason& reason) {
    all(out, "rule", reason.rule, "record", reason.record, "field", reason.field, "parameters",
        reason.parameters);
}

void parts(Description& out, const record::FieldDecision& decision) {
    all(out, "record", decision.record, "field", decision.field, "settlement", decision.settlement,
        "offered", decision.offered, "committed", decision.committed, "committed_at",
        decision.committed_at, "committed_by", decision.committed_by);
}

void parts(Description& out, const record::Verdict& verdict) {
    all(out, "name", verdict.name, "group_hash", verdict.group_hash, "outcome", verdict.outcome,
        "index", verdict.index, "decided_at", verdict.decided_at, "reasons", verdict.reasons,
        "decisions", verdict.decisions);
}

void parts(Description& out, const record::Receipt& receipt) {
    all(out, "verdict", receipt.verdict, "signature", receipt.signature);
}

void parts(Description& out, const record::FieldState& state) {
    all(out, "field", state.field, "value", state.value, "changed_at", state.changed_at);
}

void parts(Description& out, const record::RecordState& state) {
    all(out, "key", state.key, "retired", state.retired, "life_changed_at", state.life_changed_at,
        "fields", state.fields);
}

void parts(Description& out, const record::Effect& effect) {
    all(out, "sort", effect.sort, "state", effect.state);
}

void parts(Description& out, const record::LogEntry& entry) {
    all(out, "index", entry.index, "origin", entry.origin, "author", entry.author, "action",
        entry.action, "committed_at", entry.committed_at, "effects", entry.effects);
}

void parts(Description& out, const sync::EditPeriod& period) {
    all(out, "starts_at", period.starts_at, "ends_at", period.ends_at);
}

void parts(Description& out, const sync::Lease& lease) {
    all(out, "serial", lease.serial, "space", lease.space, "account", lease.account, "device",
        lease.device, "scope", lease.scope, "may_write", lease.may_write, "manages", lease.manages,
        "always_open", lease.always_open, "periods", lease.periods, "granted_at", lease.granted_at,
        "expires_at", lease.expires_at, "rules", lease.rules);
}

void parts(Description& out, const sync::SignedLease& lease) {
    all(out, "bytes", lease.bytes, "signature", lease.signature, "secret", lease.secret);
}

void parts(Description& out, const sync::PasswordCost& cost) {
    all(out, "memory_kib", cost.memory_kib, "passes", cost.passes, "lanes", cost.lanes);
}

void parts(Description& out, const sync::EnrolRequest& request) {
    all(out, "message", std::string("enrol_request"), "protocol", request.protocol, "code",
        request.code, "signing_request", request.signing_request, "device_label",
        request.device_label, "new_password", request.new_password);
}

void parts(Description& out, const sync::EnrolAccepted& accepted) {
    all(out, "message", std::string("enrol_accepted"), "space", accepted.space, "device",
        accepted.device, "account", accepted.account, "account_name", accepted.account_name,
        "certificate_chain", accepted.certificate_chain, "server_key", accepted.server_key,
        "server_box_key", accepted.server_box_key, "password_salt", accepted.password_salt,
        "password_cost", accepted.password_cost);
}

void parts(Description& out, const sync::Challenge& challenge) {
    all(out, "message", std::string("challenge"), "oldest_protocol", challenge.oldest_protocol,
        "newest_protocol", challenge.newest_protocol, "space", challenge.space, "epoch",
        challenge.epoch, "nonce", challenge.nonce, "server_time", challenge.server_time);
}

void parts(Description& out, const sync::Hello& hello) {
    all(out, "message", std::string("hello"), "protocol", hello.protocol, "catalog_version",
        hello.catalog_version, "space", hello.space, "device", hello.device, "incarnation",
        hello.incarnation, "account", hello.account, "account_proof", hello.account_proof, "epoch",
        hello.epoch, "confirmed", hello.confirmed, "last_verdict", hello.last_verdict);
}

void parts(Description& out, const sync::Welcome& welcome) {
    all(out, "message", std::string("welcome"), "protocol", welcome.protocol, "epoch",
        welcome.epoch, "head", welcome.head, "last_held", welcome.last_held, "lease", welcome.lease,
        "push_credit", welcome.push_credit);
}

void parts(Description& out, const sync::Refusal& refusal) {
    all(out, "message", std::string("refusal"), "reason", refusal.reason, "expected",
        refusal.expected, "not_before", refusal.not_before, "password_salt", refusal.password_salt,
        "password_cost", refusal.password_cost, "detail", refusal.detail);
}

void parts(Description& out, const sync::Push& push) {
    all(out, "message", std::string("push"), "groups", push.groups);
}

void parts(Description& out, const sync::Verdicts& verdicts) {
    all(out, "message", std::string("verdicts"), "receipts", verdicts.receipts, "push_credit",
        verdicts.push_credit);
}

void parts(Description& out, const sync::PullCredit& credit) {
    all(out, "message", std::string("pull_credit"), "bytes", credit.bytes);
}

void parts(Description& out, const sync::Subscribe& subscribe) {
    all(out, "message", std::string("subscribe"), "from", subscribe.from, "credit",
        subscribe.credit);
}

void parts(Description& out, const sync::TailEntry& entry) {
    all(out, "entry", entry.entry, "own", entry.own);
}

void parts(Description& out, const sync::Tail& tail) {
    all(out, "message", std::string("tail"), "entries", tail.entries, "through", tail.through,
        "head", tail.head);
}

void parts(Description& out, const sync::SnapshotNeeded& needed) {
    all(out, "message", std::string("snapshot_needed"), "head", needed.head);
}

void parts(Description& out, const sync::SnapshotRequest& request) {
    all(out, "message", std::string("snapshot_request"), "after", request.after);
}

void parts(Description& out, const sync::SnapshotChunk& chunk) {
    all(out, "message", std::string("snapshot_chunk"), "read_at", chunk.read_at, "through",
        chunk.through, "is_last", chunk.is_last, "records", chunk.records);
}

void parts(Description& out, const sync::DigestRequest& /*request*/) {
    out.say("message", word(std::string("digest_request")));
}

void parts(Description& out, const sync::DigestReply& reply) {
    all(out, "message", std::string("digest_reply"), "at", reply.at, "records", reply.records,
        "digest", reply.digest);
}

void parts(Description& out, const sync::LeaseUpdate& update) {
    all(out, "message", std::string("lease_update"), "lease", update.lease);
}

void parts(Description& out, const sync::Goodbye& /*goodbye*/) {
    out.say("message", word(std::string("goodbye")));
}

void parts(Description& out, const sync::BoxedGroup& group) { all(out, "box", group.box); }

void parts(Description& out, const sync::HandIn& hand_in) {
    all(out, "message", std::string("hand_in"), "account", hand_in.account, "incarnation",
        hand_in.incarnation, "groups", hand_in.groups);
}

void parts(Description& out, const sync::HandedIn& handed_in) {
    all(out, "message", std::string("handed_in"), "incarnation", handed_in.incarnation, "through",
        handed_in.through);
}

void parts(Description& out, const sync::TreeHead& head) {
    all(out, "origin", head.origin, "epoch", head.epoch, "size", head.size, "root", head.root,
        "signed_at", head.signed_at);
}

void parts(Description& out, const sync::SignedTreeHead& head) {
    all(out, "bytes", head.bytes, "signature", head.signature);
}

void parts(Description& out, const sync::TreeHeadRequest& request) {
    all(out, "message", std::string("tree_head_request"), "known_size", request.known_size);
}

void parts(Description& out, const sync::TreeHeadReply& reply) {
    all(out, "message", std::string("tree_head_reply"), "head", reply.head, "known_size",
        reply.known_size, "consistency", reply.consistency);
}

void parts(Description& out, const sync::InclusionRequest& request) {
    all(out, "message", std::string("inclusion_request"), "index", request.index, "tree_size",
        request.tree_size);
}

void parts(Description& out, const sync::LeafProof& proof) {
    all(out, "leaf", proof.leaf, "commitment", proof.commitment, "salt", proof.salt, "path",
        proof.path);
}

void parts(Description& out, const sync::InclusionReply& reply) {
    all(out, "message", std::string("inclusion_reply"), "index", reply.index, "tree_size",
        reply.tree_size, "leaves", reply.leaves);
}

void parts(Description& out, const sync::Watermark& watermark) {
    all(out, "message", std::string("watermark"), "backed_up", watermark.backed_up);
}

void parts(Description& out, const sync::IncidentReport& report) {
    all(out, "message", std::string("incident_report"), "sort", report.sort, "at", report.at,
        "pinned", report.pinned);
}

void parts(Description& out, const sync::GroupOffer& offer) {
    all(out, "message", std::string("group_offer"), "account", offer.account, "incarnation",
        offer.incarnation, "sequence", offer.sequence, "is_boxed", offer.is_boxed, "bytes",
        offer.bytes, "hash", offer.hash, "signature", offer.signature);
}

void parts(Description& out, const sync::GroupPart& part) {
    all(out, "message", std::string("group_part"), "at", part.at, "bytes", part.bytes);
}

void parts(Description& out, const sync::PartsHeld& held) {
    all(out, "message", std::string("parts_held"), "bytes", held.bytes, "push_credit",
        held.push_credit);
}

void parts(Description& out, const sync::TailPart& part) {
    all(out, "message", std::string("tail_part"), "entry", part.entry, "is_last", part.is_last,
        "head", part.head);
}

void parts(Description& out, const sync::SecondFactor& factor) {
    all(out, "message", std::string("second_factor"), "code", factor.code);
}

void parts(Description& out, const sync::Errand& errand) {
    all(out, "message", std::string("errand"), "sort", errand.sort, "text", errand.text,
        "signing_request", errand.signing_request, "newest", errand.newest);
}

void parts(Description& out, const sync::OrganisationAbove& above) {
    all(out, "id", above.id, "name", above.name, "type", above.type);
}

void parts(Description& out, const sync::DeviceContact& contact) {
    all(out, "device", contact.device, "at", contact.at, "is_connected", contact.is_connected,
        "version", contact.version, "missing", contact.missing);
}

void parts(Description& out, const sync::ErrandReply& reply) {
    all(out, "message", std::string("errand_reply"), "sort", reply.sort, "is_done", reply.is_done,
        "refused", reply.refused, "password_salt", reply.password_salt, "password_cost",
        reply.password_cost, "certificate_chain", reply.certificate_chain, "secret", reply.secret,
        "recovery_codes", reply.recovery_codes, "above", reply.above, "contacts", reply.contacts);
}

template <class T>
void say(Description& out, std::string_view name, const T& value) {
    if constexpr (requires { word(value); }) {
        out.say(name, word(value));
    } else {
        out.within(name, [&] { parts(out, value); });
    }
}

template <class T>
std::string described(const T& value) {
    Description out;
    parts(out, value);
    return std::move(out).text();
}

}  // namespace

std::string describe(const record::Group& group) { return described(group); }

std::string describe(const record::Verdict& verdict) { return described(verdict); }

std::string describe(const sync::Lease& lease) { return described(lease); }

std::string describe(const sync::TreeHead& head) { return described(head); }

std::string describe(const record::RecordState& state) { return described(state); }

std::string describe(const std::vector<record::Effect>& effects) {
    Description out;
    say(out, "effects", effects);
    return std::move(out).text();
}

std::string describe(const std::vector<record::FieldState>& fields) {
    Description out;
    say(out, "fields", fields);
    return std::move(out).text();
}

std::string describe(const sync::Message& message) {
    return std::visit([](const auto& content) { return described(content); }, message);
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) { return hex_of(bytes); }

std::vector<std::uint8_t> from_hex(const std::string& hex) {
    if (hex.size() % 2 != 0) {
        throw std::invalid_argument("an odd number of hexadecimal digits");
    }
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = hex_digits.find(hex[i]);
        const auto low = hex_digits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            throw std::invalid_argument("not a hexadecimal digit");
        }
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

}  // namespace zhibu::conformance
