#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/vault/head_record.hpp"
#include "shared/vault/rekeying.hpp"
#include "shared/vault/vfs.hpp"

/// What seals a store's files, and what stands beside them to tell whether they are whole.
namespace zhibu::server::detail {

struct Tables;

/// The place, after what a crash has left in the middle of a change of the data key is mended.
/// Throws Failed.
[[nodiscard]] const SealedPlace& mended(const SealedPlace& place);

/// What SealedStore says of its functions of the same name. Throw Failed.
[[nodiscard]] vault::Rekeying begin_rekeying(vault::Rekeying::Parts parts,
                                             const std::filesystem::path& store,
                                             std::optional<keys::SecretBytes> next_store_key);
[[nodiscard]] vault::RekeyStep rekey(vault::Rekeying& rekeying);
/// Nothing is in it any more.
void remove_rekey_journal(const std::filesystem::path& store);

/// The VFS through which the store is opened; one for the process where the place names none.
[[nodiscard]] vault::Vfs& files_of(const SealedPlace& place);

/// The hash of the group at a position of the log; all zero for none yet, no value where it is
/// missing.
[[nodiscard]] std::optional<record::Hash> hash_at(Tables& tables, LogIndex index);

/// The log's index stands for the sequence: the store is the one author of its log.
[[nodiscard]] record::Sequence as_sequence(LogIndex index);

/// Lets `file` (the place's own, or the one that will become it) be opened while the result lives.
/// Throws Failed.
[[nodiscard]] vault::KeyedFile keyed(const SealedPlace& place, const std::filesystem::path& file,
                                     std::uint64_t pages_sealed);

/// The head record beside a store: how far its log had come when last something was acknowledged.
/// SQLite takes a damaged end of its WAL for the end, and opens a shorter log without a word.
/// Threads: the writer's.
class Acknowledged {
public:
    /// For a new store, in place of an older file. Throws Failed.
    static void make(const SealedPlace& place, const vault::HeadRecord& first);
    /// Reads it. Throws Failed: damaged where there is none, or not of this key.
    explicit Acknowledged(const SealedPlace& place);

    [[nodiscard]] std::uint64_t pages_sealed() const { return head_.latest().pages_sealed; }

    [[nodiscard]] vault::HeadFile& head() { return head_; }

    /// Throws Failed: damaged where acknowledged groups are missing from the log, or others stand
    /// in their place.
    void check(Tables& tables) const;

    /// To be called when a transaction has committed, before anybody is told. It ends the process
    /// where it cannot: what is committed can be neither acknowledged then nor taken back, and the
    /// next start finds the log ahead of its head.
    void note(Tables& tables, std::uint64_t pages_sealed);

private:
    vault::HeadFile head_;
};

}  // namespace zhibu::server::detail
