#include "shared/keys/secret_bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "shared/keys/detail/secret_pool.hpp"

namespace zhibu::keys {

SecretBytes::SecretBytes(std::size_t size) : size_{size}, capacity_{size} {
    if (size == 0) {
        return;
    }
    data_ = detail::SecretPool::instance().take(size);
}

SecretBytes::SecretBytes(std::span<const std::uint8_t> bytes) : SecretBytes(bytes.size()) {
    std::ranges::copy(bytes, data_);
}

SecretBytes::SecretBytes(std::string_view text) : SecretBytes(text.size()) {
    std::ranges::copy(text, data_);
}

SecretBytes::~SecretBytes() { drop(); }

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)},
      size_{std::exchange(other.size_, 0)},
      capacity_{std::exchange(other.capacity_, 0)} {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        drop();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

bool SecretBytes::equals(const SecretBytes& other) const {
    return size_ == other.size_ && (size_ == 0 || CRYPTO_memcmp(data_, other.data_, size_) == 0);
}

void SecretBytes::shrink(std::size_t size) {
    if (size < size_) {
        OPENSSL_cleanse(data_ + size, size_ - size);
        size_ = size;
    }
}

void SecretBytes::drop() noexcept {
    if (data_ != nullptr) {
        detail::SecretPool::instance().give_back(data_, capacity_);
        data_ = nullptr;
    }
}

void cleanse(std::span<std::uint8_t> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

void cleanse(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace zhibu::keys
