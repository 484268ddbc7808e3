#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/vault/storage_file.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::support {

/// How a call of the disk ended.
enum class DiskAnswer : std::uint8_t {
    done,
    io_error,
    full,
    /// Less was there than asked for (a read), or only the first half was written (a write).
    short_count,
    not_there,
};

/// A disk in memory that knows which writes no sync has made durable yet. A power cut keeps, drops
/// or tears each of them: any of those that came later may be kept where an earlier one is lost.
/// Names are journaled, as file systems do: of creations, renames and removals a first part stays.
/// Threads: not synchronised.
class MemoryDisk {
public:
    MemoryDisk() = default;
    MemoryDisk(MemoryDisk&&) = default;
    MemoryDisk& operator=(MemoryDisk&&) = default;

    /// An open file; it outlives its name, as with the real ones.
    struct File;
    using Handle = std::shared_ptr<File>;

    /// Null: there is none, or `answer` says what else.
    [[nodiscard]] Handle open(const std::string& name, DiskAnswer& answer);
    /// Makes the file unless it is there.
    [[nodiscard]] Handle create(const std::string& name, DiskAnswer& answer);
    DiskAnswer read(const Handle& file, std::span<std::uint8_t> out, std::uint64_t offset);
    DiskAnswer write(const Handle& file, std::span<const std::uint8_t> bytes, std::uint64_t offset);
    DiskAnswer truncate(const Handle& file, std::uint64_t size);
    DiskAnswer sync(const Handle& file);
    DiskAnswer remove(const std::string& name);
    DiskAnswer rename(const std::string& from, const std::string& to);
    DiskAnswer sync_folder();

    /// These never fail and are not counted.
    [[nodiscard]] bool exists(const std::string& name) const;
    [[nodiscard]] static std::uint64_t size(const Handle& file);
    [[nodiscard]] std::vector<std::string> names() const;
    /// The content as the programs see it.
    [[nodiscard]] std::vector<std::uint8_t> content(const std::string& name) const;
    void set_content(const std::string& name, const std::vector<std::uint8_t>& bytes);

    /// Calls so far that change anything: create, write, truncate, sync, remove, rename, folder
    /// sync.
    [[nodiscard]] std::size_t changes() const { return changes_; }

    /// All calls so far.
    [[nodiscard]] std::size_t calls() const { return calls_; }

    /// The power goes in the `number`-th changing call (from 1): that one is not synced, and it and
    /// all later calls fail.
    void cut_at(std::size_t number) { cut_at_ = number; }

    void cut_now() { is_cut_ = true; }

    /// Calls `look` once, just before the `number`-th changing call from now (from 1) does
    /// anything. So a test learns what a power cut there would leave, without one.
    void look_before(std::size_t number, std::function<void()> look) {
        look_at_ = changes_ + number;
        look_ = std::move(look);
    }

    /// A full disk: what makes a file longer fails, what overwrites does not.
    void set_full(bool full) { is_full_ = full; }

    [[nodiscard]] bool is_cut() const { return is_cut_; }

    /// The `number`-th call (from 1) fails with `answer`, once.
    void fail_at(std::size_t number, DiskAnswer answer) {
        fail_at_ = number;
        fail_answer_ = answer;
    }

    /// The disk that the machine finds when it has power again.
    [[nodiscard]] MemoryDisk after_power_cut(SeededRandom& random) const;
    /// The same content, all of it durable: what a restart of the program alone finds.
    [[nodiscard]] MemoryDisk after_kill() const;

private:
    struct NameChange {
        std::string name;
        /// Null: removed.
        Handle file;
    };

    using Names = std::map<std::string, Handle>;

    /// Counts a call; an answer other than done is what the call gives.
    [[nodiscard]] DiskAnswer begin(bool changes);
    void put_synced(const std::string& name, std::span<const std::uint8_t> bytes);
    void change_name(const std::string& name, Handle file);

    Names names_;
    Names durable_names_;
    std::vector<NameChange> pending_names_;
    std::size_t changes_ = 0;
    std::size_t calls_ = 0;
    std::size_t cut_at_ = 0;
    std::size_t fail_at_ = 0;
    DiskAnswer fail_answer_ = DiskAnswer::io_error;
    bool is_cut_ = false;
    bool is_full_ = false;
    std::size_t look_at_ = 0;
    std::function<void()> look_;
};

/// A file of the disk for the vault's own formats. `disk` must outlive it.
/// Null: it is not there (or the call failed).
[[nodiscard]] std::unique_ptr<vault::StorageFile> open_on(MemoryDisk& disk,
                                                          const std::string& name);
[[nodiscard]] std::unique_ptr<vault::StorageFile> create_on(MemoryDisk& disk,
                                                            const std::string& name);

/// The disk as a SQLite VFS, registered under `name` while this lives. Locks are not kept: one
/// connection at a time. `disk` must outlive it.
class MemoryVfs {
public:
    MemoryVfs(std::string name, MemoryDisk& disk);
    ~MemoryVfs();
    MemoryVfs(const MemoryVfs&) = delete;
    MemoryVfs& operator=(const MemoryVfs&) = delete;

    /// Called for each open with the name and SQLite's flags.
    std::function<void(std::string_view name, int flags)> on_open;

    struct State;

private:
    std::unique_ptr<State> state_;
};

}  // namespace zhibu::support
