#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server::detail {

/// How much of each device's work waits for an officer, kept current case by case. What a
/// transaction has brought can be taken back until it is settled.
/// Threads: not synchronised.
class WaitingCases {
public:
    struct Amount {
        std::uint64_t groups = 0;
        std::uint64_t bytes = 0;
    };

    explicit WaitingCases(const catalog::Catalog& catalog);

    /// Takes a record's state; kinds other than `case` are ignored.
    void take(const RecordState& state);
    [[nodiscard]] Amount of(const RecordId& device) const;

    /// All of it, and when the oldest arrived.
    [[nodiscard]] std::size_t count() const { return waiting_.size(); }

    [[nodiscard]] std::optional<Instant> oldest() const;

    /// What was taken so far is durable.
    void settle();
    /// As at the last settle().
    void roll_back();

private:
    struct Entry {
        RecordId device;
        std::uint64_t bytes = 0;
        Instant arrived_at;
    };

    void put(const RecordId& id, std::optional<Entry> entry);

    record::KindNumber kind_;
    record::FieldNumber device_;
    record::FieldNumber bytes_;
    record::FieldNumber state_;
    record::FieldNumber arrived_at_;
    std::map<RecordId, Entry> waiting_;
    std::map<RecordId, Amount> amounts_;
    /// What stood before, oldest first.
    std::vector<std::pair<RecordId, std::optional<Entry>>> journal_;
};

}  // namespace zhibu::server::detail
