#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/draft_surroundings.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {

using detail::DraftSurroundings;
using record::RecordKey;
using record::RecordState;

bool Replica::Body::refuses(const std::vector<rules::Finding>& findings) {
    return std::ranges::any_of(findings, [](const rules::Finding& finding) {
        return finding.severity == rules::Severity::refuse;
    });
}

std::vector<rules::Finding> Replica::Body::findings_of(const std::vector<Touched>& touched,
                                                       record::Instant now) {
    DraftSurroundings surroundings(*connection_, rows_, catalog_);
    for (const Touched& each : touched) {
        surroundings.add(each.after);
    }
    const rules::Parameters numbers = parameters();
    const record::Date today = record::shanghai_day(now);
    std::vector<rules::Finding> findings;
    for (const Touched& each : touched) {
        std::ranges::move(
            rules::judge(rules::Case{catalog_, numbers, surroundings,
                                     each.before ? &*each.before : nullptr, each.after, today}),
            std::back_inserter(findings));
    }
    return findings;
}

rules::Parameters Replica::Body::parameters() {
    const std::optional<sync::Lease> held = lease();
    return held ? rules::from_list(held->rules) : rules::Parameters{};
}

std::vector<rules::Finding> Replica::Body::survey(const Draft& draft,
                                                  std::span<const RecordKey> records) {
    const record::Instant now = clock_.now();
    DraftSurroundings surroundings(*connection_, rows_, catalog_);
    const Judged judged = judge(draft, now);
    for (const Touched& each : judged.touched) {
        surroundings.add(each.after);
    }
    const rules::Parameters numbers = parameters();
    std::vector<rules::Finding> findings;
    for (const RecordKey& key : records) {
        const std::optional<RecordState> state = surroundings.find(key);
        if (state) {
            std::ranges::move(rules::survey(rules::Case{catalog_, numbers, surroundings, nullptr,
                                                        *state, record::shanghai_day(now)}),
                              std::back_inserter(findings));
        }
    }
    return findings;
}

rules::Finding Replica::Body::misfit_of(const catalog::Field& field, const RecordKey& record,
                                        std::string_view rule) {
    rules::Finding finding;
    finding.rule = rule;
    finding.severity = rules::Severity::refuse;
    finding.record = record;
    finding.field = field.id();
    const std::string limit = std::to_string(field.width);
    finding.parameters = {{"字段", std::string(field.label.zh)},
                          {"field", std::string(field.label.en)},
                          {"上限", limit},
                          {"limit", limit}};
    return finding;
}

void Replica::Body::fail_values(const catalog::Kind& kind, std::vector<rules::Finding> findings) {
    const catalog::Field* first = kind.find(findings.front().field);
    ReplicaError error;
    error.fault = ReplicaFault::wrong_value;
    error.place = std::string(kind.name) + "." + std::string(first->name);
    error.findings = std::move(findings);
    throw detail::Failed(std::move(error));
}

void Replica::Body::check_value(const catalog::Kind& kind, const catalog::Field& field,
                                const RecordKey& record, const record::Value& value) {
    if (const auto misfit = catalog::misfit(catalog_, field, value)) {
        fail_values(kind, {misfit_of(field, record, rule_of(*misfit))});
    }
}

}  // namespace zhibu::client
