#include "server/committer/judge.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server {
namespace {

using detail::Case;
using record::Outcome;

/// A verdict travels in one message with others; what both sides changed beyond this is for people
/// to look at in parts.
constexpr std::size_t verdict_bytes_max = 256U << 10U;

/// A group that is not applied keeps its reasons and nothing else: not the values that stood
/// against it, which its author may not be allowed to see.
Judgement set_aside(Case& judged) {
    Judgement judgement;
    judgement.outcome =
        judged.judgement.outcome == Outcome::rejected ? Outcome::rejected : Outcome::quarantined;
    judgement.reasons = std::move(judged.judgement.reasons);
    return judgement;
}

std::size_t text_bytes(const record::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return text->size();
    }
    std::size_t bytes = 0;
    if (const auto* set = std::get_if<record::TextSet>(&value)) {
        for (const std::string& text : set->texts) {
            bytes += text.size() + sizeof(std::uint32_t);
        }
    }
    return bytes;
}

bool fits_a_verdict(const Case& judged) {
    constexpr std::size_t decision_bytes = 100;  // ids, numbers and plain values of one
    std::size_t bytes = 0;
    for (const record::FieldDecision& decision : judged.judgement.decisions) {
        bytes += decision_bytes + text_bytes(decision.offered) + text_bytes(decision.committed);
    }
    return bytes <= verdict_bytes_max;
}

Stored<Judgement> decide(Case& judged) {
    using Step = Stored<void> (*)(Case&);
    constexpr Step steps[] = {[](Case& each) -> Stored<void> {
                                  detail::judge_shape(each);
                                  return {};
                              },
                              detail::apply_changes,
                              detail::direct_letters,
                              detail::judge_references,
                              detail::judge_rights,
                              detail::judge_rules};
    if (judged.judgement.outcome != Outcome::rejected) {
        // What it builds on is told whatever else is wrong: who decides needs to know.
        ZHIBU_TRY_VOID(detail::judge_dependencies(judged));
    }
    for (const Step step : steps) {
        if (judged.breached) {
            return set_aside(judged);
        }
        ZHIBU_TRY_VOID(step(judged));
    }
    if (!judged.breached && !fits_a_verdict(judged)) {
        judged.breach(reasons::group_too_large);
    }
    if (judged.breached) {
        return set_aside(judged);
    }
    ZHIBU_TRY_VOID(detail::write_effects(judged));
    Judgement& judgement = judged.judgement;
    judgement.outcome = judgement.decisions.empty() ? Outcome::accepted : Outcome::merged;
    judgement.verbatim = judged.taken_whole && judgement.decisions.empty();
    return std::move(judgement);
}

Case open_case(const Bench& bench, StoreReading& store, const record::Group& group, LogIndex index,
               Instant now) {
    return Case{.bench = bench,
                .store = store,
                .group = group,
                .index = index,
                .now = now,
                .author = nullptr,
                .docket = detail::Docket{*bench.catalog, store},
                .control_after = std::nullopt,
                .earlier = {},
                .judgement = {}};
}

}  // namespace

Stored<Judgement> judge(const Bench& bench, StoreReading& store, const record::Group& group,
                        LogIndex index, Instant now) {
    Case judged = open_case(bench, store, group, index, now);
    judged.author = bench.control->account(group.author);
    detail::judge_standing(judged);
    return decide(judged);
}

Stored<Revived> revive(const Bench& bench, StoreReading& store, const record::Group& group,
                       LogIndex index, std::optional<Instant> arrived) {
    Case judged = open_case(bench, store, group, index, arrived.value_or(Instant{}));
    judged.author = bench.control->account(group.author);
    if (arrived) {
        detail::judge_standing(judged);
    }
    ZHIBU_TRY_VOID(detail::judge_dependencies(judged));
    Revived revived;
    if (judged.breached) {
        revived.reasons = std::move(judged.judgement.reasons);
        return revived;
    }
    revived.changes = group.changes;
    for (record::Change& change : revived.changes) {
        ZHIBU_TRY(state, judged.docket.find(change.record));
        for (record::FieldChange& field : change.fields) {
            const record::Value stands =
                state == nullptr ? record::Value{} : state->value(field.field);
            ZHIBU_TRY(base, detail::base_of(judged, change.record, field, stands));
            field.base = record::confirmed_base(base);
        }
    }
    return revived;
}

Stored<Judgement> judge_revived(const Bench& bench, StoreReading& store, const record::Group& group,
                                LogIndex index, Instant now) {
    Case judged = open_case(bench, store, group, index, now);
    judged.author = bench.control->account(group.author);
    if (judged.author == nullptr) {
        judged.breach(reasons::author_unknown);
    }
    return decide(judged);
}

Stored<Judgement> judge_own(const Bench& bench, StoreReading& store, const record::Group& group,
                            LogIndex index, Instant now) {
    Case judged = open_case(bench, store, group, index, now);
    return decide(judged);
}

}  // namespace zhibu::server
