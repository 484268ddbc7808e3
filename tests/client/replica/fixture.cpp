#include "tests/client/replica/fixture.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/merge/digest.hpp"

namespace zhibu::client::test {

using catalog::Field;
using catalog::FieldType;
using catalog::Kind;
using catalog::Required;

std::vector<Kind> kinds() {
    const auto field = [](std::uint16_t number, std::string_view name_, FieldType type,
                          Required required = Required::no, std::string_view refers_to = {}) {
        Field made;
        made.number = number;
        made.name = name_;
        made.label = {name_, name_};
        made.type = type;
        const bool has_text = type == FieldType::text || type == FieldType::tags;
        made.width = has_text ? std::uint16_t{50} : std::uint16_t{0};
        made.required = required;
        made.policy =
            type == FieldType::tags ? catalog::MergePolicy::unite : catalog::MergePolicy::later;
        made.refers_to = refers_to;
        return made;
    };
    Kind organisations;
    organisations.number = 1;
    organisations.name = "club";
    organisations.label = {"社团", "Club"};
    organisations.fields = {field(1, "name", FieldType::text, Required::yes),
                            field(2, "superior", FieldType::reference, Required::no, "club")};
    Kind people;
    people.number = 2;
    people.name = "guest";
    people.label = {"来宾", "Guest"};
    people.fields = {field(1, "name", FieldType::text, Required::yes),
                     field(2, "id_number", FieldType::text),
                     field(3, "mobile", FieldType::text),
                     field(4, "organisation", FieldType::reference, Required::yes, "club"),
                     field(5, "birth_date", FieldType::day),
                     field(6, "tags", FieldType::tags),
                     field(7, "dues", FieldType::money),
                     field(8, "unreachable", FieldType::boolean)};
    Kind studies;
    studies.number = 3;
    studies.name = "study";
    studies.label = {"学历", "Study"};
    studies.owner = "guest";
    studies.fields = {field(1, "owner", FieldType::reference, Required::yes, "guest"),
                      field(2, "school", FieldType::text)};
    return {organisations, people, studies};
}

const catalog::Catalog& small_catalog() {
    static const catalog::Catalog catalog(7, kinds(), {});
    return catalog;
}

Folder::Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "zhibu-replica-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

record::RecordId record_id(std::uint64_t number) {
    record::RecordId id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.uuid.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    id.uuid.bytes[0] = 1;
    return id;
}

record::Signature sign(const record::Hash& hash) { return {hash.begin(), hash.begin() + 8}; }

ReplicaIdentity identity() {
    return {record::SpaceId{record_id(901).uuid}, record::DeviceId{record_id(902).uuid},
            record_id(903)};
}

sync::Lease lease_until(record::Instant ends) {
    sync::Lease lease;
    lease.serial = 5;
    lease.space = identity().space;
    lease.device = identity().device;
    lease.account = identity().account;
    lease.scope = record_id(1);
    lease.may_write = true;
    lease.always_open = true;
    lease.granted_at = noon;
    lease.expires_at = ends;
    return lease;
}

Draft one(record::RecordKey key, record::Operation operation, std::vector<DraftField> fields) {
    return Draft{"edit", {DraftChange{key, operation, std::move(fields)}}};
}

Draft new_person(record::RecordId id, const std::string& called) {
    return one({person, id}, record::Operation::create, {{name, called}, {branch, record_id(1)}});
}

Device::Device(bool with_lease, std::uint64_t seed) : random(seed) {
    replica =
        Replica::create(sealed(folder.file()), identity(), small_catalog(), clock, random).value();
    if (with_lease) {
        EXPECT_TRUE(replica->take_lease(lease_until({noon.milliseconds + 72 * hour}), noon));
    }
}

void Device::reopen() {
    replica.reset();
    replica = Replica::open(sealed(folder.file()), small_catalog(), clock, random).value();
}

record::Sequence Device::commit(const Draft& draft) {
    const auto committed = replica->commit(draft, sign);
    EXPECT_TRUE(committed) << static_cast<int>(committed.error().fault) << " "
                           << committed.error().place;
    return committed ? committed->sequence : record::Sequence{};
}

ReplicaFault Device::fault_of(const Draft& draft) {
    const auto committed = replica->commit(draft, sign);
    EXPECT_FALSE(committed);
    return committed ? ReplicaFault::storage_failed : committed.error().fault;
}

std::optional<record::RecordState> Device::find(record::KindNumber kind, record::RecordId id) {
    return replica->find({kind, id}).value();
}

std::string Device::text(record::RecordId id, record::FieldNumber field) {
    const auto state = find(person, id);
    return state ? record::to_text(state->value(field)) : "(no record)";
}

GroupStage Device::stage(record::Sequence sequence) {
    const std::vector<OwnGroup> groups = replica->own_groups(1000).value();
    for (const OwnGroup& own : groups) {
        if (own.group.name.sequence == sequence) {
            return own.stage;
        }
    }
    ADD_FAILURE() << "no such group";
    return GroupStage::waiting;
}

std::string Device::fingerprint() { return fingerprint_of(*replica); }

std::string fingerprint_of(Replica& replica) {
    const ReplicaStatus status = replica.status().value();
    std::string text = std::to_string(status.confirmed.position) + "/" +
                       std::to_string(status.last_sequence.position) + "/" +
                       std::to_string(status.last_verdict.position) + "/" + to_text(status.epoch) +
                       "/" + std::to_string(status.lease ? status.lease->serial : 0) + "\n";
    text += status.staged ? to_text(status.staged->through.id) : "-";
    text += "/" + std::to_string(status.repairs_left);
    const std::vector<OwnGroup> groups = replica.own_groups(1000).value();
    for (const OwnGroup& own : groups) {
        text += "\ngroup " + std::to_string(own.group.name.sequence.position) + " " +
                std::to_string(static_cast<int>(own.stage));
    }
    for (const record::KindNumber kind : {organisation, person, study}) {
        ListQuery query;
        query.kind = kind;
        query.with_retired = true;
        query.limit = 1000;
        const ListPage page = replica.list(query).value();
        for (const record::RecordState& state : page.records) {
            text += "\n" + to_text(state.key.id) + (state.retired ? " retired" : "");
            for (const record::FieldState& field : state.fields) {
                text += "|" + record::to_text(field.value) + "@" +
                        std::to_string(field.changed_at.position);
            }
        }
    }
    const ScopeDigest digest = replica.digest().value();
    text += "\n" + std::to_string(digest.records) + ":";
    for (const std::uint8_t byte : digest.digest) {
        text += std::to_string(byte) + ",";
    }
    return text;
}

namespace {

void set_fields(record::RecordState& state, const std::vector<record::FieldState>& fields,
                record::LogIndex at) {
    for (const record::FieldState& field : fields) {
        state.set(field.field, field.value, at);
    }
}

}  // namespace

bool ModelServer::can_apply(const record::Group& group) const {
    return std::ranges::all_of(group.changes, [&](const record::Change& change) {
        const auto found = states_.find(change.record);
        if (change.operation == record::Operation::create) {
            return found == states_.end();
        }
        return found != states_.end() &&
               (change.operation != record::Operation::update || !found->second.retired);
    });
}

record::Effect ModelServer::apply(const record::Change& change, bool loses_first_field) {
    const record::LogIndex at{log_.size() + 1};
    record::RecordState& state = states_[change.record];
    state.key = change.record;
    record::Effect effect;
    effect.state.key = change.record;
    if (change.operation != record::Operation::update) {
        state.retired = change.operation == record::Operation::retire;
        state.life_changed_at = at;
    }
    std::vector<record::FieldState> fields;
    for (const record::FieldChange& field : change.fields) {
        fields.push_back({field.field, field.value, at});
    }
    if (loses_first_field && change.operation == record::Operation::update && !fields.empty()) {
        fields.erase(fields.begin());
    }
    set_fields(state, fields, at);
    effect.state.fields = fields;
    effect.state.retired = state.retired;
    effect.state.life_changed_at = state.life_changed_at;
    if (change.operation == record::Operation::create) {
        effect.sort = record::Effect::Sort::entered;
        effect.state = state;
    }
    return effect;
}

record::Receipt ModelServer::judge(const record::SealedGroup& sealed, record::Outcome wish) {
    const record::Group group = sync::decode_group(sealed.bytes).value();
    const record::Outcome outcome = can_apply(group) ? wish : record::Outcome::quarantined;
    sync::TailEntry entry;
    entry.entry.origin = group.name;
    entry.entry.author = group.author;
    entry.entry.action = group.action;
    entry.own = outcome == record::Outcome::accepted;
    if (outcome == record::Outcome::accepted || outcome == record::Outcome::merged) {
        for (const record::Change& change : group.changes) {
            record::Effect effect = apply(change, outcome == record::Outcome::merged);
            if (!entry.own) {
                entry.entry.effects.push_back(std::move(effect));
            }
        }
    }
    append(std::move(entry));
    record::Verdict verdict;
    verdict.name = group.name;
    verdict.group_hash = keys::sha256(sealed.bytes);
    verdict.outcome = outcome;
    verdict.index = head();
    return {sync::encode(verdict), {1, 2, 3}};
}

void ModelServer::change(record::RecordKey key, record::Operation operation,
                         std::vector<record::FieldState> fields) {
    record::Change change{key, operation, {}};
    for (const record::FieldState& field : fields) {
        change.fields.push_back({field.field, field.value, {}, {}});
    }
    sync::TailEntry entry;
    entry.entry.effects.push_back(apply(change, false));
    append(std::move(entry));
}

void ModelServer::evict(const record::RecordKey& key) {
    states_.erase(key);
    record::Effect effect;
    effect.sort = record::Effect::Sort::evicted;
    effect.state.key = key;
    sync::TailEntry entry;
    entry.entry.effects.push_back(effect);
    append(std::move(entry));
}

void ModelServer::enter(const record::RecordState& state) {
    states_[state.key] = state;
    sync::TailEntry entry;
    entry.entry.effects.push_back({record::Effect::Sort::entered, state});
    append(std::move(entry));
}

void ModelServer::append(sync::TailEntry entry) {
    entry.entry.index = {log_.size() + 1};
    log_.push_back(std::move(entry));
    history_.push_back(states_);
}

std::vector<sync::TailEntry> ModelServer::tail(record::LogIndex from,
                                               record::LogIndex through) const {
    return {log_.begin() + static_cast<std::ptrdiff_t>(from.position),
            log_.begin() + static_cast<std::ptrdiff_t>(through.position)};
}

sync::SnapshotChunk ModelServer::chunk(record::RecordKey after, std::size_t records) const {
    sync::SnapshotChunk chunk;
    chunk.read_at = head();
    chunk.through = after;
    auto at = states_.upper_bound(after);
    for (; at != states_.end() && chunk.records.size() < records; ++at) {
        chunk.records.push_back(at->second);
        chunk.through = at->first;
    }
    chunk.is_last = at == states_.end();
    return chunk;
}

ScopeDigest ModelServer::digest() const {
    sync::DigestAccumulator accumulator;
    for (const auto& [key, state] : states_) {
        accumulator.add(state);
    }
    ScopeDigest digest;
    digest.at = head();
    digest.records = accumulator.records();
    digest.digest = accumulator.finish();
    return digest;
}

}  // namespace zhibu::client::test
