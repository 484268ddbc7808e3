#include "tests/simulation/sealed_reading.hpp"

#include <sqlite3.h>

#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/open_pragmas.hpp"

namespace zhibu::simulation {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A connection of one's own to a file that nobody else has open.
class Opened {
public:
    Opened(vault::Vfs& files, const std::filesystem::path& file,
           std::shared_ptr<const vault::KeyRing> keys, record::Random& random)
        : keyed_{key(files, file, std::move(keys), random)} {
        ZHIBU_CHECK(sqlite3_open_v2(file.c_str(), &connection_, SQLITE_OPEN_READWRITE,
                                    files.name().c_str()) == SQLITE_OK);
        ZHIBU_CHECK(vault::apply_open_pragmas(connection_).has_value());
    }

    ~Opened() { sqlite3_close(connection_); }

    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    [[nodiscard]] sqlite3* connection() const { return connection_; }

private:
    static vault::KeyedFile key(vault::Vfs& files, const std::filesystem::path& file,
                                std::shared_ptr<const vault::KeyRing> keys,
                                record::Random& random) {
        auto keyed = files.key(file, std::move(keys), vault::FileTerms{.random = random});
        ZHIBU_CHECK(keyed.has_value());
        return *std::move(keyed);
    }

    vault::KeyedFile keyed_;
    sqlite3* connection_ = nullptr;
};

Bytes bytes_of(sqlite3_stmt* row, int column) {
    const auto* start = static_cast<const std::uint8_t*>(sqlite3_column_blob(row, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    return start == nullptr ? Bytes{} : Bytes(start, start + size);
}

}  // namespace

Bytes read_pages(vault::Vfs& files, const std::filesystem::path& file,
                 std::shared_ptr<const vault::KeyRing> keys, record::Random& random) {
    const Opened opened{files, file, std::move(keys), random};
    sqlite3_int64 size = 0;
    unsigned char* image = sqlite3_serialize(opened.connection(), "main", &size, 0);
    ZHIBU_CHECK(image != nullptr);
    Bytes pages(image, image + size);
    sqlite3_free(image);
    return pages;
}

std::vector<LoggedGroup> read_log(vault::Vfs& files, const std::filesystem::path& file,
                                  std::shared_ptr<const vault::KeyRing> keys,
                                  record::Random& random) {
    const Opened opened{files, file, std::move(keys), random};
    sqlite3_stmt* row = nullptr;
    ZHIBU_CHECK(sqlite3_prepare_v2(opened.connection(),
                                   "SELECT idx, sealed, signature, verdict, receipt_signature "
                                   "FROM zhibu_log ORDER BY idx",
                                   -1, &row, nullptr) == SQLITE_OK);
    std::vector<LoggedGroup> log;
    while (sqlite3_step(row) == SQLITE_ROW) {
        LoggedGroup& group = log.emplace_back();
        group.index.position = static_cast<std::uint64_t>(sqlite3_column_int64(row, 0));
        group.sealed = {bytes_of(row, 1), bytes_of(row, 2)};
        group.receipt = {bytes_of(row, 3), bytes_of(row, 4)};
    }
    sqlite3_finalize(row);
    return log;
}

}  // namespace zhibu::simulation
