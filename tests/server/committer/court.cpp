#include "tests/server/committer/court.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/genesis.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/id_number.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::test {
namespace {

const catalog::Kind& kind_of(std::string_view name) {
    return catalog::standard_catalog().kind(name);
}

record::Change change(std::string_view kind_name, const RecordId& id, record::Operation operation,
                      record::Base base, Values values, const Values& previous) {
    const catalog::Kind& kind = kind_of(kind_name);
    record::Change made;
    made.record = {kind.id(), id};
    made.operation = operation;
    for (auto& [field, value] : values) {
        record::FieldChange offered{kind.field(field).id(), std::move(value), {}, base};
        for (const auto& [seen_field, seen_value] : previous) {
            if (seen_field == field) {
                offered.previous = seen_value;
            }
        }
        made.fields.push_back(std::move(offered));
    }
    std::ranges::sort(made.fields, {}, &record::FieldChange::field);
    return made;
}

}  // namespace

Value text(std::string_view words) { return Value{std::string{words}}; }

Instant after(Instant from, std::int64_t milliseconds) {
    return Instant{from.milliseconds + milliseconds};
}

record::Change create(std::string_view kind, const RecordId& id, Values values) {
    return change(kind, id, record::Operation::create, {}, std::move(values), {});
}

record::Change update(std::string_view kind, const RecordId& id, record::Base base, Values values,
                      Values previous) {
    return change(kind, id, record::Operation::update, base, std::move(values), previous);
}

record::Change life(std::string_view kind, const RecordId& id, record::Operation operation) {
    return change(kind, id, operation, {}, {}, {});
}

std::string id_number(unsigned number) {
    // Two digits of the day, then two that count and an odd one: male.
    const std::string day = std::to_string(101 + number / 100 % 28).substr(1);
    const std::string count = std::to_string(100 + number % 100).substr(1);
    const std::string first = "310101198705" + day + count + "1";
    return first + rules::id_number_check(first);
}

Values applicant(const RecordId& organisation, unsigned number) {
    const std::string identity = id_number(number);
    return {{"name", text("王明")},
            {"sex", text("1")},
            {"birth_date", Value{*rules::id_number_birth(identity)}},
            {"id_number", text(identity)},
            {"organisation", Value{organisation}},
            {"stage", text("10")},
            {"application_date", Value{record::Date{2020, 1, 6}}}};
}

Values with(Values values, Values others) {
    for (auto& other : others) {
        const auto same = std::ranges::find(values, other.first, &Values::value_type::first);
        if (same != values.end()) {
            same->second = std::move(other.second);
        } else {
            values.push_back(std::move(other));
        }
    }
    return values;
}

record::Group Desk::next(std::vector<record::Change> changes) const {
    record::Group group;
    group.name = {device, incarnation, Sequence{last.position + 1}};
    group.previous = last_hash;
    group.author = account;
    group.made_at = record::next_hybrid_time({}, made_at);
    group.catalog_version = catalog::standard_catalog().version();
    group.action = "edit";
    group.changes = std::move(changes);
    return group;
}

record::SealedGroup Desk::sign(const record::Group& group) const {
    record::SealedGroup sealed;
    sealed.bytes = sync::encode(group);
    sealed.signature = key->sign(keys::sha256(sealed.bytes));
    return sealed;
}

record::SealedGroup Desk::seal(std::vector<record::Change> changes,
                               std::vector<Sequence> depends_on) {
    record::Group group = next(std::move(changes));
    group.depends_on = std::move(depends_on);
    record::SealedGroup sealed = sign(group);
    last = group.name.sequence;
    last_hash = keys::sha256(sealed.bytes);
    return sealed;
}

Court::Court(Store* other) : store{SpaceIdentity{}}, used_store{other == nullptr ? &store : other} {
    const auto founded = found_space(parts(), Founding{.organisation_name = "中共第一中学委员会",
                                                       .organisation_code = "310000",
                                                       .account_name = "党委",
                                                       .account_holder = "李强"});
    ZHIBU_CHECK(founded.has_value());
    root = founded->organisation;
    administrator = founded->account;
    restart();
    general = new_id();
    branch_a = new_id();
    branch_b = new_id();
    beside = new_id();
    const auto organisation = [](const RecordId& id, std::string_view code, std::string_view type,
                                 const RecordId& parent) {
        return create("organisation", id,
                      {{"name", text(code)},
                       {"code", text(code)},
                       {"type", text(type)},
                       {"parent", Value{parent}}});
    };
    write({organisation(general, "G", "20", root), organisation(branch_a, "A", "30", general),
           organisation(branch_b, "B", "30", general), organisation(beside, "C", "30", root)});
    general_administrator =
        add_account(general, "2", {{"nature", text("1")}, {"manages", Value{true}}});
    secretary_a = add_account(branch_a, "3", {{"nature", text("1")}});
    secretary_b = add_account(branch_b, "3", {{"nature", text("1")}});
}

Court::~Court() = default;

Committer::Parts Court::parts() {
    Committer::Parts parts;
    parts.store = used_store;
    parts.catalog = &catalog::standard_catalog();
    parts.parameters = &parameters;
    parts.clock = &clock;
    parts.random = &random;
    parts.sign_receipt = [this](std::span<const std::uint8_t> bytes) {
        return receipt_key.sign(bytes);
    };
    parts.sign_group = [this](const Hash& hash) { return server_key.sign(hash); };
    parts.server_device.uuid.bytes.fill(0xee);
    parts.on_commit = [this](const CommitNotice& notice) { notices.push_back(notice); };
    return parts;
}

void Court::stop() { committer.reset(); }

void Court::restart() {
    stop();
    auto started = Committer::start(parts(), settings);
    ZHIBU_CHECK(started.has_value());
    committer = *std::move(started);
}

RecordId Court::new_id() { return RecordId{record::make_uuid_v7(clock.now(), random)}; }

RecordId Court::add_account(const RecordId& organisation, std::string_view level, Values values) {
    const RecordId id = new_id();
    write({create("account", id,
                  with({{"name", text("账号" + to_text(id))},
                        {"organisation", Value{organisation}},
                        {"level", text(level)},
                        {"nature", text("2")},
                        {"permission", text("1")},
                        {"state", text("1")}},
                       std::move(values)))});
    return id;
}

RecordId Court::add_window(const RecordId& organisation, sync::EditPeriod period, Values values) {
    const RecordId id = new_id();
    write({create("window", id,
                  with({{"organisation", Value{organisation}},
                        {"starts_at", Value{period.starts_at}},
                        {"ends_at", Value{period.ends_at}}},
                       std::move(values)))});
    return id;
}

Desk Court::enrol(const RecordId& account) {
    Desk desk;
    desk.device.uuid = new_id().uuid;
    desk.incarnation.uuid = record::make_uuid_v4(random);
    desk.account = account;
    desk.key = std::make_shared<keys::P256Key>(keys::P256Key::generate());
    desk.made_at = clock.now();
    ServerWrite enrolment;
    enrolment.action = "enrol";
    enrolment.changes = {
        create("device", RecordId{desk.device.uuid},
               {{"account", Value{account}},
                {"organisation", Value{committer->control()->account(account)->scope}},
                {"state", text("2")}})};
    enrolment.device_keys = {DeviceKey{desk.device, account, desk.key->public_key(), {}}};
    ZHIBU_CHECK(try_write(std::move(enrolment)).has_value());
    return desk;
}

static PushResult push_job(Committer& committer, PushJob job) {
    std::promise<PushResult> done;
    committer.push(std::move(job), [&](PushResult result) { done.set_value(std::move(result)); });
    return done.get_future().get();
}

PushResult Court::push(const Desk& desk, std::vector<record::SealedGroup> groups) {
    return push_job(*committer, {desk.device, desk.incarnation, desk.account, std::move(groups)});
}

PushResult Court::hand_in(const Desk& desk, std::vector<record::SealedGroup> groups) {
    return push_job(*committer,
                    {desk.device, desk.incarnation, desk.account, std::move(groups), true});
}

record::Verdict Court::judge(Desk& desk, std::vector<record::Change> changes,
                             std::vector<Sequence> depends_on) {
    const auto result = push(desk, {desk.seal(std::move(changes), std::move(depends_on))});
    ZHIBU_CHECK(result.receipts.size() == 1);
    return verdict_of(result.receipts.front());
}

std::expected<LogIndex, ServerWriteError> Court::try_write(ServerWrite write) {
    std::promise<std::expected<LogIndex, ServerWriteError>> done;
    committer->write(std::move(write), [&](auto result) { done.set_value(std::move(result)); });
    return done.get_future().get();
}

LogIndex Court::write(std::vector<record::Change> changes) {
    ServerWrite own;
    own.action = "set_up";
    own.changes = std::move(changes);
    const auto written = try_write(std::move(own));
    ZHIBU_CHECK(written.has_value());
    return *written;
}

record::RecordState Court::state(std::string_view kind, const RecordId& id) const {
    return store.contents()->records.at({kind_of(kind).id(), id});
}

bool Court::exists(std::string_view kind, const RecordId& id) const {
    return store.contents()->records.contains({kind_of(kind).id(), id});
}

Value Court::value(std::string_view kind, const RecordId& id, std::string_view field) const {
    return state(kind, id).value(kind_of(kind).field(field).id());
}

std::vector<record::RecordState> Court::all(std::string_view kind) const {
    std::vector<record::RecordState> found;
    for (const auto& [key, state] : store.contents()->records) {
        if (key.kind == kind_of(kind).id()) {
            found.push_back(state);
        }
    }
    return found;
}

RecordId Court::case_of(const record::Verdict& verdict) const {
    for (const record::RecordState& state : all("case")) {
        if (value("case", state.key.id, "number") == text(std::to_string(verdict.index.position))) {
            return state.key.id;
        }
    }
    ZHIBU_CHECK(!"no case");
    return {};
}

std::vector<RecordId> Court::conflicts_of(const record::Verdict& verdict) const {
    std::vector<RecordId> found;
    for (const record::RecordState& state : all("conflict")) {
        const Value at = value("conflict", state.key.id, "offered_at");
        if (at == Value{static_cast<std::int64_t>(verdict.index.position)}) {
            found.push_back(state.key.id);
        }
    }
    return found;
}

LogIndex Court::head() const { return LogIndex{store.contents()->rows.size()}; }

record::Verdict verdict_of(const record::Receipt& receipt) {
    auto verdict = sync::decode_verdict(receipt.verdict);
    ZHIBU_CHECK(verdict.has_value());
    return *std::move(verdict);
}

bool names(const record::Verdict& verdict, std::string_view rule) {
    return std::ranges::any_of(verdict.reasons,
                               [&](const record::Reason& reason) { return reason.rule == rule; });
}

}  // namespace zhibu::server::test
