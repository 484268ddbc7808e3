#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/codec/detail/failure.hpp"

/// cereal's two archive bases, bounded. Only .cpp files of this folder include this.
namespace zhibu::sync::detail {

/// Pointers and polymorphic classes have no encoding: their sizes and cycles would be the peer's
/// choice. Enumerations go through `one_of`, which knows how many enumerators there are.
template <class T>
concept Encodable = !std::is_polymorphic_v<T> && !std::is_pointer_v<T> && !std::is_enum_v<T> &&
                    !requires(T pointer) {
                        typename T::element_type;
                        pointer.get();
                    };

/// Writes into a vector. Little-endian; numbers are varints (LEB128) of the fewest bytes.
class BoundedOutput : public cereal::OutputArchive<BoundedOutput> {
public:
    explicit BoundedOutput(Bytes& bytes) : OutputArchive(this), bytes_(bytes) {}

    void put(std::uint8_t byte) { bytes_.push_back(byte); }

    void put(std::span<const std::uint8_t> bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    void put(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }

    void put_number(std::uint64_t number) {
        while (number >= 0x80) {
            put(static_cast<std::uint8_t>(number | 0x80U));
            number >>= 7U;
        }
        put(static_cast<std::uint8_t>(number));
    }

    /// The value cannot be encoded: decoding would refuse it with this fault.
    [[noreturn]] void fail(CodecFault fault) const {
        throw Failure(CodecError{fault, bytes_.size()});
    }

private:
    Bytes& bytes_;
};

/// Reads from bytes that may be anything. Every size passes bytes() or entries() before memory is
/// taken for it.
class BoundedInput : public cereal::InputArchive<BoundedInput> {
public:
    /// @param origin  where `bytes` begin in what the caller's caller sees; errors count from there
    /// @param budget  bytes of memory that what is decoded may take
    explicit BoundedInput(std::span<const std::uint8_t> bytes, std::size_t origin = 0,
                          std::size_t budget = decoded_bytes_max)
        : InputArchive(this), bytes_(bytes), origin_(origin), budget_(budget) {}

    [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

    [[nodiscard]] std::size_t at() const { return at_; }

    std::uint8_t byte() {
        if (at_ == bytes_.size()) {
            fail(CodecFault::truncated);
        }
        return bytes_[at_++];
    }

    /// The next `count` bytes, which stay where they are.
    std::span<const std::uint8_t> bytes(std::size_t count, std::size_t most) {
        if (count > most) {
            fail(CodecFault::too_large);
        }
        if (count > left()) {
            fail(CodecFault::truncated);
        }
        const auto taken = bytes_.subspan(at_, count);
        at_ += count;
        return taken;
    }

    /// A varint of the fewest bytes that is at most `most`.
    std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
        const std::size_t start = at_;
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            const std::uint64_t part = next & 0x7fU;
            if (shift == 63 && part > 1) {
                break;
            }
            number |= part << shift;
            if (next < 0x80) {
                if ((next == 0 && shift != 0) || number > most) {
                    break;
                }
                return number;
            }
        }
        fail_at(CodecFault::not_canonical, start);
    }

    /// The length of a list whose entries take at least a byte each, and `entry_bytes` of memory.
    std::size_t entries(std::size_t most, std::size_t entry_bytes) {
        const std::size_t start = at_;
        const std::uint64_t count = number();
        if (count > most || count > decoded_bytes_max) {
            fail_at(CodecFault::too_large, start);
        }
        if (count > left()) {
            fail_at(CodecFault::truncated, bytes_.size());
        }
        charge(static_cast<std::size_t>(count) * entry_bytes);
        return static_cast<std::size_t>(count);
    }

    /// Takes memory out of the budget of one decoding before it is allocated.
    void charge(std::size_t memory_bytes) {
        if (memory_bytes > budget_) {
            fail(CodecFault::too_large);
        }
        budget_ -= memory_bytes;
    }

    /// A list within a list within a list ...
    void enter() {
        if (++depth_ > depth_max) {
            fail(CodecFault::too_deep);
        }
    }

    void leave() { --depth_; }

    void expect_end() const {
        if (left() != 0) {
            fail(CodecFault::trailing_bytes);
        }
    }

    [[noreturn]] void fail(CodecFault fault) const { fail_at(fault, at_); }

    [[noreturn]] void fail_at(CodecFault fault, std::size_t at) const {
        throw Failure(CodecError{fault, origin_ + at});
    }

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t origin_;
    std::size_t at_ = 0;
    std::size_t budget_;
    std::size_t depth_ = 0;
};

// cereal calls these before each value.

template <class T>
void prologue(BoundedOutput& /*out*/, const T& /*value*/) {
    static_assert(Encodable<T>,
                  "pointers, polymorphic classes and bare enumerations do not travel");
}

template <class T>
void prologue(BoundedInput& /*in*/, const T& /*value*/) {
    static_assert(Encodable<T>,
                  "pointers, polymorphic classes and bare enumerations do not travel");
}

template <class Archive>
concept Writing = std::same_as<Archive, BoundedOutput>;

}  // namespace zhibu::sync::detail
