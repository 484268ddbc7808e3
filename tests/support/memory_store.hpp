#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"

namespace zhibu::support {

/// A store that lives in memory and keeps every promise of the interface, and whose calls can be
/// made to fail, one or all from one on.
/// Threads: as server::Store.
class MemoryStore final : public server::Store {
public:
    /// All that a store holds, at one position.
    struct Contents {
        std::map<record::RecordKey, record::RecordState> records;
        std::vector<std::shared_ptr<const server::LogRow>> rows;
        std::map<record::GroupName, std::size_t> names;
        std::map<std::pair<record::DeviceId, record::IncarnationId>, server::HeldChain> chains;
        std::map<record::RecordId, server::Credential> credentials;
        std::map<record::RecordId, server::SecondFactors> second_factors;
        std::map<record::DeviceId, server::DeviceKey> device_keys;
        std::map<record::DeviceId, server::Contact> contacts;
        std::map<record::Hash, server::EnrolmentCode> codes;
        std::map<record::DeviceId, server::Staging> stagings;
        std::map<record::DeviceId, std::vector<std::uint8_t>> staged;
        record::LogIndex backed_up;
        record::LogIndex compacted;
    };

    explicit MemoryStore(server::SpaceIdentity identity);

    [[nodiscard]] server::SpaceIdentity identity() const override;

    [[nodiscard]] server::Stored<std::unique_ptr<server::StoreTransaction>> begin() override;
    [[nodiscard]] server::Stored<std::unique_ptr<server::StoreReader>> open_reader() override;
    [[nodiscard]] server::Stored<void> begin_epoch(const record::EpochId& epoch) override;

    /// What is committed now.
    [[nodiscard]] std::shared_ptr<const Contents> contents() const;

    /// How many commits have been durable.
    [[nodiscard]] std::uint64_t commits() const;
    /// How many calls there were, of any sort.
    [[nodiscard]] std::uint64_t calls() const;

    /// Lets `count` more calls pass and fails the next one with `fault`; all that follow, too, if
    /// `from_then_on`.
    void fail_after(std::uint64_t count, server::StoreFault fault, bool from_then_on = false);
    /// Fails every put() of records with that id.
    void refuse_record(const record::RecordId& id);

    /// The next commit is one, and says that it is not: the answer was lost on its way.
    void lose_next_answer() { loses_answer_ = true; }

    /// No call fails any more.
    void heal();

    /// Counts a call; the fault with which it has to fail. For the classes of this store.
    [[nodiscard]] std::optional<server::StoreError> next_call();
    [[nodiscard]] bool refuses(const record::RecordId& id) const;
    void publish(std::shared_ptr<const Contents> contents);

    /// Once after lose_next_answer().
    [[nodiscard]] bool takes_away_the_answer() { return loses_answer_.exchange(false); }

private:
    struct Failing {
        std::uint64_t at_call = 0;
        server::StoreFault fault{};
        bool from_then_on = false;
    };

    server::SpaceIdentity identity_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Contents> contents_;
    std::uint64_t commits_ = 0;
    std::uint64_t calls_ = 0;
    std::optional<Failing> failing_;
    std::optional<record::RecordId> refused_;
    std::atomic<bool> loses_answer_{false};
};

}  // namespace zhibu::support
