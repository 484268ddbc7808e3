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
    constexpr Step steps[] = {detail::judge_dependencies,
                              [](Case& each) -> Stored<void> {
                                  detail::judge_shape(each);
                                  return {};
                              },
                              detail::apply_changes,
                              detail::judge_references,
                              detail::judge_rights,
                              detail::judge_rules};
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

Stored<Judgement> judge_own(const Bench& bench, StoreReading& store, const record::Group& group,
                            LogIndex index, Instant now) {
    Case judged = open_case(bench, store, group, index, now);
    return decide(judged);
}

}  // namespace zhibu::server
