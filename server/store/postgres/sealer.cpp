#include "server/store/postgres/detail/sealer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::uint8_t format = 1;
/// Format and nonce.
constexpr std::size_t lead_bytes = 1 + std::tuple_size_v<keys::AesGcmNonce>;

void add_number(std::uint64_t number, Bytes& bytes) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
    }
}

Bytes binding(const record::SpaceId& space, const ContentName& name) {
    Bytes bytes{space.uuid.bytes.begin(), space.uuid.bytes.end()};
    add_number(name.position, bytes);
    bytes.insert(bytes.end(), name.row.bytes.begin(), name.row.bytes.end());
    bytes.insert(bytes.end(), name.column.begin(), name.column.end());
    return bytes;
}

keys::SecretBytes derive(const ClusterPlace& place, std::string_view purpose) {
    ZHIBU_CHECK(place.secret != nullptr && place.secret->size() == secret_bytes);
    return keys::hkdf_sha256(place.secret->span(), place.space.uuid.bytes, purpose, secret_bytes);
}

}  // namespace

Sealer::Sealer(const ClusterPlace& place)
    : space_(place.space),
      random_(*place.random),
      content_key_(derive(place, "zhibu cluster 1 content")),
      mark_key_(derive(place, "zhibu cluster 1 mark")) {}

Bytes Sealer::seal(std::span<const std::uint8_t> text, const ContentName& name) const {
    keys::AesGcmNonce nonce{};
    random_.fill(nonce);
    const Bytes bound = binding(space_, name);
    Bytes sealed(lead_bytes + text.size() + keys::aes_gcm_tag_bytes);
    sealed.front() = format;
    std::ranges::copy(nonce, sealed.begin() + 1);
    keys::aes_gcm_seal({&content_key_, nonce, bound}, text, std::span{sealed}.subspan(lead_bytes));
    return sealed;
}

Bytes Sealer::open(std::span<const std::uint8_t> sealed, const ContentName& name) const {
    const std::string place{name.column};
    if (sealed.size() < lead_bytes + keys::aes_gcm_tag_bytes || sealed.front() != format) {
        throw Failed(StoreFault::damaged, place);
    }
    keys::AesGcmNonce nonce{};
    std::ranges::copy(sealed.subspan(1, nonce.size()), nonce.begin());
    const Bytes bound = binding(space_, name);
    Bytes text(sealed.size() - lead_bytes - keys::aes_gcm_tag_bytes);
    if (!keys::aes_gcm_open({&content_key_, nonce, bound}, sealed.subspan(lead_bytes), text)) {
        throw Failed(StoreFault::damaged, place);
    }
    return text;
}

record::Hash Sealer::mark(const record::KindNumber& kind, const record::FieldNumber& field,
                          const record::Value& value) const {
    Bytes bytes;
    add_number(kind.number, bytes);
    const Bytes encoded =
        sync::encode(std::vector<record::FieldState>{{field, value, record::LogIndex{}}});
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    return keys::hmac_sha256(mark_key_.span(), bytes);
}

}  // namespace zhibu::server::detail
