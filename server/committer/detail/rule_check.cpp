#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "server/committer/detail/case.hpp"
#include "server/committer/detail/docket.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::server::detail {
namespace {

/// A rule that looks for others of the same name or number needs to see that there is one.
constexpr std::size_t holding_max = 16;

/// What a rule counts is counted to this number.
constexpr std::uint32_t all_max = 100'000;

/// The whole space as the group leaves it. A rule cannot be told of a failing store: it gets "no
/// such record", and its findings are then not used.
class SpaceSurroundings final : public rules::Surroundings {
public:
    explicit SpaceSurroundings(Docket& docket) : docket_{docket} {}

    std::optional<RecordState> find(const RecordKey& key) override {
        auto found = docket_.find(key);
        if (!found) {
            error_ = found.error();
            return std::nullopt;
        }
        return *found == nullptr ? std::nullopt : std::optional{**found};
    }

    std::vector<RecordKey> holding(record::KindNumber kind, record::FieldNumber field,
                                   const record::Value& value) override {
        auto found = docket_.find_by(kind, field, value, holding_max);
        if (!found) {
            error_ = found.error();
            return {};
        }
        // Of a whole import with one name a few are enough, and looking at all would be quadratic.
        found->resize(std::min(found->size(), holding_max));
        return *std::move(found);
    }

    /// Of one organisation's people there are some thousands; a rule that counts needs them all.
    std::vector<RecordKey> all(record::KindNumber kind, record::FieldNumber field,
                               const record::Value& value) override {
        auto found = docket_.find_by(kind, field, value, all_max);
        if (!found) {
            error_ = found.error();
            return {};
        }
        return *std::move(found);
    }

    [[nodiscard]] bool is_whole_space() const override { return true; }

    [[nodiscard]] const std::optional<StoreError>& error() const { return error_; }

private:
    Docket& docket_;
    std::optional<StoreError> error_;
};

/// A parameter may name another record, so that the reader can be led to it. Whose scope does not
/// hold that record is not even told its id. Source: rules.md, "Scope".
Stored<void> hide_others(Case& judged, rules::Finding& finding) {
    if (judged.author == nullptr) {
        return {};
    }
    for (auto at = finding.parameters.begin(); at != finding.parameters.end(); ++at) {
        if (at->name != "record") {
            continue;
        }
        const auto id = record::parse_uuid(at->value);
        if (!id) {
            continue;
        }
        const RecordKey other{finding.record.kind, RecordId{*id}};
        ZHIBU_TRY(places, judged.docket.places(other, Docket::Side::before));
        const RecordId& scope = judged.author->scope;
        const bool seen = std::ranges::any_of(places, [&](const RecordId& place) {
            return judged.bench.control->is_within(place, scope);
        });
        if (!seen && !judged.docket.is_amended(other)) {
            finding.parameters.erase(at);
        }
        return {};
    }
    return {};
}

}  // namespace

Stored<void> judge_rules(Case& judged) {
    SpaceSurroundings surroundings{judged.docket};
    const record::Date today = record::shanghai_day(judged.now);
    for (const RecordKey& key : judged.docket.amended()) {
        ZHIBU_TRY(before, judged.docket.find(key, Docket::Side::before));
        ZHIBU_TRY(after, judged.docket.find(key));
        auto findings = rules::judge(
            {*judged.bench.catalog, *judged.bench.parameters, surroundings, before, *after, today});
        if (const std::optional<StoreError>& error = surroundings.error(); error) {
            return std::unexpected{*error};
        }
        for (rules::Finding& finding : findings) {
            ZHIBU_TRY_VOID(hide_others(judged, finding));
            const bool refuses = finding.severity == rules::Severity::refuse;
            judged.note(finding.rule, finding.record, finding.field, std::move(finding.parameters));
            judged.breached = judged.breached || refuses;
        }
    }
    return {};
}

}  // namespace zhibu::server::detail
