#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_file.hpp"
#include "shared/vault/lease_secret.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"
#include "tests/support/seeded_random.hpp"

namespace {

using namespace zhibu;

constexpr auto base = "data_key";
constexpr auto slot_file = "data_key.0";
using Bytes = std::vector<std::uint8_t>;

/// A device whose secrets never change, so that a kept input stays what it was.
struct Device {
    support::SeededRandom random{1};
    keys::SecretBytes password{std::string_view{"correct horse battery"}};
    keys::SecretBytes device_secret{vault::device_secret_bytes};
    vault::LeaseSecret lease{.secret = keys::SecretBytes(vault::lease_secret_bytes),
                             .serial = 5,
                             .ends_at = record::Instant{9}};
    vault::DataKey data_key = vault::make_data_key(random);
    /// A slot of the true key file.
    Bytes good;

    Device() {
        support::MemoryDisk disk;
        support::MemoryFolder files{disk};
        const auto password_key = vault::make_password_key(password, keys::argon2_cost_min, random);
        ZHIBU_CHECK(password_key);
        ZHIBU_CHECK(vault::KeyFile(files, base, random)
                        .wrap(data_key, {.password_key = *password_key,
                                         .device_secret = device_secret,
                                         .lease = lease}));
        good = disk.content(slot_file);
    }

    [[nodiscard]] vault::LeaseSecret lease_copy() const {
        return {.secret = keys::SecretBytes(lease.secret.span()),
                .serial = lease.serial,
                .ends_at = lease.ends_at};
    }
};

/// Opens only what the device itself wrote.
void check_slot(const Bytes& bytes) {
    static Device device;
    support::MemoryDisk disk;
    disk.set_content(slot_file, bytes);
    support::MemoryFolder files{disk};
    const auto unlocked = vault::KeyFile(files, base, device.random)
                              .unlock(device.password, device.device_secret, device.lease_copy());
    ZHIBU_CHECK(!unlocked || bytes == device.good);
}

/// The least cost, so that a forged one does not take the fuzzer's time; then the checksum.
void make_whole(Bytes& bytes) {
    constexpr std::size_t cost_at = 32;
    const keys::Argon2Cost& cost = keys::argon2_cost_min;
    std::size_t at = cost_at;
    for (const std::uint32_t number : {cost.memory_kib, cost.passes, cost.lanes}) {
        for (unsigned i = 0; i < 4; ++i) {
            bytes[at++] = static_cast<std::uint8_t>(number >> (8 * i));
        }
    }
    const auto checksum = keys::sha256(std::span(bytes).first(bytes.size() - 32));
    std::ranges::copy(checksum, bytes.end() - 32);
}

}  // namespace

/// Whatever stands in a slot: it does not open, and costs at most what it may.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Bytes slot(bytes, bytes + size);
    check_slot(slot);
    if (slot.size() > 80) {
        make_whole(slot);
        check_slot(slot);
    }
    return 0;
}
