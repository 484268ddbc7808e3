#include "server/moving/copying.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

using Chain = std::pair<DeviceId, IncarnationId>;

Chain chain_of(const GroupName& name) { return {name.device, name.incarnation}; }

std::vector<RecordId> ids_of(StoreReading& store, const catalog::Kind& kind, Stored<void>& read) {
    std::vector<RecordId> ids;
    if (read) {
        read =
            store.each(kind.id(), [&](const RecordState& state) { ids.push_back(state.key.id); });
    }
    return ids;
}

/// Who is known, and by what: all of it hangs on records of these kinds.
struct Known {
    std::vector<RecordId> accounts;
    std::vector<RecordId> devices;
};

Stored<Known> known_in(StoreReading& store, const catalog::Catalog& catalog) {
    Stored<void> read;
    Known known{ids_of(store, catalog.kind("account"), read),
                ids_of(store, catalog.kind("device"), read)};
    if (!read) {
        return std::unexpected{read.error()};
    }
    return known;
}

Stored<void> copy_records(StoreReading& from, StoreTransaction& to,
                          const catalog::Catalog& catalog) {
    Stored<void> written;
    for (const catalog::Kind& kind : catalog.kinds()) {
        ZHIBU_TRY_VOID(from.each(kind.id(), [&](const RecordState& state) {
            if (written) {
                written = to.put(state);
            }
        }));
        ZHIBU_TRY_VOID(written);
    }
    return {};
}

/// A position may be in its chain though it came before those that it follows there: it had waited
/// outside, and waits again until they are there.
class LogCopy {
public:
    LogCopy(StoreReading& from, StoreTransaction& to) : from_{from}, to_{to} {}

    Stored<void> copy() {
        ZHIBU_TRY(head, from_.head());
        for (LogIndex at{1}; at <= head; ++at.position) {
            ZHIBU_TRY(row, from_.row(at));
            if (!row) {
                return std::unexpected{StoreError{StoreFault::damaged, "log"}};
            }
            ZHIBU_TRY_VOID(copy_row(*std::move(row)));
        }
        if (!early_.empty()) {
            return std::unexpected{StoreError{StoreFault::damaged, "chain"}};
        }
        return {};
    }

private:
    Stored<void> copy_row(LogRow row) {
        const Chain chain = chain_of(row.name);
        Sequence& last = last_[chain];
        const bool is_next = row.name.sequence.position == last.position + 1;
        if (!row.outside_chain && !is_next) {
            early_.emplace(row.name, row.group_hash);
            row.outside_chain = true;
        }
        ZHIBU_TRY_VOID(to_.append(row));
        if (row.outside_chain) {
            return {};
        }
        last = row.name.sequence;
        for (GroupName next = row.name;;) {
            ++next.sequence.position;
            const auto waiting = early_.find(next);
            if (waiting == early_.end()) {
                return {};
            }
            ZHIBU_TRY_VOID(to_.take_into_chain(next, waiting->second));
            early_.erase(waiting);
            last = next.sequence;
        }
    }

    StoreReading& from_;
    StoreTransaction& to_;
    std::map<Chain, Sequence> last_;
    std::map<GroupName, Hash> early_;
};

Stored<void> copy_known(StoreReading& from, StoreTransaction& to, const catalog::Catalog& catalog) {
    ZHIBU_TRY(known, known_in(from, catalog));
    for (const RecordId& account : known.accounts) {
        ZHIBU_TRY(credential, from.credential(account));
        if (credential) {
            ZHIBU_TRY_VOID(to.set_credential(account, *credential));
        }
        ZHIBU_TRY(factors, from.second_factors(account));
        if (factors != SecondFactors{}) {
            ZHIBU_TRY_VOID(to.set_second_factors(account, factors));
        }
    }
    for (const RecordId& id : known.devices) {
        const DeviceId device{id.uuid};
        ZHIBU_TRY(key, from.device_key(device));
        if (key) {
            ZHIBU_TRY_VOID(to.set_device_key(*key));
        }
        ZHIBU_TRY(contact, from.contact(device));
        if (contact) {
            ZHIBU_TRY_VOID(to.set_contact(*contact));
        }
        ZHIBU_TRY(staging, from.staging(device));
        if (staging) {
            ZHIBU_TRY(bytes, from.staged_bytes(device));
            ZHIBU_TRY_VOID(to.begin_staging(device, staging->offer, staging->touched_at));
            ZHIBU_TRY_VOID(to.stage(device, bytes, staging->touched_at));
        }
    }
    return {};
}

Stored<void> copy_marks(StoreReading& from, StoreTransaction& to) {
    ZHIBU_TRY(backed_up, from.backed_up());
    ZHIBU_TRY_VOID(to.set_backed_up(backed_up));
    ZHIBU_TRY(compacted, from.compacted());
    for (LogIndex done; done < compacted;) {
        const std::uint64_t left = compacted.position - done.position;
        ZHIBU_TRY(now, to.compact(Instant{std::numeric_limits<std::int64_t>::max()},
                                  static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                      left, std::numeric_limits<std::uint32_t>::max()))));
        if (now <= done) {
            return std::unexpected{StoreError{StoreFault::damaged, "compacted"}};
        }
        done = now;
    }
    return {};
}

/// Gathers what differs.
class Comparison {
public:
    Comparison(StoreReader& one, StoreReader& other) : one_{one}, other_{other} {}

    template <class Read>
    Stored<void> same(const std::string& place, Read read) {
        ZHIBU_TRY(left, read(one_));
        ZHIBU_TRY(right, read(other_));
        if (!(left == right)) {
            differing_.push_back(place);
        }
        return {};
    }

    std::vector<std::string> take() { return std::move(differing_); }

private:
    StoreReader& one_;
    StoreReader& other_;
    std::vector<std::string> differing_;
};

/// What of a position must be the same; effects follow from the groups, and the digest looks at
/// what they came to.
auto words_of(const LogRow& row) {
    return std::tuple{row.name,         row.group_hash, row.sealed.bytes, row.sealed.signature,
                      row.receipt,      row.outcome,    row.author,       row.action,
                      row.committed_at, row.verbatim,   row.tree_changed, row.outside_chain,
                      row.leaves,       row.effects};
}

Stored<void> compare_log(StoreReader& one, Comparison& comparison) {
    ZHIBU_TRY(head, one.head());
    std::map<Chain, LogIndex> chains;
    for (LogIndex at{1}; at <= head; ++at.position) {
        ZHIBU_TRY_VOID(comparison.same(
            "log " + std::to_string(at.position),
            [&](StoreReader& store) -> Stored<std::optional<decltype(words_of(LogRow{}))>> {
                ZHIBU_TRY(row, store.row(at));
                if (!row) {
                    return std::nullopt;
                }
                chains[chain_of(row->name)] = at;
                return words_of(*row);
            }));
    }
    for (const auto& [chain, at] : chains) {
        ZHIBU_TRY_VOID(comparison.same(
            "chain at " + std::to_string(at.position),
            [&](StoreReader& store) { return store.chain(chain.first, chain.second); }));
    }
    return {};
}

Stored<void> compare_known(StoreReader& one, const catalog::Catalog& catalog,
                           Comparison& comparison) {
    ZHIBU_TRY(known, known_in(one, catalog));
    for (const RecordId& account : known.accounts) {
        const std::string place = "account " + to_text(account);
        ZHIBU_TRY_VOID(
            comparison.same(place, [&](StoreReader& store) { return store.credential(account); }));
        ZHIBU_TRY_VOID(comparison.same(
            place, [&](StoreReader& store) { return store.second_factors(account); }));
    }
    for (const RecordId& id : known.devices) {
        const DeviceId device{id.uuid};
        const std::string place = "device " + to_text(id);
        ZHIBU_TRY_VOID(
            comparison.same(place, [&](StoreReader& store) { return store.device_key(device); }));
        ZHIBU_TRY_VOID(
            comparison.same(place, [&](StoreReader& store) { return store.contact(device); }));
        ZHIBU_TRY_VOID(
            comparison.same(place, [&](StoreReader& store) { return store.staging(device); }));
        ZHIBU_TRY_VOID(
            comparison.same(place, [&](StoreReader& store) { return store.staged_bytes(device); }));
    }
    return {};
}

}  // namespace

Stored<void> copy_space(StoreReading& from, Store& to, const catalog::Catalog& catalog) {
    ZHIBU_TRY(transaction, to.begin());
    ZHIBU_TRY_VOID(copy_records(from, *transaction, catalog));
    ZHIBU_TRY_VOID(LogCopy(from, *transaction).copy());
    ZHIBU_TRY_VOID(copy_known(from, *transaction, catalog));
    ZHIBU_TRY_VOID(copy_marks(from, *transaction));
    return transaction->commit();
}

Stored<std::vector<std::string>> differences(StoreReader& one, StoreReader& other,
                                             const catalog::Catalog& catalog) {
    Comparison comparison{one, other};
    ZHIBU_TRY_VOID(comparison.same("head", [](StoreReader& store) { return store.head(); }));
    ZHIBU_TRY_VOID(
        comparison.same("backed up", [](StoreReader& store) { return store.backed_up(); }));
    ZHIBU_TRY_VOID(
        comparison.same("compacted", [](StoreReader& store) { return store.compacted(); }));
    const ScopeFilter everything{.everything = true, .organisations = {}};
    ZHIBU_TRY_VOID(
        comparison.same("records", [&](StoreReader& store) { return store.digest(everything); }));
    ZHIBU_TRY_VOID(compare_log(one, comparison));
    ZHIBU_TRY_VOID(compare_known(one, catalog, comparison));
    return comparison.take();
}

}  // namespace zhibu::server
