#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include "shared/vault/detail/little_endian.hpp"
#include "shared/vault/detail/sealed_file.hpp"
#include "shared/vault/reseal_journal.hpp"

namespace zhibu::vault::detail {
namespace {

constexpr auto page_size = static_cast<std::int64_t>(page_bytes);

/// The header of a database as this VFS makes them: page size 4096, WAL, 32 reserved bytes. The
/// geometry is fixed by the format, so it is known without any page. Source:
/// sqlite.org/fileformat2.
constexpr std::array<std::uint8_t, 100> make_geometry() {
    std::array<std::uint8_t, 100> header{};
    std::ranges::copy(std::string_view("SQLite format 3"), header.begin());
    header[16] = page_bytes >> 8U;
    header[18] = 2;
    header[19] = 2;
    header[20] = reserved_bytes;
    header[21] = 64;
    header[22] = 32;
    header[23] = 32;
    return header;
}

constexpr std::array<std::uint8_t, 100> geometry = make_geometry();

/// Whether page 1 says the geometry of this format; SQLite was else not told of it.
bool has_our_geometry(std::span<const std::uint8_t> page) {
    return std::ranges::equal(page.subspan(16, 2), std::span(geometry).subspan(16, 2)) &&
           page[20] == reserved_bytes;
}

/// SQLite keeps the bytes at 1 GiB for its locks and never writes that page: the file has a hole.
constexpr std::uint32_t lock_page = 0x40000000 / page_bytes + 1;

/// The page that begins at `offset`; 0: none does, or its number is too high.
std::uint32_t page_at(std::int64_t offset) {
    if (offset < 0 || offset % page_size != 0 ||
        offset / page_size >= static_cast<std::int64_t>(sealed_pages_max)) {
        return 0;
    }
    return static_cast<std::uint32_t>(offset / page_size) + 1;
}

/// SQLite reads the header (100 bytes, of older versions 16) before it knows the page size, and the
/// change counter and what follows (16 bytes at 24) to learn whether another program has written.
bool is_header_read(std::size_t bytes, std::int64_t offset) {
    return (offset == 0 && bytes >= 16 && bytes <= geometry.size()) ||
           (offset == 24 && bytes == 16);
}

}  // namespace

SealedDatabase::SealedDatabase(sqlite3_file* below, std::shared_ptr<FileKey> key)
    : SealedFile(below, std::move(key), FileKind::database) {}

int SealedDatabase::read(std::span<std::uint8_t> out, std::int64_t offset) {
    if (out.size() == page_bytes) {
        return read_page(out.first<page_bytes>(), offset);
    }
    if (is_header_read(out.size(), offset)) {
        return read_header(out, offset);
    }
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_IOERR_READ;
}

int SealedDatabase::read_page(PageSpace out, std::int64_t offset) {
    const std::uint32_t number = page_at(offset);
    if (number == 0) {
        return SQLITE_IOERR_READ;
    }
    int result = SQLITE_OK;
    {
        const std::shared_lock lock(key().in_place);
        result = read_below(sealed_, offset);
    }
    if (result == SQLITE_IOERR_SHORT_READ) {
        std::ranges::fill(out, std::uint8_t{0});
        // Only an empty file is a new one. SQLite would take a page behind a shortened file's end
        // for zeros.
        std::int64_t size = 0;
        const int asked = this->size(size);
        if (asked != SQLITE_OK) {
            return asked;
        }
        return size == 0 ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_DATA;
    }
    if (result != SQLITE_OK) {
        return result;
    }
    return open(sealed_, PagePlace{number, 0, {}}, out) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int SealedDatabase::read_header(std::span<std::uint8_t> out, std::int64_t offset) {
    const int result = read_page(plain_, 0);
    if (result == SQLITE_OK || result == SQLITE_IOERR_SHORT_READ) {
        std::ranges::copy(std::span(plain_).subspan(static_cast<std::size_t>(offset), out.size()),
                          out.begin());
        return result;
    }
    if (result == SQLITE_IOERR_DATA && offset == 0) {
        // Torn in a checkpoint, page 1 still stands whole in the WAL, which SQLite only opens once
        // it knows the geometry. Should it not stand there, reading the full page fails.
        std::ranges::copy(std::span(geometry).first(out.size()), out.begin());
        return SQLITE_OK;
    }
    std::ranges::fill(out, std::uint8_t{0});
    return result;
}

int SealedDatabase::write(std::span<const std::uint8_t> bytes, std::int64_t offset) {
    const std::uint32_t number = page_at(offset);
    if (number == 0 || bytes.size() != page_bytes) {
        return SQLITE_IOERR_WRITE;
    }
    if (number == 1 && !has_our_geometry(bytes)) {
        return SQLITE_IOERR_WRITE;
    }
    int result = SQLITE_OK;
    if (!seal(bytes.first<page_bytes>(), PagePlace{number, 0, {}}, sealed_, result)) {
        return result;
    }
    return write_below(sealed_, offset);
}

int SealedDatabase::truncate(std::int64_t size) {
    if (size < 0 || size % page_size != 0) {
        return SQLITE_IOERR_TRUNCATE;
    }
    return truncate_below(size);
}

int SealedDatabase::reseal(ResealWork& work) {
    std::int64_t bytes = 0;
    if (const int asked = this->size(bytes); asked != SQLITE_OK) {
        return asked;
    }
    follow_keys();
    // A last page that a power cut left short is in the log, and is no page here.
    const auto pages = static_cast<std::uint32_t>(
        std::min(bytes / page_size, static_cast<std::int64_t>(sealed_pages_max)));
    if (work.journal != nullptr) {
        work.journal->drop();
    }
    const int gathered = gather_stale(work, pages);
    if (gathered != SQLITE_OK || work.resealed == 0) {
        return gathered;
    }
    return put_in_place(*work.journal);
}

/// Seals stale pages into the journal.
int SealedDatabase::gather_stale(ResealWork& work, std::uint32_t pages) {
    std::uint32_t looks = 0;
    std::uint32_t number = work.from;
    for (; number <= pages && looks < work.looks_max; ++number, ++looks) {
        if (number == lock_page) {
            continue;
        }
        const std::int64_t offset = (std::int64_t{number} - 1) * page_size;
        std::array<std::uint8_t, 4> epoch{};
        constexpr auto epoch_at = page_size - static_cast<std::int64_t>(epoch.size());
        int result = read_below(epoch, offset + epoch_at);
        if (result != SQLITE_OK) {
            return result;
        }
        if (get_u32(epoch) == newest_epoch()) {
            continue;
        }
        if (work.journal == nullptr) {
            work.left = number;
            break;
        }
        if (work.journal->is_full()) {
            break;
        }
        const PagePlace place{number, 0, {}};
        result = read_below(sealed_, offset);
        if (result != SQLITE_OK) {
            return result;
        }
        if (!open(sealed_, place, plain_)) {
            work.left = work.left == 0 ? number : work.left;
            continue;
        }
        if (!seal(plain_, place, work.journal->add(number), result)) {
            return result;
        }
        ++work.resealed;
    }
    work.next = number > pages ? 0 : number;
    return SQLITE_OK;
}

/// Once the journal is durable there is no way back: should the pages not become so, only the
/// replay at the next start makes them whole, before anything else is written to them.
int SealedDatabase::put_in_place(ResealJournal& journal) {
    if (!journal.write()) {
        return SQLITE_IOERR_WRITE;
    }
    bool is_done = journal.sync().has_value();
    for (std::size_t i = 0; is_done && i < journal.numbers().size(); ++i) {
        const std::int64_t offset = (std::int64_t{journal.numbers()[i]} - 1) * page_size;
        const std::unique_lock lock(key().in_place);
        is_done = write_below(journal.page(i), offset) == SQLITE_OK;
    }
    if (is_done && sync(SQLITE_SYNC_NORMAL) != SQLITE_OK) {
        return SQLITE_IOERR_FSYNC;
    }
    if (!is_done || !journal.clear()) {
        key().sync_failed();
        return SQLITE_IOERR_FSYNC;
    }
    return SQLITE_OK;
}

}  // namespace zhibu::vault::detail
