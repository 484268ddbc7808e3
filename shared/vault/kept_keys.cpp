#include "shared/vault/kept_keys.hpp"

#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::vault {

KeptKeys::KeptKeys(Disk& disk, std::filesystem::path file, keys::SecretBytes wrapping,
                   FileKeys kept)
    : disk_{&disk},
      file_{std::move(file)},
      wrapping_{std::move(wrapping)},
      kept_{std::move(kept)} {}

std::expected<KeptKeys, VaultError> KeptKeys::make(Disk& disk, std::filesystem::path file,
                                                   keys::SecretBytes wrapping,
                                                   record::Random& random) {
    KeptKeys made{disk, std::move(file), std::move(wrapping), {make_data_key(random), {}}};
    ZHIBU_TRY_VOID(made.write(made.wrapping_, random));
    return made;
}

std::expected<KeptKeys, VaultError> KeptKeys::read(Disk& disk, std::filesystem::path file,
                                                   keys::SecretBytes wrapping) {
    ZHIBU_TRY(found, read_wrapped_keys(disk, file, wrapping));
    return KeptKeys{disk, std::move(file), std::move(wrapping), std::move(found)};
}

std::expected<KeptKeys, VaultError> KeptKeys::make_alike(std::filesystem::path file,
                                                         record::Random& random) const {
    return make(*disk_, std::move(file), keys::SecretBytes{wrapping_.span()}, random);
}

std::shared_ptr<const KeyRing> KeptKeys::ring() const {
    return std::make_shared<const KeyRing>(kept_.ring());
}

std::expected<void, VaultError> KeptKeys::write(const keys::SecretBytes& wrapping,
                                                record::Random& random) {
    return write_wrapped_keys(*disk_, file_, wrapping, kept_, random);
}

std::expected<void, VaultError> KeptKeys::begin_change(std::optional<keys::SecretBytes> next,
                                                       record::Random& random) {
    ZHIBU_CHECK(!holds_two());
    kept_.older = std::exchange(kept_.newest, next_data_key(kept_.newest, random));
    const auto written = write(next ? *next : wrapping_, random);
    if (!written) {
        kept_.newest = *std::exchange(kept_.older, std::nullopt);
        return written;
    }
    if (next) {
        wrapping_ = *std::move(next);
    }
    return {};
}

std::expected<void, VaultError> KeptKeys::end_change(record::Random& random) {
    ZHIBU_CHECK(holds_two());
    std::optional<DataKey> older = std::exchange(kept_.older, std::nullopt);
    const auto written = write(wrapping_, random);
    if (!written) {
        kept_.older = std::move(older);
    }
    return written;
}

}  // namespace zhibu::vault
