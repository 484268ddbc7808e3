#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::RecordId;
using record::RecordState;

bool is_change(const Case& of, std::initializer_list<std::string_view> kinds) {
    return is_any(own<std::string>(of, "change_kind"), kinds);
}

bool is_open_letter(const Case& of, const RecordState& letter) {
    return is_any(read<std::string>(of, letter, "state"), {"10", "20", "25", "30", "60"});
}

/// Nobody works in it and nothing is under way: persons other than former ones, organisations
/// below, open letters, active accounts.
bool is_empty_now(const Case& of, const RecordId& organisation) {
    const record::Value here{organisation};
    const auto holds = [&](std::string_view kind, std::string_view field, auto counts) {
        const auto found = all_related(of, kind, field, here);
        return std::ranges::any_of(found, counts);
    };
    const auto stays = [&](const RecordState& person) {
        return !is_at_stage(of, person, {"70", "80"});
    };
    const auto open = [&](const RecordState& letter) { return is_open_letter(of, letter); };
    const auto active = [&](const RecordState& account) {
        return is_any(read<std::string>(of, account, "state"), {"1"});
    };
    return !holds("person", "organisation", stays) &&
           all_related(of, "organisation", "parent", here).empty() &&
           !holds("letter", "sending_organisation", open) &&
           !holds("letter", "receiving_organisation", open) &&
           !holds("account", "organisation", active);
}

Breach abolished_when_empty(const Case& of) {
    const auto* organisation = own<RecordId>(of, "owner");
    return broken_unless(!is_change(of, {"04"}) || organisation == nullptr ||
                         is_empty_now(of, *organisation));
}

Breach retired_when_empty(const Case& of) {
    return broken_unless(is_empty_now(of, of.after.key.id));
}

/// What was ever there counts, retired records too.
bool was_ever_used(const Case& of, const RecordId& organisation) {
    struct Use {
        std::string_view kind;
        std::string_view field;
    };

    constexpr std::array uses{Use{"person", "organisation"}, Use{"letter", "sending_organisation"},
                              Use{"letter", "receiving_organisation"},
                              Use{"dues_payment", "organisation"}, Use{"account", "organisation"}};
    return std::ranges::any_of(uses, [&](const Use& use) {
        const catalog::Kind& kind = of.catalog.kind(use.kind);
        return !of.surroundings
                    .holding(kind.id(), kind.field(use.field).id(), record::Value{organisation})
                    .empty();
    });
}

Breach deleted_when_unused(const Case& of) {
    const auto* organisation = own<RecordId>(of, "owner");
    return broken_unless(!is_change(of, {"05"}) || organisation == nullptr ||
                         !was_ever_used(of, *organisation));
}

Breach merger_names_other(const Case& of) {
    const auto* organisation = own<RecordId>(of, "owner");
    const auto* other = own<RecordId>(of, "other");
    return broken_unless(!is_change(of, {"03"}) || (other != nullptr && (organisation == nullptr ||
                                                                         *other != *organisation)));
}

Breach not_below_itself(const Case& of) {
    const auto* organisation = own<RecordId>(of, "owner");
    const auto* other = own<RecordId>(of, "other");
    if (!is_change(of, {"02"}) || organisation == nullptr) {
        return kept;
    }
    return broken_unless(other != nullptr && !is_within(of, *other, *organisation).value_or(false));
}

Breach document_given(const Case& of) { return broken_unless(is_filled(of, of.after, "document")); }

constexpr std::array rules{
    Rule{"R-712",
         "organisation_change",
         "change_kind",
         Severity::refuse,
         {"撤销前请先转出党员、下级组织、在途介绍信并停用账号。",
          "Before it is abolished, move its members, organisations and open letters, and disable "
          "its accounts."},
         &abolished_when_empty,
         "S (撤销); GK",
         When::change},
    Rule{"R-712a",
         "organisation",
         "retired",
         Severity::refuse,
         {"停用前请先转出党员、下级组织、在途介绍信并停用账号。",
          "Before it is taken out of use, move its members, organisations and open letters, and "
          "disable its accounts."},
         &retired_when_empty,
         "S (撤销); GK",
         When::change},
    Rule{"R-713",
         "organisation_change",
         "change_kind",
         Severity::refuse,
         {"该组织已有业务记录，只能“撤销”，不能“删除”。",
          "The organisation has records: it can be abolished, not deleted."},
         &deleted_when_unused,
         "S (删除); GK",
         When::change},
    Rule{"R-714",
         "organisation_change",
         "other change_kind",
         Severity::refuse,
         {"请选择合并后的组织。", "Choose the organisation that goes on after the merger."},
         &merger_names_other,
         "S (合并); GK"},
    Rule{"R-715",
         "organisation_change",
         "other change_kind",
         Severity::refuse,
         {"不能转移到自身或其下级组织。",
          "Choose the new superior: not the organisation itself, nor one below it."},
         &not_below_itself,
         "S (转移); GK",
         When::change},
    Rule{"R-716",
         "organisation_change",
         "document",
         Severity::needs_explanation,
         {"请填写变更批准文件。", "Enter the document that approved the change."},
         &document_given,
         "S (有据可依)"},
};

}  // namespace

std::span<const Rule> organisation_change_rules() { return rules; }

}  // namespace zhibu::rules::detail
