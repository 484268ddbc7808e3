#include "server/account/lease.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

Instant lease_end(const Account& account, const std::vector<sync::EditPeriod>& periods, Instant now,
                  const LeaseLengths& lengths) {
    const std::int64_t hours = account.temporary ? lengths.temporary_hours : lengths.hours;
    Instant end{now.milliseconds + hours * hour_ms};
    if (account.ends_at) {
        end = std::min(end, *account.ends_at);
    }
    if (account.long_term) {
        return end;
    }
    const bool inside = !periods.empty() && periods.front().starts_at <= now;
    return inside ? std::min(end, periods.front().ends_at) : now;
}

}  // namespace

sync::Lease grant_lease(const Control& control, const Account& account, const DeviceId& device,
                        const record::SpaceId& space, std::uint64_t serial, Instant now,
                        const LeaseLengths& lengths, const rules::Parameters& parameters) {
    sync::Lease lease;
    lease.serial = serial;
    lease.space = space;
    lease.account = account.id;
    lease.device = device;
    lease.scope = account.scope;
    lease.may_write = account.may_write;
    lease.manages = account.manages;
    lease.always_open = account.long_term;
    lease.periods = control.periods(account, now);
    lease.granted_at = now;
    lease.expires_at = lease_end(account, lease.periods, now, lengths);
    lease.rules = rules::to_list(parameters);
    return lease;
}

}  // namespace zhibu::server
