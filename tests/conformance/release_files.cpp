#include "tests/conformance/release_files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <utility>

#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/data_key.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::conformance {
namespace {

/// What the server itself cannot do without, and people with their branches.
constexpr std::array known_kinds{"person", "organisation", "account",      "window",  "device",
                                 "enrolment_code", "case", "case_content", "conflict"};
constexpr std::string_view unknown_field = "address";

}  // namespace

record::Instant release_moment() { return server::test::noon; }

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    ZHIBU_CHECK(stream.is_open());
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
    std::ofstream stream{file, std::ios::binary};
    stream.write(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                 static_cast<std::streamsize>(bytes.size()));
    ZHIBU_CHECK(stream.good());
}

Facts read_facts(const std::filesystem::path& folder) {
    std::ifstream stream{folder / "facts"};
    ZHIBU_CHECK(stream.is_open());
    Facts facts;
    std::string name;
    std::string value;
    while (stream >> name >> value) {
        facts[name] = value;
    }
    return facts;
}

void write_facts(const std::filesystem::path& folder, const Facts& facts) {
    std::ofstream stream{folder / "facts"};
    for (const auto& [name, value] : facts) {
        stream << name << ' ' << value << '\n';
    }
    ZHIBU_CHECK(stream.good());
}

std::vector<std::vector<std::uint8_t>> read_frames(const std::filesystem::path& file) {
    const auto bytes = read_bytes(file);
    std::vector<std::vector<std::uint8_t>> frames;
    for (std::size_t at = 0; at + 4 <= bytes.size();) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            size |= static_cast<std::size_t>(bytes[at + i]) << (8 * i);
        }
        at += 4;
        ZHIBU_CHECK(size <= bytes.size() - at);
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        frames.emplace_back(from, from + static_cast<std::ptrdiff_t>(size));
        at += size;
    }
    return frames;
}

void write_frames(const std::filesystem::path& file,
                  const std::vector<std::vector<std::uint8_t>>& frames) {
    std::vector<std::uint8_t> bytes;
    for (const auto& frame : frames) {
        for (unsigned i = 0; i < 4; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(frame.size() >> (8 * i)));
        }
        bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    write_bytes(file, bytes);
}

server::SealedPlace release_store(const std::filesystem::path& folder) {
    static keys::SystemRandom random;
    const auto key = vault::parse_data_key(read_bytes(folder / "data_key"));
    ZHIBU_CHECK(key.has_value());
    return {folder / "space.db", std::make_shared<const vault::KeyRing>(*key), &random};
}

const catalog::Catalog& smaller_catalog() {
    static const catalog::Catalog smaller = [] {
        std::vector<catalog::Kind> kinds = catalog::standard_kinds();
        std::erase_if(kinds, [](const catalog::Kind& kind) {
            return std::ranges::find(known_kinds, kind.name) == known_kinds.end();
        });
        for (catalog::Kind& kind : kinds) {
            std::erase_if(kind.fields, [&](const catalog::Field& field) {
                const bool refers_elsewhere =
                    field.type == catalog::FieldType::reference &&
                    std::ranges::find(known_kinds, field.refers_to) == known_kinds.end();
                return refers_elsewhere || (kind.name == "person" && field.name == unknown_field);
            });
        }
        return catalog::Catalog{catalog::standard_catalog().version(), std::move(kinds),
                                catalog::standard_code_lists()};
    }();
    return smaller;
}

}  // namespace zhibu::conformance
