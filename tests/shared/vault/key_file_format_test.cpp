#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_file.hpp"
#include "shared/vault/lease_secret.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"
#include "tests/support/seeded_random.hpp"

/// A stranger's reader of the key file, written from docs/file-formats.md with numbers of its own.
namespace zhibu::vault {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes part(const Bytes& bytes, std::size_t at, std::size_t count) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    return {from, from + static_cast<std::ptrdiff_t>(count)};
}

Bytes hkdf(std::span<const std::uint8_t> input, std::string_view info, std::size_t size = 32) {
    const keys::SecretBytes derived = keys::hkdf_sha256(input, Bytes(32), info, size);
    return {derived.span().begin(), derived.span().end()};
}

Bytes bytes_of(const auto& range) { return {range.begin(), range.end()}; }

TEST(KeyFileFormat, OfASlotIsAsWritten) {
    support::SeededRandom random{21};
    const DataKey data_key = make_data_key(random);
    const keys::SecretBytes password(std::string_view{"correct horse battery"});
    const auto password_key = make_password_key(password, keys::argon2_cost_min, random);
    ASSERT_TRUE(password_key);
    keys::SecretBytes device(device_secret_bytes);
    random.fill(device.span());
    LeaseSecret lease{.secret = keys::SecretBytes(lease_secret_bytes),
                      .serial = 0x0102,
                      .ends_at = record::Instant{9}};
    random.fill(lease.secret.span());
    support::MemoryDisk disk;
    support::MemoryFolder files{disk};
    ASSERT_TRUE(
        KeyFile(files, "key", random)
            .wrap(data_key,
                  {.password_key = *password_key, .device_secret = device, .lease = lease}));
    for (const char* file : {"key.0", "key.1"}) {
        const Bytes slot = disk.content(file);
        ASSERT_EQ(slot.size(), 268U);
        EXPECT_EQ(part(slot, 0, 8), bytes_of(std::string_view{"ZHIBUKF1"}));
        EXPECT_EQ(part(slot, 60, 8), (Bytes{2, 1, 0, 0, 0, 0, 0, 0}));
        EXPECT_EQ(part(slot, 68, 16), hkdf(lease.secret.span(), "zhibu secret mark v1", 16));
        EXPECT_EQ(part(slot, 84, 16), hkdf(device.span(), "zhibu secret mark v1", 16));
        // 19,456 KiB, two passes, one lane, as the slot says.
        EXPECT_EQ(part(slot, 32, 12), (Bytes{0, 0x4c, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0}));
        const auto derived = keys::argon2id(password, part(slot, 44, 16),
                                            {.memory_kib = 19'456, .passes = 2, .lanes = 1});
        ASSERT_TRUE(derived);
        Bytes all = bytes_of(derived->span());
        all.insert(all.end(), lease.secret.span().begin(), lease.secret.span().end());
        all.insert(all.end(), device.span().begin(), device.span().end());
        const Bytes key = hkdf(all, "zhibu key file v1");
        EXPECT_EQ(
            part(slot, 100, 32),
            bytes_of(keys::hmac_sha256(hkdf(key, "zhibu key file commit v1"), part(slot, 0, 100))));
        const keys::SecretBytes wrapping(hkdf(key, "zhibu key file wrap v1"));
        const Bytes bound = part(slot, 0, 144);
        keys::AesGcmContext context{&wrapping, {}, bound};
        std::ranges::copy(part(slot, 132, 12), context.nonce.begin());
        Bytes text(76);
        ASSERT_TRUE(keys::aes_gcm_open(context, part(slot, 144, 92), text));
        EXPECT_EQ(text, bytes_of(serialise(data_key).span()));
        EXPECT_EQ(part(slot, 236, 32), bytes_of(keys::sha256(part(slot, 0, 236))));
    }
}

}  // namespace
}  // namespace zhibu::vault
