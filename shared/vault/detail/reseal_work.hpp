#pragma once

#include <cstdint>

namespace zhibu::vault {
class ResealJournal;
}  // namespace zhibu::vault

namespace zhibu::vault::detail {

/// For sqlite3_file_control() with a ResealWork. SQLite keeps the numbers to 100 for itself.
inline constexpr int reseal_control = 0x5A42;

/// A look at the database's pages, and what to do with those that are not of the newest key.
struct ResealWork {
    /// The page to begin at.
    std::uint32_t from = 1;
    /// Pages looked at, at most.
    std::uint32_t looks_max = 0;
    /// Through which they are sealed anew, as many as it holds. Null: the look ends at the first.
    ResealJournal* journal = nullptr;

    /// Where to go on; 0: the file's end was reached.
    std::uint32_t next = 0;
    std::uint32_t resealed = 0;
    /// The first page of another key that was left: all such pages where there is no journal, and
    /// one that did not open where there is. 0: none.
    std::uint32_t left = 0;
};

}  // namespace zhibu::vault::detail
