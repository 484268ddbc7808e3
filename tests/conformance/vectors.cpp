#include "tests/conformance/vectors.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/describe.hpp"
#include "tests/conformance/samples.hpp"

namespace zhibu::conformance {
namespace {

using sync::Bytes;

constexpr std::size_t hex_digits_a_line = 96;

template <class T>
std::vector<Vector> encoded(const std::string& form, const Named<T>& samples) {
    std::vector<Vector> vectors;
    for (const auto& [name, value] : samples) {
        vectors.push_back({name, form, sync::encode(value), describe(value)});
    }
    return vectors;
}

std::vector<Vector> transcripts() {
    sync::Challenge challenge;
    sync::Hello hello;
    for (const auto& [name, message] : messages()) {
        if (const auto* found = std::get_if<sync::Challenge>(&message)) {
            challenge = *found;
        }
        if (const auto* found = std::get_if<sync::Hello>(&message)) {
            hello = *found;
        }
    }
    std::array<std::uint8_t, 32> binding{};
    binding.fill(0xcc);
    return {
        {"session_transcript", "transcript", sync::session_transcript(challenge, hello, binding),
         "what: the challenge and the hello of messages.txt, channel binding 32 bytes of cc\n"}};
}

/// A breach of the format, made by changing a valid encoding.
Vector invalid(std::string name, std::string form, Bytes bytes, const std::string& why) {
    const Reading reading = read_as(form, bytes);
    if (reading.is_value) {
        throw std::logic_error(name + " is valid");
    }
    return {std::move(name), std::move(form), std::move(bytes),
            "error: " + reading.text + "\nwhy: " + why + "\n"};
}

Bytes changed(Bytes bytes, std::size_t at, std::uint8_t byte) {
    bytes.at(at) = byte;
    return bytes;
}

Bytes shortened(Bytes bytes, std::size_t count) {
    bytes.resize(bytes.size() - count);
    return bytes;
}

Bytes joined(Bytes bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

void add_invalid_frames(std::vector<Vector>& all) {
    const Bytes goodbye = sync::encode(sync::Goodbye{});
    const Bytes credit = sync::encode(sync::PullCredit{5});
    const Bytes push = sync::encode(sync::Push{});
    all.push_back(invalid("frame_empty", "message", {}, "no bytes"));
    all.push_back(invalid("frame_version", "message", changed(goodbye, 0, 2), "version 2"));
    all.push_back(invalid("frame_tag", "message", changed(goodbye, 1, 255), "no message 255"));
    all.push_back(invalid("frame_flags", "message", changed(push, 2, 2), "no flag 2"));
    all.push_back(invalid("frame_compressed_goodbye", "message", changed(goodbye, 2, 1),
                          "only batches may be compressed"));
    all.push_back(invalid("frame_trailing", "message", joined(goodbye, {0}), "a byte too many"));
    all.push_back(invalid("number_cut", "message", changed(credit, 3, 0x80),
                          "a number that says it goes on"));
    all.push_back(invalid("number_overlong", "message", joined(shortened(credit, 1), {0x85, 0x00}),
                          "5 in two bytes"));
    all.push_back(invalid(
        "number_over_64_bits", "message",
        joined(shortened(credit, 1), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}),
        "2^64 and more"));
    all.push_back(invalid("list_longer_than_bytes", "message", changed(push, 3, 100),
                          "100 groups in no bytes"));
    all.push_back(invalid("list_of_gigabytes", "message",
                          joined(shortened(push, 1), {0xff, 0xff, 0xff, 0xff, 0x0f}),
                          "4294967295 groups"));
    all.push_back(invalid("compression_garbage", "message", Bytes{1, 6, 1, 9, 9, 9, 9, 9, 9, 9},
                          "not a zstd frame"));
    all.push_back(invalid("compression_of_gigabytes", "message",
                          Bytes{1, 6, 1, 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f, 0x0b,
                                0x00, 0x00, 0x41},
                          "a zstd frame that declares 2 GiB"));
    const Bytes refusal = sync::encode(sync::Refusal{});
    all.push_back(invalid("enumeration", "message", changed(refusal, 3, 255), "no reason 255"));
    all.push_back(invalid("boolean", "message", changed(refusal, 5, 2), "a boolean of 2"));
}

/// The encoding of a record state with one field, up to the field's number.
Bytes state_head() {
    const Bytes none = sync::encode(record::RecordState{});
    return joined(shortened(none, 1), {1});
}

void add_invalid_states(std::vector<Vector>& all) {
    const auto add = [&](const std::string& name, const Bytes& field, const std::string& why) {
        all.push_back(invalid(name, "record_state", joined(state_head(), field), why));
    };
    add("text_not_utf8", {1, 0x11, 2, 0xc3, 0x28}, "c3 must be followed by 80 to bf");
    add("text_overlong_utf8", {1, 0x11, 2, 0xc0, 0xaf}, "/ in two bytes");
    add("text_surrogate", {1, 0x11, 3, 0xed, 0xa0, 0x80}, "U+D800");
    add("text_beyond_unicode", {1, 0x11, 4, 0xf4, 0x90, 0x80, 0x80}, "U+110000");
    add("text_over_64_kib", {1, 0x11, 0x81, 0x80, 0x04}, "65537 bytes");
    add("text_cut", {1, 0x11, 3, 'a', 'b'}, "three bytes are two");
    add("date_february_30", {1, 0x14, 0xbe, 0xeb, 0x02}, "2021-02-30");
    add("date_beyond_2199", {1, 0x14, 0xff, 0xff, 0x07}, "no such year");
    add("set_unsorted", {1, 0x17, 2, 1, 'b', 1, 'a'}, "b stands before a");
    add("set_twice", {1, 0x17, 2, 1, 'a', 1, 'a'}, "a stands twice");
    add("set_with_empty", {1, 0x17, 1, 0}, "an empty text");
    add("value_alternative", {1, 0x18}, "no alternative 8");
    add("field_head_bits", {1, 0x20}, "an unknown bit in the field's head");
    add("field_number_zero", {0, 0x10}, "the same field again");
    add("field_index_said_twice", {1, 0x00, 0}, "the index before it, written out");
    add("boolean_field", {1, 0x13, 2}, "a boolean of 2");
}

void add_invalid_groups(std::vector<Vector>& all) {
    const Bytes group = sync::encode(group_chain()[2].second);
    const Bytes verdict = sync::encode(verdicts()[0].second);
    all.push_back(invalid("group_mark", "group", changed(group, 0, 'V'), "marked as a verdict"));
    all.push_back(invalid("group_version", "group", changed(group, 1, 2), "version 2"));
    all.push_back(
        invalid("group_operation", "group", changed(group, group.size() - 1, 4), "no operation 4"));
    all.push_back(invalid("group_trailing", "group", joined(group, {0}), "a byte too many"));
    all.push_back(invalid("verdict_as_lease", "lease", verdict, "a signed verdict is no lease"));
    all.push_back(invalid("verdict_outcome", "verdict", changed(verdict, 67, 4), "no outcome 4"));
}

std::vector<Vector> invalid_vectors() {
    std::vector<Vector> all;
    add_invalid_frames(all);
    add_invalid_states(all);
    add_invalid_groups(all);
    return all;
}

template <class T>
Reading reading_of(const std::expected<T, sync::CodecError>& decoded) {
    if (!decoded) {
        return {false, sync::to_text(decoded.error()), {}};
    }
    return {true, describe(*decoded), sync::encode(*decoded)};
}

/// The line's rest after `word` and a space.
std::string rest_of(const std::string& line, const std::string& word) {
    if (!line.starts_with(word + ' ')) {
        throw std::runtime_error("expected '" + word + "', found: " + line);
    }
    return line.substr(word.size() + 1);
}

}  // namespace

std::map<std::string, std::vector<Vector>> made_vectors() {
    return {{"v1/groups.txt", encoded("group", group_chain())},
            {"v1/verdicts.txt", encoded("verdict", verdicts())},
            {"v1/leases.txt", encoded("lease", leases())},
            {"v1/record_states.txt", encoded("record_state", record_states())},
            {"v1/effects.txt", encoded("effects", effect_lists())},
            {"v1/fields.txt", encoded("fields", field_lists())},
            {"v1/messages.txt", encoded("message", messages())},
            {"v1/transcripts.txt", transcripts()},
            {"v1/invalid.txt", invalid_vectors()},
            {"v2/messages.txt", encoded("message", messages_of_version_2())},
            {"v2/tree_heads.txt", encoded("tree_head", tree_heads())},
            {"v3/messages.txt", encoded("message", messages_of_version_3())},
            {"v4/messages.txt", encoded("message", messages_of_version_4())}};
}

std::string render(const std::vector<Vector>& vectors) {
    std::string text;
    for (const Vector& vector : vectors) {
        text += "vector " + vector.name + "\nform " + vector.form + '\n';
        const std::string hex = to_hex(vector.bytes);
        for (std::size_t at = 0; at < hex.size(); at += hex_digits_a_line) {
            text += "hex " + hex.substr(at, hex_digits_a_line) + '\n';
        }
        std::istringstream lines(vector.meaning);
        for (std::string line; std::getline(lines, line);) {
            text += "  " + line + '\n';
        }
        text += "end\n\n";
    }
    return text;
}

std::vector<Vector> parse(const std::string& text) {
    std::vector<Vector> vectors;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) {
            continue;
        }
        Vector vector;
        vector.name = rest_of(line, "vector");
        std::getline(lines, line);
        vector.form = rest_of(line, "form");
        std::string hex;
        while (std::getline(lines, line) && line.starts_with("hex ")) {
            hex += rest_of(line, "hex");
        }
        vector.bytes = from_hex(hex);
        for (; line.starts_with("  "); std::getline(lines, line)) {
            vector.meaning += line.substr(2) + '\n';
        }
        if (line != "end") {
            throw std::runtime_error("vector " + vector.name + " does not end: " + line);
        }
        vectors.push_back(std::move(vector));
    }
    return vectors;
}

Reading read_as(const std::string& form, const std::vector<std::uint8_t>& bytes) {
    using Reader = std::function<Reading(const Bytes&)>;
    static const std::map<std::string, Reader> readers{
        {"group", [](const Bytes& in) { return reading_of(sync::decode_group(in)); }},
        {"verdict", [](const Bytes& in) { return reading_of(sync::decode_verdict(in)); }},
        {"lease", [](const Bytes& in) { return reading_of(sync::decode_lease(in)); }},
        {"tree_head", [](const Bytes& in) { return reading_of(sync::decode_tree_head(in)); }},
        {"record_state", [](const Bytes& in) { return reading_of(sync::decode_record_state(in)); }},
        {"effects", [](const Bytes& in) { return reading_of(sync::decode_effects(in)); }},
        {"fields", [](const Bytes& in) { return reading_of(sync::decode_fields(in)); }},
        {"message", [](const Bytes& in) { return reading_of(sync::decode_message(in)); }}};
    return readers.at(form)(bytes);
}

}  // namespace zhibu::conformance
