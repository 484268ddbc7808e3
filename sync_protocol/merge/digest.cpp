#include "sync_protocol/merge/digest.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <span>

#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::sync {
namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

/// OpenSSL fails here only without memory or without SHA-256, and then nothing works.
class DigestAccumulator::Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        ZHIBU_CHECK(context_ != nullptr);
        ZHIBU_CHECK(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) == 1);
    }

    void add(std::span<const std::uint8_t> bytes) {
        ZHIBU_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }

    record::Hash finish() {
        record::Hash hash{};
        ZHIBU_CHECK(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
        return hash;
    }

private:
    std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

DigestAccumulator::DigestAccumulator() : sha256_(std::make_unique<Sha256>()) {}

DigestAccumulator::~DigestAccumulator() = default;
DigestAccumulator::DigestAccumulator(DigestAccumulator&&) noexcept = default;
DigestAccumulator& DigestAccumulator::operator=(DigestAccumulator&&) noexcept = default;

void DigestAccumulator::add(const record::RecordState& state) {
    ZHIBU_CHECK(sha256_ != nullptr);
    ZHIBU_CHECK(!last_ || *last_ < state.key);
    sha256_->add(encode(state));
    last_ = state.key;
    ++records_;
}

record::Hash DigestAccumulator::finish() {
    ZHIBU_CHECK(sha256_ != nullptr);
    const record::Hash hash = sha256_->finish();
    sha256_.reset();
    return hash;
}

}  // namespace zhibu::sync
