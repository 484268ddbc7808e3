#pragma once

#include "server/store/store.hpp"

namespace zhibu::server {

/// A write transaction that may also take out what was committed before: for an erasure by law, and
/// for nothing else.
class ErasingTransaction : public StoreTransaction {
public:
    /// Puts what is given in the place of the position's group bytes, receipt, effects and salts.
    /// Name, hash, signature, order and commitments stay. Where the position's effects have been
    /// dropped, they stay dropped.
    [[nodiscard]] virtual Stored<void> rewrite(const LogRow& row) = 0;
    /// Takes the record out of the state and of what its organisations see; nothing happens where
    /// there is none.
    [[nodiscard]] virtual Stored<void> remove(const RecordKey& key) = 0;
};

/// A write transaction of a part of a store (PartOf). Its append() takes the position after head()
/// as it stands in the whole log, in its chain or outside of it, and advances no chain; of the tree
/// it keeps the leaves alone.
class PartTransaction : public ErasingTransaction {
public:
    /// What the chain is in the whole store.
    [[nodiscard]] virtual Stored<void> set_chain(const DeviceId& device,
                                                 const IncarnationId& incarnation,
                                                 const HeldChain& chain) = 0;
};

/// A store that can forget.
/// Threads: as the transactions of Store.
class ErasableStore : public Store {
public:
    /// As begin(), and never beside another transaction.
    [[nodiscard]] virtual Stored<std::unique_ptr<ErasingTransaction>> begin_erasing() = 0;
    /// Overwrites what pages still hold of what was taken out or written over, in files and log.
    /// No transaction and no reader may be open. Takes memory and time as the store is large.
    [[nodiscard]] virtual Stored<void> scrub() = 0;
};

}  // namespace zhibu::server
