#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "shared/vault/detail/frame_header_cipher.hpp"
#include "shared/vault/detail/key_registry.hpp"
#include "shared/vault/detail/reseal_work.hpp"
#include "shared/vault/page_cipher.hpp"

namespace zhibu::vault::detail {

/// An open file of the VFS: what SQLite reads and writes, over the file that holds it sealed.
/// All results are SQLite's codes. Nothing is allocated after construction, but for other keys.
/// Threads: not synchronised, as a connection is used by one at a time.
class SealedFile {
public:
    /// `below` is open; it stays the caller's, who closes it afterwards.
    SealedFile(sqlite3_file* below, std::shared_ptr<FileKey> key, FileKind kind);
    virtual ~SealedFile() = default;
    SealedFile(const SealedFile&) = delete;
    SealedFile& operator=(const SealedFile&) = delete;

    /// A place or size that SQLite 3.40 does not ask for is SQLITE_IOERR_READ, content that does
    /// not authenticate SQLITE_IOERR_DATA.
    [[nodiscard]] virtual int read(std::span<std::uint8_t> out, std::int64_t offset) = 0;
    /// A place or size that SQLite does not write, or a page with its reserved bytes not zero, is
    /// SQLITE_IOERR_WRITE; SQLITE_FULL when the key has sealed all it may.
    [[nodiscard]] virtual int write(std::span<const std::uint8_t> bytes, std::int64_t offset) = 0;
    [[nodiscard]] virtual int truncate(std::int64_t size) = 0;

    /// Writes what was held back for the next write.
    [[nodiscard]] virtual int flush() { return SQLITE_OK; }

    /// Seals anew, in their places, pages of other keys than the newest; of the database alone.
    [[nodiscard]] virtual int reseal(ResealWork& /*work*/) { return SQLITE_NOTFOUND; }

    [[nodiscard]] int size(std::int64_t& size);
    [[nodiscard]] int sync(int flags);

    [[nodiscard]] sqlite3_file* below() { return below_; }

    [[nodiscard]] Sharing sharing() const { return key_->sharing; }

    /// This connection's part in the WAL's index; of the database's file alone.
    [[nodiscard]] WalIndex::User& index_user() { return index_user_; }

protected:
    [[nodiscard]] int read_below(std::span<std::uint8_t> out, std::int64_t offset);
    [[nodiscard]] int write_below(std::span<const std::uint8_t> bytes, std::int64_t offset);
    [[nodiscard]] int truncate_below(std::int64_t size);
    /// Into sealed_page(); false: not to be written, reserved bytes are not zero or the key is at
    /// its end, and `result` says which.
    [[nodiscard]] bool seal(PageView plain, const PagePlace& place, PageSpace sealed, int& result);
    [[nodiscard]] bool open(PageView sealed, const PagePlace& place, PageSpace plain);

    [[nodiscard]] FileKey& key() { return *key_; }

    /// Takes over the file's ring if it has changed. To be called where bytes have been read, and
    /// before bytes are sealed.
    void follow_keys();

    virtual void keys_changed(const KeyRing& /*ring*/) {}

    [[nodiscard]] std::uint32_t newest_epoch() const { return newest_epoch_; }

private:
    sqlite3_file* below_;
    std::shared_ptr<FileKey> key_;
    WalIndex::User index_user_;
    std::uint64_t ring_changes_;
    std::shared_ptr<const KeyRing> ring_;
    std::uint32_t newest_epoch_;
    PageCipher cipher_;
};

/// The database itself: whole pages, and of page 1 the few bytes that SQLite reads by themselves.
class SealedDatabase final : public SealedFile {
public:
    SealedDatabase(sqlite3_file* below, std::shared_ptr<FileKey> key);

    [[nodiscard]] int read(std::span<std::uint8_t> out, std::int64_t offset) override;
    [[nodiscard]] int write(std::span<const std::uint8_t> bytes, std::int64_t offset) override;
    [[nodiscard]] int truncate(std::int64_t size) override;
    [[nodiscard]] int reseal(ResealWork& work) override;

private:
    [[nodiscard]] int gather_stale(ResealWork& work, std::uint32_t pages);
    [[nodiscard]] int put_in_place(ResealJournal& journal);
    [[nodiscard]] int read_page(PageSpace out, std::int64_t offset);
    [[nodiscard]] int read_header(std::span<std::uint8_t> out, std::int64_t offset);

    std::array<std::uint8_t, page_bytes> sealed_{};
    std::array<std::uint8_t, page_bytes> plain_{};
};

/// The write-ahead log: its header, and frames of a header and a page.
class SealedWal final : public SealedFile {
public:
    static constexpr std::size_t header_bytes = 32;
    static constexpr std::size_t frame_bytes = frame_header_bytes + page_bytes;

    SealedWal(sqlite3_file* below, std::shared_ptr<FileKey> key);

    [[nodiscard]] int read(std::span<std::uint8_t> out, std::int64_t offset) override;
    [[nodiscard]] int write(std::span<const std::uint8_t> bytes, std::int64_t offset) override;
    [[nodiscard]] int truncate(std::int64_t size) override;
    [[nodiscard]] int flush() override;

protected:
    void keys_changed(const KeyRing& ring) override;

private:
    /// Reads and opens a frame into header_ and the page.
    struct Frame {
        int result = SQLITE_OK;
        bool authentic = false;
    };

    [[nodiscard]] Frame read_frame(std::uint32_t number, PageSpace page);
    [[nodiscard]] int read_whole(std::span<std::uint8_t> out, std::uint32_t number);
    [[nodiscard]] int read_page(PageSpace out, std::uint32_t number);
    [[nodiscard]] int read_checksum(std::span<std::uint8_t> out, std::uint32_t number);
    [[nodiscard]] int write_header(std::span<const std::uint8_t> bytes);
    [[nodiscard]] int write_frame_header(std::span<const std::uint8_t> bytes, std::uint32_t number);
    [[nodiscard]] int write_page(PageView page, std::uint32_t number);
    /// Makes header_ that of frame `number`, which this connection has written.
    [[nodiscard]] int recall_header(std::uint32_t number);

    /// What the page of frame `number`, whose header is header_, is bound to. In a transaction that
    /// outgrew the cache, SQLite writes headers with salts of zero and puts salts and checksums in
    /// when it commits; the page is bound to the salts that its header will have, the log's own.
    [[nodiscard]] int find_place(std::uint32_t number, PagePlace& place);

    FrameHeaderCipher header_cipher_;
    /// The header of frame header_of_, plain; 0: of none.
    FrameHeader header_{};
    std::uint32_t header_of_ = 0;
    /// SQLite writes a frame as header and page; the header waits, so that one call writes both.
    bool header_waits_ = false;
    /// Those of the log's header.
    std::array<std::uint8_t, 8> salts_{};
    bool salts_known_ = false;
    std::array<std::uint8_t, frame_bytes> sealed_{};
    std::array<std::uint8_t, page_bytes> plain_{};
};

}  // namespace zhibu::vault::detail
