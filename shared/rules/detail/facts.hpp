#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/detail/rule.hpp"

/// What many rules ask about the record that is judged and about the records around it. Records
/// that are out of sight are "not there": a rule that asks for one is then kept.
namespace zhibu::rules::detail {

/// A record's field by the name that its own kind gives it; nullptr where it is empty or of another
/// type than T.
template <class T>
const T* read(const Case& of, const record::RecordState& state, std::string_view field) {
    return std::get_if<T>(&state.value(of.catalog.find(state.key.kind)->field(field).id()));
}

/// The same of the record that is judged.
template <class T>
const T* own(const Case& of, std::string_view field) {
    return read<T>(of, of.after, field);
}

/// Before the change; nullptr for a new record.
template <class T>
const T* own_before(const Case& of, std::string_view field) {
    return of.before == nullptr ? nullptr : read<T>(of, *of.before, field);
}

[[nodiscard]] bool is_filled(const Case& of, const record::RecordState& state,
                             std::string_view field);
[[nodiscard]] bool touches(const Case& of, std::string_view field);

/// Whether the text is there and one of these codes.
[[nodiscard]] bool is_any(const std::string* code, std::initializer_list<std::string_view> codes);

/// Whether this change of an existing record sets the field to `code`.
[[nodiscard]] bool moves_to(const Case& of, std::string_view field, std::string_view code);

/// Whether a record in sight is in use.
[[nodiscard]] std::optional<record::RecordState> find_in_use(const Case& of, std::string_view kind,
                                                             const record::RecordId& id);
/// What a reference field of the state names, in use or not.
[[nodiscard]] std::optional<record::RecordState> named_by(const Case& of,
                                                          const record::RecordState& state,
                                                          std::string_view field);
/// All records in use of the kind whose indexed field holds `value`, without the judged one.
[[nodiscard]] std::vector<record::RecordState> related(const Case& of, std::string_view kind,
                                                       std::string_view field,
                                                       const record::Value& value);
/// The same with the judged one, where it belongs to them.
[[nodiscard]] std::vector<record::RecordState> all_related(const Case& of, std::string_view kind,
                                                           std::string_view field,
                                                           const record::Value& value);

/// The organisation above; none at the top or out of sight.
[[nodiscard]] std::optional<record::RecordId> superior_of(const Case& of,
                                                          const record::RecordId& organisation);
/// Whether `organisation` is `top` or stands below it. No value: the way up leaves what is in
/// sight.
[[nodiscard]] std::optional<bool> is_within(const Case& of, record::RecordId organisation,
                                            const record::RecordId& top);
/// The nearest committee on the way up, itself included.
[[nodiscard]] std::optional<record::RecordId> committee_of(const Case& of,
                                                           record::RecordId organisation);
/// The organisation and all in use below it, to a depth of 32.
[[nodiscard]] std::vector<record::RecordId> subtree(const Case& of, const record::RecordId& top);
/// All persons in use of the organisation and of those below.
[[nodiscard]] std::vector<record::RecordState> people_below(const Case& of,
                                                            const record::RecordId& top);

/// 预备党员 or 正式党员.
[[nodiscard]] bool is_member(const Case& of, const record::RecordState& person);
[[nodiscard]] bool is_at_stage(const Case& of, const record::RecordState& person,
                               std::initializer_list<std::string_view> stages);

/// Broken where one of these fields of `state` is empty; the message gets their labels.
[[nodiscard]] Breach broken_if_missing(const Case& of, const record::RecordState& state,
                                       std::initializer_list<std::string_view> fields);
/// Broken where both days are there and `later` lies more than `months` after `earlier`.
[[nodiscard]] Breach not_later_than(const record::Date* earlier, const record::Date* later,
                                    int months);

/// Parameters for both languages' messages: one value under two names.
[[nodiscard]] std::vector<record::Parameter> both(std::string_view zh, std::string_view en,
                                                  const std::string& value);
[[nodiscard]] std::vector<record::Parameter> both(std::string_view zh, std::string_view en,
                                                  record::Date day);
[[nodiscard]] std::vector<record::Parameter> month_count(int months);
[[nodiscard]] std::vector<record::Parameter> and_also(std::vector<record::Parameter> some,
                                                      std::vector<record::Parameter> more);
/// The names of two codes of a field's list; of no code, that none is given.
[[nodiscard]] std::vector<record::Parameter> state_names(const Case& of, std::string_view field,
                                                         std::string_view from,
                                                         std::string_view to);
/// The record's own name, for the reminders of a reader who sees it.
[[nodiscard]] std::vector<record::Parameter> name_of(const Case& of);

}  // namespace zhibu::rules::detail
