#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/vectors.hpp"

namespace zhibu::conformance {
namespace {

const std::filesystem::path folder = ZHIBU_VECTORS;

std::string text_of(const std::string& file_name) {
    std::ifstream file(folder / file_name, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << file_name << " is missing";
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Vector> all_valid() {
    std::vector<Vector> all;
    for (const auto& [file_name, made] : made_vectors()) {
        if (file_name == "v1/invalid.txt" || file_name == "v1/transcripts.txt") {
            continue;
        }
        for (Vector& vector : parse(text_of(file_name))) {
            all.push_back(std::move(vector));
        }
    }
    return all;
}

bool is_compressed(const Vector& vector) {
    return vector.form == "message" && vector.bytes[2] != 0;
}

TEST(Conformance, TheCodecStillMakesTheVeryFilesThatWerePublished) {
    std::size_t files = 0;
    for (const auto& [file_name, made] : made_vectors()) {
        EXPECT_EQ(text_of(file_name), render(made)) << file_name;
        ++files;
    }
    std::size_t published = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        published += entry.is_regular_file() && entry.path().parent_path() != folder &&
                             entry.path().extension() == ".txt"
                         ? 1U
                         : 0U;
    }
    EXPECT_EQ(published, files);
}

TEST(Conformance, EachVectorMeansWhatItsFileSaysAndComesBackToItsBytes) {
    for (const Vector& vector : all_valid()) {
        const Reading reading = read_as(vector.form, vector.bytes);
        ASSERT_TRUE(reading.is_value) << vector.name << ": " << reading.text;
        EXPECT_EQ(reading.text, vector.meaning) << vector.name;
        // Another version of zstd may compress otherwise, to the same meaning.
        if (!is_compressed(vector)) {
            EXPECT_EQ(reading.encoded_again, vector.bytes) << vector.name;
        }
    }
}

TEST(Conformance, EachInvalidVectorFailsAsItsFileSays) {
    const auto vectors = parse(text_of("v1/invalid.txt"));
    EXPECT_GE(vectors.size(), 30U);
    for (const Vector& vector : vectors) {
        const Reading reading = read_as(vector.form, vector.bytes);
        EXPECT_FALSE(reading.is_value) << vector.name;
        EXPECT_TRUE(vector.meaning.starts_with("error: " + reading.text + '\n')) << vector.name;
    }
}

TEST(Conformance, EachVectorCutAnywhereIsTruncated) {
    for (const Vector& vector : all_valid()) {
        for (std::size_t length = 0; length < vector.bytes.size(); ++length) {
            auto cut = vector.bytes;
            cut.resize(length);
            const Reading reading = read_as(vector.form, cut);
            ASSERT_FALSE(reading.is_value) << vector.name << " cut to " << length;
            ASSERT_TRUE(reading.text.starts_with("truncated"))
                << vector.name << " cut to " << length << ": " << reading.text;
        }
    }
}

TEST(Conformance, EachVectorWithOneBitFlippedIsAnErrorOrAnotherValue) {
    std::size_t errors = 0;
    for (const Vector& vector : all_valid()) {
        for (std::size_t bit = 0; bit < vector.bytes.size() * 8; ++bit) {
            auto flipped = vector.bytes;
            flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
            const Reading reading = read_as(vector.form, flipped);
            errors += reading.is_value ? 0U : 1U;
            if (!reading.is_value || is_compressed(vector)) {
                continue;
            }
            ASSERT_NE(reading.text, vector.meaning) << vector.name << " bit " << bit;
            ASSERT_EQ(reading.encoded_again, flipped) << vector.name << " bit " << bit;
        }
    }
    EXPECT_GT(errors, 0U);
}

TEST(Conformance, AFileThatIsNotOneOfOursIsRefused) {
    EXPECT_THROW(static_cast<void>(parse("something\n")), std::runtime_error);
    EXPECT_THROW(static_cast<void>(parse("vector a\nform group\nhex 0g\nend\n")),
                 std::invalid_argument);
}

}  // namespace
}  // namespace zhibu::conformance
