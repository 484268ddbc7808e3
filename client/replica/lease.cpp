#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/catalog/menu_sections.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

/// How far the clock may stand before the newest time seen: time servers set clocks back a little.
constexpr std::int64_t set_back_milliseconds_max = 2 * 60 * 1000;

ReplicaError outside_window(const sync::Lease& lease, record::Instant now) {
    ReplicaError error;
    error.fault = ReplicaFault::outside_window;
    error.place = "lease";
    for (const sync::EditPeriod& period : lease.periods) {
        if (period.starts_at > now && (!error.opens_next || period.starts_at < *error.opens_next)) {
            error.opens_next = period.starts_at;
        }
    }
    return error;
}

}  // namespace

std::optional<sync::Lease> Replica::Body::lease() {
    const detail::Bytes bytes = blob("lease");
    if (bytes.empty()) {
        return std::nullopt;
    }
    auto decoded = sync::decode_lease(bytes);
    if (!decoded) {
        throw Failed(ReplicaFault::damaged, "lease");
    }
    return *std::move(decoded);
}

sync::Lease Replica::Body::check_permission(record::Instant now) {
    std::optional<sync::Lease> held = lease();
    if (!held) {
        throw Failed(ReplicaFault::no_lease, "lease");
    }
    const record::Instant seen{number("seen").value_or(0)};
    if (now.milliseconds < seen.milliseconds - set_back_milliseconds_max) {
        ReplicaError error;
        error.fault = ReplicaFault::clock_went_back;
        error.place = "clock";
        error.seen = seen;
        throw Failed(std::move(error));
    }
    if (!held->may_write) {
        throw Failed(ReplicaFault::read_only, "lease");
    }
    const bool open =
        held->always_open || std::ranges::any_of(held->periods, [&](const auto& each) {
            return each.starts_at <= now && now < each.ends_at;
        });
    if (!open) {
        throw Failed(outside_window(*held, now));
    }
    // After the window: a lease ends with it, and when it opens next says more than a lease does.
    if (now >= held->expires_at) {
        throw Failed(ReplicaFault::lease_over, "lease");
    }
    return *std::move(held);
}

void Replica::Body::check_sections(const Draft& draft) {
    const catalog::Kind* accounts = catalog_.find("account");
    const std::optional<record::RecordState> account =
        accounts == nullptr ? std::nullopt
                            : rows_.read({accounts->id(), record::RecordId{uuid("account")}});
    if (!account) {
        return;
    }
    for (const DraftChange& wish : draft.changes) {
        const catalog::Kind* kind = catalog_.find(wish.record.kind);
        const catalog::MenuSection* section =
            kind == nullptr ? nullptr : catalog::menu_section_of(catalog_, *kind);
        if (section == nullptr) {
            continue;
        }
        const record::Value& permission = account->value(accounts->field(section->permission).id());
        if (catalog::keeps_from_writing(record::to_text(permission))) {
            throw Failed(ReplicaFault::read_only, std::string{section->name});
        }
    }
}

void Replica::Body::see_time(record::Instant time) {
    if (time.milliseconds > number("seen").value_or(0)) {
        set_number("seen", time.milliseconds);
    }
}

void Replica::Body::take_lease(const sync::Lease& lease, record::Instant server_time) {
    if (lease.space.uuid != uuid("space") || lease.device.uuid != uuid("device") ||
        lease.account.uuid != uuid("account")) {
        throw Failed(ReplicaFault::contradiction, "lease");
    }
    detail::WriteTransaction transaction(*connection_);
    set_blob("lease", sync::encode(lease));
    set_number("last_contact", server_time.milliseconds);
    see_time(server_time);
    transaction.commit();
}

}  // namespace zhibu::client
