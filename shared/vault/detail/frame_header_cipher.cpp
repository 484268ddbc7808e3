#include "shared/vault/detail/frame_header_cipher.hpp"

#include <openssl/evp.h>

#include "shared/record/check.hpp"
#include "shared/vault/detail/epoch_contexts.hpp"

namespace zhibu::vault::detail {
namespace {

constexpr std::size_t block_at = 8;
constexpr int block_bytes = 16;

CipherContext keyed_context(const EpochKeys& keys, bool sealing) {
    CipherContext context(EVP_CIPHER_CTX_new());
    ZHIBU_CHECK(context != nullptr);
    ZHIBU_CHECK(EVP_CipherInit_ex(context.get(), EVP_aes_256_ecb(), nullptr,
                                  keys.frame_header.span().data(), nullptr, sealing ? 1 : 0) == 1);
    ZHIBU_CHECK(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
    return context;
}

FrameHeader with_block(EVP_CIPHER_CTX* context, const FrameHeader& header) {
    FrameHeader out = header;
    int written = 0;
    ZHIBU_CHECK(
        EVP_CipherUpdate(context, &out[block_at], &written, &header[block_at], block_bytes) == 1);
    ZHIBU_CHECK(written == block_bytes);
    return out;
}

}  // namespace

struct FrameHeaderCipher::Contexts : EpochContexts {
    using EpochContexts::EpochContexts;
};

FrameHeaderCipher::FrameHeaderCipher(const KeyRing& ring)
    : contexts_{std::make_unique<Contexts>(ring, keyed_context)} {}

FrameHeaderCipher::~FrameHeaderCipher() = default;
FrameHeaderCipher::FrameHeaderCipher(FrameHeaderCipher&&) noexcept = default;
FrameHeaderCipher& FrameHeaderCipher::operator=(FrameHeaderCipher&&) noexcept = default;

FrameHeader FrameHeaderCipher::seal(const FrameHeader& plain) {
    return with_block(contexts_->sealing(), plain);
}

FrameHeader FrameHeaderCipher::open(const FrameHeader& sealed, std::uint32_t epoch) {
    EVP_CIPHER_CTX* context = contexts_->opening(epoch);
    return context == nullptr ? FrameHeader{} : with_block(context, sealed);
}

}  // namespace zhibu::vault::detail
