#include <algorithm>
#include <map>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/columns.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/replay.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

using record::RecordKey;
using record::RecordState;

/// "At most a few": what a rule needs to see that there are others.
constexpr std::int64_t holding_max = 16;

/// What a rule counts is counted to this number.
constexpr std::int64_t all_max = 100'000;

/// What rules may ask, with the draft's other changes already made.
class DraftSurroundings : public rules::Surroundings {
public:
    DraftSurroundings(detail::Connection& connection, detail::RecordRows& rows,
                      const catalog::Catalog& catalog)
        : connection_(connection), rows_(rows), catalog_(catalog) {}

    void add(RecordState after) { draft_.insert_or_assign(after.key, std::move(after)); }

    [[nodiscard]] const RecordState& drafted(const RecordKey& key) const { return draft_.at(key); }

    std::optional<RecordState> find(const RecordKey& key) override {
        const auto drafted = draft_.find(key);
        return drafted != draft_.end() ? std::optional(drafted->second) : rows_.read(key);
    }

    std::vector<RecordKey> holding(record::KindNumber number, record::FieldNumber field_number,
                                   const record::Value& value) override {
        return at_most(holding_max, number, field_number, value);
    }

    std::vector<RecordKey> all(record::KindNumber number, record::FieldNumber field_number,
                               const record::Value& value) override {
        return at_most(all_max, number, field_number, value);
    }

private:
    using Index = std::multimap<std::string, RecordKey>;

    std::vector<RecordKey> at_most(std::int64_t limit, record::KindNumber number,
                                   record::FieldNumber field_number, const record::Value& value) {
        const catalog::Kind* kind = catalog_.find(number);
        const catalog::Field* field = kind == nullptr ? nullptr : kind->find(field_number);
        ZHIBU_CHECK(field != nullptr);
        std::vector<RecordKey> keys;
        const auto [from, to] = drafted_by(number, field_number).equal_range(to_text(value));
        for (auto at = from; at != to && std::ssize(keys) < limit; ++at) {
            keys.push_back(at->second);
        }
        detail::Query row =
            connection_.query("SELECT id FROM " + catalog::identifier(kind->name) + " WHERE " +
                              catalog::identifier(field->name) + " IS ? LIMIT ?");
        detail::bind_value(value, row);
        row.bind(limit);
        while (row.step()) {
            const RecordKey key{number, record::RecordId{row.uuid(0)}};
            if (!draft_.contains(key)) {
                keys.push_back(key);
            }
        }
        return keys;
    }

    /// Made at the first question about a field, when the draft is complete: an import's rows each
    /// ask about all others.
    const Index& drafted_by(record::KindNumber kind, record::FieldNumber field) {
        const auto [at, is_new] = indexes_.try_emplace({kind, field});
        if (is_new) {
            for (const auto& [key, state] : draft_) {
                if (key.kind == kind) {
                    at->second.emplace(to_text(state.value(field)), key);
                }
            }
        }
        return at->second;
    }

    detail::Connection& connection_;
    detail::RecordRows& rows_;
    const catalog::Catalog& catalog_;
    std::map<RecordKey, RecordState> draft_;
    std::map<std::pair<record::KindNumber, record::FieldNumber>, Index> indexes_;
};

}  // namespace

bool Replica::Body::refuses(const std::vector<rules::Finding>& findings) {
    return std::ranges::any_of(findings, [](const rules::Finding& finding) {
        return finding.severity == rules::Severity::refuse;
    });
}

std::vector<rules::Finding> Replica::Body::findings_of(const std::vector<record::Change>& changes,
                                                       record::Instant now) {
    DraftSurroundings surroundings(*connection_, rows_, catalog_);
    for (const record::Change& change : changes) {
        std::optional<RecordState> state = rows_.read(change.record);
        ZHIBU_CHECK(!detail::replay(change, state));
        surroundings.add(*std::move(state));
    }
    const rules::Parameters numbers = parameters();
    const record::Date today = record::shanghai_day(now);
    std::vector<rules::Finding> findings;
    for (const record::Change& change : changes) {
        const std::optional<RecordState> before = rows_.read(change.record);
        std::vector<rules::Finding> found =
            rules::judge(rules::Case{catalog_, numbers, surroundings, before ? &*before : nullptr,
                                     surroundings.drafted(change.record), today});
        std::ranges::move(found, std::back_inserter(findings));
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
    for (const record::Change& change : judge(draft, now).changes) {
        std::optional<RecordState> state = rows_.read(change.record);
        ZHIBU_CHECK(!detail::replay(change, state));
        surroundings.add(*std::move(state));
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
