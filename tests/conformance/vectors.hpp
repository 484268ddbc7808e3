#pragma once

#include <map>
#include <string>
#include <vector>

/// The published vectors, a folder each protocol version: files of bytes with their meaning.
namespace zhibu::conformance {

/// One entry of a file.
struct Vector {
    std::string name;
    /// What to decode it as: "group", "verdict", "lease", "tree_head", "record_state", "effects",
    /// "fields", "message", or "transcript", which is only ever made, not read.
    std::string form;
    std::vector<std::uint8_t> bytes;
    /// Lines of describe(); for an invalid vector the error that decoding must give and why.
    std::string meaning;

    friend bool operator==(const Vector&, const Vector&) = default;
};

/// File name behind its version's folder -> its vectors, made from the samples by this program's
/// codec.
[[nodiscard]] std::map<std::string, std::vector<Vector>> made_vectors();

/// A file's text, and back. Throws std::runtime_error for a file that is not one of ours.
[[nodiscard]] std::string render(const std::vector<Vector>& vectors);
[[nodiscard]] std::vector<Vector> parse(const std::string& text);

/// What decoding the bytes as `form` gives: "value" and its description, or "error" and its text.
struct Reading {
    bool is_value = false;
    std::string text;
    /// The value encoded again; empty for an error.
    std::vector<std::uint8_t> encoded_again;
};

[[nodiscard]] Reading read_as(const std::string& form, const std::vector<std::uint8_t>& bytes);

}  // namespace zhibu::conformance
