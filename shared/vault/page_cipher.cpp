#include "shared/vault/page_cipher.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/detail/epoch_contexts.hpp"
#include "shared/vault/detail/little_endian.hpp"

namespace zhibu::vault {
namespace {

constexpr std::size_t content_bytes = page_bytes - reserved_bytes;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t tag_at = content_bytes + nonce_bytes;
constexpr std::size_t epoch_at = tag_at + tag_bytes;
static_assert(epoch_at + 4 == page_bytes);

constexpr std::uint8_t format_version = 1;

using Bound = std::array<std::uint8_t, 48>;

/// The additional data: all that a page is bound to.
Bound bound_to(const KeyRing& ring, FileKind kind, std::uint32_t epoch, const PagePlace& place) {
    Bound bound{};
    const std::span<std::uint8_t> out(bound);
    bound[0] = format_version;
    bound[1] = static_cast<std::uint8_t>(kind);
    detail::put_u32(out.subspan<4, 4>(), epoch);
    std::ranges::copy(ring.file_id(), out.subspan(8).begin());
    detail::put_u32(out.subspan<24, 4>(), place.page_number);
    detail::put_u32(out.subspan<28, 4>(), place.frame_number);
    std::ranges::copy(place.frame_header, out.subspan(32).begin());
    return bound;
}

/// A context that holds an expanded key: a page then only brings its nonce.
detail::CipherContext keyed_context(const keys::SecretBytes& key, bool sealing) {
    detail::CipherContext context(EVP_CIPHER_CTX_new());
    ZHIBU_CHECK(context != nullptr);
    ZHIBU_CHECK(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.span().data(),
                                  nullptr, sealing ? 1 : 0) == 1);
    return context;
}

}  // namespace

std::span<const std::uint8_t, 12> NonceSource::next() {
    if (used_ == batch) {
        random_.fill(nonces_);
        used_ = 0;
    }
    return std::span(nonces_).subspan(nonce_bytes * used_++).first<nonce_bytes>();
}

struct PageCipher::Contexts : detail::EpochContexts {
    using EpochContexts::EpochContexts;
};

PageCipher::PageCipher(std::shared_ptr<const KeyRing> ring, FileKind kind, record::Random& random)
    : ring_{std::move(ring)}, kind_{kind}, nonces_{random}, contexts_{make_contexts()} {}

PageCipher::~PageCipher() = default;

void PageCipher::use(std::shared_ptr<const KeyRing> ring) {
    ZHIBU_CHECK(ring->file_id() == ring_->file_id());
    ring_ = std::move(ring);
    contexts_ = make_contexts();
}

std::unique_ptr<PageCipher::Contexts> PageCipher::make_contexts() const {
    return std::make_unique<Contexts>(*ring_, [this](const EpochKeys& keys, bool sealing) {
        return keyed_context(kind_ == FileKind::database ? keys.database : keys.wal, sealing);
    });
}

void PageCipher::seal(PageView plain, const PagePlace& place, PageSpace sealed) {
    ZHIBU_CHECK(reserved_are_zero(plain) && plain.data() != sealed.data());
    const std::uint32_t epoch = ring_->newest().epoch;
    const Bound bound = bound_to(*ring_, kind_, epoch, place);
    const auto nonce = sealed.subspan<content_bytes, nonce_bytes>();
    std::ranges::copy(nonces_.next(), nonce.begin());
    detail::put_u32(sealed.subspan<epoch_at, 4>(), epoch);
    EVP_CIPHER_CTX* context = contexts_->sealing();
    int written = 0;
    const bool done =
        EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        EVP_EncryptUpdate(context, nullptr, &written, bound.data(), bound.size()) == 1 &&
        EVP_EncryptUpdate(context, sealed.data(), &written, plain.data(), content_bytes) == 1 &&
        EVP_EncryptFinal_ex(context, sealed.data() + content_bytes, &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_bytes, &sealed[tag_at]) == 1;
    ZHIBU_CHECK(done);
}

bool PageCipher::open(PageView sealed, const PagePlace& place, PageSpace plain) {
    ZHIBU_CHECK(plain.data() != sealed.data());
    const std::uint32_t epoch = claimed_epoch(sealed);
    EVP_CIPHER_CTX* context = contexts_->opening(epoch);
    bool authentic = false;
    if (context != nullptr) {
        const Bound bound = bound_to(*ring_, kind_, epoch, place);
        // OpenSSL takes the expected tag by a pointer that it does not write to, but is not const.
        std::array<std::uint8_t, tag_bytes> tag{};
        std::ranges::copy(sealed.subspan<tag_at, tag_bytes>(), tag.begin());
        int written = 0;
        authentic =
            EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, &sealed[content_bytes]) == 1 &&
            EVP_DecryptUpdate(context, nullptr, &written, bound.data(), bound.size()) == 1 &&
            EVP_DecryptUpdate(context, plain.data(), &written, sealed.data(), content_bytes) == 1 &&
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1 &&
            EVP_DecryptFinal_ex(context, plain.data() + content_bytes, &written) == 1;
    }
    std::ranges::fill(authentic ? plain.last<reserved_bytes>() : std::span<std::uint8_t>(plain),
                      std::uint8_t{0});
    return authentic;
}

std::uint32_t claimed_epoch(PageView sealed) {
    return detail::get_u32(sealed.subspan<epoch_at, 4>());
}

bool reserved_are_zero(PageView plain) {
    constexpr std::array<std::uint8_t, reserved_bytes> zeros{};
    return std::memcmp(&plain[content_bytes], zeros.data(), reserved_bytes) == 0;
}

}  // namespace zhibu::vault
