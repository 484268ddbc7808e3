#include "shared/vault/detail/frame_header_cipher.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

#include "shared/record/check.hpp"
#include "shared/vault/detail/freed.hpp"

namespace zhibu::vault::detail {
namespace {

constexpr std::size_t block_at = 8;
constexpr int block_bytes = 16;

using Context = Freed<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

Context keyed_context(const EpochKeys& keys, bool sealing) {
    Context context(EVP_CIPHER_CTX_new());
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

struct FrameHeaderCipher::Contexts {
    struct Opening {
        std::uint32_t epoch = 0;
        Context context;
    };

    Context sealing;
    std::vector<Opening> opening;
};

FrameHeaderCipher::FrameHeaderCipher(const KeyRing& ring)
    : contexts_{std::make_unique<Contexts>()} {
    contexts_->sealing = keyed_context(ring.newest(), true);
    for (const EpochKeys& keys : ring.epochs()) {
        contexts_->opening.push_back({keys.epoch, keyed_context(keys, false)});
    }
}

FrameHeaderCipher::~FrameHeaderCipher() = default;
FrameHeaderCipher::FrameHeaderCipher(FrameHeaderCipher&&) noexcept = default;
FrameHeaderCipher& FrameHeaderCipher::operator=(FrameHeaderCipher&&) noexcept = default;

FrameHeader FrameHeaderCipher::seal(const FrameHeader& plain) {
    return with_block(contexts_->sealing.get(), plain);
}

FrameHeader FrameHeaderCipher::open(const FrameHeader& sealed, std::uint32_t epoch) {
    const auto found = std::ranges::find(contexts_->opening, epoch, &Contexts::Opening::epoch);
    if (found == contexts_->opening.end()) {
        return {};
    }
    return with_block(found->context.get(), sealed);
}

}  // namespace zhibu::vault::detail
