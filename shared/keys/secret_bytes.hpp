#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace zhibu::keys {

/// Bytes that must not leak: in locked memory where the system allows it, cleansed when dropped,
/// never copied, compared in constant time, without any way to print them.
/// Threads: not synchronised.
class SecretBytes {
public:
    SecretBytes() = default;
    /// `size` zero bytes.
    explicit SecretBytes(std::size_t size);
    /// A copy of `bytes`; the caller cleanses its own.
    explicit SecretBytes(std::span<const std::uint8_t> bytes);
    explicit SecretBytes(std::string_view text);
    ~SecretBytes();

    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;

    [[nodiscard]] std::span<std::uint8_t> span() { return {data_, size_}; }

    [[nodiscard]] std::span<const std::uint8_t> span() const { return {data_, size_}; }

    [[nodiscard]] std::string_view text() const {
        return {static_cast<const char*>(static_cast<const void*>(data_)), size_};
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool equals(const SecretBytes& other) const;

    /// Forgets all bytes from `size` on.
    void shrink(std::size_t size);

private:
    void drop() noexcept;

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Overwrites what held a secret, in a way that the compiler does not leave out.
void cleanse(std::span<std::uint8_t> bytes);
void cleanse(std::string& text);

}  // namespace zhibu::keys
