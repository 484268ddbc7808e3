#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/outbox_reader.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/seeded_random.hpp"

namespace {

using namespace zhibu;

constexpr auto file = "outbox";
using Bytes = std::vector<std::uint8_t>;

std::vector<vault::OutboxItem> items_of(const Bytes& bytes) {
    support::MemoryDisk disk;
    disk.set_content(file, bytes);
    const auto opened = support::open_on(disk, file);
    vault::OutboxReader reader(*opened);
    std::vector<vault::OutboxItem> items;
    while (true) {
        auto next = reader.next();
        ZHIBU_CHECK(next);
        std::optional<vault::OutboxItem> item = *std::move(next);
        if (!item) {
            return items;
        }
        items.push_back(*std::move(item));
    }
}

/// The entries and ranges cover the file without a gap, and an entry stands where it says.
void check_cover(const Bytes& bytes, const std::vector<vault::OutboxItem>& items) {
    std::uint64_t at = 0;
    for (const vault::OutboxItem& item : items) {
        if (const auto* range = std::get_if<vault::DamagedRange>(&item)) {
            ZHIBU_CHECK(range->offset == at && range->bytes > 0);
            at += range->bytes;
            continue;
        }
        const auto& entry = std::get<vault::OutboxEntry>(item);
        ZHIBU_CHECK(
            std::ranges::equal(entry.bytes, std::span(bytes).subspan(at, entry.bytes.size())));
        ZHIBU_CHECK(vault::parse_entry(entry.bytes) == entry);
        at += entry.bytes.size();
    }
    ZHIBU_CHECK(at == bytes.size());
}

/// The input with the beginning and end that make an entry of it, for what lies behind the hash.
Bytes framed(std::span<const std::uint8_t> input) {
    Bytes bytes{0x89, 'Z', 'O', 'B', 'X', 0x0d, 0x0a, 0x1a};
    const auto length = static_cast<std::uint32_t>(input.size() + 44);
    for (unsigned i = 0; i < 4; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    }
    bytes.insert(bytes.end(), input.begin(), input.end());
    const auto hash = keys::sha256(bytes);
    bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
}

void check_openings(std::span<const std::uint8_t> bytes) {
    static const keys::X25519Key server =
        *keys::X25519Key::from_secret(keys::SecretBytes(keys::x25519_secret_bytes));
    static support::SeededRandom random{4};
    static const vault::DataKey data_key = vault::make_data_key(random);
    // Nobody who lacks both keys can make an entry that opens.
    ZHIBU_CHECK(!vault::open_for_server(bytes, server));
    ZHIBU_CHECK(!vault::open_own(bytes, data_key));
}

}  // namespace

/// Whatever is in an outbox's file: an entry that stands behind it is found, and none opens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const vault::OutboxEntry known = [] {
        support::SeededRandom random{2};
        const keys::X25519Key server = keys::X25519Key::generate();
        const vault::DataKey data_key = vault::make_data_key(random);
        return *vault::seal_entry({}, {.bytes = {1, 2, 3}, .signature = {4}}, {},
                                  {server.public_key(), data_key}, random);
    }();
    const std::span<const std::uint8_t> input(bytes, size);
    for (Bytes outbox : {Bytes(input.begin(), input.end()), framed(input)}) {
        check_openings(outbox);
        check_cover(outbox, items_of(outbox));
        outbox.insert(outbox.end(), known.bytes.begin(), known.bytes.end());
        const auto items = items_of(outbox);
        check_cover(outbox, items);
        ZHIBU_CHECK(!items.empty() && items.back() == vault::OutboxItem(known));
    }
    return 0;
}
