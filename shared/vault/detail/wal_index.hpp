#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace zhibu::vault::detail {

/// The index of one database's WAL, and the locks on it, in the memory of the process whose
/// connections share them. SQLite's own VFS keeps both in a file beside the database; here nothing
/// of it reaches the disk. It is empty again when the last connection has left, and the next one
/// rebuilds it from the WAL. Source: sqlite.org/c3ref/io_methods.html, xShmMap to xShmUnmap.
/// Threads: any.
class WalIndex {
public:
    static constexpr int slots = SQLITE_SHM_NLOCK;
    /// SQLite asks for no other size.
    static constexpr int region_bytes = 32'768;

    /// One connection's part in it; leaves when it goes. Threads: its connection's.
    class User {
    public:
        explicit User(WalIndex& index) : index_{index} {}

        ~User() { leave(); }

        User(const User&) = delete;
        User& operator=(const User&) = delete;

        /// Region `number`, made of zeros if need be and `extend` says so; else `out` may be null.
        /// SQLite's codes.
        [[nodiscard]] int map(int number, int bytes, bool extend, volatile void*& out);
        /// Takes or gives back `count` slots from `first`: SQLITE_BUSY where another connection's
        /// lock is in the way, and nothing is taken then.
        [[nodiscard]] int lock(int first, int count, int flags);
        void leave();

    private:
        using Slots = std::array<bool, slots>;

        [[nodiscard]] int take_shared(int slot);
        [[nodiscard]] int take_exclusive(int first, int count);
        void give_back(int slot);

        WalIndex& index_;
        bool is_here_ = false;
        Slots shared_{};
        Slots exclusive_{};
    };

private:
    using Region = std::vector<std::uint64_t>;

    static constexpr int held_exclusively = -1;

    std::mutex mutex_;
    int users_ = 0;
    /// SQLite keeps their addresses: a region does not move, for the vector holds pointers.
    std::vector<std::unique_ptr<Region>> regions_;
    /// How many share a slot, or held_exclusively.
    std::array<int, slots> held_{};
};

}  // namespace zhibu::vault::detail
