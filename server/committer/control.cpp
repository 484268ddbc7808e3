#include "server/committer/control.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/names.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/menu_sections.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server {
namespace {

using record::Value;

constexpr std::int64_t day_ms = 86'400'000;
/// A longer grace than ten years is a slip of the hand, and must not overflow a moment.
constexpr std::int64_t grace_days_max = 3'650;
/// The year 9999; what a window names beyond it is taken as this.
constexpr std::int64_t farthest_ms = 253'402'300'799'999;

template <class T>
T held(const Value& value) {
    const T* found = std::get_if<T>(&value);
    return found == nullptr ? T{} : *found;
}

Instant within_calendar(Instant instant) {
    return Instant{std::clamp<std::int64_t>(instant.milliseconds, 0, farthest_ms)};
}

}  // namespace

Control::Names::Names(const catalog::Catalog& catalog) {
    const auto& organisations = catalog.kind("organisation");
    organisation = organisations.id();
    organisation_parent = organisations.field("parent").id();

    const auto& accounts = catalog.kind("account");
    account = accounts.id();
    account_name = accounts.field("name").id();
    account_scope = accounts.field("organisation").id();
    account_level = accounts.field("level").id();
    account_nature = accounts.field("nature").id();
    account_permission = accounts.field("permission").id();
    account_manages = accounts.field("manages").id();
    account_state = accounts.field("state").id();
    account_expires_on = accounts.field("expires_on").id();
    account_second_factor = accounts.field("second_factor").id();
    for (const catalog::MenuSection& section : catalog::menu_sections()) {
        account_sections.push_back(accounts.field(section.permission).id());
    }

    const auto& windows = catalog.kind("window");
    window = windows.id();
    window_organisation = windows.field("organisation").id();
    window_account = windows.field("account").id();
    window_level = windows.field("level").id();
    window_starts_at = windows.field("starts_at").id();
    window_ends_at = windows.field("ends_at").id();
    window_grace_days = windows.field("grace_days").id();

    const auto& devices = catalog.kind("device");
    device = devices.id();
    device_account = devices.field("account").id();
    device_state = devices.field("state").id();
}

Control::Control(const catalog::Catalog& catalog)
    : names_{std::make_shared<const Names>(catalog)} {}

bool Control::reads(record::KindNumber kind) const {
    return kind == names_->organisation || kind == names_->account || kind == names_->window ||
           kind == names_->device;
}

void Control::take(const RecordState& state) {
    if (state.key.kind == names_->organisation) {
        take_organisation(state);
    } else if (state.key.kind == names_->account) {
        take_account(state);
    } else if (state.key.kind == names_->window) {
        take_window(state);
    } else if (state.key.kind == names_->device) {
        take_device(state);
    }
}

void Control::take_organisation(const RecordState& state) {
    // A retired organisation keeps its place: its records are still seen by those above.
    const auto parent = held<RecordId>(state.value(names_->organisation_parent));
    const RecordId id = state.key.id;
    if (const auto known = organisations_.find(id); known != organisations_.end()) {
        if (known->second.parent == parent) {
            return;
        }
        std::erase(children_[known->second.parent], id);
    }
    organisations_[id] = Organisation{parent};
    children_[parent].push_back(id);
}

void Control::take_account(const RecordState& state) {
    Account account;
    account.id = state.key.id;
    account.name = held<std::string>(state.value(names_->account_name));
    account.scope = held<RecordId>(state.value(names_->account_scope));
    account.level = held<std::string>(state.value(names_->account_level));
    // Whatever is not the exact code of more rights has fewer: a newer catalog's code, or none.
    account.nature = held<std::string>(state.value(names_->account_nature));
    account.long_term = account.nature == "1";
    account.temporary = account.nature == "3";
    account.may_write =
        held<std::string>(state.value(names_->account_permission)) == catalog::read_and_write;
    for (const record::FieldNumber section : names_->account_sections) {
        const Value& permission = state.value(section);
        account.read_only_sections.push_back(!record::is_empty(permission) &&
                                             held<std::string>(permission) !=
                                                 catalog::read_and_write);
    }
    account.manages = held<bool>(state.value(names_->account_manages));
    account.has_second_factor = held<bool>(state.value(names_->account_second_factor));
    const auto standing = held<std::string>(state.value(names_->account_state));
    account.active = standing == "1" && !state.retired;
    account.deleted = standing == "3" || state.retired;
    if (account.temporary) {
        const auto* last_day = std::get_if<record::Date>(&state.value(names_->account_expires_on));
        account.ends_at = last_day == nullptr
                              ? Instant{}
                              : record::shanghai_midnight(record::add_days(*last_day, 1));
    }
    accounts_[account.id] = std::move(account);
}

void Control::take_window(const RecordState& state) {
    Window window;
    window.id = state.key.id;
    window.organisation = held<RecordId>(state.value(names_->window_organisation));
    if (const auto* account = std::get_if<RecordId>(&state.value(names_->window_account))) {
        window.account = *account;
    }
    window.level = held<std::string>(state.value(names_->window_level));
    window.period.starts_at = within_calendar(held<Instant>(state.value(names_->window_starts_at)));
    window.period.ends_at = within_calendar(held<Instant>(state.value(names_->window_ends_at)));
    const auto grace = held<std::int64_t>(state.value(names_->window_grace_days));
    window.grace_ms = std::clamp<std::int64_t>(grace, 0, grace_days_max) * day_ms;
    forget_window(window.id);
    if (state.retired || window.period.ends_at <= window.period.starts_at) {
        return;
    }
    windows_for_[window.account.value_or(window.organisation)].push_back(window.id);
    windows_[window.id] = std::move(window);
}

void Control::forget_window(const RecordId& id) {
    const auto known = windows_.find(id);
    if (known == windows_.end()) {
        return;
    }
    const auto listed =
        windows_for_.find(known->second.account.value_or(known->second.organisation));
    std::erase(listed->second, id);
    if (listed->second.empty()) {
        windows_for_.erase(listed);
    }
    windows_.erase(known);
}

void Control::take_device(const RecordState& state) {
    Device device;
    device.id = state.key.id;
    device.account = held<RecordId>(state.value(names_->device_account));
    device.active = held<std::string>(state.value(names_->device_state)) == "2" && !state.retired;
    devices_[device.id] = device;
}

const Account* Control::account(const RecordId& id) const {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second;
}

const Device* Control::device(const RecordId& id) const {
    const auto found = devices_.find(id);
    return found == devices_.end() ? nullptr : &found->second;
}

bool Control::is_within(const RecordId& organisation, const RecordId& subtree) const {
    RecordId at = organisation;
    for (unsigned level = 0; level < levels_max; ++level) {
        const auto found = organisations_.find(at);
        if (found == organisations_.end()) {
            return false;
        }
        if (at == subtree) {
            return true;
        }
        at = found->second.parent;
    }
    return false;
}

rules::Relation Control::relation(const RecordId& organisation, const RecordId& from) const {
    if (!is_within(organisation, organisation)) {
        return rules::Relation::beside;
    }
    if (organisation == from) {
        return rules::Relation::self;
    }
    if (is_within(organisation, from)) {
        return rules::Relation::below;
    }
    return is_within(from, organisation) ? rules::Relation::above : rules::Relation::beside;
}

rules::Role Control::role(const Account& account) const {
    return {account.level, account.nature, account.may_write, account.manages,
            depth(account.scope) == 0};
}

unsigned Control::depth(const RecordId& organisation) const {
    RecordId at = organisation;
    for (unsigned level = 0; level < levels_max; ++level) {
        const auto found = organisations_.find(at);
        if (found == organisations_.end()) {
            return unknown_depth;
        }
        if (found->second.parent.is_none()) {
            return level;
        }
        at = found->second.parent;
    }
    return unknown_depth;
}

std::optional<RecordId> Control::root() const {
    const auto roots = children_.find(RecordId{});
    return roots == children_.end() || roots->second.empty() ? std::nullopt
                                                             : std::optional{roots->second.front()};
}

std::optional<RecordId> Control::superior(const RecordId& organisation) const {
    const auto found = organisations_.find(organisation);
    const bool has_one = found != organisations_.end() && !found->second.parent.is_none();
    return has_one ? std::optional{found->second.parent} : std::nullopt;
}

bool Control::has_manager() const {
    return std::ranges::any_of(accounts_, [](const auto& entry) {
        const Account& account = entry.second;
        return account.active && account.long_term && account.may_write && account.manages;
    });
}

std::vector<RecordId> Control::ended_accounts(Instant now) const {
    std::vector<RecordId> found;
    for (const auto& [id, account] : accounts_) {
        if (account.temporary && !account.deleted && account.ends_at.value_or(Instant{}) <= now) {
            found.push_back(id);
        }
    }
    std::ranges::sort(found);
    return found;
}

std::optional<Instant> Control::next_end(Instant now) const {
    std::optional<Instant> next;
    for (const auto& [id, account] : accounts_) {
        const Instant end = account.ends_at.value_or(Instant{});
        if (account.temporary && !account.deleted && end > now && (!next || end < *next)) {
            next = end;
        }
    }
    return next;
}

std::vector<RecordId> Control::devices_within(const RecordId& subtree) const {
    std::vector<RecordId> found;
    for (const auto& [id, each] : devices_) {
        const Account* holder = account(each.account);
        if (holder != nullptr && is_within(holder->scope, subtree)) {
            found.push_back(id);
        }
    }
    std::ranges::sort(found);
    return found;
}

std::vector<RecordId> Control::subtree(const RecordId& organisation) const {
    std::vector<RecordId> found;
    if (!organisations_.contains(organisation)) {
        return found;
    }
    found.push_back(organisation);
    // A tree has no more nodes than there are organisations; a circle would have.
    for (std::size_t next = 0; next < found.size() && found.size() <= organisations_.size();
         ++next) {
        if (const auto below = children_.find(found[next]); below != children_.end()) {
            found.insert(found.end(), below->second.begin(), below->second.end());
        }
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

ScopeFilter Control::scope_filter(const Account& account) const {
    ScopeFilter filter;
    filter.everything = depth(account.scope) == 0;
    if (!filter.everything) {
        filter.organisations = subtree(account.scope);
    }
    return filter;
}

}  // namespace zhibu::server
