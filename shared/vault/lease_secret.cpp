#include "shared/vault/lease_secret.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/detail/little_endian.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t magic_bytes = 8;
constexpr std::string_view secret_magic = "ZHIBULS1";
constexpr std::string_view ended_magic = "ZHIBULE1";
constexpr std::size_t check_bytes = 32;

constexpr std::size_t serial_at = 8;
constexpr std::size_t ends_at = 16;
constexpr std::size_t secret_at = 24;
constexpr std::size_t secret_check_at = secret_at + lease_secret_bytes;
constexpr std::size_t secret_file_bytes = secret_check_at + check_bytes;

constexpr std::size_t reason_at = 8;
constexpr std::size_t ended_check_at = 16;
constexpr std::size_t ended_file_bytes = ended_check_at + check_bytes;

/// Source: the Cache Directory Tagging Specification; GNU tar, borg, restic and others know it.
constexpr std::string_view cache_tag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# The secret in this folder must not outlive its lease in a backup.\n";

void put_frame(std::span<std::uint8_t> bytes, std::string_view magic) {
    std::ranges::copy(magic, bytes.begin());
    std::ranges::copy(keys::sha256(bytes.first(bytes.size() - check_bytes)),
                      bytes.last(check_bytes).begin());
}

bool has_frame(Bytes bytes, std::string_view magic, std::size_t size) {
    return bytes.size() == size && std::ranges::equal(bytes.first(magic_bytes), magic) &&
           std::ranges::equal(keys::sha256(bytes.first(size - check_bytes)),
                              bytes.last(check_bytes));
}

keys::SecretBytes encoded(const LeaseSecret& lease) {
    keys::SecretBytes bytes(secret_file_bytes);
    const std::span<std::uint8_t> out = bytes.span();
    detail::put_u64(out.subspan<serial_at, 8>(), lease.serial);
    detail::put_u64(out.subspan<ends_at, 8>(),
                    static_cast<std::uint64_t>(lease.ends_at.milliseconds));
    std::ranges::copy(lease.secret.span(), out.subspan(secret_at).begin());
    put_frame(out, secret_magic);
    return bytes;
}

LeaseFault fault_of(LeaseEnding ending) {
    switch (ending) {
        case LeaseEnding::over:
            return LeaseFault::over;
        case LeaseEnding::account_disabled:
            return LeaseFault::account_disabled;
        case LeaseEnding::clock_went_back:
            return LeaseFault::clock_went_back;
        case LeaseEnding::damaged:
            return LeaseFault::damaged;
    }
    return LeaseFault::damaged;
}

/// Overwrites what an open file holds; its name may be gone already.
std::expected<void, VaultError> overwrite(StorageFile& file) {
    ZHIBU_TRY(size, file.size());
    const std::vector<std::uint8_t> zeros(
        std::max<std::size_t>(secret_file_bytes, std::min<std::uint64_t>(size, 4096)));
    ZHIBU_TRY_VOID(file.write(zeros, 0));
    return file.sync();
}

std::expected<void, LeaseFault> told(const std::expected<void, VaultError>& outcome) {
    if (!outcome) {
        return std::unexpected(LeaseFault::storage_failed);
    }
    return {};
}

}  // namespace

LeaseFile::LeaseFile(Disk& disk, std::filesystem::path folder)
    : disk_{disk}, folder_{std::move(folder)} {}

std::expected<void, LeaseFault> LeaseFile::store(const LeaseSecret& lease) {
    ZHIBU_CHECK(lease.secret.size() == lease_secret_bytes);
    return told(put_secret(lease));
}

std::expected<void, VaultError> LeaseFile::put_secret(const LeaseSecret& lease) {
    ZHIBU_TRY_VOID(prepare_folder());
    // Before the secret, and durably: both together mean an erasure that was cut short.
    if (const auto removed = disk_.remove(ended_file()); removed) {
        ZHIBU_TRY_VOID(disk_.sync_folder(folder_));
    } else if (removed.error().fault != VaultFault::not_there) {
        return removed;
    }
    ZHIBU_TRY_VOID(wipe_pending());
    auto before = disk_.open(secret_file());
    if (!before && before.error().fault != VaultFault::not_there) {
        return std::unexpected(before.error());
    }
    const keys::SecretBytes bytes = encoded(lease);
    ZHIBU_TRY_VOID(replace_file(disk_, secret_file(), bytes.span()));
    if (before) {
        return overwrite(**before);
    }
    return {};
}

std::expected<void, VaultError> LeaseFile::prepare_folder() {
    ZHIBU_TRY_VOID(disk_.make_folder(folder_));
    const std::filesystem::path tag = folder_ / "CACHEDIR.TAG";
    if (const auto there = disk_.open(tag); there || there.error().fault != VaultFault::not_there) {
        return {};
    }
    const std::vector<std::uint8_t> bytes(cache_tag.begin(), cache_tag.end());
    return replace_file(disk_, tag, bytes);
}

std::expected<LeaseEnding, LeaseFault> LeaseFile::ending() {
    const auto bytes = read_small_file(disk_, ended_file(), ended_file_bytes);
    if (!bytes && bytes.error().fault == VaultFault::not_there) {
        return std::unexpected(LeaseFault::none);
    }
    if (!bytes && bytes.error().fault != VaultFault::malformed) {
        return std::unexpected(LeaseFault::storage_failed);
    }
    // Its being there says that the secret must go; only why is lost.
    if (!bytes || !has_frame(bytes->span(), ended_magic, ended_file_bytes)) {
        return LeaseEnding::damaged;
    }
    const std::uint8_t reason = bytes->span()[reason_at];
    return reason == 1   ? LeaseEnding::over
           : reason == 2 ? LeaseEnding::account_disabled
           : reason == 4 ? LeaseEnding::clock_went_back
                         : LeaseEnding::damaged;
}

std::expected<LeaseSecret, LeaseFault> LeaseFile::read_secret() {
    const auto bytes = read_small_file(disk_, secret_file(), secret_file_bytes);
    if (!bytes) {
        return std::unexpected(bytes.error().fault == VaultFault::not_there ? LeaseFault::none
                               : bytes.error().fault == VaultFault::malformed
                                   ? LeaseFault::damaged
                                   : LeaseFault::storage_failed);
    }
    const Bytes in = bytes->span();
    if (!has_frame(in, secret_magic, secret_file_bytes)) {
        return std::unexpected(LeaseFault::damaged);
    }
    LeaseSecret lease;
    lease.serial = detail::get_u64(in.subspan<serial_at, 8>());
    lease.ends_at =
        record::Instant{static_cast<std::int64_t>(detail::get_u64(in.subspan<ends_at, 8>()))};
    lease.secret = keys::SecretBytes(in.subspan(secret_at, lease_secret_bytes));
    return lease;
}

std::expected<LeaseSecret, LeaseFault> LeaseFile::read() {
    const auto ended = ending();
    if (ended) {
        return std::unexpected(fault_of(*ended));
    }
    if (ended.error() != LeaseFault::none) {
        return std::unexpected(ended.error());
    }
    return read_secret();
}

std::expected<void, LeaseFault> LeaseFile::erase(LeaseEnding why) {
    std::array<std::uint8_t, ended_file_bytes> bytes{};
    bytes[reason_at] = static_cast<std::uint8_t>(why);
    put_frame(bytes, ended_magic);
    // The reason first, so that a crash does not leave a secret that looks good. Then every step
    // whatever became of the one before: a full disk must not keep a secret alive.
    auto outcome = prepare_folder();
    for (const auto& step : {replace_file(disk_, ended_file(), bytes), wipe(secret_file()),
                             wipe_pending(), disk_.sync_folder(folder_)}) {
        if (outcome && !step) {
            outcome = step;
        }
    }
    return told(outcome);
}

std::expected<void, LeaseFault> LeaseFile::erase_if_over(record::Instant now) {
    const auto ended = ending();
    if (!ended && ended.error() != LeaseFault::none) {
        return std::unexpected(ended.error());
    }
    const auto lease = read_secret();
    if (lease && ended) {
        return erase(*ended);
    }
    if (lease && lease->ends_at <= now) {
        return erase(LeaseEnding::over);
    }
    if (!lease && lease.error() == LeaseFault::damaged) {
        return erase(ended.value_or(LeaseEnding::damaged));
    }
    if (!lease && lease.error() == LeaseFault::storage_failed) {
        return std::unexpected(LeaseFault::storage_failed);
    }
    return told(wipe_pending());
}

std::expected<void, VaultError> LeaseFile::wipe(const std::filesystem::path& file) {
    auto opened = disk_.open(file);
    if (!opened && opened.error().fault == VaultFault::not_there) {
        return {};
    }
    auto outcome = opened ? overwrite(**opened) : std::unexpected(opened.error());
    const auto removed = disk_.remove(file);
    return outcome && !removed ? removed : outcome;
}

std::expected<void, VaultError> LeaseFile::wipe_pending() {
    return wipe(pending_name(secret_file()));
}

}  // namespace zhibu::vault
