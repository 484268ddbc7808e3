#include <algorithm>
#include <limits>
#include <utility>

#include "shared/vault/detail/little_endian.hpp"
#include "shared/vault/detail/sealed_file.hpp"

namespace zhibu::vault::detail {
namespace {

constexpr auto header_size = static_cast<std::int64_t>(SealedWal::header_bytes);
constexpr auto frame_size = static_cast<std::int64_t>(SealedWal::frame_bytes);
constexpr std::size_t page_size_at = 8;
constexpr std::size_t header_salts_at = 16;
constexpr std::size_t salts_at = 8;
constexpr std::size_t header_checksum_at = 24;
constexpr std::size_t frame_checksum_at = 16;
constexpr std::size_t checksum_bytes = 8;

/// A byte of the log: in which frame, and where there. Frame 0: in none.
struct Spot {
    std::uint32_t frame = 0;
    std::size_t within = 0;
};

Spot spot_of(std::int64_t offset) {
    if (offset < header_size) {
        return {};
    }
    const std::int64_t frame = (offset - header_size) / frame_size + 1;
    if (frame > std::numeric_limits<std::uint32_t>::max()) {
        return {};
    }
    return {static_cast<std::uint32_t>(frame),
            static_cast<std::size_t>((offset - header_size) % frame_size)};
}

std::int64_t offset_of(std::uint32_t frame) { return header_size + (frame - 1) * frame_size; }

bool are_zero(std::span<const std::uint8_t> bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

SealedWal::SealedWal(sqlite3_file* below, std::shared_ptr<FileKey> key)
    : SealedFile(below, std::move(key), FileKind::wal), header_cipher_{*this->key().ring()} {}

void SealedWal::keys_changed(const KeyRing& ring) { header_cipher_ = FrameHeaderCipher(ring); }

int SealedWal::read(std::span<std::uint8_t> out, std::int64_t offset) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
        return flushed;
    }
    if (offset == 0 && out.size() == header_bytes) {
        salts_known_ = false;
        return read_below(out, offset);
    }
    if (offset == header_checksum_at && out.size() == checksum_bytes) {
        return read_below(out, offset);
    }
    const Spot spot = spot_of(offset);
    if (spot.frame != 0 && spot.within == 0 && out.size() == frame_bytes) {
        return read_whole(out, spot.frame);
    }
    if (spot.frame != 0 && spot.within == frame_header_bytes && out.size() == page_bytes) {
        return read_page(out.first<page_bytes>(), spot.frame);
    }
    if (spot.frame != 0 && spot.within == frame_checksum_at && out.size() == checksum_bytes) {
        return read_checksum(out, spot.frame);
    }
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_IOERR_READ;
}

SealedWal::Frame SealedWal::read_frame(std::uint32_t number, PageSpace page) {
    header_of_ = 0;
    const int result = read_below(sealed_, offset_of(number));
    if (result != SQLITE_OK) {
        std::ranges::fill(page, std::uint8_t{0});
        return {result, false};
    }
    follow_keys();
    const PageView sealed = std::span(sealed_).last<page_bytes>();
    std::ranges::copy_n(sealed_.begin(), frame_header_bytes, header_.begin());
    header_ = header_cipher_.open(header_, claimed_epoch(sealed));
    PagePlace place;
    const int placed = find_place(number, place);
    const bool authentic = placed == SQLITE_OK && open(sealed, place, page);
    header_of_ = authentic ? number : 0;
    return {placed, authentic};
}

int SealedWal::find_place(std::uint32_t number, PagePlace& place) {
    place.page_number = get_u32_big(std::span(header_).first<4>());
    place.frame_number = number;
    std::ranges::copy(std::span(header_).first<salts_at>(), place.frame_header.begin());
    std::span<const std::uint8_t> salts = std::span(header_).subspan(salts_at, salts_.size());
    if (are_zero(salts)) {
        if (!salts_known_) {
            const int result = read_below(salts_, header_salts_at);
            if (result != SQLITE_OK) {
                return result;
            }
            salts_known_ = true;
        }
        salts = salts_;
    }
    std::ranges::copy(salts, std::span(place.frame_header).subspan(salts_at).begin());
    return SQLITE_OK;
}

/// How SQLite recovers the log after a crash: frame by frame to the first that is not valid. A page
/// that does not authenticate is one, whatever its checksum says, so the frame reads as zeros:
/// there is no page 0. Whether the log should have been longer, the head record tells.
int SealedWal::read_whole(std::span<std::uint8_t> out, std::uint32_t number) {
    const Frame frame = read_frame(number, out.subspan<frame_header_bytes>().first<page_bytes>());
    if (frame.authentic) {
        std::ranges::copy(header_, out.begin());
    } else {
        std::ranges::fill(out, std::uint8_t{0});
    }
    return frame.result;
}

/// A frame of which recovery or this connection's own writing has said that it is there.
int SealedWal::read_page(PageSpace out, std::uint32_t number) {
    const Frame frame = read_frame(number, out);
    if (frame.result == SQLITE_OK && !frame.authentic) {
        return SQLITE_IOERR_DATA;
    }
    return frame.result == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : frame.result;
}

int SealedWal::read_checksum(std::span<std::uint8_t> out, std::uint32_t number) {
    const Frame frame = read_frame(number, plain_);
    if (!frame.authentic) {
        std::ranges::fill(out, std::uint8_t{0});
        return frame.result == SQLITE_OK ? SQLITE_IOERR_DATA : frame.result;
    }
    std::ranges::copy(std::span(header_).subspan(frame_checksum_at, checksum_bytes), out.begin());
    return SQLITE_OK;
}

int SealedWal::write(std::span<const std::uint8_t> bytes, std::int64_t offset) {
    const Spot spot = spot_of(offset);
    const bool is_page = spot.frame != 0 && spot.within == frame_header_bytes;
    if (!is_page || spot.frame != header_of_) {
        if (const int flushed = flush(); flushed != SQLITE_OK) {
            return flushed;
        }
    }
    if (offset == 0 && bytes.size() == header_bytes) {
        return write_header(bytes);
    }
    if (spot.frame != 0 && spot.within == 0 && bytes.size() == frame_header_bytes) {
        return write_frame_header(bytes, spot.frame);
    }
    if (is_page && bytes.size() == page_bytes) {
        return write_page(bytes.first<page_bytes>(), spot.frame);
    }
    return SQLITE_IOERR_WRITE;
}

int SealedWal::write_header(std::span<const std::uint8_t> bytes) {
    header_of_ = 0;
    if (get_u32_big(bytes.subspan<page_size_at, 4>()) != page_bytes) {
        return SQLITE_IOERR_WRITE;
    }
    std::ranges::copy(bytes.subspan(header_salts_at, salts_.size()), salts_.begin());
    const int result = write_below(bytes, 0);
    salts_known_ = result == SQLITE_OK;
    return result;
}

int SealedWal::write_frame_header(std::span<const std::uint8_t> bytes, std::uint32_t number) {
    const std::uint32_t page_number = get_u32_big(bytes.first<4>());
    if (page_number == 0 || page_number > sealed_pages_max) {
        return SQLITE_IOERR_WRITE;
    }
    // A header that was just read gets its checksums now; its page does not follow.
    const bool page_follows = header_of_ != number;
    std::ranges::copy(bytes, header_.begin());
    header_of_ = number;
    header_waits_ = true;
    return page_follows ? SQLITE_OK : flush();
}

int SealedWal::write_page(PageView page, std::uint32_t number) {
    // Within a transaction SQLite writes a page's newest content over its earlier frame, and the
    // frame's header, with new checksums, only at the end.
    const int recalled = recall_header(number);
    if (recalled != SQLITE_OK) {
        return recalled;
    }
    int result = SQLITE_OK;
    const PageSpace sealed = std::span(sealed_).last<page_bytes>();
    PagePlace place;
    const int placed = find_place(number, place);
    if (placed != SQLITE_OK) {
        return placed;
    }
    if (!seal(page, place, sealed, result)) {
        return result;
    }
    if (std::exchange(header_waits_, false)) {
        std::ranges::copy(header_cipher_.seal(header_), sealed_.begin());
        return write_below(sealed_, offset_of(number));
    }
    return write_below(sealed, offset_of(number) + static_cast<std::int64_t>(frame_header_bytes));
}

int SealedWal::flush() {
    if (!std::exchange(header_waits_, false)) {
        return SQLITE_OK;
    }
    const int result = write_below(header_cipher_.seal(header_), offset_of(header_of_));
    if (result != SQLITE_OK) {
        header_of_ = 0;
    }
    return result;
}

int SealedWal::recall_header(std::uint32_t number) {
    if (header_of_ == number) {
        return SQLITE_OK;
    }
    const Frame frame = read_frame(number, plain_);
    if (frame.result == SQLITE_OK && !frame.authentic) {
        return SQLITE_IOERR_DATA;
    }
    return frame.result == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : frame.result;
}

int SealedWal::truncate(std::int64_t size) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
        return flushed;
    }
    header_of_ = 0;
    salts_known_ = false;
    return size < 0 ? SQLITE_IOERR_TRUNCATE : truncate_below(size);
}

}  // namespace zhibu::vault::detail
