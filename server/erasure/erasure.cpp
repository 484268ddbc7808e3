#include "server/erasure/erasure.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "server/store/placement.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/erasure/notes.hpp"
#include "sync_protocol/erasure/strip.hpp"

namespace zhibu::server {
namespace {

using record::Value;

constexpr std::uint32_t entries_max = 100'000;
/// Of the text that names positions.
constexpr std::size_t positions_bytes_max = 60'000;

template <class T>
using Erased = std::expected<T, ErasureError>;

std::unexpected<ErasureError> failed(StoreError error) {
    return std::unexpected{ErasureError{ErasureFault::storage, 0, std::move(error)}};
}

/// The store's answer, its error as an erasure's.
template <class T>
Erased<T> told(Stored<T> stored) {
    if (!stored) {
        return failed(std::move(stored).error());
    }
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        return *std::move(stored);
    }
}

/// One erasure under way, in one transaction.
class Erasing {
public:
    Erasing(ErasingTransaction& store, const ErasureMeans& means, const ErasureWish& wish)
        : store_{store}, means_{means}, wish_{wish}, catalog_{*means.catalog} {}

    Erased<ErasureDone> run() {
        ZHIBU_TRY(head, told(store_.head()));
        head_ = head;
        ZHIBU_TRY_VOID(check_kind());
        ZHIBU_TRY_VOID(take_entries(wish_.record));
        ZHIBU_TRY_VOID(take_conflicts());
        for (LogIndex at{1}; at <= head_; ++at.position) {
            ZHIBU_TRY_VOID(look_at(at));
        }
        ZHIBU_TRY(stands, told(store_.find(wish_.record)));
        if (!stands && positions_.empty()) {
            return std::unexpected{ErasureError{ErasureFault::no_such_record, 0, {}}};
        }
        for (const auto& [key, fields] : erased_) {
            ZHIBU_TRY_VOID(take_state(key, fields));
        }
        // What devices have begun to send may hold it too; they send it again.
        ZHIBU_TRY_VOID(told(store_.drop_stagings_before(Instant{INT64_MAX})));
        ZHIBU_TRY_VOID(append());
        ErasureDone done{LogIndex{head_.position + 1}, {}, {}};
        for (const auto& [index, rest] : positions_) {
            done.positions.push_back(index);
        }
        for (const auto& [key, fields] : erased_) {
            if (fields.empty()) {
                done.records.push_back(key);
            }
        }
        return done;
    }

private:
    [[nodiscard]] Erased<void> check_kind() {
        const catalog::Kind* kind = catalog_.find(wish_.record.kind);
        // The tree of organisations is what says who sees what.
        if (kind == nullptr || kind->writers != catalog::Writers::scope ||
            kind->name == "organisation") {
            return std::unexpected{ErasureError{ErasureFault::server_writes, 0, {}}};
        }
        const catalog::Kind& own = catalog_.kind("erasure");
        for (const auto& [field, words] :
             {std::pair{"reason", &wish_.reason}, std::pair{"by", &wish_.by}}) {
            if (words->empty() || catalog::misfit(catalog_, own.field(field), Value{*words})) {
                return std::unexpected{ErasureError{ErasureFault::wrong_words, 0, {}}};
            }
        }
        erased_[wish_.record];
        return {};
    }

    [[nodiscard]] Erased<void> take_entries(const RecordKey& owner) {
        for (const catalog::Kind* kind : catalog_.entries_of(*catalog_.find(owner.kind))) {
            ZHIBU_TRY(found, told(store_.find_by(kind->id(), kind->field("owner").id(),
                                                 Value{owner.id}, entries_max)));
            if (!found.empty() && !wish_.with_entries) {
                return std::unexpected{ErasureError{ErasureFault::has_entries, found.size(), {}}};
            }
            for (const RecordKey& entry : found) {
                erased_[entry];
                ZHIBU_TRY_VOID(take_entries(entry));
            }
        }
        return {};
    }

    /// What the server has filed of lost and waiting values.
    [[nodiscard]] Erased<void> take_conflicts() {
        const catalog::Kind& kind = catalog_.kind("conflict");
        std::vector<RecordKey> found;
        ZHIBU_TRY_VOID(told(store_.each(kind.id(), [&](const RecordState& conflict) {
            const auto* number =
                std::get_if<std::int64_t>(&conflict.value(kind.field("kind").id()));
            const auto* text = std::get_if<std::string>(&conflict.value(kind.field("record").id()));
            const auto uuid = text == nullptr ? std::nullopt : record::parse_uuid(*text);
            if (number == nullptr || !uuid) {
                return;
            }
            const RecordKey about{record::KindNumber{static_cast<std::uint16_t>(*number)},
                                  RecordId{*uuid}};
            if (erased_.contains(about)) {
                found.push_back(conflict.key);
            }
        })));
        for (const RecordKey& key : found) {
            erased_[key];
        }
        return {};
    }

    /// The case of a group that was set aside holds all of it once more.
    [[nodiscard]] Erased<void> take_case(LogIndex index) {
        const catalog::Kind& kind = catalog_.kind("case");
        ZHIBU_TRY(keys, told(store_.find_by(kind.id(), kind.field("number").id(),
                                            Value{std::to_string(index.position)}, 1)));
        if (keys.empty()) {
            return {};
        }
        ZHIBU_TRY(found, told(store_.find(keys.front())));
        const Value& state = found->value(kind.field("state").id());
        for (const std::string_view open :
             {sync::case_state::waiting, sync::case_state::returned}) {
            if (state == Value{std::string{open}}) {
                return std::unexpected{ErasureError{ErasureFault::case_waits, index.position, {}}};
            }
        }
        erased_[found->key] = {kind.field("reasons").id()};
        const catalog::Kind& content = catalog_.kind("case_content");
        ZHIBU_TRY(parts, told(store_.find_by(content.id(), content.field("case").id(),
                                             Value{found->key.id}, entries_max)));
        for (const RecordKey& part : parts) {
            erased_[part];
        }
        return {};
    }

    [[nodiscard]] Erased<void> look_at(LogIndex at) {
        ZHIBU_TRY(row, told(store_.row(at)));
        auto group =
            row ? sync::decode_group(row->sealed.bytes) : std::unexpected{sync::CodecError{}};
        auto verdict =
            row ? sync::decode_verdict(row->receipt.verdict) : std::unexpected{sync::CodecError{}};
        if (!group || !verdict) {
            return failed(StoreError{StoreFault::damaged, "log"});
        }
        const bool is_named = sync::names(*group, erased_);
        if (is_named) {
            authors_.insert(row->author);
            if (row->outcome == record::Outcome::quarantined) {
                ZHIBU_TRY_VOID(take_case(at));
            }
        }
        const bool group_changes = sync::strip(*group, erased_);
        const bool verdict_changes = sync::strip(*verdict, erased_);
        const bool effects_change = strip_effects(row->effects);
        if (!group_changes && !verdict_changes && !effects_change) {
            return {};
        }
        if (group_changes) {
            row->sealed.bytes = sync::encode(*group);
        }
        if (verdict_changes) {
            row->receipt.verdict = sync::encode(*verdict);
            row->receipt.signature = means_.sign_receipt(row->receipt.verdict);
            row->leaves.verdict.salt.reset();
        }
        if (group_changes || verdict_changes) {
            positions_[at] = sync::rest_of(row->sealed.bytes, row->receipt.verdict);
        }
        ZHIBU_TRY_VOID(told(store_.rewrite(*row)));
        return {};
    }

    /// Who has not read it yet is told of the record's end alone.
    bool strip_effects(std::vector<PlacedEffect>& effects) const {
        bool changes = false;
        for (PlacedEffect& each : effects) {
            const auto found = erased_.find(each.effect.state.key);
            if (found != erased_.end()) {
                changes |= std::erase_if(each.effect.state.fields, [&](const auto& field) {
                               return found->second.empty() || found->second.contains(field.field);
                           }) > 0;
            }
        }
        return changes;
    }

    [[nodiscard]] Erased<void> take_state(const RecordKey& key,
                                          const std::set<record::FieldNumber>& fields) {
        ZHIBU_TRY(state, told(store_.find(key)));
        if (!state) {
            return {};
        }
        ZHIBU_TRY(places, told(server::places(catalog_, *state, [&](const RecordKey& owner) {
                      return store_.find(owner);
                  })));
        PlacedEffect effect;
        effect.effect.state.key = key;
        effect.effect.state.life_changed_at = state->life_changed_at;
        effect.effect.state.retired = state->retired;
        effect.placement.before = places;
        if (fields.empty()) {
            seen_by_.insert(places.begin(), places.end());
            ZHIBU_TRY_VOID(told(store_.remove(key)));
        } else {
            const LogIndex now{head_.position + 1};
            for (const record::FieldNumber field : fields) {
                state->set(field, Value{}, now);
                effect.effect.state.set(field, Value{}, now);
            }
            effect.placement.after = std::move(places);
            ZHIBU_TRY_VOID(told(store_.put(*state)));
        }
        effects_.push_back(std::move(effect));
        return {};
    }

    /// Those who saw it, and those who wrote of it, and may hold it in their own groups still.
    [[nodiscard]] Erased<std::set<RecordId>> organisations() {
        std::set<RecordId> found = seen_by_;
        const catalog::Kind& accounts = catalog_.kind("account");
        for (const RecordId& author : authors_) {
            ZHIBU_TRY(account, told(store_.find({accounts.id(), author})));
            const auto* scope =
                account
                    ? std::get_if<RecordId>(&account->value(accounts.field("organisation").id()))
                    : nullptr;
            if (scope != nullptr) {
                found.insert(*scope);
            }
        }
        return found;
    }

    [[nodiscard]] record::Change note(const RecordKey& of, const RecordId& organisation,
                                      const std::string& positions, Instant now) {
        const catalog::Kind& kind = catalog_.kind("erasure");
        record::Change change;
        change.record = {kind.id(), RecordId{record::make_uuid_v7(now, *means_.random)}};
        change.operation = record::Operation::create;
        const auto set = [&](std::string_view field, Value value) {
            change.fields.push_back({kind.field(field).id(), std::move(value), {}, {}});
        };
        set("organisation", Value{organisation});
        set("kind", Value{std::int64_t{of.kind.number}});
        set("record", Value{record::to_text(of.id)});
        set("reason", Value{wish_.reason});
        set("by", Value{wish_.by});
        set("erased_at", Value{now});
        if (!positions.empty()) {
            set("positions", Value{positions});
        }
        std::ranges::sort(change.fields, {}, &record::FieldChange::field);
        return change;
    }

    [[nodiscard]] Erased<record::Group> group_of_this(Instant now) {
        std::string positions = sync::packed(positions_);
        if (positions.size() > positions_bytes_max) {
            return std::unexpected{ErasureError{ErasureFault::too_many, positions_.size(), {}}};
        }
        ZHIBU_TRY(told, organisations());
        record::Group group;
        group.name.device = means_.server_device;
        group.name.incarnation.uuid = record::make_uuid_v4(*means_.random);
        group.name.sequence = Sequence{1};
        group.made_at = record::next_hybrid_time({}, now);
        group.catalog_version = catalog_.version();
        group.action = std::string{sync::erasure_action};
        for (const auto& [key, fields] : erased_) {
            if (!fields.empty()) {
                continue;
            }
            for (const RecordId& organisation : told) {
                group.changes.push_back(note(key, organisation, std::exchange(positions, {}), now));
            }
        }
        return group;
    }

    [[nodiscard]] Erased<void> append() {
        const Instant now = means_.clock->now();
        ZHIBU_TRY(group, group_of_this(now));
        LogRow row;
        row.index = LogIndex{head_.position + 1};
        row.name = group.name;
        row.sealed.bytes = sync::encode(group);
        row.group_hash = keys::sha256(row.sealed.bytes);
        row.sealed.signature = means_.sign_group(row.group_hash);
        row.action = group.action;
        row.committed_at = now;
        record::Verdict verdict;
        verdict.name = group.name;
        verdict.group_hash = row.group_hash;
        verdict.index = row.index;
        verdict.decided_at = now;
        row.receipt.verdict = sync::encode(verdict);
        row.receipt.signature = means_.sign_receipt(row.receipt.verdict);
        row.effects = std::move(effects_);
        for (const record::Change& change : group.changes) {
            ZHIBU_TRY_VOID(put_note(change, row));
        }
        row.leaves = make_leaves(row, *means_.random);
        ZHIBU_TRY_VOID(told(store_.append(row)));
        return {};
    }

    [[nodiscard]] Erased<void> put_note(const record::Change& change, LogRow& row) {
        RecordState state;
        state.key = change.record;
        state.life_changed_at = row.index;
        for (const record::FieldChange& field : change.fields) {
            state.set(field.field, field.value, row.index);
        }
        ZHIBU_TRY(places, told(server::places(catalog_, state, [&](const RecordKey& owner) {
                      return store_.find(owner);
                  })));
        ZHIBU_TRY_VOID(told(store_.put(state)));
        row.effects.push_back(
            {{record::Effect::Sort::entered, std::move(state)}, {{}, std::move(places)}});
        return {};
    }

    ErasingTransaction& store_;
    const ErasureMeans& means_;
    const ErasureWish& wish_;
    const catalog::Catalog& catalog_;
    LogIndex head_;
    sync::Erased erased_;
    sync::ErasedPositions positions_;
    std::set<RecordId> authors_;
    std::set<RecordId> seen_by_;
    std::vector<PlacedEffect> effects_;
};

}  // namespace

std::expected<ErasureDone, ErasureError> erase(ErasableStore& store, const ErasureMeans& means,
                                               const ErasureWish& wish) {
    ErasureDone done;
    {
        ZHIBU_TRY(transaction, told(store.begin_erasing()));
        ZHIBU_TRY(erased, Erasing(*transaction, means, wish).run());
        ZHIBU_TRY_VOID(told(transaction->commit()));
        done = std::move(erased);
    }
    ZHIBU_TRY_VOID(told(store.scrub()));
    return done;
}

}  // namespace zhibu::server
