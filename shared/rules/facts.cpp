#include "shared/rules/detail/facts.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordId;
using record::RecordKey;
using record::RecordState;

/// Deeper trees do not occur; a longer chain of superiors is a circle.
constexpr int levels_max = 32;

const catalog::Field& field_of(const Case& of, const RecordState& state, std::string_view field) {
    return of.catalog.find(state.key.kind)->field(field);
}

}  // namespace

bool is_filled(const Case& of, const RecordState& state, std::string_view field) {
    return !record::is_empty(state.value(field_of(of, state, field).id()));
}

bool touches(const Case& of, std::string_view field) {
    return is_touched(of, field_of(of, of.after, field));
}

bool is_any(const std::string* code, std::initializer_list<std::string_view> codes) {
    return code != nullptr && std::ranges::find(codes, *code) != codes.end();
}

bool moves_to(const Case& of, std::string_view field, std::string_view code) {
    return of.before != nullptr && touches(of, field) &&
           is_any(own<std::string>(of, field), {code});
}

std::optional<RecordState> find_in_use(const Case& of, std::string_view kind, const RecordId& id) {
    auto found = of.surroundings.find(RecordKey{of.catalog.kind(kind).id(), id});
    return found && !found->retired ? std::move(found) : std::nullopt;
}

std::optional<RecordState> named_by(const Case& of, const RecordState& state,
                                    std::string_view field) {
    const catalog::Field& reference = field_of(of, state, field);
    const auto* id = std::get_if<RecordId>(&state.value(reference.id()));
    return id == nullptr
               ? std::nullopt
               : of.surroundings.find(RecordKey{of.catalog.kind(reference.refers_to).id(), *id});
}

std::vector<RecordState> related(const Case& of, std::string_view kind, std::string_view field,
                                 const record::Value& value) {
    auto found = all_related(of, kind, field, value);
    std::erase_if(found, [&](const RecordState& each) { return each.key == of.after.key; });
    return found;
}

std::vector<RecordState> all_related(const Case& of, std::string_view kind, std::string_view field,
                                     const record::Value& value) {
    const catalog::Kind& others = of.catalog.kind(kind);
    std::vector<RecordState> found;
    for (const RecordKey& key : of.surroundings.all(others.id(), others.field(field).id(), value)) {
        auto state = of.surroundings.find(key);
        if (state && !state->retired) {
            found.push_back(*std::move(state));
        }
    }
    return found;
}

std::optional<RecordId> superior_of(const Case& of, const RecordId& organisation) {
    const auto state =
        of.surroundings.find(RecordKey{of.catalog.kind("organisation").id(), organisation});
    const auto* parent = state ? read<RecordId>(of, *state, "parent") : nullptr;
    return parent == nullptr ? std::nullopt : std::optional{*parent};
}

std::optional<bool> is_within(const Case& of, RecordId organisation, const RecordId& top) {
    for (int level = 0; level < levels_max; ++level) {
        if (organisation == top) {
            return true;
        }
        const auto state =
            of.surroundings.find(RecordKey{of.catalog.kind("organisation").id(), organisation});
        if (!state) {
            return std::nullopt;
        }
        const auto* parent = read<RecordId>(of, *state, "parent");
        if (parent == nullptr) {
            return false;
        }
        organisation = *parent;
    }
    return false;
}

std::optional<RecordId> committee_of(const Case& of, RecordId organisation) {
    for (int level = 0; level < levels_max; ++level) {
        const auto state =
            of.surroundings.find(RecordKey{of.catalog.kind("organisation").id(), organisation});
        if (!state) {
            return std::nullopt;
        }
        if (is_any(read<std::string>(of, *state, "type"), {"10"})) {
            return organisation;
        }
        const auto* parent = read<RecordId>(of, *state, "parent");
        if (parent == nullptr) {
            return std::nullopt;
        }
        organisation = *parent;
    }
    return std::nullopt;
}

std::vector<RecordId> subtree(const Case& of, const RecordId& top) {
    std::vector<RecordId> all{top};
    std::size_t level_begins = 0;
    for (int level = 0; level < levels_max && level_begins < all.size(); ++level) {
        const std::size_t level_ends = all.size();
        for (std::size_t at = level_begins; at < level_ends; ++at) {
            for (const RecordState& below : all_related(of, "organisation", "parent", all[at])) {
                all.push_back(below.key.id);
            }
        }
        level_begins = level_ends;
    }
    return all;
}

std::vector<RecordState> people_below(const Case& of, const RecordId& top) {
    std::vector<RecordState> people;
    for (const RecordId& organisation : subtree(of, top)) {
        std::ranges::move(all_related(of, "person", "organisation", organisation),
                          std::back_inserter(people));
    }
    return people;
}

bool is_member(const Case& of, const RecordState& person) {
    return is_at_stage(of, person, {"40", "50"});
}

bool is_at_stage(const Case& of, const RecordState& person,
                 std::initializer_list<std::string_view> stages) {
    return is_any(read<std::string>(of, person, "stage"), stages);
}

Breach broken_if_missing(const Case& of, const RecordState& state,
                         std::initializer_list<std::string_view> fields) {
    std::string zh;
    std::string en;
    const catalog::Field* first = nullptr;
    for (const std::string_view name : fields) {
        const catalog::Field& field = field_of(of, state, name);
        if (!is_filled(of, state, name)) {
            first = first == nullptr ? &field : first;
            zh += (zh.empty() ? "" : "、") + std::string{field.label.zh};
            en += (en.empty() ? "" : ", ") + std::string{field.label.en};
        }
    }
    if (first == nullptr) {
        return kept;
    }
    Broken broken{{Parameter{"字段", zh}, Parameter{"field", en}}, {}};
    // Of another record, the field has no place in this one's form.
    if (state.key == of.after.key) {
        broken.field = first->id();
    }
    return broken;
}

Breach not_later_than(const Date* earlier, const Date* later, int months) {
    return broken_unless(
        earlier == nullptr || later == nullptr || *later <= record::add_months(*earlier, months),
        [&] { return month_count(months); });
}

std::vector<Parameter> both(std::string_view zh, std::string_view en, const std::string& value) {
    return {Parameter{std::string{zh}, value}, Parameter{std::string{en}, value}};
}

std::vector<Parameter> both(std::string_view zh, std::string_view en, Date day) {
    return both(zh, en, to_text(day));
}

std::vector<Parameter> month_count(int months) {
    return both("月数", "months", std::to_string(months));
}

std::vector<Parameter> and_also(std::vector<Parameter> some, std::vector<Parameter> more) {
    std::ranges::move(more, std::back_inserter(some));
    return some;
}

std::vector<Parameter> state_names(const Case& of, std::string_view field, std::string_view from,
                                   std::string_view to) {
    const catalog::CodeList* list = of.catalog.find_codes(field_of(of, of.after, field).refers_to);
    constexpr catalog::Label none{"未填", "none"};
    const catalog::Code* was = list->find(from);
    const catalog::Code* now = list->find(to);
    const catalog::Label& old_label = was == nullptr ? none : was->label;
    const catalog::Label& new_label = now == nullptr ? none : now->label;
    return {Parameter{"原", std::string{old_label.zh}}, Parameter{"新", std::string{new_label.zh}},
            Parameter{"from", std::string{old_label.en}},
            Parameter{"to", std::string{new_label.en}}};
}

std::vector<Parameter> name_of(const Case& of) {
    const auto* name = own<std::string>(of, "name");
    return both("姓名", "name", name == nullptr ? std::string{} : *name);
}

}  // namespace zhibu::rules::detail
