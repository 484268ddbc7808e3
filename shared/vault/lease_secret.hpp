#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::vault {

inline constexpr std::size_t lease_secret_bytes = 32;

/// What a lease adds to a password: without it the data key cannot be had, whoever knows the
/// password and holds the device.
struct LeaseSecret {
    /// 32 random bytes of the server's.
    keys::SecretBytes secret;
    /// Of the lease it came with.
    std::uint64_t serial = 0;
    /// From this moment the secret must be gone.
    record::Instant ends_at;
};

/// Why there is no lease secret.
enum class LeaseFault : std::uint8_t {
    none,  // never granted, or nobody knows any more
    over,
    account_disabled,
    clock_went_back,
    damaged,
    storage_failed,
};

/// Why a lease secret is erased; a later program tells it the user.
enum class LeaseEnding : std::uint8_t {
    over = 1,
    account_disabled = 2,
    damaged = 3,
    /// Over by a time known before, or by nobody knows which, though not by the clock.
    clock_went_back = 4,
};

/// The lease secret's place, a folder of its own: `lease_secret`, beside it `lease_ended`, which
/// says why there is none. The folder carries CACHEDIR.TAG, by which backup programs leave it out:
/// a copy of the secret in a backup would outlive the erasure of the original.
///
/// Not promised: that a flash disk has forgotten what was overwritten, or that nobody copied the
/// file before. Threads: not synchronised. Source: vault.md, "Keys"; docs/file-formats.md.
class LeaseFile {
public:
    /// `disk` must outlive it. Nothing is read or written yet.
    LeaseFile(Disk& disk, std::filesystem::path folder);

    /// Keeps a lease's secret instead of the one before, which is overwritten. The secret is 32
    /// bytes (checked). Errors: storage_failed; then the old or the new one is there, whole.
    [[nodiscard]] std::expected<void, LeaseFault> store(const LeaseSecret& lease);

    /// Does not ask whether it is over: see erase_if_over.
    [[nodiscard]] std::expected<LeaseSecret, LeaseFault> read();

    /// Overwrites the secret, syncs, removes it, syncs the folder; also one that store() left
    /// half-way. Where no secret is, it changes the reason alone. A crash in between: read()
    /// already says the reason, and erase_if_over() goes on. Errors: storage_failed. What could be
    /// done was done all the same; call it again.
    [[nodiscard]] std::expected<void, LeaseFault> erase(LeaseEnding why);

    /// To be called at program start before any prompt, and at the window's end: erases a secret
    /// that ends at `now` or before, is damaged, or whose erasure was cut short.
    /// @param now  the latest time known, not only the clock, which can be set back
    /// Errors: storage_failed.
    [[nodiscard]] std::expected<void, LeaseFault> erase_if_over(record::Instant now);

private:
    [[nodiscard]] std::filesystem::path secret_file() const { return folder_ / "lease_secret"; }

    [[nodiscard]] std::filesystem::path ended_file() const { return folder_ / "lease_ended"; }

    [[nodiscard]] std::expected<void, VaultError> prepare_folder();
    /// What `lease_ended` says. Errors: none, storage_failed.
    [[nodiscard]] std::expected<LeaseEnding, LeaseFault> ending();
    [[nodiscard]] std::expected<LeaseSecret, LeaseFault> read_secret();
    [[nodiscard]] std::expected<void, VaultError> wipe(const std::filesystem::path& file);
    [[nodiscard]] std::expected<void, VaultError> wipe_pending();
    [[nodiscard]] std::expected<void, VaultError> put_secret(const LeaseSecret& lease);

    Disk& disk_;
    std::filesystem::path folder_;
};

}  // namespace zhibu::vault
