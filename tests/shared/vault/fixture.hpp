#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shared/vault/data_key.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/support/seeded_random.hpp"

struct sqlite3;

namespace zhibu::vault {

/// A connection of SQLite's C interface, closed with it.
class Connection {
public:
    /// Opens `file`, made if it is not there, through the named VFS.
    Connection(const std::filesystem::path& file, const std::string& vfs, int flags = 0);
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;

    [[nodiscard]] sqlite3* handle() const { return handle_; }

    /// SQLite's extended code of what sqlite3_open_v2 gave.
    [[nodiscard]] int opened() const { return opened_; }

    /// Runs statements; their extended result code.
    int run(const std::string& sql) const;
    /// All values of all rows joined by '|' and ';'. An error is "error N".
    [[nodiscard]] std::string ask(const std::string& sql) const;

private:
    sqlite3* handle_ = nullptr;
    int opened_ = 0;
};

/// A new key, and a VFS over `base` that knows it.
class TestVault {
public:
    explicit TestVault(std::uint64_t seed, const std::string& base = {});

    [[nodiscard]] Vfs& vfs() { return vfs_; }

    [[nodiscard]] const DataKey& data_key() const { return data_key_; }

    [[nodiscard]] support::SeededRandom& random() { return random_; }

    [[nodiscard]] std::shared_ptr<const KeyRing> ring() const { return ring_; }

    [[nodiscard]] KeyedFile key(const std::filesystem::path& file);

private:
    support::SeededRandom random_;
    DataKey data_key_;
    std::shared_ptr<const KeyRing> ring_;
    Vfs vfs_;
};

/// A keyed file and a connection that has been told what the VFS needs (checked).
class OpenVault {
public:
    OpenVault(TestVault& vault, const std::filesystem::path& file);

    [[nodiscard]] const Connection& connection() const { return connection_; }

    [[nodiscard]] const KeyedFile& keyed() const { return keyed_; }

private:
    KeyedFile keyed_;
    Connection connection_;
};

[[nodiscard]] std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes);
[[nodiscard]] bool holds(const std::vector<std::uint8_t>& bytes, std::string_view text);

}  // namespace zhibu::vault
