#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "shared/record/random.hpp"
#include "shared/vault/key_ring.hpp"

namespace zhibu::vault {

inline constexpr std::size_t page_bytes = 4096;
/// At a page's end: nonce 12, tag 16, key epoch 4. SQLite leaves them alone and sees zeros.
inline constexpr std::size_t reserved_bytes = 32;
/// Pages that one data key may seal, and the highest page number. Nonces are 96 random bits: after
/// so many the chance that two are equal is 2^-41; NIST SP 800-38D, 8.3 would allow 2^32.
inline constexpr std::uint64_t sealed_pages_max = std::uint64_t{1} << 28U;

using PageView = std::span<const std::uint8_t, page_bytes>;
using PageSpace = std::span<std::uint8_t, page_bytes>;

enum class FileKind : std::uint8_t { database = 1, wal = 2 };

/// What a sealed page is bound to beside its file, kind and epoch: elsewhere it does not open.
struct PagePlace {
    /// From 1.
    std::uint32_t page_number = 0;
    /// From 1; 0 in the database.
    std::uint32_t frame_number = 0;
    /// The first 16 bytes of the frame header; zeros in the database.
    std::array<std::uint8_t, 16> frame_header{};
};

/// Random 96-bit nonces, fetched in batches, for one call of the generator costs as much as the
/// encryption of half a page. Not for use on both sides of a fork(). Threads: not synchronised.
class NonceSource {
public:
    explicit NonceSource(record::Random& random) : random_{random} {}

    NonceSource(const NonceSource&) = delete;
    NonceSource& operator=(const NonceSource&) = delete;

    [[nodiscard]] std::span<const std::uint8_t, 12> next();

private:
    static constexpr std::size_t batch = 64;

    record::Random& random_;
    std::array<std::uint8_t, 12 * batch> nonces_{};
    std::size_t used_ = batch;
};

/// Seals and opens the pages of one file of one kind: AES-256-GCM.
/// Threads: not synchronised; the ring may be shared. Source: docs/file-formats.md, "Page".
class PageCipher {
public:
    /// `random` must outlive it.
    PageCipher(std::shared_ptr<const KeyRing> ring, FileKind kind, record::Random& random);
    ~PageCipher();
    PageCipher(const PageCipher&) = delete;
    PageCipher& operator=(const PageCipher&) = delete;

    /// From now on seals and opens by this ring, of the same file.
    void use(std::shared_ptr<const KeyRing> ring);

    /// Seals `plain`, whose reserved bytes must be zero (checked), by the newest epoch's key. The
    /// caller counts the pages a key seals. `sealed` must be other memory.
    void seal(PageView plain, const PagePlace& place, PageSpace sealed);

    /// Whether `sealed` is what was sealed for this place by a key of the ring. `plain` is then its
    /// content with reserved bytes zero, otherwise all zero. `plain` must be other memory.
    [[nodiscard]] bool open(PageView sealed, const PagePlace& place, PageSpace plain);

private:
    struct Contexts;

    [[nodiscard]] std::unique_ptr<Contexts> make_contexts() const;

    std::shared_ptr<const KeyRing> ring_;
    FileKind kind_;
    NonceSource nonces_;
    std::unique_ptr<Contexts> contexts_;
};

/// The epoch of the key that a page claims to be sealed by; not authenticated.
[[nodiscard]] std::uint32_t claimed_epoch(PageView sealed);

/// Whether all reserved bytes of a plain page are zero.
[[nodiscard]] bool reserved_are_zero(PageView plain);

}  // namespace zhibu::vault
