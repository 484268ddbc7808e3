#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "server/store/erasing.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

/// Taking one record out of a store by law: out of the state, the log, the verdicts and what is
/// kept beside them. Names, hashes, signatures, order and the tree stay, so that the rest can be
/// verified as before; what the log's group of this erasure names may be missing, and nothing else.
/// Source: sync.md, "Tamper evidence".
namespace zhibu::server {

struct ErasureWish {
    RecordKey record;
    /// The records that belong to it (a person's family, awards, ...) go with it.
    bool with_entries = false;
    /// Both stand in the log for good, and reach devices: no personal data.
    std::string reason;
    std::string by;
};

enum class ErasureFault : std::uint8_t {
    storage,
    no_such_record,  // neither in the state, nor is anything of it left in the log
    wrong_words,     // reason or name: none, too long, or not one line
    server_writes,   // of a kind that the server or an administrator keeps, or an organisation
    has_entries,     // `count` of them
    case_waits,      // a group that names it waits in quarantine: `count` is its number
    too_many,        // positions than one group can name
};

struct ErasureError {
    ErasureFault fault = ErasureFault::storage;
    std::uint64_t count = 0;
    StoreError store = {};
};

struct ErasureDone {
    LogIndex at;
    /// The record, what went with it, and what was kept about it: conflicts, contents of cases.
    std::vector<RecordKey> records;
    /// Of the log: where something was taken out.
    std::vector<LogIndex> positions;
};

struct ErasureMeans {
    const catalog::Catalog* catalog = nullptr;
    record::Clock* clock = nullptr;
    record::Random* random = nullptr;
    std::function<record::Signature(std::span<const std::uint8_t>)> sign_receipt;
    std::function<record::Signature(const Hash&)> sign_group;
    DeviceId server_device;
};

/// In one transaction, durable when it returns; what pages still hold of it is overwritten after.
/// Nobody else may use the store meanwhile. After an error nothing has changed.
[[nodiscard]] std::expected<ErasureDone, ErasureError> erase(ErasableStore& store,
                                                             const ErasureMeans& means,
                                                             const ErasureWish& wish);

}  // namespace zhibu::server
