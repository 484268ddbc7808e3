#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace zhibu::keys::detail {

/// Memory for secrets: whole pages, locked where the system allows it and kept out of core dumps,
/// that hold nothing else. Small secrets share pages, which stay locked until the process ends, so
/// that a secret costs no call of the kernel; a large one has pages of its own. What is free is
/// zero, and out of bounds where the address sanitizer looks. Threads: any.
class SecretPool {
public:
    /// Of the process; outlives every static object.
    [[nodiscard]] static SecretPool& instance();

    /// `size` zero bytes; `size` is not 0. Throws std::bad_alloc.
    [[nodiscard]] std::uint8_t* take(std::size_t size);
    /// Takes back what take() gave for that size, all of it overwritten with zeros here.
    void give_back(std::uint8_t* bytes, std::size_t size) noexcept;

    /// How many secrets there are now, small ones.
    [[nodiscard]] std::size_t in_use() const;

private:
    /// Most secrets are keys of 32 bytes; beyond the largest class a page of one's own is not dear.
    static constexpr std::array<std::size_t, 6> slot_bytes{32, 64, 128, 256, 512, 1'024};
    static constexpr std::size_t slab_bytes = 4'096;

    [[nodiscard]] static std::size_t class_of(std::size_t size);
    void add_slab(std::size_t size_class);

    mutable std::mutex mutex_;
    /// By class. Not linked through the slots themselves: those stay zero.
    std::array<std::vector<std::uint8_t*>, slot_bytes.size()> free_;
    std::array<std::size_t, slot_bytes.size()> slabs_{};
    std::size_t in_use_ = 0;
};

}  // namespace zhibu::keys::detail
