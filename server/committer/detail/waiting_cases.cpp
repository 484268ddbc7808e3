#include "server/committer/detail/waiting_cases.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"

namespace zhibu::server::detail {

WaitingCases::WaitingCases(const catalog::Catalog& catalog) {
    const catalog::Kind& kind = catalog.kind("case");
    kind_ = kind.id();
    device_ = kind.field("device").id();
    bytes_ = kind.field("bytes").id();
    state_ = kind.field("state").id();
    arrived_at_ = kind.field("arrived_at").id();
}

void WaitingCases::take(const RecordState& state) {
    if (state.key.kind != kind_) {
        return;
    }
    const auto known = waiting_.find(state.key.id);
    journal_.emplace_back(state.key.id,
                          known == waiting_.end() ? std::nullopt : std::optional{known->second});
    const auto* device = std::get_if<RecordId>(&state.value(device_));
    const auto* bytes = std::get_if<std::int64_t>(&state.value(bytes_));
    const bool waits = state.value(state_) == record::Value{std::string{sync::case_state::waiting}};
    std::optional<Entry> entry;
    if (waits && device != nullptr) {
        const auto* arrived = std::get_if<Instant>(&state.value(arrived_at_));
        entry = Entry{*device, bytes == nullptr ? 0 : static_cast<std::uint64_t>(*bytes),
                      arrived == nullptr ? Instant{} : *arrived};
    }
    put(state.key.id, entry);
}

void WaitingCases::put(const RecordId& id, std::optional<Entry> entry) {
    if (const auto known = waiting_.find(id); known != waiting_.end()) {
        Amount& amount = amounts_[known->second.device];
        amount.groups -= 1;
        amount.bytes -= known->second.bytes;
        waiting_.erase(known);
    }
    if (entry) {
        Amount& amount = amounts_[entry->device];
        amount.groups += 1;
        amount.bytes += entry->bytes;
        waiting_.emplace(id, *entry);
    }
}

WaitingCases::Amount WaitingCases::of(const RecordId& device) const {
    const auto known = amounts_.find(device);
    return known == amounts_.end() ? Amount{} : known->second;
}

std::optional<Instant> WaitingCases::oldest() const {
    const auto oldest = std::ranges::min_element(
        waiting_, {}, [](const auto& entry) { return entry.second.arrived_at; });
    return oldest == waiting_.end() ? std::nullopt : std::optional{oldest->second.arrived_at};
}

void WaitingCases::settle() { journal_.clear(); }

void WaitingCases::roll_back() {
    while (!journal_.empty()) {
        auto [id, entry] = std::move(journal_.back());
        journal_.pop_back();
        put(id, entry);
    }
}

}  // namespace zhibu::server::detail
