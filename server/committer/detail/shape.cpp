#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server::detail {
namespace {

using record::Operation;

/// What the messages about one field take.
std::vector<record::Parameter> parameters_of(const catalog::Field& field) {
    const std::string limit = std::to_string(field.width);
    return {{"字段", std::string{field.label.zh}},
            {"field", std::string{field.label.en}},
            {"上限", limit},
            {"limit", limit}};
}

void judge_fields(Case& judged, const record::Change& change, const catalog::Kind& kind) {
    for (const record::FieldChange& offered : change.fields) {
        const catalog::Field* field = kind.find(offered.field);
        if (field == nullptr) {
            judged.breach(reasons::unknown_field, change.record, offered.field);
            continue;
        }
        if (const auto misfit = catalog::misfit(*judged.bench.catalog, *field, offered.value)) {
            judged.breach(rule_of(*misfit), change.record, offered.field, parameters_of(*field));
        }
        if (field->required == catalog::Required::yes && record::is_empty(offered.value)) {
            judged.breach(reasons::required_missing, change.record, offered.field,
                          parameters_of(*field));
        }
    }
}

bool names_field(const record::Change& change, record::FieldNumber number) {
    for (const record::FieldChange& field : change.fields) {
        if (field.field == number) {
            return true;
        }
    }
    return false;
}

void judge_required(Case& judged, const record::Change& change, const catalog::Kind& kind) {
    for (const catalog::Field& field : kind.fields) {
        const bool required = field.required == catalog::Required::yes ||
                              (!kind.owner.empty() && field.name == "owner");
        if (required && !names_field(change, field.id())) {
            judged.breach(reasons::required_missing, change.record, field.id(),
                          parameters_of(field));
        }
    }
}

}  // namespace

void judge_shape(Case& judged) {
    std::set<RecordKey> named;
    for (const record::Change& change : judged.group.changes) {
        const catalog::Kind* kind = judged.bench.catalog->find(change.record.kind);
        if (kind == nullptr) {
            judged.breach(reasons::unknown_kind, change.record);
            continue;
        }
        if (change.record.id.is_none()) {
            judged.breach(reasons::malformed_change, change.record);
        }
        if (!named.insert(change.record).second) {
            judged.breach(reasons::malformed_change, change.record);
        }
        judge_fields(judged, change, *kind);
        if (change.operation == Operation::create) {
            judge_required(judged, change, *kind);
        }
    }
}

}  // namespace zhibu::server::detail
