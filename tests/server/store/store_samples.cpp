#include "tests/server/store/store_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/placement.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::test {
namespace {

using catalog::Field;
using catalog::FieldType;
using catalog::Kind;
using record::Effect;

Field field(std::uint16_t number, std::string_view name, FieldType type,
            std::string_view refers_to = {}) {
    Field made;
    made.number = number;
    made.name = name;
    made.label = {name, name};
    made.type = type;
    const bool has_width =
        type == FieldType::text || type == FieldType::note || type == FieldType::tags;
    made.width = has_width ? std::uint16_t{200} : std::uint16_t{0};
    made.policy =
        type == FieldType::tags ? catalog::MergePolicy::unite : catalog::MergePolicy::later;
    made.refers_to = refers_to;
    return made;
}

Kind kind(std::uint16_t number, std::string_view name, std::vector<std::string_view> placed_by,
          std::vector<Field> fields) {
    Kind made;
    made.number = number;
    made.name = name;
    made.label = {name, name};
    made.placed_by = std::move(placed_by);
    made.fields = std::move(fields);
    return made;
}

std::vector<Kind> small_kinds() {
    std::vector<Kind> kinds;
    kinds.push_back(
        kind(1, "person", {"organisation"},
             {field(1, "name", FieldType::text), field(2, "id_number", FieldType::text),
              field(3, "organisation", FieldType::reference, "organisation"),
              field(4, "mentor", FieldType::reference, "person"), field(5, "tags", FieldType::tags),
              field(6, "dues", FieldType::money), field(7, "born", FieldType::day),
              field(8, "since", FieldType::month), field(9, "is_active", FieldType::boolean),
              field(10, "seen_at", FieldType::instant), field(11, "remark", FieldType::note)}));
    kinds.push_back(kind(2, "organisation", {},
                         {field(1, "name", FieldType::text),
                          field(2, "parent", FieldType::reference, "organisation")}));
    kinds.push_back(kind(3, "letter", {"sender", "receiver"},
                         {field(1, "number", FieldType::text),
                          field(2, "sender", FieldType::reference, "organisation"),
                          field(3, "receiver", FieldType::reference, "organisation")}));
    Kind studies = kind(
        10, "study", {},
        {field(1, "owner", FieldType::reference, "person"), field(2, "school", FieldType::text)});
    studies.owner = "person";
    kinds.push_back(std::move(studies));
    return kinds;
}

std::vector<Kind> grown_kinds() {
    std::vector<Kind> kinds = small_kinds();
    kinds.front().fields.push_back(field(20, "nickname", FieldType::text));
    kinds.push_back(kind(11, "plan", {"organisation"},
                         {field(1, "organisation", FieldType::reference, "organisation")}));
    return kinds;
}

record::Uuid uuid(std::uint8_t sort, std::uint64_t number) {
    record::Uuid made;
    made.bytes[0] = sort;
    for (std::size_t i = 0; i < 8; ++i) {
        made.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return made;
}

/// What was confirmed later stays.
void merge(const RecordState& from, RecordState& into) {
    for (const record::FieldState& each : from.fields) {
        const record::FieldState* held = into.find(each.field);
        if (held == nullptr || held->changed_at <= each.changed_at) {
            into.set(each.field, each.value, each.changed_at);
        }
    }
    if (into.life_changed_at <= from.life_changed_at) {
        into.retired = from.retired;
        into.life_changed_at = from.life_changed_at;
    }
}

}  // namespace

const catalog::Catalog& small_catalog() {
    static const catalog::Catalog catalog(7, small_kinds(), {});
    return catalog;
}

const catalog::Catalog& grown_catalog() {
    static const catalog::Catalog catalog(8, grown_kinds(), {});
    return catalog;
}

RecordId organisation(std::uint64_t number) { return RecordId{uuid(0x20, number)}; }

RecordKey person(std::uint64_t number) { return {person_kind, RecordId{uuid(0x10, number)}}; }

RecordKey study(std::uint64_t number) { return {study_kind, RecordId{uuid(0x30, number)}}; }

RecordKey letter(std::uint64_t number) { return {letter_kind, RecordId{uuid(0x40, number)}}; }

RecordKey organisation_record(std::uint64_t number) {
    return {organisation_kind, organisation(number)};
}

SpaceIdentity identity() {
    return {record::SpaceId{uuid(0x50, 1)}, record::EpochId{uuid(0x50, 2)}, "某某市委"};
}

ScopeFilter everything() {
    ScopeFilter filter;
    filter.everything = true;
    return filter;
}

ScopeFilter scope(std::vector<std::uint64_t> organisations) {
    ScopeFilter filter;
    for (const std::uint64_t number : organisations) {
        filter.organisations.push_back(organisation(number));
    }
    std::ranges::sort(filter.organisations);
    return filter;
}

DeviceName device(std::uint64_t number) {
    return {DeviceId{uuid(0x60, number)}, IncarnationId{uuid(0x61, number)}};
}

Edit new_person(std::uint64_t number, std::uint64_t organisation_number) {
    return {
        person(number),
        {{1, std::string("人") + std::to_string(number)}, {3, organisation(organisation_number)}},
        std::nullopt};
}

Edit new_study(std::uint64_t number, std::uint64_t person_number) {
    return {study(number), {{1, person(person_number).id}, {2, std::string("大学")}}, std::nullopt};
}

Edit move_person(std::uint64_t number, std::uint64_t organisation_number) {
    return {person(number), {{3, organisation(organisation_number)}}, std::nullopt};
}

std::vector<RecordId> Scribe::places_of(const RecordState& state) const {
    const auto found = places(catalog_, state, [this](const RecordKey& key) {
        const auto at = states_.find(key);
        return Stored<std::optional<RecordState>>(at == states_.end() ? std::nullopt
                                                                      : std::optional(at->second));
    });
    return found.value();
}

std::map<RecordKey, RecordState> Scribe::seen(const ScopeFilter& scope) const {
    std::map<RecordKey, RecordState> found;
    for (const auto& [key, state] : states_) {
        if (scope.sees(places_of(state))) {
            found.emplace(key, state);
        }
    }
    return found;
}

Scribe::Group Scribe::next(const DeviceName& author, const std::vector<Edit>& edits,
                           bool verbatim) {
    Group group;
    LogRow& row = group.row;
    row.index = LogIndex{rows_.size() + 1};
    row.name = {author.device, author.incarnation, Sequence{}};
    row.name.sequence = Sequence{++sequences_[author.incarnation].position};
    row.sealed.bytes.assign(20, static_cast<std::uint8_t>(row.index.position));
    row.sealed.signature = {7, 7};
    row.group_hash = keys::sha256(row.sealed.bytes);
    row.group_hash[0] = author.incarnation.uuid.bytes[15];
    row.receipt = {{1, 2, static_cast<std::uint8_t>(row.index.position)}, {9}};
    row.author = RecordId{author.device.uuid};
    row.action = "edit";
    row.committed_at = Instant{1000 + static_cast<std::int64_t>(row.index.position)};
    row.verbatim = verbatim;
    std::map<RecordKey, std::vector<RecordId>> before;
    for (const auto& [key, state] : states_) {
        before.emplace(key, places_of(state));
    }
    for (const Edit& edit : edits) {
        const bool created = !states_.contains(edit.key);
        RecordState& state = states_[edit.key];
        PlacedEffect placed;
        placed.effect.sort = created ? Effect::Sort::entered : Effect::Sort::changed;
        state.key = edit.key;
        if (created || edit.retired) {
            state.life_changed_at = row.index;
            state.retired = edit.retired.value_or(false);
        }
        placed.effect.state = {edit.key, state.retired, state.life_changed_at, {}};
        for (const auto& [number, value] : edit.fields) {
            state.set(record::FieldNumber{number}, value, row.index);
            placed.effect.state.set(record::FieldNumber{number}, value, row.index);
        }
        row.effects.push_back(std::move(placed));
    }
    for (PlacedEffect& each : row.effects) {
        const auto at = before.find(each.effect.state.key);
        each.placement.before = at == before.end() ? std::vector<RecordId>{} : at->second;
        each.placement.after = places_of(states_.at(each.effect.state.key));
        group.states.push_back(states_.at(each.effect.state.key));
    }
    add_entries_that_moved(before, group);
    row.leaves.group.commitment = row.group_hash;
    row.leaves.group.salt = keys::sha256(row.group_hash);
    row.leaves.verdict.commitment = keys::sha256(row.receipt.verdict);
    rows_.push_back(row);
    return group;
}

void Scribe::add_entries_that_moved(const std::map<RecordKey, std::vector<RecordId>>& before,
                                    Group& group) {
    for (const auto& [key, places] : before) {
        const RecordState& state = states_.at(key);
        const std::vector<RecordId> after = places_of(state);
        const bool told = std::ranges::any_of(group.row.effects, [&](const PlacedEffect& each) {
            return each.effect.state.key == key;
        });
        if (!told && places != after) {
            PlacedEffect placed;
            placed.effect.state = {key, state.retired, state.life_changed_at, {}};
            placed.placement = {places, after};
            group.row.effects.push_back(std::move(placed));
            group.row.verbatim = false;
        }
    }
}

Stored<void> Scribe::write(Store& store, const Group& group) {
    auto begun = store.begin();
    if (!begun) {
        return std::unexpected(begun.error());
    }
    StoreTransaction& transaction = **begun;
    for (const RecordState& state : group.states) {
        if (auto done = transaction.put(state); !done) {
            return done;
        }
    }
    if (auto done = transaction.append(group.row); !done) {
        return done;
    }
    return transaction.commit();
}

LogIndex Scribe::commit(Store& store, const DeviceName& author, const std::vector<Edit>& edits,
                        bool verbatim) {
    const Group group = next(author, edits, verbatim);
    const Stored<void> written = write(store, group);
    EXPECT_TRUE(written.has_value()) << written.error().place;
    return group.row.index;
}

void ReplicaSketch::apply(const Effect& effect) {
    const RecordKey& key = effect.state.key;
    switch (effect.sort) {
        case Effect::Sort::evicted:
            states_.erase(key);
            return;
        case Effect::Sort::entered:
            if (const auto at = states_.find(key); at != states_.end()) {
                merge(effect.state, at->second);
            } else {
                states_.emplace(key, effect.state);
            }
            return;
        case Effect::Sort::changed:
            // A record that a later chunk no longer held may still be in the tail before it.
            if (const auto at = states_.find(key); at != states_.end()) {
                merge(effect.state, at->second);
            }
            return;
    }
}

void ReplicaSketch::take_snapshot(StoreReader& reader, const ScopeFilter& scope,
                                  std::size_t bytes_max, const std::function<void()>& between) {
    states_.clear();
    RecordKey after;
    for (bool first = true;; first = false) {
        const auto chunk = reader.chunk(after, scope, bytes_max);
        ASSERT_TRUE(chunk.has_value());
        if (first) {
            confirmed_ = chunk->read_at;
        }
        for (const RecordState& state : chunk->records) {
            ASSERT_LT(after, state.key);
            after = state.key;
            states_.emplace(state.key, state);
        }
        ASSERT_EQ(chunk->through, after);
        if (chunk->is_last) {
            return;
        }
        ASSERT_FALSE(chunk->records.empty());
        between();
    }
}

bool ReplicaSketch::catch_up(StoreReader& reader, const ScopeFilter& scope, std::size_t bytes_max) {
    while (true) {
        const auto read =
            reader.tail(confirmed_, scope, device_.device, device_.incarnation, bytes_max);
        EXPECT_TRUE(read.has_value());
        if (!read || !read->has_value()) {
            return false;
        }
        const sync::Tail& tail = **read;
        LogIndex last = confirmed_;
        for (const sync::TailEntry& each : tail.entries) {
            EXPECT_LT(last, each.entry.index);
            last = each.entry.index;
            if (each.own) {
                EXPECT_TRUE(each.entry.effects.empty());
                for (const PlacedEffect& placed : scribe_.row(last).effects) {
                    apply(placed.effect);
                }
            }
            for (const Effect& effect : each.entry.effects) {
                apply(effect);
            }
        }
        EXPECT_LE(last, tail.through);
        const bool at_head = tail.through == tail.head;
        if (!at_head && tail.through <= confirmed_) {
            ADD_FAILURE() << "the tail does not get on";
            return false;
        }
        confirmed_ = tail.through;
        if (at_head) {
            return true;
        }
    }
}

}  // namespace zhibu::server::test
