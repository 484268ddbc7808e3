#include "server/copying/detail/comparison.hpp"

#include <map>
#include <optional>
#include <tuple>

namespace zhibu::server::detail {
namespace {

using Chains = std::map<std::pair<DeviceId, IncarnationId>, std::pair<Sequence, Hash>>;

/// What of a position must be the same.
auto words_of(const LogRow& row) {
    return std::tuple{row.name,         row.group_hash, row.sealed.bytes, row.sealed.signature,
                      row.receipt,      row.outcome,    row.author,       row.action,
                      row.committed_at, row.verbatim,   row.tree_changed, row.outside_chain,
                      row.leaves,       row.effects};
}

Stored<Chains> chains_of(StoreReading& store) {
    Chains chains;
    ZHIBU_TRY_VOID(store.each_chain(
        [&](const DeviceId& device, const IncarnationId& incarnation, const HeldChain& chain) {
            chains[{device, incarnation}] = {chain.last, chain.last_hash};
        }));
    return chains;
}

auto words_of(const EnrolmentCode& code) {
    return std::tuple{code.account, code.expires_at, code.used_at};
}

}  // namespace

Stored<void> Comparison::log_after(LogIndex after) {
    ZHIBU_TRY_VOID(same("head", [](StoreReading& store) { return store.head(); }));
    ZHIBU_TRY(last, one_.head());
    for (LogIndex at{after.position + 1}; at <= last; ++at.position) {
        ZHIBU_TRY_VOID(
            same("log " + std::to_string(at.position),
                 [&](StoreReading& store) -> Stored<std::optional<decltype(words_of(LogRow{}))>> {
                     ZHIBU_TRY(row, store.row(at));
                     return row ? std::optional{words_of(*row)} : std::nullopt;
                 }));
    }
    return same("chains", chains_of);
}

Stored<void> Comparison::known() {
    ZHIBU_TRY(left, one_.known());
    ZHIBU_TRY(right, other_.known());
    note("accounts", left.accounts == right.accounts);
    note("devices", left.devices == right.devices);
    note("enrolment codes", left.enrolment_codes == right.enrolment_codes);
    for (const RecordId& account : left.accounts) {
        const std::string place = "account " + to_text(account);
        ZHIBU_TRY_VOID(same(place, [&](StoreReading& store) { return store.credential(account); }));
        ZHIBU_TRY_VOID(
            same(place, [&](StoreReading& store) { return store.second_factors(account); }));
    }
    for (const DeviceId& device : left.devices) {
        const std::string place = "device " + to_text(device);
        ZHIBU_TRY_VOID(same(place, [&](StoreReading& store) { return store.device_key(device); }));
        ZHIBU_TRY_VOID(same(place, [&](StoreReading& store) { return store.contact(device); }));
    }
    for (const Hash& hash : left.enrolment_codes) {
        ZHIBU_TRY_VOID(same(
            "enrolment codes",
            [&](StoreReading& store) -> Stored<std::optional<decltype(words_of(EnrolmentCode{}))>> {
                ZHIBU_TRY(code, store.enrolment_code(hash));
                return code ? std::optional{words_of(*code)} : std::nullopt;
            }));
    }
    return {};
}

Stored<void> Comparison::stagings() {
    ZHIBU_TRY(known, one_.known());
    for (const DeviceId& device : known.devices) {
        const std::string place = "device " + to_text(device);
        ZHIBU_TRY_VOID(same(place, [&](StoreReading& store) { return store.staging(device); }));
        ZHIBU_TRY_VOID(
            same(place, [&](StoreReading& store) { return store.staged_bytes(device); }));
    }
    return {};
}

}  // namespace zhibu::server::detail
