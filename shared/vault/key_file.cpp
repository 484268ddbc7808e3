#include "shared/vault/key_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/detail/key_slot.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/lease_secret.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {
namespace {

using detail::KeySlot;

UnlockFault fault_of(LeaseFault fault) {
    switch (fault) {
        case LeaseFault::none:
        case LeaseFault::over:
        case LeaseFault::clock_went_back:
            return UnlockFault::lease_over;
        case LeaseFault::account_disabled:
            return UnlockFault::account_disabled;
        case LeaseFault::damaged:
            return UnlockFault::damaged;
        case LeaseFault::storage_failed:
            return UnlockFault::storage_failed;
    }
    return UnlockFault::storage_failed;
}

std::unexpected<UnlockFault> error(UnlockFault fault) { return std::unexpected(fault); }

bool has_salt(const PasswordKey& password_key, const KeySlot& slot) {
    return password_key.salt == slot.salt && password_key.cost.memory_kib == slot.cost.memory_kib &&
           password_key.cost.passes == slot.cost.passes &&
           password_key.cost.lanes == slot.cost.lanes;
}

std::expected<PasswordKey, UnlockFault> password_key_for(const KeySlot& slot,
                                                         const keys::SecretBytes& password) {
    auto derived = keys::argon2id(password, slot.salt, slot.cost);
    if (!derived) {
        return error(derived.error().fault == keys::KeyFault::out_of_memory
                         ? UnlockFault::out_of_memory
                         : UnlockFault::damaged);
    }
    return PasswordKey{.key = *std::move(derived), .salt = slot.salt, .cost = slot.cost};
}

/// Tries the slots in order, which all answer to the device's and the lease's secret.
std::expected<Unlocked, UnlockFault> try_password(const std::vector<const KeySlot*>& slots,
                                                  const keys::SecretBytes& password,
                                                  const keys::SecretBytes& device_secret,
                                                  const keys::SecretBytes& lease_secret) {
    std::optional<PasswordKey> password_key;
    for (const KeySlot* slot : slots) {
        if (!password_key || !has_salt(*password_key, *slot)) {
            ZHIBU_TRY(made, password_key_for(*slot, password));
            password_key = std::move(made);
        }
        const keys::SecretBytes key =
            detail::key_encryption_key(password_key->key, lease_secret, device_secret);
        if (!detail::is_committed_to(*slot, key)) {
            continue;
        }
        auto data_key = detail::open_slot(*slot, key);
        if (!data_key) {
            return error(UnlockFault::damaged);
        }
        return Unlocked{.data_key = *std::move(data_key), .password_key = *std::move(password_key)};
    }
    return error(UnlockFault::wrong_password);
}

/// A slot's file; `slot` is none where it is absent or damaged.
struct Place {
    std::filesystem::path file;
    bool is_there = false;
    std::optional<KeySlot> slot;

    [[nodiscard]] std::uint64_t generation() const { return slot ? slot->generation : 0; }
};

using Places = std::array<Place, 2>;

std::expected<Places, UnlockFault> read_places(Disk& disk, const std::filesystem::path& base) {
    Places places;
    places[0].file = base.string() + ".0";
    places[1].file = base.string() + ".1";
    for (Place& place : places) {
        const auto bytes = read_small_file(disk, place.file, detail::key_slot_bytes);
        if (!bytes && bytes.error().fault == VaultFault::storage_failed) {
            return error(UnlockFault::storage_failed);
        }
        place.is_there = bytes || bytes.error().fault != VaultFault::not_there;
        if (bytes) {
            place.slot = detail::parse_slot(bytes->span());
        }
    }
    return places;
}

/// The one to lose first: what opens nothing, then what `kept` does not open, then the older.
const Place& expendable(const Places& places, const detail::SecretMark& kept) {
    const auto worth = [&](const Place& place) {
        return std::pair{place.slot && place.slot->lease_mark == kept, place.generation()};
    };
    return worth(places[0]) <= worth(places[1]) ? places[0] : places[1];
}

/// The header of both slots of one wrapping, as the first of them.
KeySlot new_header(const Places& places, const Wrapping& wrapping, record::Random& random) {
    ZHIBU_CHECK(wrapping.device_secret.size() == device_secret_bytes);
    ZHIBU_CHECK(wrapping.lease.secret.size() == lease_secret_bytes);
    KeySlot header;
    header.generation = std::max(places[0].generation(), places[1].generation()) + 1;
    random.fill(header.wrapping);
    header.cost = wrapping.password_key.cost;
    header.salt = wrapping.password_key.salt;
    header.lease_serial = wrapping.lease.serial;
    header.lease_mark = detail::mark_of(wrapping.lease.secret);
    header.device_mark = detail::mark_of(wrapping.device_secret);
    return header;
}

/// Writes one data key in one or two slots.
class SlotWriter {
public:
    SlotWriter(Disk& disk, record::Random& random, const DataKey& data_key,
               const Wrapping& wrapping)
        : disk_{disk},
          random_{random},
          data_key_{data_key},
          key_{detail::key_encryption_key(wrapping.password_key.key, wrapping.lease.secret,
                                          wrapping.device_secret)} {}

    std::expected<void, UnlockFault> write(const Place& place, const KeySlot& header) {
        const auto bytes = detail::encode_slot(header, data_key_, key_, random_);
        if (!replace_file(disk_, place.file, bytes)) {
            return error(UnlockFault::storage_failed);
        }
        return {};
    }

private:
    Disk& disk_;
    record::Random& random_;
    const DataKey& data_key_;
    keys::SecretBytes key_;
};

}  // namespace

std::expected<PasswordKey, keys::KeyError> make_password_key(const keys::SecretBytes& password,
                                                             const keys::Argon2Cost& cost,
                                                             record::Random& random) {
    PasswordKey made{.key = {}, .salt = {}, .cost = cost};
    random.fill(made.salt);
    ZHIBU_TRY(derived, keys::argon2id(password, made.salt, cost));
    made.key = std::move(derived);
    return made;
}

KeyFile::KeyFile(Disk& disk, std::filesystem::path base, record::Random& random)
    : disk_{disk}, base_{std::move(base)}, random_{random} {}

std::expected<bool, UnlockFault> KeyFile::exists() {
    ZHIBU_TRY(places, read_places(disk_, base_));
    return places[0].is_there || places[1].is_there;
}

std::expected<Unlocked, UnlockFault> KeyFile::unlock(
    const keys::SecretBytes& password, const keys::SecretBytes& device_secret,
    const std::expected<LeaseSecret, LeaseFault>& lease) {
    ZHIBU_TRY(places, read_places(disk_, base_));
    if (!places[0].is_there && !places[1].is_there) {
        return error(UnlockFault::no_key_file);
    }
    if (!lease) {
        return error(fault_of(lease.error()));
    }
    if (device_secret.size() != device_secret_bytes) {
        return error(UnlockFault::damaged);
    }
    // A mark that differs is not a wrong password: one of the other two holders was exchanged.
    const detail::SecretMark device_mark = detail::mark_of(device_secret);
    const detail::SecretMark lease_mark = detail::mark_of(lease->secret);
    std::vector<const KeySlot*> slots;
    for (const Place& place : places) {
        if (place.slot && place.slot->device_mark == device_mark &&
            place.slot->lease_mark == lease_mark) {
            slots.push_back(&*place.slot);
        }
    }
    if (slots.empty()) {
        return error(UnlockFault::damaged);
    }
    std::ranges::sort(slots, std::ranges::greater{}, &KeySlot::generation);
    ZHIBU_TRY(unlocked, try_password(slots, password, device_secret, lease->secret));
    unlocked.slots_agree = slots.size() == 2 && slots[0]->wrapping == slots[1]->wrapping;
    return unlocked;
}

std::expected<void, UnlockFault> KeyFile::wrap(const DataKey& data_key, const Wrapping& wrapping) {
    ZHIBU_TRY(places, read_places(disk_, base_));
    KeySlot header = new_header(places, wrapping, random_);
    SlotWriter writer(disk_, random_, data_key, wrapping);
    const Place& first = expendable(places, header.lease_mark);
    ZHIBU_TRY_VOID(writer.write(first, header));
    ++header.generation;
    return writer.write(&first == &places[0] ? places[1] : places[0], header);
}

std::expected<void, UnlockFault> KeyFile::wrap_beside(const DataKey& data_key,
                                                      const Wrapping& wrapping,
                                                      const LeaseSecret& in_use) {
    ZHIBU_TRY(places, read_places(disk_, base_));
    return SlotWriter(disk_, random_, data_key, wrapping)
        .write(expendable(places, detail::mark_of(in_use.secret)),
               new_header(places, wrapping, random_));
}

std::expected<void, UnlockFault> KeyFile::remove() {
    ZHIBU_TRY(places, read_places(disk_, base_));
    for (const Place& place : places) {
        if (const auto removed = disk_.remove(place.file);
            !removed && removed.error().fault != VaultFault::not_there) {
            return error(UnlockFault::storage_failed);
        }
    }
    if (!disk_.sync_folder(base_.parent_path())) {
        return error(UnlockFault::storage_failed);
    }
    return {};
}

std::expected<void, UnlockFault> renew_lease(KeyFile& key_file, LeaseFile& lease_file,
                                             const DataKey& data_key, const Wrapping& wrapping,
                                             const LeaseSecret& in_use) {
    ZHIBU_TRY_VOID(key_file.wrap_beside(data_key, wrapping, in_use));
    if (!lease_file.store(wrapping.lease)) {
        return error(UnlockFault::storage_failed);
    }
    return key_file.wrap(data_key, wrapping);
}

}  // namespace zhibu::vault
