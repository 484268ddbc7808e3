#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "shared/record/check.hpp"
#include "shared/vault/page_cipher.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/sealed_ledger.hpp"

namespace {

using namespace zhibu;
using support::SealedLedger;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t entries = 10;
constexpr std::size_t bytes_max = 1U << 20U;
constexpr std::uint8_t whole_file = 0xff;

/// A file of the ledger, and of what it consists.
struct Part {
    std::string name;
    std::size_t unit_bytes;
    std::size_t first_unit_at;
};

const std::array<Part, 3>& parts() {
    static const std::array<Part, 3> all{
        Part{std::string(SealedLedger::database_name), vault::page_bytes, 0},
        Part{std::string(SealedLedger::wal_name), 24 + vault::page_bytes, 32},
        Part{std::string(SealedLedger::head_name), vault::page_bytes, 0}};
    return all;
}

/// A ledger that was killed.
struct Killed {
    SealedLedger::Key key;
    support::MemoryDisk disk;

    explicit Killed(std::uint64_t seed) : key{seed} {
        support::MemoryDisk alive;
        const auto run = found_and_append(alive, key, entries, support::LedgerEnd::killed);
        ZHIBU_CHECK(run.acknowledged == entries);
        disk = alive.after_kill();
    }

    [[nodiscard]] bool has_content_in_all_parts() const {
        return std::ranges::all_of(parts(), [this](const Part& part) {
            return disk.content(part.name).size() > part.first_unit_at + part.unit_bytes;
        });
    }
};

/// One with pages in its database and frames in its log: a change of the key empties the log.
std::unique_ptr<Killed> killed_with_a_log() {
    constexpr std::uint64_t first_seed = 130;
    constexpr std::uint64_t seeds = 64;
    auto killed = std::make_unique<Killed>(first_seed);
    for (std::uint64_t tried = 1; !killed->has_content_in_all_parts(); ++tried) {
        ZHIBU_CHECK(tried < seeds);
        killed = std::make_unique<Killed>(first_seed + tried);
    }
    return killed;
}

std::size_t number_of(std::span<const std::uint8_t> bytes) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        number |= static_cast<std::size_t>(bytes[i]) << (8 * i);
    }
    return number;
}

/// One change: what (1 byte), where (3), by how much (2), with what (2). It may come to nothing.
void edit(Bytes& bytes, const Part& part, std::span<const std::uint8_t, 8> change) {
    const std::size_t at = number_of(change.subspan<1, 3>());
    const std::size_t amount = number_of(change.subspan<4, 2>());
    const auto with = static_cast<std::uint8_t>(change[6]);
    switch (change[0] / 4 % 5) {
        case 0:
            if (at < bytes.size()) {
                bytes[at] ^= with;
            }
            return;
        case 1:
            bytes.resize(std::min(at, bytes.size()));
            return;
        case 2: {
            const std::size_t from = part.first_unit_at + at % 64 * part.unit_bytes;
            const std::size_t to = part.first_unit_at + amount % 64 * part.unit_bytes;
            if (std::max(from, to) + part.unit_bytes <= bytes.size()) {
                const Bytes unit(
                    bytes.begin() + static_cast<std::ptrdiff_t>(from),
                    bytes.begin() + static_cast<std::ptrdiff_t>(from + part.unit_bytes));
                std::ranges::copy(unit, bytes.begin() + static_cast<std::ptrdiff_t>(to));
            }
            return;
        }
        case 3:
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at, bytes.size())),
                        at < bytes.size() ? std::min(amount, bytes.size() - at) : 0, with);
            return;
        default:
            bytes.resize(std::min(bytes.size() + amount, bytes_max), with);
            return;
    }
}

/// Either one file as a whole, or changes of all of them.
void damage(support::MemoryDisk& disk, std::span<const std::uint8_t> input) {
    if (input.size() >= 2 && input[0] == whole_file) {
        const auto content = input.subspan(2);
        disk.set_content(parts()[input[1] % 3].name, Bytes(content.begin(), content.end()));
        return;
    }
    for (; input.size() >= 8; input = input.subspan(8)) {
        const Part& part = parts()[input[0] % 4 % 3];
        Bytes bytes = disk.content(part.name);
        edit(bytes, part, input.first<8>());
        disk.set_content(part.name, std::move(bytes));
    }
}

}  // namespace

/// Whatever becomes of database, log and head record: the ledger opens as it was, or is refused,
/// and never shows what was not sealed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const std::unique_ptr<Killed> killed = killed_with_a_log();
    support::MemoryDisk disk = killed->disk.after_kill();
    damage(disk, {bytes, size});
    const bool is_damaged = std::ranges::any_of(parts(), [&](const Part& part) {
        return disk.content(part.name) != killed->disk.content(part.name);
    });
    const auto ledger = SealedLedger::open(disk, killed->key);
    ZHIBU_CHECK(ledger || is_damaged);
    ZHIBU_CHECK(!ledger || (*ledger)->entries() == entries);
    ZHIBU_CHECK(ledger || ledger.error() != support::LedgerFault::other_content);
    return 0;
}
