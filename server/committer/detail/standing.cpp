#include <algorithm>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

/// Source: sync.md, "Identity and order".
constexpr std::int64_t clock_ahead_max_ms = std::int64_t{5} * 60 * 1000;

/// What became of a group that was set aside at `index`, where an officer has since decided for it.
Stored<std::optional<EarlierGroup>> applied_since(Case& judged, LogIndex index) {
    const catalog::Kind& kind = judged.bench.catalog->kind("case");
    ZHIBU_TRY(keys, judged.store.find_by(kind.id(), kind.field("number").id(),
                                         record::Value{std::to_string(index.position)}, 1));
    if (keys.empty()) {
        return std::nullopt;
    }
    ZHIBU_TRY(found, judged.store.find(keys.front()));
    const auto* at = std::get_if<std::int64_t>(&found->value(kind.field("applied_at").id()));
    if (at == nullptr) {
        return std::nullopt;
    }
    EarlierGroup earlier{LogIndex{static_cast<std::uint64_t>(*at)}, true, {}};
    if (found->value(kind.field("state").id()) ==
        record::Value{std::string{sync::case_state::amended}}) {
        // Its author has not seen what the officer made of it.
        earlier.index.position -= 1;
        return earlier;
    }
    ZHIBU_TRY(receipt, judged.store.receipt_at(earlier.index));
    if (receipt) {
        auto verdict = sync::decode_verdict(receipt->verdict);
        if (!verdict) {
            return std::unexpected{StoreError{StoreFault::damaged, "receipt"}};
        }
        earlier.decisions = std::move(verdict->decisions);
    }
    return earlier;
}

}  // namespace

void Case::note(std::string_view rule, const RecordKey& record, record::FieldNumber field,
                std::vector<record::Parameter> parameters) {
    if (judgement.reasons.size() < reasons_max) {
        judgement.reasons.push_back({std::string{rule}, record, field, std::move(parameters)});
    }
}

void Case::breach(std::string_view rule, const RecordKey& record, record::FieldNumber field,
                  std::vector<record::Parameter> parameters) {
    breached = true;
    note(rule, record, field, std::move(parameters));
}

void judge_standing(Case& judged) {
    if (judged.author == nullptr) {
        judged.breach(reasons::author_unknown);
        return;
    }
    const Account& author = *judged.author;
    if (!author.may_write) {
        judged.breach(reasons::read_only);
        judged.judgement.outcome = record::Outcome::rejected;
        return;
    }
    if (author.deleted) {
        judged.breach(reasons::account_deleted);
    } else if (!author.active) {
        judged.breach(reasons::account_disabled);
    }
    const Instant made_at = judged.group.made_at.instant();
    if (made_at.milliseconds - judged.now.milliseconds > clock_ahead_max_ms) {
        judged.breach(reasons::wrong_clock);
    }
    const EditRight right = judged.bench.control->edit_right(author, made_at, judged.now);
    if (!right.permitted) {
        judged.breach(reasons::outside_window);
    } else if (right.too_late) {
        judged.breach(reasons::too_late);
    }
}

Stored<const EarlierGroup*> earlier_group(Case& judged, Sequence sequence) {
    const auto known = judged.earlier.find(sequence);
    if (known != judged.earlier.end()) {
        const std::optional<EarlierGroup>& group = known->second;
        return group ? &*group : nullptr;
    }
    std::optional<EarlierGroup> found;
    if (sequence < judged.group.name.sequence) {
        GroupName name = judged.group.name;
        name.sequence = sequence;
        ZHIBU_TRY(in_chain, judged.store.held(name));
        // One that stands outside of its chain counts once an officer has accepted it.
        ZHIBU_TRY(outside, judged.store.held_outside(name));
        const std::optional<HeldGroup>& held = in_chain ? in_chain : outside;
        if (held) {
            auto verdict = sync::decode_verdict(held->receipt.verdict);
            if (!verdict) {
                return std::unexpected{StoreError{StoreFault::damaged, "receipt"}};
            }
            const bool applied = verdict->outcome == record::Outcome::accepted ||
                                 verdict->outcome == record::Outcome::merged;
            found = EarlierGroup{held->index, applied, std::move(verdict->decisions)};
            if (verdict->outcome == record::Outcome::quarantined) {
                ZHIBU_TRY(since, applied_since(judged, held->index));
                found = std::move(since).value_or(*std::move(found));
            }
        }
    }
    const auto& kept = judged.earlier.emplace(sequence, std::move(found)).first->second;
    return kept ? &*kept : nullptr;
}

Stored<void> judge_dependencies(Case& judged) {
    std::vector<Sequence> needed = judged.group.depends_on;
    for (const record::Change& change : judged.group.changes) {
        for (const record::FieldChange& field : change.fields) {
            if (field.base.origin == record::Base::Origin::own_pending) {
                needed.push_back(Sequence{field.base.position});
            } else if (field.base.position >= judged.index.position && !judged.bench.restored_at) {
                judged.breach(reasons::base_unknown, change.record, field.field);
            }
        }
    }
    std::ranges::sort(needed);
    const auto repeated = std::ranges::unique(needed);
    needed.erase(repeated.begin(), repeated.end());
    for (const Sequence sequence : needed) {
        ZHIBU_TRY(earlier, earlier_group(judged, sequence));
        const record::Parameter which{"sequence", std::to_string(sequence.position)};
        if (earlier == nullptr) {
            judged.breach(reasons::base_unknown, {}, {}, {which});
        } else if (!earlier->applied) {
            judged.breach(reasons::depends_on_quarantined, {}, {}, {which});
        }
    }
    return {};
}

}  // namespace zhibu::server::detail
