#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "tests/support/memory_ledger.hpp"
#include "tests/support/memory_store.hpp"

/// What a transaction and a reader of the store in memory have in common.
namespace zhibu::support {

/// Returns the error with which this call has to fail, if it has to.
#define ZHIBU_MEMORY_CALL(store)                   \
    if (auto fault = (store).next_call()) {        \
        return std::unexpected{*std::move(fault)}; \
    }                                              \
    static_assert(true)

template <class Map, class Key>
auto found_in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional{found->second};
}

/// The keys of either, ascending, each once.
template <class One, class Other>
std::vector<typename One::key_type> keys_of(const One& one, const Other& other) {
    std::set<typename One::key_type> keys;
    for (const auto& each : one) {
        keys.insert(each.first);
    }
    for (const auto& each : other) {
        keys.insert(each.first);
    }
    return {keys.begin(), keys.end()};
}

/// The reading half, over whatever contents() the class below it shows.
template <class Interface>
class Reading : public MemoryLedger<Interface> {
public:
    explicit Reading(MemoryStore& store) : store_{store} {}

    /// Counts a call; the error that it has to return. A transaction that has failed once fails
    /// for good.
    std::optional<server::StoreError> next_call() override {
        if constexpr (std::same_as<Interface, server::StoreTransaction>) {
            if (!failed_) {
                failed_ = store_.next_call();
            }
            return failed_;
        } else {
            return store_.next_call();
        }
    }

    server::Stored<record::LogIndex> head() override {
        ZHIBU_MEMORY_CALL(*this);
        return record::LogIndex{seen()->rows.size()};
    }

    server::Stored<record::LogIndex> backed_up() override {
        ZHIBU_MEMORY_CALL(*this);
        return seen()->backed_up;
    }

    server::Stored<record::LogIndex> compacted() override {
        ZHIBU_MEMORY_CALL(*this);
        return seen()->compacted;
    }

    server::Stored<std::optional<record::RecordState>> find(const record::RecordKey& key) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->records, key);
    }

    server::Stored<std::vector<record::RecordKey>> find_by(record::KindNumber kind,
                                                           record::FieldNumber field,
                                                           const record::Value& value,
                                                           std::uint32_t limit) override {
        ZHIBU_MEMORY_CALL(*this);
        std::vector<record::RecordKey> found;
        const auto contents = seen();
        const auto end = contents->records.end();
        for (auto at = contents->records.lower_bound({kind, {}});
             at != end && at->first.kind == kind && found.size() < limit; ++at) {
            if (at->second.value(field) == value) {
                found.push_back(at->first);
            }
        }
        return found;
    }

    server::Stored<void> each(
        record::KindNumber kind,
        const std::function<void(const record::RecordState&)>& visit) override {
        ZHIBU_MEMORY_CALL(*this);
        for (const auto& [key, state] : seen()->records) {
            if (key.kind == kind) {
                visit(state);
            }
        }
        return {};
    }

    server::Stored<std::optional<server::HeldGroup>> held(const record::GroupName& name) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        const auto at = found_in(contents->names, name);
        if (!at) {
            return std::nullopt;
        }
        const server::LogRow& row = *contents->rows[*at];
        return server::HeldGroup{row.index, row.group_hash, row.receipt};
    }

    server::Stored<std::optional<server::HeldGroup>> held_outside(
        const record::GroupName& name) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        const auto inside = found_in(contents->names, name);
        for (std::size_t at = 0; at < contents->rows.size(); ++at) {
            const server::LogRow& row = *contents->rows[at];
            if (row.name == name && (!inside || *inside != at)) {
                return server::HeldGroup{row.index, row.group_hash, row.receipt};
            }
        }
        return std::nullopt;
    }

    server::Stored<std::optional<server::HeldGroup>> held(const record::GroupName& name,
                                                          const record::Hash& group_hash) override {
        ZHIBU_MEMORY_CALL(*this);
        for (const auto& row : seen()->rows) {
            if (row->name == name && row->group_hash == group_hash) {
                return server::HeldGroup{row->index, row->group_hash, row->receipt};
            }
        }
        return std::nullopt;
    }

    server::Stored<server::HeldChain> chain(const record::DeviceId& device,
                                            const record::IncarnationId& incarnation) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->chains, std::pair{device, incarnation})
            .value_or(server::HeldChain{});
    }

    server::Stored<void> each_chain(
        const std::function<void(const record::DeviceId&, const record::IncarnationId&,
                                 const server::HeldChain&)>& visit) override {
        ZHIBU_MEMORY_CALL(*this);
        for (const auto& [names, chain] : seen()->chains) {
            visit(names.first, names.second, chain);
        }
        return {};
    }

    server::Stored<server::Known> known() override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        server::Known known;
        known.accounts = keys_of(contents->credentials, contents->second_factors);
        known.devices = keys_of(contents->device_keys, contents->contacts);
        known.enrolment_codes = keys_of(contents->codes, contents->codes);
        return known;
    }

    server::Stored<record::RecordId> author_at(record::LogIndex index) override {
        ZHIBU_MEMORY_CALL(*this);
        return index == record::LogIndex{} ? record::RecordId{}
                                           : seen()->rows.at(index.position - 1)->author;
    }

    server::Stored<std::optional<record::Receipt>> receipt_at(record::LogIndex index) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        const bool is_there = index > record::LogIndex{} && index.position <= contents->rows.size();
        return is_there ? std::optional{contents->rows[index.position - 1]->receipt} : std::nullopt;
    }

    server::Stored<server::SecondFactors> second_factors(const record::RecordId& account) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->second_factors, account).value_or(server::SecondFactors{});
    }

    server::Stored<std::optional<server::Credential>> credential(
        const record::RecordId& account) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->credentials, account);
    }

    server::Stored<std::optional<server::DeviceKey>> device_key(
        const record::DeviceId& device) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->device_keys, device);
    }

    server::Stored<std::optional<server::Contact>> contact(
        const record::DeviceId& device) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->contacts, device);
    }

    server::Stored<std::optional<server::EnrolmentCode>> enrolment_code(
        const record::Hash& code_hash) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->codes, code_hash);
    }

    server::Stored<std::optional<server::Staging>> staging(
        const record::DeviceId& device) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->stagings, device);
    }

    server::Stored<std::vector<std::uint8_t>> staged_bytes(
        const record::DeviceId& device) override {
        ZHIBU_MEMORY_CALL(*this);
        return found_in(seen()->staged, device).value_or(std::vector<std::uint8_t>{});
    }

    server::Stored<std::uint64_t> bytes_offered() override {
        ZHIBU_MEMORY_CALL(*this);
        std::uint64_t bytes = 0;
        for (const auto& [device, each] : seen()->stagings) {
            bytes += each.offer.bytes;
        }
        return bytes;
    }

protected:
    [[nodiscard]] std::shared_ptr<const MemoryStore::Contents> seen() const override = 0;

    MemoryStore& store() const { return store_; }

    std::optional<server::StoreError> failed_;

private:
    MemoryStore& store_;
};

}  // namespace zhibu::support
