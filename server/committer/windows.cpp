#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t periods_max = 32;

sync::Refusal refusal(sync::RefusalReason reason) {
    sync::Refusal made;
    made.reason = reason;
    return made;
}

bool contains(const sync::EditPeriod& period, Instant instant) {
    return period.starts_at <= instant && instant < period.ends_at;
}

/// Keeps the soonest of those after `now`.
void consider(std::optional<Instant>& soonest, Instant candidate, Instant now) {
    if (candidate > now && (!soonest || candidate < *soonest)) {
        soonest = candidate;
    }
}

}  // namespace

std::vector<const Window*> Control::windows_of(const Account& account) const {
    std::vector<const Window*> found;
    const auto take = [&](const RecordId& subject, bool by_account) {
        const auto listed = windows_for_.find(subject);
        if (listed == windows_for_.end()) {
            return;
        }
        for (const RecordId& id : listed->second) {
            const Window& window = windows_.at(id);
            if (window.account.has_value() == by_account &&
                (by_account || window.level.empty() || window.level == account.level)) {
                found.push_back(&window);
            }
        }
    };
    take(account.id, true);
    RecordId at = account.scope;
    for (unsigned level = 0; level < levels_max; ++level) {
        const auto organisation = organisations_.find(at);
        if (organisation == organisations_.end()) {
            break;
        }
        take(at, false);
        at = organisation->second.parent;
    }
    return found;
}

std::vector<Control::OpenTime> Control::open_times(const Account& account) const {
    std::vector<OpenTime> all;
    for (const Window* window : windows_of(account)) {
        const Instant end = window->period.ends_at;
        all.push_back({window->period, Instant{end.milliseconds + window->grace_ms}});
    }
    std::ranges::sort(all, {}, [](const OpenTime& time) { return time.period; });
    std::vector<OpenTime> joined;
    for (const OpenTime& next : all) {
        if (joined.empty() || joined.back().period.ends_at < next.period.starts_at) {
            joined.push_back(next);
            continue;
        }
        OpenTime& last = joined.back();
        // The grace is that of the window that ends last: an earlier one's longer grace was meant
        // for an earlier end. Of two that end together, the longer.
        if (next.period.ends_at > last.period.ends_at) {
            last.accepted_until = next.accepted_until;
        } else if (next.period.ends_at == last.period.ends_at) {
            last.accepted_until = std::max(last.accepted_until, next.accepted_until);
        }
        last.period.ends_at = std::max(last.period.ends_at, next.period.ends_at);
    }
    return joined;
}

EditRight Control::edit_right(const Account& account, Instant made_at, Instant now) const {
    const Instant made = std::min(made_at, now);
    EditRight right;
    if (account.long_term) {
        right.permitted = true;
        return right;
    }
    if (account.temporary) {
        const Instant end = account.ends_at.value_or(Instant{});
        right.permitted = made < end;
        right.too_late = right.permitted && now >= end;
        return right;
    }
    for (const OpenTime& time : open_times(account)) {
        if (contains(time.period, made)) {
            right.permitted = true;
            right.too_late = now >= time.accepted_until;
            right.opens_next.reset();
            return right;
        }
        if (time.period.starts_at > now && !right.opens_next) {
            right.opens_next = time.period.starts_at;
        }
    }
    return right;
}

std::vector<sync::EditPeriod> Control::periods(const Account& account, Instant now) const {
    std::vector<sync::EditPeriod> found;
    if (account.long_term) {
        return found;
    }
    if (account.temporary) {
        if (const Instant end = account.ends_at.value_or(Instant{}); end > now) {
            found.push_back({Instant{}, end});
        }
        return found;
    }
    for (const OpenTime& time : open_times(account)) {
        if (time.period.ends_at > now && found.size() < periods_max) {
            found.push_back(time.period);
        }
    }
    return found;
}

std::optional<sync::Refusal> Control::session_refusal(const RecordId& account_id,
                                                      const RecordId& device_id,
                                                      Instant now) const {
    using enum sync::RefusalReason;
    const Account* account = this->account(account_id);
    const Device* device = this->device(device_id);
    if (account == nullptr || device == nullptr || device->account != account_id) {
        return refusal(unknown_device);
    }
    if (account->deleted) {
        return refusal(account_deleted);
    }
    if (!account->active) {
        return refusal(account_disabled);
    }
    if (account->temporary && now >= account->ends_at.value_or(Instant{})) {
        return refusal(account_expired);
    }
    if (!device->active) {
        return refusal(device_not_active);
    }
    if (account->long_term || account->temporary) {
        return std::nullopt;
    }
    sync::Refusal closed = refusal(outside_window);
    for (const OpenTime& time : open_times(*account)) {
        if (time.period.starts_at > now) {
            closed.not_before = time.period.starts_at;
            break;
        }
        if (now < time.accepted_until) {
            return std::nullopt;
        }
    }
    return closed;
}

std::optional<Instant> Control::next_change(const RecordId& account_id, Instant now) const {
    std::optional<Instant> soonest;
    const Account* account = this->account(account_id);
    if (account == nullptr || account->long_term) {
        return soonest;
    }
    if (account->temporary) {
        consider(soonest, account->ends_at.value_or(Instant{}), now);
        return soonest;
    }
    for (const OpenTime& time : open_times(*account)) {
        consider(soonest, time.period.starts_at, now);
        consider(soonest, time.period.ends_at, now);
        consider(soonest, time.accepted_until, now);
    }
    return soonest;
}

}  // namespace zhibu::server
