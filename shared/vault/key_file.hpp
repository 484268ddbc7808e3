#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>

#include "shared/keys/account_key.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/lease_secret.hpp"

namespace zhibu::vault {

/// Why the data key was not had. None of them touches a file: the outbox, above all, stays.
enum class UnlockFault : std::uint8_t {
    wrong_password,  // told from damage by the slots' own checksums and by the marks of the others
    lease_over,
    account_disabled,
    damaged,
    no_key_file,  // the device never had a data key, or it was wiped
    storage_failed,
    out_of_memory,  // Argon2id's
};

/// What Argon2id made of a password: kept while the device is unlocked, so that a lease is renewed
/// without asking for the password again.
struct PasswordKey {
    /// 32 bytes.
    keys::SecretBytes key;
    std::array<std::uint8_t, 16> salt{};
    keys::Argon2Cost cost;
};

/// With a new salt. Takes about a second at the default cost. For a new window or password.
/// Errors: cost_out_of_bounds (nothing has run), out_of_memory.
[[nodiscard]] std::expected<PasswordKey, keys::KeyError> make_password_key(
    const keys::SecretBytes& password, const keys::Argon2Cost& cost, record::Random& random);

inline constexpr std::size_t device_secret_bytes = 32;

/// What a data key is wrapped with: something known, something that ends, something that stays on
/// this device. All three are needed.
struct Wrapping {
    const PasswordKey& password_key;
    /// 32 bytes (checked).
    const keys::SecretBytes& device_secret;
    const LeaseSecret& lease;
};

struct Unlocked {
    DataKey data_key;
    PasswordKey password_key;
    /// False where a wrapping was cut short after its first slot: wrap() again, or what it was to
    /// replace (an old password, say) still opens the other.
    bool slots_agree = false;
};

/// The data key, wrapped, in two files beside each other, `<base>.0` and `<base>.1`: each is
/// replaced whole (pending name, sync, rename, folder sync), one after the other, so that at every
/// moment one of them opens. Its Argon2id cost is read from the file and bounded before it runs.
/// Threads: not synchronised. Source: vault.md, "Keys"; docs/file-formats.md, "Key file".
class KeyFile {
public:
    /// `disk` and `random` must outlive it. Nothing is read or written yet.
    KeyFile(Disk& disk, std::filesystem::path base, record::Random& random);

    /// Whether there is a slot, whatever its state.
    [[nodiscard]] std::expected<bool, UnlockFault> exists();

    /// Asks the slots newest first. Runs Argon2id once (twice after a password's change that was
    /// cut short), and not at all where the lease is over: ask LeaseFile::read() before any prompt.
    [[nodiscard]] std::expected<Unlocked, UnlockFault> unlock(
        const keys::SecretBytes& password, const keys::SecretBytes& device_secret,
        const std::expected<LeaseSecret, LeaseFault>& lease);

    /// Wraps `data_key` anew in both slots, for a new password or a new window. When it returns,
    /// nothing that was wrapped before opens any more. The lease is one that LeaseFile holds, or
    /// that is stored right after.
    /// Errors: storage_failed: each slot holds the old or the new, whole; wrap() may be called
    /// again.
    [[nodiscard]] std::expected<void, UnlockFault> wrap(const DataKey& data_key,
                                                        const Wrapping& wrapping);

    /// Wraps it in one slot, and leaves alone the one that `in_use` opens.
    [[nodiscard]] std::expected<void, UnlockFault> wrap_beside(const DataKey& data_key,
                                                               const Wrapping& wrapping,
                                                               const LeaseSecret& in_use);

    /// Removes both slots: the data key is lost with them. Errors: storage_failed.
    [[nodiscard]] std::expected<void, UnlockFault> remove();

private:
    Disk& disk_;
    std::filesystem::path base_;
    record::Random& random_;
};

/// Renews a lease inside its window: the same data key under the new lease's secret. At every
/// moment of it, a crash or an error leaves a device that opens, by the old lease's secret or by
/// the new one's, whichever `lease_file` then holds.
/// @param in_use  what `lease_file` holds now
/// Errors: storage_failed; do it again, with what `lease_file` then holds as `in_use`.
[[nodiscard]] std::expected<void, UnlockFault> renew_lease(KeyFile& key_file, LeaseFile& lease_file,
                                                           const DataKey& data_key,
                                                           const Wrapping& wrapping,
                                                           const LeaseSecret& in_use);

}  // namespace zhibu::vault
