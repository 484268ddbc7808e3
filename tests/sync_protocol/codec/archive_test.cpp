#include "sync_protocol/codec/detail/archive.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/codec/detail/basic_layout.hpp"
#include "sync_protocol/codec/detail/failure.hpp"

namespace zhibu::sync::detail {

/// A list of lists of lists ...: nothing that travels is one, so only a test can nest too deep.
struct Nested {
    std::vector<Nested> inner;
};

template <class Archive>
void serialize(Archive& archive, Nested& nested) {
    archive(list(nested.inner));
}

namespace {

enum class Colour : std::uint8_t { red };

struct Polymorphic {
    virtual ~Polymorphic() = default;
};

static_assert(Encodable<int> && Encodable<std::vector<std::string>> && Encodable<Nested>);
static_assert(!Encodable<std::unique_ptr<int>> && !Encodable<std::shared_ptr<Nested>>);
static_assert(!Encodable<int*> && !Encodable<Polymorphic> && !Encodable<Colour>);

template <class T>
CodecError error_of(const Bytes& bytes) {
    try {
        BoundedInput in(bytes);
        T value{};
        in(value);
        in.expect_end();
    } catch (const Failure& failure) {
        return failure.error();
    }
    ADD_FAILURE() << "decoded";
    return {};
}

template <class T>
T back_and_forth(const T& value) {
    Bytes bytes;
    BoundedOutput out(bytes);
    out(value);
    BoundedInput in(bytes);
    T back{};
    in(back);
    in.expect_end();
    return back;
}

/// `depth` lists within one another, each of one entry, the innermost of none.
Bytes nested(std::size_t depth) {
    Bytes bytes(depth - 1, 1);
    bytes.push_back(0);
    return bytes;
}

TEST(Archive, NumbersComeBackAtTheirEdges) {
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, ~std::uint64_t{0}}) {
        EXPECT_EQ(back_and_forth(number), number);
    }
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(back_and_forth(number), number);
    }
}

TEST(Archive, ANumberTooLargeForItsTypeIsNotCanonical) {
    EXPECT_EQ(error_of<std::uint16_t>({0x80, 0x80, 0x04}),
              (CodecError{CodecFault::not_canonical, 0}));
}

TEST(Archive, EightListsWithinOneAnotherAreReadAndNineAreNot) {
    Nested value;
    const Bytes eight = nested(depth_max);
    BoundedInput reader(eight);
    EXPECT_NO_THROW(reader(value));
    EXPECT_EQ(error_of<Nested>(nested(depth_max + 1)),
              (CodecError{CodecFault::too_deep, depth_max}));
}

TEST(Archive, AListIsChargedBeforeItIsAllocated) {
    struct Big {
        std::array<std::uint8_t, 1U << 20U> bytes;
    };

    const Bytes bytes(10, 9);
    BoundedInput in(bytes);
    // Nine entries of a mebibyte in nine bytes: over the budget of eight.
    EXPECT_THROW(in.entries(100, sizeof(Big)), Failure);
}

TEST(Archive, TextsAreChargedTogether) {
    Bytes bytes;
    BoundedOutput out(bytes);
    const std::string longest(text_bytes_max, 'a');
    constexpr std::size_t too_many = decoded_bytes_max / text_bytes_max + 1;
    for (std::size_t i = 0; i < too_many; ++i) {
        out(longest);
    }
    BoundedInput in(bytes);
    std::string text;
    for (std::size_t i = 0; i + 1 < too_many; ++i) {
        ASSERT_NO_THROW(in(text));
    }
    EXPECT_THROW(in(text), Failure);
}

}  // namespace
}  // namespace zhibu::sync::detail
