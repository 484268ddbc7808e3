#include "client/access/safe.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "shared/keys/account_key.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

AccessFault fault_of(vault::LeaseFault fault) {
    switch (fault) {
        case vault::LeaseFault::none:
            return AccessFault::never_synchronised;
        case vault::LeaseFault::over:
            return AccessFault::lease_over;
        case vault::LeaseFault::account_disabled:
            return AccessFault::account_disabled;
        case vault::LeaseFault::clock_went_back:
            return AccessFault::clock_went_back;
        case vault::LeaseFault::damaged:
            return AccessFault::damaged;
        case vault::LeaseFault::storage_failed:
            return AccessFault::storage_failed;
    }
    std::unreachable();
}

AccessFault fault_of(vault::UnlockFault fault) {
    switch (fault) {
        case vault::UnlockFault::wrong_password:
            return AccessFault::wrong_password;
        case vault::UnlockFault::lease_over:
            return AccessFault::lease_over;
        case vault::UnlockFault::account_disabled:
            return AccessFault::account_disabled;
        case vault::UnlockFault::damaged:
            return AccessFault::damaged;
        case vault::UnlockFault::no_key_file:
            return AccessFault::never_synchronised;
        case vault::UnlockFault::storage_failed:
            return AccessFault::storage_failed;
        case vault::UnlockFault::out_of_memory:
            return AccessFault::out_of_memory;
    }
    std::unreachable();
}

/// Errors that a synchronisation heals, by a new replica.
bool is_healed_by_sync(AccessFault fault) {
    return fault == AccessFault::never_synchronised || fault == AccessFault::lease_over ||
           fault == AccessFault::account_disabled || fault == AccessFault::clock_went_back ||
           fault == AccessFault::damaged;
}

std::expected<void, AccessFault> mapped(const std::expected<void, vault::LeaseFault>& done) {
    return done ? std::expected<void, AccessFault>{} : std::unexpected{fault_of(done.error())};
}

std::expected<void, AccessFault> mapped(const std::expected<void, vault::UnlockFault>& done) {
    return done ? std::expected<void, AccessFault>{} : std::unexpected{fault_of(done.error())};
}

keys::Argon2Cost cost_of(const sync::PasswordCost& cost) {
    return {cost.memory_kib, cost.passes, cost.lanes};
}

constexpr std::size_t password_key_bytes = 32;
/// The latest time known is written anew when it has risen so far: a program that is started often
/// need not sync each time.
constexpr std::int64_t latest_time_step_milliseconds = 60'000;
/// A lease's encoding with 32 periods and 128 rules stays far below.
constexpr std::size_t periods_bytes_max = 64U << 10U;

}  // namespace

std::shared_ptr<const vault::KeyRing> Access::ring() const {
    ZHIBU_CHECK(data_key.has_value());
    return std::make_shared<const vault::KeyRing>(*data_key);
}

std::expected<keys::Ed25519Key, AccessFault> account_key(const Access& access) {
    auto key = keys::account_key_from(access.password_key.key, access.password_key.salt);
    return key ? std::expected<keys::Ed25519Key, AccessFault>{*std::move(key)}
               : std::unexpected{AccessFault::damaged};
}

Safe::Safe(IdentityFiles files, vault::Disk& disk, record::Random& random)
    : files_{std::move(files)},
      disk_{disk},
      random_{random},
      key_file_{disk, files_.key_file(), random},
      lease_file_{disk, files_.lease_folder()},
      time_mark_{disk, files_.latest_time()} {}

std::expected<void, AccessFault> Safe::erase_if_over(record::Instant now) {
    const auto lease = lease_file_.read();
    const auto latest = latest_time();
    const bool is_unknown = !latest && latest.error() == TimeMarkFault::unknown;
    const bool is_over_before =
        latest && lease && now < lease->ends_at && lease->ends_at <= *latest;
    if (lease && (is_unknown || is_over_before)) {
        ZHIBU_TRY_VOID(erase(vault::LeaseEnding::clock_went_back));
    } else {
        ZHIBU_TRY_VOID(mapped(lease_file_.erase_if_over(now)));
        if (lease && !lease_file_.read()) {
            ZHIBU_TRY_VOID(remove_replica());
        }
    }
    return know(now);
}

std::expected<void, AccessFault> Safe::know(record::Instant time) {
    const auto latest = latest_time();
    if (!latest && latest.error() == TimeMarkFault::storage_failed) {
        return std::unexpected{AccessFault::storage_failed};
    }
    const bool is_known =
        latest && time.milliseconds < latest->milliseconds + latest_time_step_milliseconds;
    return is_known ? std::expected<void, AccessFault>{} : set_latest_time(time);
}

std::optional<AccessFault> Safe::over_at(record::Instant time) {
    const auto lease = lease_file_.read();
    if (!lease) {
        return fault_of(lease.error());
    }
    return lease->ends_at <= time ? std::optional{AccessFault::lease_over} : std::nullopt;
}

std::expected<record::Instant, TimeMarkFault> Safe::latest_time() {
    const auto secret = device_secret();
    if (!secret) {
        return std::unexpected{secret.error() == AccessFault::storage_failed
                                   ? TimeMarkFault::storage_failed
                                   : TimeMarkFault::unknown};
    }
    return time_mark_.read(*secret);
}

std::expected<void, AccessFault> Safe::set_latest_time(record::Instant time) {
    ZHIBU_TRY(secret, device_secret());
    return time_mark_.write(time, secret) ? std::expected<void, AccessFault>{}
                                          : std::unexpected{AccessFault::storage_failed};
}

std::expected<void, AccessFault> Safe::erase(vault::LeaseEnding why) {
    ZHIBU_TRY_VOID(mapped(lease_file_.erase(why)));
    return remove_replica();
}

std::optional<record::Instant> Safe::opens_next(record::Instant now) {
    const auto bytes = vault::read_small_file(disk_, files_.periods(), periods_bytes_max);
    if (!bytes) {
        return std::nullopt;
    }
    const auto lease = sync::decode_lease(bytes->span());
    if (!lease) {
        return std::nullopt;
    }
    const auto next = std::ranges::find_if(
        lease->periods, [&](const sync::EditPeriod& period) { return now < period.starts_at; });
    return next == lease->periods.end() ? std::nullopt : std::optional{next->starts_at};
}

std::expected<void, AccessFault> Safe::note_periods(const sync::Lease& lease) {
    return vault::replace_file(disk_, files_.periods(), sync::encode(lease))
               ? std::expected<void, AccessFault>{}
               : std::unexpected{AccessFault::storage_failed};
}

std::expected<Access, AccessFault> Safe::open(const keys::SecretBytes& password,
                                              const Identity& identity) {
    const auto lease = lease_file_.read();
    if (!lease) {
        return without_data_key(password, identity, fault_of(lease.error()));
    }
    ZHIBU_TRY(secret, device_secret());
    auto unlocked = key_file_.unlock(password, secret, lease);
    if (!unlocked) {
        return without_data_key(password, identity, fault_of(unlocked.error()));
    }
    Access access;
    access.password_key = std::move(unlocked->password_key);
    access.data_key = std::move(unlocked->data_key);
    return access;
}

std::expected<Access, AccessFault> Safe::without_data_key(const keys::SecretBytes& password,
                                                          const Identity& identity,
                                                          AccessFault because) {
    if (!is_healed_by_sync(because)) {
        return std::unexpected{because};
    }
    const keys::Argon2Cost cost = cost_of(identity.password_cost);
    auto derived = keys::argon2id(password, identity.password_salt, cost);
    if (!derived) {
        return std::unexpected{derived.error().fault == keys::KeyFault::out_of_memory
                                   ? AccessFault::out_of_memory
                                   : AccessFault::damaged};
    }
    Access access;
    access.password_key = {*std::move(derived), identity.password_salt, cost};
    access.sealed_because = because;
    return access;
}

std::expected<void, AccessFault> Safe::take_password(Access& access,
                                                     const keys::SecretBytes& password,
                                                     const Identity& identity) {
    ZHIBU_TRY(derived, without_data_key(password, identity, AccessFault::lease_over));
    if (const auto lease = lease_file_.read(); lease && access.data_key) {
        ZHIBU_TRY(device, device_secret());
        ZHIBU_TRY_VOID(
            mapped(key_file_.wrap(*access.data_key, {derived.password_key, device, *lease})));
    }
    access.password_key = std::move(derived.password_key);
    return {};
}

keys::SecretBytes Safe::kept(const Access& access) {
    const keys::SecretBytes data_key =
        access.data_key ? vault::serialise(*access.data_key) : keys::SecretBytes{};
    keys::SecretBytes bytes{password_key_bytes + data_key.size()};
    std::ranges::copy(access.password_key.key.span(), bytes.span().begin());
    std::ranges::copy(data_key.span(), bytes.span().subspan(password_key_bytes).begin());
    return bytes;
}

std::optional<Access> Safe::open_kept(const keys::SecretBytes& kept, const Identity& identity) {
    if (kept.size() < password_key_bytes) {
        return std::nullopt;
    }
    Access access;
    access.password_key = {keys::SecretBytes{kept.span().first(password_key_bytes)},
                           identity.password_salt, cost_of(identity.password_cost)};
    const auto lease = lease_file_.read();
    if (!lease) {
        // The data key that is kept was of a lease that is gone, and goes with it.
        access.sealed_because = fault_of(lease.error());
        return access;
    }
    auto data_key = vault::parse_data_key(kept.span().subspan(password_key_bytes));
    if (!data_key) {
        return std::nullopt;
    }
    access.data_key = *std::move(data_key);
    return access;
}

std::expected<void, AccessFault> Safe::start_anew(Access& access) {
    ZHIBU_TRY_VOID(remove_replica());
    access.data_key = vault::make_data_key(random_);
    access.is_fresh = true;
    return {};
}

std::expected<void, AccessFault> Safe::take_lease(Access& access, const sync::Lease& lease,
                                                  std::span<const std::uint8_t> secret,
                                                  record::Instant now) {
    ZHIBU_TRY_VOID(note_periods(lease));
    // Before the secret: where a lease is held, the time is known.
    ZHIBU_TRY_VOID(set_latest_time(lease.granted_at));
    if (!access.data_key) {
        // Erased with the lease before, which permitted nothing, and the replica with it.
        return std::unexpected{access.sealed_because};
    }
    if (lease.expires_at <= now) {
        access.data_key.reset();
        access.sealed_because = AccessFault::lease_over;
        return erase(vault::LeaseEnding::over);
    }
    const vault::LeaseSecret granted{keys::SecretBytes{secret}, lease.serial, lease.expires_at};
    ZHIBU_TRY(device, device_secret());
    const vault::Wrapping wrapping{access.password_key, device, granted};
    if (const auto held = lease_file_.read(); held && !access.is_fresh) {
        return mapped(
            vault::renew_lease(key_file_, lease_file_, *access.data_key, wrapping, *held));
    }
    ZHIBU_TRY_VOID(mapped(key_file_.wrap(*access.data_key, wrapping)));
    ZHIBU_TRY_VOID(mapped(lease_file_.store(granted)));
    access.is_fresh = false;
    return {};
}

std::expected<keys::SecretBytes, AccessFault> Safe::device_secret() {
    auto held = vault::read_small_file(disk_, files_.device_secret(), vault::device_secret_bytes);
    if (held) {
        return held->size() == vault::device_secret_bytes
                   ? std::expected<keys::SecretBytes, AccessFault>{*std::move(held)}
                   : std::unexpected{AccessFault::damaged};
    }
    if (held.error().fault != vault::VaultFault::not_there) {
        return std::unexpected{held.error().fault == vault::VaultFault::storage_failed
                                   ? AccessFault::storage_failed
                                   : AccessFault::damaged};
    }
    keys::SecretBytes made{vault::device_secret_bytes};
    random_.fill(made.span());
    if (!vault::replace_file(disk_, files_.device_secret(), made.span())) {
        return std::unexpected{AccessFault::storage_failed};
    }
    return made;
}

std::expected<void, AccessFault> Safe::remove_replica() {
    for (const std::filesystem::path& file : files_.replica_files()) {
        const auto removed = disk_.remove(file);
        if (!removed && removed.error().fault != vault::VaultFault::not_there) {
            return std::unexpected{AccessFault::storage_failed};
        }
    }
    return {};
}

}  // namespace zhibu::client
