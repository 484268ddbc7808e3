#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/vault/head_record.hpp"
#include "sync_protocol/message/message.hpp"

/// How a store's file comes to be: empty, as another one's copy, or as a part of another.
namespace zhibu::server::detail {

/// Raised when the tables change; a file of a higher one is not touched.
constexpr std::int64_t format_version = 1;

/// The Merkle tree's, which a file from before there was one is given.
extern const char* const leaf_tables;

/// Made where they are missing, as in a store of a program that knew of no parts, no second
/// factors, or no contacts.
extern const char* const later_tables;

/// Writes all of the file `fresh`, which is not there, durably, and says what the head record
/// beside it begins with; none where it was told to stop. Throws Failed.
using FillFresh =
    std::function<std::optional<vault::HeadRecord>(const std::filesystem::path& fresh)>;

/// Makes the place's file and head record, whole under another name first: a cut in between, an
/// error, and a stop leave no store behind. False: stopped. Throws Failed.
[[nodiscard]] bool create_file(const SealedPlace& place, const FillFresh& fill);

/// The tables of a space without anything in it.
[[nodiscard]] FillFresh empty_store(const SealedPlace& place, const SpaceIdentity& identity,
                                    const catalog::Catalog& catalog);

struct SqliteTables;

/// All tables of an empty store, or part, in the transaction that is open. Throws Failed.
void fill_tables(SqliteTables& tables, const SpaceIdentity& identity,
                 const catalog::Catalog& catalog);

/// A part, as `fill` writes it. What goes out must outlive the result.
[[nodiscard]] FillFresh part_of(const SealedPlace& place, const SpaceIdentity& identity,
                                const catalog::Catalog& catalog,
                                const std::function<Stored<bool>(PartTransaction& part)>& fill);

/// An open store, as another connection reads it.
struct CopySource {
    std::filesystem::path file;
    std::string vfs;
    const catalog::Catalog& catalog;
};

/// All that was committed to `source` when it begins; `copied` is then what it read there. Asks
/// `goes_on` every few milliseconds. What goes out must outlive the result.
[[nodiscard]] FillFresh copy_of(const CopySource& source, const SealedPlace& place,
                                const std::function<bool()>& goes_on, sync::DigestReply& copied);

}  // namespace zhibu::server::detail
