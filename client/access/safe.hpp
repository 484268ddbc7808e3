#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "client/access/time_mark.hpp"
#include "client/identity/identity.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/key_file.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/lease_secret.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::client {

/// Why the replica cannot be opened. None of them touches the outbox.
enum class AccessFault : std::uint8_t {
    never_synchronised,  // no lease was ever taken here
    wrong_password,
    lease_over,
    account_disabled,
    /// The lease is over by the latest time known, though not by the clock; or that time was
    /// tampered with.
    clock_went_back,
    damaged,  // the key's files, or the replica behind its head record: it must come anew
    storage_failed,
    out_of_memory,  // Argon2id's
};

/// What the password has given: the account's proof, and the data key where a lease is held.
/// Threads: read by several; Safe::take_lease and start_anew change it on the replica's thread.
struct Access {
    vault::PasswordKey password_key;
    std::optional<vault::DataKey> data_key;
    /// Why there is no data key. Only a synchronisation can bring one.
    AccessFault sealed_because = AccessFault::never_synchronised;
    /// The data key is of a replica for which no lease has been taken yet.
    bool is_fresh = false;

    /// The keys of the replica's files (checked: there is a data key).
    [[nodiscard]] std::shared_ptr<const vault::KeyRing> ring() const;
};

/// The account's key, with which it proves itself to the server.
[[nodiscard]] std::expected<keys::Ed25519Key, AccessFault> account_key(const Access& access);

/// The device's own keeping of its keys: the key file, the lease secret, the device secret. What
/// opens the replica is what the password, the lease and this device give together, and only while
/// the lease lasts. Source: vault.md, "Keys".
/// Threads: not synchronised; while a replica is open, its thread's.
class Safe {
public:
    /// `disk` and `random` must outlive it.
    Safe(IdentityFiles files, vault::Disk& disk, record::Random& random);

    /// To be called at program start, before any prompt, and when the lease ends: erases a lease
    /// secret whose time is over, and the replica that nothing opens any more. The outbox stays.
    /// Over is what ends at the latest time known or before, whatever the clock says, and what is
    /// held while nobody knows that time.
    /// @param now  the clock's; the latest time known becomes at least this, to the minute
    [[nodiscard]] std::expected<void, AccessFault> erase_if_over(record::Instant now);

    /// It was once so late: the clock, or a change in the replica, said so.
    [[nodiscard]] std::expected<void, AccessFault> know(record::Instant time);

    /// Why there is no lease that lasts beyond `time`; no value: there is one.
    [[nodiscard]] std::optional<AccessFault> over_at(record::Instant time);

    /// The same at once: the server has said that the account is disabled, or that its window was
    /// closed early. A replica that is open stays readable to this process until it is closed.
    [[nodiscard]] std::expected<void, AccessFault> erase(vault::LeaseEnding why);

    /// When the account may work again, as the last lease said; it is kept beside the replica, and
    /// outlives it.
    [[nodiscard]] std::optional<record::Instant> opens_next(record::Instant now);

    /// Takes about a second: Argon2id. Where no lease is held the password cannot be checked here;
    /// the server will.
    /// Errors: wrong_password, storage_failed, out_of_memory.
    [[nodiscard]] std::expected<Access, AccessFault> open(const keys::SecretBytes& password,
                                                          const Identity& identity);

    /// What open() would have given, from what kept() made of it. No value where it is of another
    /// password or another lease: ask for the password.
    [[nodiscard]] std::optional<Access> open_kept(const keys::SecretBytes& kept,
                                                  const Identity& identity);

    /// The server has taken `password`, to be derived as `identity` says: it opens the replica from
    /// now on, and the one before does not. Takes about a second.
    /// Errors: storage_failed, out_of_memory; the one before still opens it then.
    [[nodiscard]] std::expected<void, AccessFault> take_password(Access& access,
                                                                 const keys::SecretBytes& password,
                                                                 const Identity& identity);

    /// For the kernel's keyring.
    [[nodiscard]] static keys::SecretBytes kept(const Access& access);

    /// Removes the replica, which cannot be opened any more, and makes a data key for a new one.
    [[nodiscard]] std::expected<void, AccessFault> start_anew(Access& access);

    /// Keeps a lease's secret and wraps the data key with it: what opened the replica before opens
    /// it no more. A lease that permits nothing erases the one before, the data key and the
    /// replica; one that comes after it finds nothing to open. The server's time becomes the latest
    /// known, also where a clock that went ahead had told a later one.
    /// Errors: storage_failed; why there is no data key, where there is none.
    [[nodiscard]] std::expected<void, AccessFault> take_lease(Access& access,
                                                              const sync::Lease& lease,
                                                              std::span<const std::uint8_t> secret,
                                                              record::Instant now);

private:
    [[nodiscard]] std::expected<keys::SecretBytes, AccessFault> device_secret();
    [[nodiscard]] std::expected<record::Instant, TimeMarkFault> latest_time();
    [[nodiscard]] std::expected<void, AccessFault> set_latest_time(record::Instant time);
    [[nodiscard]] std::expected<void, AccessFault> remove_replica();
    [[nodiscard]] std::expected<void, AccessFault> note_periods(const sync::Lease& lease);
    /// What a synchronisation can begin with, where it can put right what is missing here.
    [[nodiscard]] std::expected<Access, AccessFault> without_data_key(
        const keys::SecretBytes& password, const Identity& identity, AccessFault because);

    IdentityFiles files_;
    vault::Disk& disk_;
    record::Random& random_;
    vault::KeyFile key_file_;
    vault::LeaseFile lease_file_;
    TimeMark time_mark_;
};

}  // namespace zhibu::client
