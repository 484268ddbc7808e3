#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "shared/record/random.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

namespace detail {
class KeyRegistry;
struct VfsState;
}  // namespace detail

/// Who opens a keyed file at one time. Another process never does: the one that has it open holds
/// the database's lock.
enum class Sharing : std::uint8_t {
    one_connection,
    /// Several connections of this process, of which one writes. The program keeps other processes
    /// of its own kind away; those that open it alone are refused by SQLite's locks.
    one_process,
};

/// How a keyed file is treated.
struct FileTerms {
    /// Of nonces. Must outlive the connections.
    record::Random& random;
    /// Called when the disk has refused a sync; must not return to be of use: what the failed sync
    /// covered is lost, and a later sync that succeeds would hide it. Empty: ends the process.
    std::function<void()> sync_failed = {};
    /// How many pages the newest key has sealed before, as the head record tells.
    std::uint64_t pages_sealed = 0;
    Sharing sharing = Sharing::one_connection;
};

/// While it lives, one file (and its WAL) can be opened through the VFS that gave it. Open the
/// connection after it is made and close it before it goes. Threads: any.
class KeyedFile {
public:
    ~KeyedFile();
    KeyedFile(KeyedFile&& other) noexcept;
    KeyedFile& operator=(KeyedFile&&) = delete;

    /// Pages sealed by the newest key, database and WAL together; at sealed_pages_max every write
    /// is refused. Goes into the head record.
    [[nodiscard]] std::uint64_t pages_sealed() const;

    /// From now on pages are sealed by the newest key of this ring and opened by all of it, also
    /// by connections that are open; pages_sealed() counts anew where the newest key is another.
    /// The ring must open what is in the file. To be called while no connection is in a write
    /// transaction; readers may be in theirs. Threads: the writer's.
    void use(std::shared_ptr<const KeyRing> ring);

private:
    friend class Vfs;
    struct Ticket;
    explicit KeyedFile(std::unique_ptr<Ticket> ticket);

    std::unique_ptr<Ticket> ticket_;
};

/// A SQLite VFS that seals every page of database and WAL. Only files that are keyed can be opened,
/// and of those only database and WAL: every other type (journals, temporary files) is refused, as
/// is mmap. The WAL's index stands in memory, never in a file. See open_pragmas for what the
/// connection must be told first. What is on disk: docs/file-formats.md. Threads: as SQLite's VFS;
/// one connection, one thread.
class Vfs {
public:
    /// Registers it over `base`, a registered VFS; empty: the default one. `name` must not be
    /// registered yet (checked). It does not become the default.
    explicit Vfs(std::string name = "zhibu-vault", const std::string& base = {});
    /// No connection may be open through it any more.
    ~Vfs();
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;

    /// For sqlite3_open_v2().
    [[nodiscard]] const std::string& name() const;

    /// Lets `file` be opened by these keys. It need not exist yet.
    /// Errors: refused (it is keyed already, or its path cannot be resolved).
    [[nodiscard]] std::expected<KeyedFile, VaultError> key(const std::filesystem::path& file,
                                                           std::shared_ptr<const KeyRing> ring,
                                                           FileTerms terms);

    /// The same for the first database that is opened, whichever it is. For tools that learn the
    /// file's name only then.
    [[nodiscard]] KeyedFile key_first_file(std::shared_ptr<const KeyRing> ring, FileTerms terms);

private:
    std::unique_ptr<detail::VfsState> state_;
};

}  // namespace zhibu::vault
