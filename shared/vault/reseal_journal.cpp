#include "shared/vault/reseal_journal.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/detail/little_endian.hpp"

namespace zhibu::vault {
namespace {

constexpr std::string_view magic = "ZHIBURJ1";
constexpr std::size_t count_at = 8;
constexpr std::size_t numbers_at = 12;
constexpr std::size_t hash_at = numbers_at + 4 * ResealJournal::pages_max;
constexpr std::size_t hash_bytes = 32;
/// The pages begin at a block of the disk.
constexpr std::size_t head_bytes = page_bytes;
static_assert(hash_at + hash_bytes <= head_bytes);

std::size_t place_of(std::size_t place) { return head_bytes + place * page_bytes; }

/// Of all that counts: the head before the hash, and the pages.
record::Hash hash_of(std::span<const std::uint8_t> bytes, std::size_t count) {
    keys::Sha256 hash;
    hash.update(bytes.first(hash_at));
    hash.update(bytes.subspan(head_bytes, count * page_bytes));
    return hash.finish();
}

}  // namespace

ResealJournal::ResealJournal(std::unique_ptr<StorageFile> file)
    : file_{std::move(file)}, bytes_(place_of(pages_max)) {
    numbers_.reserve(pages_max);
}

std::expected<ResealJournal, VaultError> ResealJournal::open(Disk& disk,
                                                             const std::filesystem::path& file) {
    auto found = disk.open(file);
    if (!found && found.error().fault == VaultFault::not_there) {
        found = disk.create(file);
        if (found) {
            ZHIBU_TRY_VOID(disk.sync_folder(file.parent_path()));
        }
    }
    if (!found) {
        return std::unexpected{std::move(found).error()};
    }
    return ResealJournal{*std::move(found)};
}

PageSpace ResealJournal::add(std::uint32_t page_number) {
    ZHIBU_CHECK(!is_full());
    numbers_.push_back(page_number);
    return std::span(bytes_).subspan(place_of(numbers_.size() - 1)).first<page_bytes>();
}

PageView ResealJournal::page(std::size_t place) const {
    return std::span(bytes_).subspan(place_of(place)).first<page_bytes>();
}

std::expected<void, VaultError> ResealJournal::write() {
    const std::span<std::uint8_t> out(bytes_);
    std::ranges::fill(out.first(head_bytes), std::uint8_t{0});
    std::ranges::copy(magic, out.begin());
    detail::put_u32(out.subspan<count_at, 4>(), static_cast<std::uint32_t>(numbers_.size()));
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
        detail::put_u32(out.subspan(numbers_at + 4 * i).first<4>(), numbers_[i]);
    }
    std::ranges::copy(hash_of(out, numbers_.size()), out.subspan(hash_at).begin());
    return file_->write(out.first(place_of(numbers_.size())), 0);
}

std::expected<void, VaultError> ResealJournal::clear() {
    numbers_.clear();
    constexpr std::array<std::uint8_t, head_bytes> zeros{};
    ZHIBU_TRY_VOID(file_->write(zeros, 0));
    return file_->sync();
}

std::expected<bool, VaultError> ResealJournal::read() {
    numbers_.clear();
    ZHIBU_TRY(got, file_->read(bytes_, 0));
    const std::span<const std::uint8_t> in(bytes_);
    if (got < head_bytes || !std::ranges::equal(in.first(magic.size()), magic)) {
        return false;
    }
    const std::size_t count = detail::get_u32(in.subspan<count_at, 4>());
    if (count == 0 || count > pages_max || got < place_of(count) ||
        !std::ranges::equal(in.subspan(hash_at, hash_bytes), hash_of(in, count))) {
        return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
        numbers_.push_back(detail::get_u32(in.subspan(numbers_at + 4 * i).first<4>()));
    }
    return std::ranges::all_of(
        numbers_, [](std::uint32_t number) { return number >= 1 && number <= sealed_pages_max; });
}

std::expected<std::size_t, VaultError> ResealJournal::replay(Disk& disk,
                                                             const std::filesystem::path& file,
                                                             const std::filesystem::path& database,
                                                             std::shared_ptr<const KeyRing> ring,
                                                             record::Random& random) {
    auto found = disk.open(file);
    if (!found && found.error().fault == VaultFault::not_there) {
        return 0;
    }
    ZHIBU_TRY(opened, std::move(found));
    ResealJournal journal{std::move(opened)};
    ZHIBU_TRY(is_whole, journal.read());
    if (!is_whole) {
        return 0;
    }
    ZHIBU_TRY(pages, disk.open(database));
    PageCipher cipher{std::move(ring), FileKind::database, random};
    std::array<std::uint8_t, page_bytes> sealed{};
    std::array<std::uint8_t, page_bytes> plain{};
    std::size_t written = 0;
    for (std::size_t i = 0; i < journal.numbers().size(); ++i) {
        const PagePlace place{journal.numbers()[i], 0, {}};
        const std::uint64_t offset = std::uint64_t{place.page_number - 1} * page_bytes;
        ZHIBU_TRY(got, pages->read(sealed, offset));
        const bool stands = got == page_bytes && cipher.open(sealed, place, plain);
        if (!stands && got > 0 && cipher.open(journal.page(i), place, plain)) {
            ZHIBU_TRY_VOID(pages->write(journal.page(i), offset));
            ++written;
        }
    }
    std::ranges::fill(plain, std::uint8_t{0});
    ZHIBU_TRY_VOID(pages->sync());
    ZHIBU_TRY_VOID(journal.clear());
    return written;
}

}  // namespace zhibu::vault
