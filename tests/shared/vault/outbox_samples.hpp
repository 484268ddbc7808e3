#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "shared/keys/x25519.hpp"
#include "shared/vault/outbox.hpp"
#include "tests/support/memory_folder.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::vault {

/// A device's names, keys and groups for tests of its outbox.
struct OutboxSamples {
    static constexpr auto file = "/device/outbox";

    keys::X25519Key server = keys::X25519Key::generate();
    support::SeededRandom random{11};
    DataKey data_key = make_data_key(random);
    keys::X25519Public server_public = server.public_key();

    [[nodiscard]] OutboxRecipients recipients() const { return {server_public, data_key}; }

    [[nodiscard]] static record::GroupName name_of(std::uint64_t sequence,
                                                   std::uint8_t incarnation = 1) {
        record::GroupName name;
        name.device.uuid.bytes.fill(7);
        name.incarnation.uuid.bytes.fill(incarnation);
        name.sequence.position = sequence;
        return name;
    }

    [[nodiscard]] static record::SealedGroup group_of(std::uint64_t seed, std::size_t size = 100) {
        support::SeededRandom bytes{seed};
        record::SealedGroup group{.bytes = std::vector<std::uint8_t>(size),
                                  .signature = std::vector<std::uint8_t>(71)};
        bytes.fill(group.bytes);
        bytes.fill(group.signature);
        return group;
    }

    /// Appends group `sequence` of that name.
    [[nodiscard]] std::expected<void, OutboxFault> append(Outbox& outbox, std::uint64_t sequence,
                                                          std::uint8_t incarnation = 1) {
        return outbox.append(name_of(sequence, incarnation), group_of(sequence), recipients(),
                             random);
    }
};

/// Everything that is in the outbox's file on this disk.
[[nodiscard]] inline std::vector<OutboxItem> items_on(support::MemoryDisk& disk) {
    std::vector<OutboxItem> items;
    const auto file = support::open_on(disk, OutboxSamples::file);
    if (file == nullptr) {
        return items;
    }
    OutboxReader reader(*file);
    while (true) {
        auto next = reader.next();
        if (!next) {
            return items;
        }
        std::optional<OutboxItem> item = *std::move(next);
        if (!item) {
            return items;
        }
        items.push_back(*std::move(item));
    }
}

[[nodiscard]] inline std::vector<OutboxEntry> entries_of(const std::vector<OutboxItem>& items) {
    std::vector<OutboxEntry> entries;
    for (const OutboxItem& item : items) {
        if (const auto* entry = std::get_if<OutboxEntry>(&item)) {
            entries.push_back(*entry);
        }
    }
    return entries;
}

}  // namespace zhibu::vault
