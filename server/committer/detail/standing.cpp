#include <algorithm>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

/// Source: sync.md, "Identity and order".
constexpr std::int64_t clock_ahead_max_ms = std::int64_t{5} * 60 * 1000;

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
        ZHIBU_TRY(held, judged.store.held(name));
        if (held) {
            auto verdict = sync::decode_verdict(held->receipt.verdict);
            if (!verdict) {
                return std::unexpected{StoreError{StoreFault::damaged, "receipt"}};
            }
            const bool applied = verdict->outcome == record::Outcome::accepted ||
                                 verdict->outcome == record::Outcome::merged;
            found = EarlierGroup{held->index, applied, std::move(verdict->decisions)};
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
