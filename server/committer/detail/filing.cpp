#include "server/committer/detail/filing.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/placement.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

using record::FieldChange;
using record::Value;

/// Of a group's content; the rest stands in further groups of the server's own.
constexpr std::size_t parts_in_one_group = 8;
constexpr std::size_t conflicts_in_one_group = 200;
/// Of a group of group_bytes_max some 1,500.
constexpr std::uint32_t parts_max = 2'000;
constexpr std::size_t action_bytes_max = 64;

Value number_of(std::uint64_t number) { return Value{static_cast<std::int64_t>(number)}; }

Value text(std::string_view words) { return Value{std::string{words}}; }

record::Change new_record(const catalog::Kind& kind, record::Random& random, Instant now) {
    record::Change change;
    change.record = {kind.id(), RecordId{record::make_uuid_v7(now, random)}};
    change.operation = record::Operation::create;
    return change;
}

/// Fields that hold nothing are left out.
void add(record::Change& change, const catalog::Kind& kind, std::string_view name, Value value) {
    if (!record::is_empty(value)) {
        change.fields.push_back(set_field(kind, name, std::move(value)));
    }
}

Value id_or_none(const RecordId& id) { return id.is_none() ? Value{} : Value{id}; }

/// An action is a word of ours; what a device made of it otherwise is in the content.
Value action_of(const record::Group& group) {
    const bool is_word =
        group.action.size() <= action_bytes_max && std::ranges::all_of(group.action, [](char each) {
            return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '_';
        });
    return is_word && !group.action.empty() ? Value{group.action} : Value{};
}

Value kinds_of(const catalog::Catalog& catalog, const record::Group& group) {
    std::vector<std::string> names;
    for (const record::Change& change : group.changes) {
        if (const catalog::Kind* kind = catalog.find(change.record.kind)) {
            names.emplace_back(kind->name);
        }
    }
    record::TextSet set = record::make_text_set(std::move(names));
    return set.texts.empty() ? Value{} : Value{std::move(set)};
}

/// The organisations that the group's records stand in, and those that it names for them.
class Concerned {
public:
    Concerned(const Bench& bench, StoreReading& store) : bench_{bench}, store_{store} {}

    [[nodiscard]] Stored<void> add(const record::Change& change) {
        const catalog::Kind* kind = bench_.catalog->find(change.record.kind);
        if (kind == nullptr) {
            is_known_ = false;
            return {};
        }
        ZHIBU_TRY_VOID(add_record(change.record));
        for (const FieldChange& field : change.fields) {
            const auto* id = std::get_if<RecordId>(&field.value);
            const catalog::Field* declared = kind->find(field.field);
            if (id == nullptr || declared == nullptr) {
                continue;
            }
            if (std::ranges::find(kind->placed_by, declared->name) != kind->placed_by.end()) {
                found_.push_back(*id);
            } else if (!kind->owner.empty() && declared->name == "owner") {
                ZHIBU_TRY_VOID(add_record({bench_.catalog->kind(kind->owner).id(), *id}));
            }
        }
        return {};
    }

    /// The nearest organisation at or above `from` that holds all of them; none for the top.
    [[nodiscard]] std::optional<RecordId> common(RecordId from) const {
        const Control& control = *bench_.control;
        for (unsigned level = 0; is_known_ && level < Control::levels_max; ++level) {
            const bool holds_all = std::ranges::all_of(found_, [&](const RecordId& each) {
                return control.depth(each) == Control::unknown_depth ||
                       control.is_within(each, from);
            });
            if (holds_all) {
                return from;
            }
            const auto above = control.superior(from);
            if (!above) {
                break;
            }
            from = *above;
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] Stored<void> add_record(const RecordKey& key) {
        ZHIBU_TRY(state, store_.find(key));
        if (state) {
            ZHIBU_TRY(places, server::places(*bench_.catalog, *state, [&](const RecordKey& owner) {
                          return store_.find(owner);
                      }));
            found_.insert(found_.end(), places.begin(), places.end());
        }
        return {};
    }

    const Bench& bench_;
    StoreReading& store_;
    std::vector<RecordId> found_;
    bool is_known_ = true;
};

Stored<std::vector<record::Change>> content_changes(const Bench& bench, StoreReading& store,
                                                    record::Random& random, const SetAside& aside,
                                                    const RecordId& case_id) {
    const catalog::Kind& kind = bench.catalog->kind("case_content");
    Concerned concerned{bench, store};
    for (const record::Change& change : aside.group.group.changes) {
        ZHIBU_TRY_VOID(concerned.add(change));
    }
    const Account* author = bench.control->account(aside.group.group.author);
    const auto place = author == nullptr ? std::nullopt : concerned.common(author->scope);
    std::vector<record::Change> changes;
    for (std::string& part : sync::content_parts(aside.group.sealed.bytes)) {
        record::Change change = new_record(kind, random, aside.arrived);
        add(change, kind, "organisation", place ? Value{*place} : Value{});
        add(change, kind, "case", Value{case_id});
        add(change, kind, "part", number_of(changes.size()));
        add(change, kind, "content", Value{std::move(part)});
        changes.push_back(std::move(change));
    }
    return changes;
}

/// The case that the group waits for: of the groups it builds on, the newest that is set aside.
Stored<Value> awaited(const Bench& bench, StoreReading& store, GroupName name,
                      std::span<const record::Reason> reasons) {
    std::uint64_t newest = 0;
    for (const record::Reason& reason : reasons) {
        for (const record::Parameter& parameter : reason.parameters) {
            std::uint64_t sequence = 0;
            const char* end = parameter.value.data() + parameter.value.size();
            if (reason.rule == reasons::depends_on_quarantined && parameter.name == "sequence" &&
                std::from_chars(parameter.value.data(), end, sequence).ptr == end) {
                newest = std::max(newest, sequence);
            }
        }
    }
    if (newest == 0) {
        return Value{};
    }
    name.sequence = Sequence{newest};
    ZHIBU_TRY(in_chain, store.held(name));
    ZHIBU_TRY(outside, store.held_outside(name));
    const std::optional<HeldGroup>& held = in_chain ? in_chain : outside;
    if (!held) {
        return Value{};
    }
    ZHIBU_TRY(found, case_at(bench, store, held->index));
    return found ? Value{found->key.id} : Value{};
}

/// The organisations that see a record.
Stored<std::vector<RecordId>> places_of(const Bench& bench, StoreReading& store,
                                        const RecordKey& key) {
    ZHIBU_TRY(state, store.find(key));
    if (!state) {
        return std::vector<RecordId>{};
    }
    ZHIBU_TRY(places, server::places(*bench.catalog, *state,
                                     [&](const RecordKey& owner) { return store.find(owner); }));
    return places;
}

/// Whose value is not the one that stands, and why; no value: nobody's was lost.
struct Loss {
    std::string_view state;
    RecordId loser;
};

std::optional<Loss> loss_of(const Bench& bench, const record::FieldDecision& decision,
                            const RecordId& offered_by) {
    const catalog::Kind* kind = bench.catalog->find(decision.record.kind);
    switch (decision.settlement) {
        case record::Settlement::waits:
            return Loss{sync::conflict_state::waiting, {}};
        case record::Settlement::offered_won:
            // What the server wrote has nobody who would want it back.
            return decision.committed_by.is_none()
                       ? std::nullopt
                       : std::optional{Loss{sync::conflict_state::by_rule, decision.committed_by}};
        case record::Settlement::committed_stood:
            // Of a decision that came second the state is enough; its remark went with it.
            return kind->writers == catalog::Writers::decider &&
                           kind->find(decision.field)->name != "state"
                       ? std::nullopt
                       : std::optional{Loss{sync::conflict_state::by_rule, offered_by}};
        case record::Settlement::united:
            return std::nullopt;
    }
    std::unreachable();
}

Value packed_value(record::FieldNumber field, const Value& value, LogIndex at) {
    auto packed = sync::packed(record::FieldState{field, value, at});
    return packed ? Value{*std::move(packed)} : Value{};
}

/// Where the record itself was out of use: the position at which it went is the value's then.
Stored<bool> is_about_life(StoreReading& store, const record::FieldDecision& decision) {
    ZHIBU_TRY(state, store.find(decision.record));
    return state && state->retired && decision.settlement == record::Settlement::waits;
}

Stored<record::Change> conflict_change(const Bench& bench, StoreReading& store,
                                       record::Random& random, Instant now,
                                       const Unsettled& unsettled,
                                       const record::FieldDecision& decision, std::size_t ordinal) {
    const catalog::Kind& kind = bench.catalog->kind("conflict");
    const Loss loss = *loss_of(bench, decision, unsettled.offered_by);
    ZHIBU_TRY(where, where_it_stands(bench, store, decision.record));
    ZHIBU_TRY(about_life, is_about_life(store, decision));
    record::Change change = new_record(kind, random, now);
    for (FieldChange& field : where) {
        add(change, kind, kind.find(field.field)->name, std::move(field.value));
    }
    add(change, kind, "number",
        text(std::to_string(unsettled.index.position) + "-" + std::to_string(ordinal)));
    add(change, kind, "kind", number_of(decision.record.kind.number));
    add(change, kind, "record", text(to_text(decision.record.id)));
    add(change, kind, "field", number_of(decision.field.number));
    add(change, kind, "offered", packed_value(decision.field, decision.offered, unsettled.index));
    add(change, kind, "committed",
        packed_value(decision.field, decision.committed, decision.committed_at));
    add(change, kind, "offered_by", id_or_none(unsettled.offered_by));
    add(change, kind, "committed_by", id_or_none(decision.committed_by));
    add(change, kind, "offered_at", number_of(unsettled.index.position));
    add(change, kind, "committed_at", number_of(decision.committed_at.position));
    add(change, kind, "life", about_life ? Value{true} : Value{});
    add(change, kind, "loser", id_or_none(loss.loser));
    add(change, kind, "state", text(loss.state));
    return change;
}

}  // namespace

FieldChange set_field(const catalog::Kind& kind, std::string_view name, Value value) {
    return {kind.field(name).id(), std::move(value), {}, {}};
}

Stored<std::vector<FieldChange>> where_it_stands(const Bench& bench, StoreReading& store,
                                                 const RecordKey& record) {
    const catalog::Kind& kind = bench.catalog->kind("conflict");
    // No kind has more places than two.
    ZHIBU_TRY(places, places_of(bench, store, record));
    places.resize(2);
    return std::vector{set_field(kind, "organisation", id_or_none(places[0])),
                       set_field(kind, "second_organisation", id_or_none(places[1]))};
}

Stored<std::optional<RecordState>> case_at(const Bench& bench, StoreReading& store,
                                           LogIndex index) {
    const catalog::Kind& kind = bench.catalog->kind("case");
    ZHIBU_TRY(keys, store.find_by(kind.id(), kind.field("number").id(),
                                  text(std::to_string(index.position)), 1));
    if (keys.empty()) {
        return std::nullopt;
    }
    return store.find(keys.front());
}

Stored<std::vector<FieldChange>> why_it_waits(const Bench& bench, StoreReading& store,
                                              const GroupName& name,
                                              std::span<const record::Reason> reasons) {
    const catalog::Kind& kind = bench.catalog->kind("case");
    std::vector<std::string> rules;
    for (const record::Reason& reason : reasons) {
        rules.push_back(reason.rule);
    }
    ZHIBU_TRY(waits_for, awaited(bench, store, name, reasons));
    return std::vector{set_field(kind, "rules", Value{record::make_text_set(std::move(rules))}),
                       set_field(kind, "reasons", Value{sync::packed(reasons)}),
                       set_field(kind, "depends_on", std::move(waits_for))};
}

Stored<FiledGroups> file_case(const Bench& bench, StoreReading& store, record::Random& random,
                              const SetAside& aside) {
    const record::Group& group = aside.group.group;
    const catalog::Kind& kind = bench.catalog->kind("case");
    record::Change change = new_record(kind, random, aside.arrived);
    const Account* author = bench.control->account(group.author);
    if (author != nullptr) {
        add(change, kind, "organisation", id_or_none(author->scope));
        add(change, kind, "author", Value{author->id});
    }
    add(change, kind, "number", text(std::to_string(aside.index.position)));
    add(change, kind, "device", Value{RecordId{group.name.device.uuid}});
    add(change, kind, "incarnation", text(record::to_text(group.name.incarnation.uuid)));
    add(change, kind, "sequence", number_of(group.name.sequence.position));
    add(change, kind, "group_hash", text(keys::to_hex(aside.group.hash)));
    add(change, kind, "action", action_of(group));
    add(change, kind, "changes", number_of(group.changes.size()));
    add(change, kind, "kinds", kinds_of(*bench.catalog, group));
    add(change, kind, "bytes", number_of(aside.group.sealed.bytes.size()));
    add(change, kind, "made_at", Value{group.made_at.instant()});
    add(change, kind, "arrived_at", Value{aside.arrived});
    ZHIBU_TRY(why, why_it_waits(bench, store, group.name, aside.reasons));
    for (FieldChange& field : why) {
        if (!record::is_empty(field.value)) {
            change.fields.push_back(std::move(field));
        }
    }
    add(change, kind, "state", text(sync::case_state::waiting));
    ZHIBU_TRY(parts, content_changes(bench, store, random, aside, change.record.id));
    FiledGroups filed{{std::move(change)}};
    std::size_t room = parts_in_one_group;
    for (record::Change& part : parts) {
        if (room == 0) {
            filed.emplace_back();
            room = parts_in_one_group;
        }
        filed.back().push_back(std::move(part));
        --room;
    }
    return filed;
}

Stored<FiledGroups> file_conflicts(const Bench& bench, StoreReading& store, record::Random& random,
                                   Instant now, const Unsettled& unsettled) {
    FiledGroups filed;
    std::size_t ordinal = 0;
    for (const record::FieldDecision& decision : unsettled.decisions) {
        if (!loss_of(bench, decision, unsettled.offered_by)) {
            continue;
        }
        if (filed.empty() || filed.back().size() == conflicts_in_one_group) {
            filed.emplace_back();
        }
        ZHIBU_TRY(change,
                  conflict_change(bench, store, random, now, unsettled, decision, ++ordinal));
        filed.back().push_back(std::move(change));
    }
    return filed;
}

Stored<std::optional<record::Group>> content_of_case(const Bench& bench, StoreReading& store,
                                                     const RecordState& of) {
    const catalog::Kind& kind = bench.catalog->kind("case_content");
    ZHIBU_TRY(keys, store.find_by(kind.id(), kind.field("case").id(), Value{of.key.id}, parts_max));
    std::map<std::int64_t, std::string> parts;
    for (const RecordKey& key : keys) {
        ZHIBU_TRY(part, store.find(key));
        const auto* at = std::get_if<std::int64_t>(&part->value(kind.field("part").id()));
        const auto* content = std::get_if<std::string>(&part->value(kind.field("content").id()));
        if (at != nullptr && content != nullptr) {
            parts[*at] = *content;
        }
    }
    std::vector<std::string> texts;
    for (auto& [at, content] : parts) {
        texts.push_back(std::move(content));
    }
    const auto bytes = sync::content_of(texts);
    const auto& hash = of.value(bench.catalog->kind("case").field("group_hash").id());
    if (!bytes || hash != text(keys::to_hex(keys::sha256(*bytes)))) {
        return std::nullopt;
    }
    auto group = sync::decode_group(*bytes);
    return group ? std::optional{*std::move(group)} : std::nullopt;
}

}  // namespace zhibu::server::detail
