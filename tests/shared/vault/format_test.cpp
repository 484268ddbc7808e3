#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/sealed_ledger.hpp"
#include "tests/support/temporary_directory.hpp"

/// A stranger's reader, written from docs/file-formats.md with numbers of its own: what the vault
/// writes is what the page says.
namespace zhibu::vault {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes part(const Bytes& bytes, std::size_t at, std::size_t count) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    return {from, from + static_cast<std::ptrdiff_t>(count)};
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& one : parts) {
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

Bytes little(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8U),
            static_cast<std::uint8_t>(value >> 16U), static_cast<std::uint8_t>(value >> 24U)};
}

/// The data key's file, of which the reader knows no more than its bytes.
class Reader {
public:
    explicit Reader(const DataKey& key) {
        const keys::SecretBytes serialised = serialise(key);
        bytes_.assign(serialised.span().begin(), serialised.span().end());
    }

    [[nodiscard]] keys::SecretBytes derived(std::string_view info) const {
        return keys::hkdf_sha256(part(bytes_, 44, 32), part(bytes_, 28, 16), info, 32);
    }

    [[nodiscard]] Bytes epoch() const { return part(bytes_, 8, 4); }

    [[nodiscard]] Bytes file_id() const { return part(bytes_, 12, 16); }

    /// Empty: it does not open.
    static Bytes open(const keys::SecretBytes& key, const Bytes& nonce, const Bytes& bound,
                      const Bytes& sealed) {
        keys::AesGcmContext context{&key, {}, bound};
        std::ranges::copy(nonce, context.nonce.begin());
        Bytes text(sealed.size() - 16);
        return keys::aes_gcm_open(context, sealed, text) ? text : Bytes{};
    }

    [[nodiscard]] Bytes open_page(std::string_view info, std::uint8_t kind, const Bytes& page,
                                  const Bytes& place) const {
        const Bytes bound = joined({{1, kind, 0, 0}, epoch(), file_id(), place});
        // Ciphertext and tag, between which the nonce stands.
        return open(derived(info), part(page, 4064, 12), bound,
                    joined({part(page, 0, 4064), part(page, 4076, 16)}));
    }

private:
    Bytes bytes_;
};

class FileFormat : public testing::Test {
protected:
    support::TemporaryDirectory folder_;
    TestVault vault_{1};
    Reader reader_{vault_.data_key()};
    std::filesystem::path file_ = folder_.path() / "replica";
};

TEST_F(FileFormat, OfADatabasePageIsAsWritten) {
    {
        const OpenVault open(vault_, file_);
        ASSERT_EQ(open.connection().run("CREATE TABLE planted(a)"), SQLITE_OK);
    }
    const Bytes page = part(read_bytes(file_), 0, 4096);
    EXPECT_EQ(part(page, 4092, 4), reader_.epoch());
    const Bytes place = joined({little(1), little(0), Bytes(16)});
    const Bytes text = reader_.open_page("zhibu vault 1 database page", 1, page, place);
    ASSERT_EQ(text.size(), 4064U);
    EXPECT_TRUE(holds(text, "SQLite format 3"));
    EXPECT_TRUE(holds(text, "CREATE TABLE planted(a)"));
}

TEST_F(FileFormat, OfAWalFrameIsAsWritten) {
    const OpenVault open(vault_, file_);
    ASSERT_EQ(open.connection().run("CREATE TABLE planted(a)"), SQLITE_OK);
    const Bytes wal = read_bytes(file_.string() + "-wal");
    const Bytes salts = part(wal, 16, 8);
    const Bytes place = joined({little(1), little(1), part(wal, 32, 8), salts});
    EXPECT_EQ(part(wal, 32, 4), (Bytes{0, 0, 0, 1}));
    const Bytes text =
        reader_.open_page("zhibu vault 1 wal page", 2, part(wal, 32 + 24, 4096), place);
    ASSERT_EQ(text.size(), 4064U);
    EXPECT_TRUE(holds(text, "CREATE TABLE planted(a)"));
    EXPECT_NE(part(wal, 40, 8), salts);
}

TEST_F(FileFormat, OfAHeadRecordIsAsWritten) {
    support::MemoryDisk disk;
    HeadRecord record;
    record.sequence = record::Sequence{0x0102};
    record.log_index = record::LogIndex{7};
    record.pages_sealed = 9;
    record.chain_hash.fill(0xab);
    ASSERT_TRUE(HeadFile::create(support::create_on(disk, "head"), vault_.ring(),
                                 HeadTerms{vault_.random()}, record));
    // Generations 1 and 2 stand in slots 1 and 0.
    const Bytes bytes = disk.content("head");
    ASSERT_EQ(bytes.size(), 4096U + 104);
    for (const std::uint8_t slot : {std::uint8_t{0}, std::uint8_t{1}}) {
        const Bytes sealed = part(bytes, 4096U * slot, 104);
        const Bytes bound = joined({part(sealed, 0, 12), reader_.file_id(), {slot}});
        const Bytes text = Reader::open(reader_.derived("zhibu vault 1 head record"),
                                        part(sealed, 12, 12), bound, part(sealed, 24, 80));
        const std::uint8_t generation = slot == 0 ? 2 : 1;
        EXPECT_EQ(text, joined({{generation, 0, 0, 0, 0, 0, 0, 0},
                                {2, 1, 0, 0, 0, 0, 0, 0},
                                {7, 0, 0, 0, 0, 0, 0, 0},
                                {9, 0, 0, 0, 0, 0, 0, 0},
                                Bytes(32, 0xab)}));
    }
}

}  // namespace
}  // namespace zhibu::vault
