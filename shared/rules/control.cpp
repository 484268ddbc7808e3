#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Instant;

constexpr std::string_view temporary = "3";
constexpr std::string_view long_term = "1";
constexpr std::string_view branch_level = "3";

bool is(const std::string* code, std::string_view value) {
    return code != nullptr && *code == value;
}

Breach temporary_has_end(const Case& of) {
    return broken_unless(!is(held<std::string>(of, "account", "nature"), temporary) ||
                         held<Date>(of, "account", "expires_on") != nullptr);
}

Breach branch_is_short_term(const Case& of) {
    return broken_unless(!is(held<std::string>(of, "account", "nature"), long_term) ||
                         !is(held<std::string>(of, "account", "level"), branch_level) ||
                         held<std::string>(of, "account", "reason") != nullptr);
}

Breach deleted_is_final(const Case& of) {
    const auto* was = held_before<std::string>(of, "account", "state");
    const auto* now = held<std::string>(of, "account", "state");
    const std::string_view to = now == nullptr ? std::string_view{} : std::string_view{*now};
    return broken_unless(was == nullptr || *was == to || may_move(account_states(), *was, to, {}));
}

/// Full or short name; an account may say more after it.
Breach account_is_named_after(const Case& of) {
    const auto* name = own<std::string>(of, "name");
    const auto organisation = named_by(of, of.after, "organisation");
    if (name == nullptr || !organisation) {
        return kept;
    }
    const auto is_in = [&](std::string_view field) {
        const auto* its = read<std::string>(of, *organisation, field);
        return its != nullptr && name->contains(*its);
    };
    return broken_unless(is_in("name") || is_in("short_name"));
}

Breach holder_has_post(const Case& of) {
    const auto* post = own<std::string>(of, "post");
    return broken_unless(post == nullptr || post->contains("书记") || post->contains("组织委员"));
}

/// The new holder has a contact of the own and none of the former holder's devices. The password is
/// the server's matter: it never stands in a record.
Breach holder_starts_anew(const Case& of) {
    const auto* was = own_before<std::string>(of, "holder");
    const auto* now = own<std::string>(of, "holder");
    if (was == nullptr || now == nullptr || *was == *now) {
        return kept;
    }
    const auto devices = related(of, "device", "account", record::Value{of.after.key.id});
    const bool shut_out = std::ranges::none_of(devices, [&](const record::RecordState& device) {
        return is_any(read<std::string>(of, device, "state"), {"2"});
    });
    return broken_unless(touches(of, "phone") && is_filled(of, of.after, "phone") && shut_out);
}

Breach password_is_fresh(const Case& of) {
    const auto* changed = own<Date>(of, "password_changed_on");
    const int days = of.parameters.password_days;
    const bool in_use = is(own<std::string>(of, "state"), "1");
    return broken_unless(
        !in_use || changed == nullptr || of.today <= record::add_days(*changed, days),
        [&] { return both("n", "days", std::to_string(days)); });
}

Breach account_name_unique(const Case& of) {
    const std::string* name = held<std::string>(of, "account", "name");
    if (name == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("account");
    for (const record::RecordKey& key :
         of.surroundings.holding(kind.id(), kind.field("name").id(), record::Value{*name})) {
        if (key.id != of.after.key.id) {
            return broken();
        }
    }
    return kept;
}

Breach window_has_length(const Case& of) {
    const auto* starts = held<Instant>(of, "window", "starts_at");
    const auto* ends = held<Instant>(of, "window", "ends_at");
    return broken_unless(starts == nullptr || ends == nullptr || *starts < *ends);
}

/// The scope of the account that the record names; none where it names none or none is known.
std::optional<record::RecordId> scope_of_account(const Case& of, std::string_view kind) {
    const auto* id = held<record::RecordId>(of, kind, "account");
    const catalog::Kind& accounts = of.catalog.kind("account");
    const auto account =
        id == nullptr ? std::nullopt : of.surroundings.find(record::RecordKey{accounts.id(), *id});
    const auto* scope =
        account
            ? std::get_if<record::RecordId>(&account->value(accounts.field("organisation").id()))
            : nullptr;
    return scope == nullptr ? std::nullopt : std::optional{*scope};
}

/// Otherwise an officer could reach an account outside the own scope through a record within it.
Breach same_scope(const Case& of, std::string_view kind) {
    const auto scope = scope_of_account(of, kind);
    const auto* organisation = held<record::RecordId>(of, kind, "organisation");
    return broken_unless(!scope || organisation == nullptr || *scope == *organisation);
}

Breach code_for_own_account(const Case& of) { return same_scope(of, "enrolment_code"); }

Breach device_of_own_account(const Case& of) { return same_scope(of, "device"); }

Breach window_for_own_account(const Case& of) { return same_scope(of, "window"); }

constexpr std::array rules{
    Rule{"R-903",
         "account",
         "nature expires_on",
         Severity::refuse,
         {"临时账号须填写结束日期。", "A temporary account needs the day on which it ends."},
         &temporary_has_end,
         "S (应在工作结束后及时删除)"},
    Rule{"R-904",
         "account",
         "nature level reason",
         Severity::warn,
         {"党支部账号一般为短期，请说明。",
          "A branch's account is normally short-term: please give the reason."},
         &branch_is_short_term,
         "S"},
    Rule{"R-912a",
         "account",
         "name",
         Severity::refuse,
         {"账号名称已被使用。", "The account name is already used."},
         &account_name_unique,
         "S"},
    Rule{"R-912",
         "account",
         "name organisation",
         Severity::warn,
         {"账号名称一般与总支（支部）名称一致。",
          "An account normally bears the name of its general branch or branch."},
         &account_is_named_after,
         "S"},
    Rule{"R-913",
         "account",
         "post",
         Severity::warn,
         {"账号管理员一般由书记或组织委员担任。",
          "The administrator is normally the secretary or the organisation officer."},
         &holder_has_post,
         "S"},
    Rule{
        "R-914",
        "account",
        "holder",
        Severity::refuse,
        {"账号管理员更换后须更新个人信息和密码，并注销原有设备。",
         "With a new holder the contact is new, the former devices are revoked and the password is "
         "reset."},
        &holder_starts_anew,
        "S (更新密码)",
        When::change},
    Rule{"R-915",
         "account",
         "password_changed_on",
         Severity::warn,
         {"密码已超过 {n} 天未更新。", "The password is older than {days} days."},
         &password_is_fresh,
         "S (定期更新密码); GK",
         When::day},
    Rule{"R-916",
         "account",
         "state",
         Severity::refuse,
         {"已删除的账号不能恢复。", "A deleted account cannot be brought back."},
         &deleted_is_final,
         "S; GK"},
    Rule{"R-901a",
         "window",
         "ends_at starts_at",
         Severity::refuse,
         {"维护时段的结束时间应晚于开始时间。", "An edit window must end after it starts."},
         &window_has_length,
         "S"},
    Rule{"R-901b",
         "window",
         "account organisation",
         Severity::refuse,
         {"指定账号的维护时段，适用组织应为该账号的管辖组织。",
          "A window for one account names that account's own organisation."},
         &window_for_own_account,
         "S"},
    Rule{"R-914a",
         "enrolment_code",
         "account organisation",
         Severity::refuse,
         {"登记码的管辖组织应与账号一致。",
          "An enrolment code names its account's own organisation."},
         &code_for_own_account,
         "S (更新密码)"},
    Rule{"R-914b",
         "device",
         "account organisation",
         Severity::refuse,
         {"设备的管辖组织应与账号一致。", "A device names its account's own organisation."},
         &device_of_own_account,
         "S (更新密码)"},
};

}  // namespace

std::span<const Rule> control_rules() { return rules; }

}  // namespace zhibu::rules::detail
