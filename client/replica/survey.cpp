#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/draft_surroundings.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"

/// What is to be said of what stands on the day: asked of one organisation after another, kept in
/// memory until asked again, so that a list can show the records that a rule names.
namespace zhibu::client {
namespace {

using record::RecordKey;
using record::RecordState;

constexpr int owners_max = 8;

/// The day that a finding's message names, if it names one.
std::optional<record::Date> day_in(const rules::Finding& finding) {
    for (const record::Parameter& each : finding.parameters) {
        if (each.name == "date") {
            return record::parse_date(each.value);
        }
    }
    return std::nullopt;
}

}  // namespace

void Replica::Body::make_finding_table() {
    connection_->execute(
        "CREATE TEMP TABLE IF NOT EXISTS finding(organisation BLOB, rule TEXT, kind INTEGER, "
        "id BLOB, about_kind INTEGER, about BLOB, severity INTEGER, due INTEGER);"
        "CREATE INDEX IF NOT EXISTS temp.finding_rule ON finding(rule, kind, id);"
        "CREATE INDEX IF NOT EXISTS temp.finding_organisation ON finding(organisation)");
}

RecordKey Replica::Body::root_of(RecordKey key) {
    for (int level = 0; level < owners_max; ++level) {
        const catalog::Kind* kind = catalog_.find(key.kind);
        if (kind == nullptr || kind->owner.empty()) {
            break;
        }
        const std::optional<RecordState> state = rows_.read(key);
        const auto* owner =
            state ? std::get_if<record::RecordId>(&state->value(kind->field("owner").id()))
                  : nullptr;
        if (owner == nullptr) {
            break;
        }
        key = RecordKey{catalog_.kind(kind->owner).id(), *owner};
    }
    return key;
}

void Replica::Body::survey_organisation(const record::RecordId& organisation) {
    const record::Instant now = clock_.now();
    detail::DraftSurroundings surroundings(*connection_, rows_, catalog_);
    const rules::Parameters numbers = parameters();
    const std::vector<rules::Finding> findings = rules::survey_organisation(
        rules::Round{catalog_, numbers, surroundings, organisation, record::shanghai_day(now)});
    make_finding_table();
    detail::WriteTransaction transaction(*connection_);
    connection_->query("DELETE FROM temp.finding WHERE organisation=?")
        .bind(organisation.uuid)
        .run();
    for (const rules::Finding& finding : findings) {
        if (finding.explained) {
            continue;
        }
        const RecordKey root = root_of(finding.record);
        detail::Query row =
            connection_->query("INSERT INTO temp.finding VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
        row.bind(organisation.uuid)
            .bind(std::string_view{finding.rule})
            .bind(std::int64_t{root.kind.number})
            .bind(root.id.uuid)
            .bind(std::int64_t{finding.record.kind.number})
            .bind(finding.record.id.uuid)
            .bind(static_cast<std::int64_t>(finding.severity));
        if (const auto due = day_in(finding)) {
            row.bind(catalog::packed(*due));
        } else {
            row.bind_null();
        }
        row.run();
    }
    transaction.commit();
}

void Replica::Body::forget_survey() {
    make_finding_table();
    connection_->execute("DELETE FROM temp.finding");
}

std::vector<SurveyCount> Replica::Body::survey_counts() {
    make_finding_table();
    detail::Query row = connection_->query_once(
        "SELECT rule, kind, max(severity), count(DISTINCT id), min(due), about_kind, about "
        "FROM temp.finding GROUP BY rule, kind ORDER BY rule, kind");
    std::vector<SurveyCount> counts;
    while (row.step()) {
        SurveyCount count;
        count.rule = row.text(0);
        count.kind = record::KindNumber{static_cast<std::uint16_t>(row.integer(1))};
        count.severity = static_cast<rules::Severity>(row.integer(2));
        count.records = row.position(3);
        if (!row.is_null(4)) {
            count.due = catalog::unpacked_date(row.integer(4));
        }
        count.first = {record::KindNumber{static_cast<std::uint16_t>(row.integer(5))},
                       record::RecordId{row.uuid(6)}};
        counts.push_back(std::move(count));
    }
    return counts;
}

}  // namespace zhibu::client
