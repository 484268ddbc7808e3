#include "client/roster/person_row.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/roster/merged_view.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/row_reader.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/id_number.hpp"

namespace zhibu::client {
namespace {

using catalog::Field;
using catalog::Kind;
using record::Date;
using record::Value;

// GB/T 2261.1: the two codes that an id number can tell.
constexpr std::string_view male = "1";
constexpr std::string_view female = "2";

/// What an id number says about its holder.
struct IdNumberFacts {
    Date birth;
    bool is_male = false;
};

template <class T>
const T* value_of(const DraftRow& draft, const Field& field) {
    const auto found = draft.values.find(field.id());
    return found == draft.values.end() ? nullptr : std::get_if<T>(&found->second);
}

/// One person's row at work; holds references for the length of one call.
struct PersonRow {
    DraftRow& draft;
    const MergedView& view;
    const RowReader& reader;
    const Kind& person;

    void refuse(const Field& field, RefusalReason reason, std::string detail = {}) const {
        CellRefusal refused = reader.refusal(view, person, field, reason);
        refused.detail = std::move(detail);
        draft.values.erase(field.id());
        draft.refusals.push_back(std::move(refused));
    }

    void fill(const Field& field, Value value, RemarkKind remark) const {
        draft.values.insert_or_assign(field.id(), std::move(value));
        draft.remarks.push_back({field.id(), remark});
    }

    void settle_birth(const Field& field, const std::optional<IdNumberFacts>& facts) const {
        if (draft.is_refused(person.id(), field.id())) {
            return;
        }
        const Date* written = value_of<Date>(draft, field);
        if (!facts) {
            if (written != nullptr && written->is_month() &&
                field.type == catalog::FieldType::day) {
                refuse(field, RefusalReason::day_missing);
            }
            return;
        }
        if (written == nullptr) {
            fill(field, facts->birth, RemarkKind::derived_from_id_number);
            return;
        }
        const bool same_month =
            written->year == facts->birth.year && written->month == facts->birth.month;
        if (written->is_month() && same_month) {
            fill(field, facts->birth, RemarkKind::completed_from_id_number);
        } else if (written->is_month()) {
            refuse(field, RefusalReason::birth_date_disagrees, record::to_text(facts->birth));
        } else if (*written != facts->birth) {
            draft.remarks.push_back({field.id(), RemarkKind::differs_from_id_number});
        }
    }

    void settle_sex(const Field& field, const IdNumberFacts& facts) const {
        if (draft.is_refused(person.id(), field.id())) {
            return;
        }
        const std::string_view told = facts.is_male ? male : female;
        const std::string* written = value_of<std::string>(draft, field);
        // 0 and 9 say that nobody knew: the id number does. Source: R-113.
        if (written == nullptr || *written == "0" || *written == "9") {
            fill(field, std::string{told}, RemarkKind::derived_from_id_number);
        } else if (*written != told) {
            refuse(field, RefusalReason::sex_disagrees);
        }
    }
};

/// Facts of a number that passes; otherwise the refusal is noted.
std::optional<IdNumberFacts> facts_of(const PersonRow& row, const Field& field) {
    const auto* id_number = value_of<std::string>(row.draft, field);
    if (id_number == nullptr) {
        return std::nullopt;
    }
    if (!rules::is_id_number(*id_number)) {
        // Three zeros at the end: a number's lost digits, shown in full.
        row.refuse(field, id_number->ends_with("000") ? RefusalReason::id_number_precision_lost
                                                      : RefusalReason::id_number_check);
        return std::nullopt;
    }
    const auto birth = rules::id_number_birth(*id_number);
    if (!birth) {
        row.refuse(field, RefusalReason::id_number_date);
        return std::nullopt;
    }
    return IdNumberFacts{*birth, rules::id_number_is_male(*id_number)};
}

}  // namespace

void complete_person(DraftRow& draft, const MergedView& view, const RowReader& reader,
                     const Kind& person) {
    const PersonRow row{draft, view, reader, person};
    const Field* id_number = person.find("id_number");
    const auto facts = id_number == nullptr ? std::nullopt : facts_of(row, *id_number);
    if (const Field* birth = person.find("birth_date"); birth != nullptr) {
        row.settle_birth(*birth, facts);
    }
    if (const Field* sex = person.find("sex"); sex != nullptr && facts) {
        row.settle_sex(*sex, *facts);
    }
}

}  // namespace zhibu::client
