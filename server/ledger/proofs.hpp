#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "server/store/store.hpp"
#include "shared/ledger/tree.hpp"
#include "sync_protocol/message/message.hpp"

/// What the server says of its Merkle tree. Reads only; a tree of a given size never changes, so
/// what is read piece by piece is of one tree. Threads: those of the reader.
/// Source: sync.md, "Tamper evidence".
namespace zhibu::server {

/// Signs with the server's Ed25519 key.
using SignHead = std::function<record::Signature(std::span<const std::uint8_t>)>;

/// Who makes tree heads.
struct HeadMaker {
    record::SpaceId space;
    record::EpochId epoch;
    Instant now;
    SignHead sign;
};

/// For shared/ledger's functions. A failure of the store is left in `failure`, which must outlive
/// what is returned, as must `store`.
[[nodiscard]] ledger::ReadSubtree subtree_reader(StoreReading& store,
                                                 std::optional<StoreError>& failure);

/// The root of the tree as it was when the log stood at `at`. Errors: also damaged, where the log
/// has not come so far.
[[nodiscard]] Stored<Hash> root_at(StoreReading& store, LogIndex at);

/// The head of that tree. Errors: as root_at().
[[nodiscard]] Stored<sync::SignedTreeHead> signed_head_at(StoreReading& store, LogIndex at,
                                                          const HeadMaker& maker);

/// The newest head.
[[nodiscard]] Stored<sync::SignedTreeHead> signed_head(StoreReading& store, const HeadMaker& maker);

/// The newest head, with its consistency proof where one can be made.
[[nodiscard]] Stored<sync::TreeHeadReply> answer(const sync::TreeHeadRequest& request,
                                                 StoreReading& store, const HeadMaker& maker);

/// Whom an inclusion proof is for: salts are given of what this device has sent, and of what its
/// scope sees whole; otherwise commitments alone.
struct ProofReader {
    DeviceId device;
    ScopeFilter scope;
};

[[nodiscard]] Stored<sync::InclusionReply> answer(const sync::InclusionRequest& request,
                                                  StoreReading& store, const ProofReader& reader);

}  // namespace zhibu::server
