#include "tests/support/memory_store.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/merge/digest.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/support/memory_reading.hpp"

namespace zhibu::support {
namespace {

using namespace zhibu::server;
using Contents = MemoryStore::Contents;

bool sees(const ScopeFilter& scope, const std::vector<RecordId>& places) {
    return scope.everything || std::ranges::any_of(places, [&](const RecordId& place) {
               return std::ranges::binary_search(scope.organisations, place);
           });
}

class Transaction final : public Reading<StoreTransaction> {
public:
    explicit Transaction(MemoryStore& store)
        : Reading{store}, contents_{std::make_shared<Contents>(*store.contents())} {}

    Stored<void> open_part() override {
        ZHIBU_MEMORY_CALL(*this);
        ZHIBU_CHECK(before_part_ == nullptr);
        before_part_ = std::make_shared<Contents>(*contents_);
        return {};
    }

    Stored<void> keep_part() override {
        ZHIBU_MEMORY_CALL(*this);
        ZHIBU_CHECK(before_part_ != nullptr);
        before_part_.reset();
        return {};
    }

    Stored<void> undo_part() override {
        ZHIBU_MEMORY_CALL(*this);
        // Asked for after any failure, so also when opening the part has failed.
        if (before_part_ != nullptr) {
            contents_ = std::exchange(before_part_, nullptr);
        }
        return {};
    }

    Stored<void> put(const RecordState& state) override {
        ZHIBU_MEMORY_CALL(*this);
        if (store().refuses(state.key.id)) {
            failed_ = StoreError{StoreFault::storage_failed, "memory"};
            return std::unexpected{*failed_};
        }
        contents_->records[state.key] = state;
        return {};
    }

    Stored<void> append(const LogRow& row) override {
        ZHIBU_MEMORY_CALL(*this);
        ZHIBU_CHECK(row.index.position == contents_->rows.size() + 1);
        // A fork's row bears a name that is held already; the first one keeps it, and the chain.
        const bool is_outside =
            row.outside_chain || !contents_->names.emplace(row.name, contents_->rows.size()).second;
        if (!is_outside) {
            HeldChain& chain = contents_->chains[{row.name.device, row.name.incarnation}];
            ZHIBU_CHECK(row.name.sequence.position == chain.last.position + 1);
            chain = HeldChain{row.name.sequence, row.group_hash};
        }
        LogRow kept = row;
        kept.outside_chain = is_outside;
        contents_->rows.push_back(std::make_shared<const LogRow>(std::move(kept)));
        return {};
    }

    Stored<void> take_into_chain(const GroupName& name, const Hash& group_hash) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto row = std::ranges::find_if(contents_->rows, [&](const auto& each) {
            return each->name == name && each->group_hash == group_hash;
        });
        ZHIBU_CHECK(row != contents_->rows.end());
        HeldChain& chain = contents_->chains[{name.device, name.incarnation}];
        ZHIBU_CHECK(name.sequence.position == chain.last.position + 1);
        const auto at = static_cast<std::size_t>(row - contents_->rows.begin());
        ZHIBU_CHECK(contents_->names.emplace(name, at).second);
        chain = HeldChain{name.sequence, group_hash};
        LogRow taken = **row;
        taken.outside_chain = false;
        *row = std::make_shared<const LogRow>(std::move(taken));
        return {};
    }

    Stored<void> set_credential(const RecordId& account, const Credential& credential) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->credentials[account] = credential;
        return {};
    }

    Stored<void> set_second_factors(const RecordId& account,
                                    const server::SecondFactors& factors) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->second_factors[account] = factors;
        return {};
    }

    Stored<void> set_contact(const server::Contact& contact) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->contacts[contact.device] = contact;
        return {};
    }

    Stored<void> set_device_key(const DeviceKey& key) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->device_keys[key.device] = key;
        return {};
    }

    Stored<void> put_enrolment_code(const EnrolmentCode& code) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->codes[code.code_hash] = code;
        return {};
    }

    Stored<void> begin_staging(const DeviceId& device, const sync::GroupOffer& offer,
                               Instant now) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->stagings[device] = Staging{device, offer, 0, now};
        contents_->staged[device].clear();
        return {};
    }

    Stored<void> stage(const DeviceId& device, std::span<const std::uint8_t> bytes,
                       Instant now) override {
        ZHIBU_MEMORY_CALL(*this);
        Staging& staging = contents_->stagings.at(device);
        std::vector<std::uint8_t>& held = contents_->staged.at(device);
        held.insert(held.end(), bytes.begin(), bytes.end());
        staging.held = held.size();
        staging.touched_at = now;
        ZHIBU_CHECK(staging.held <= staging.offer.bytes);
        return {};
    }

    Stored<void> drop_staging(const DeviceId& device) override {
        ZHIBU_MEMORY_CALL(*this);
        contents_->stagings.erase(device);
        contents_->staged.erase(device);
        return {};
    }

    Stored<void> drop_stagings_before(Instant before) override {
        ZHIBU_MEMORY_CALL(*this);
        std::erase_if(contents_->stagings, [&](const auto& each) {
            return each.second.touched_at < before && contents_->staged.erase(each.first) > 0;
        });
        return {};
    }

    Stored<void> set_backed_up(LogIndex through) override {
        ZHIBU_MEMORY_CALL(*this);
        ZHIBU_CHECK(through.position <= contents_->rows.size());
        contents_->backed_up = std::max(contents_->backed_up, through);
        return {};
    }

    /// The rows stay as they are: it is from their effects that this store tells what is where.
    Stored<LogIndex> compact(Instant before, std::uint32_t positions_max) override {
        ZHIBU_MEMORY_CALL(*this);
        LogIndex& through = contents_->compacted;
        for (std::uint32_t left = positions_max;
             left > 0 && through < contents_->backed_up &&
             contents_->rows[through.position]->committed_at < before;
             --left) {
            ++through.position;
        }
        return through;
    }

    Stored<void> commit() override {
        ZHIBU_MEMORY_CALL(*this);
        ZHIBU_CHECK(before_part_ == nullptr);
        store().publish(contents_);
        if (store().takes_away_the_answer()) {
            return std::unexpected{
                server::StoreError{server::StoreFault::storage_failed, "memory"}};
        }
        return {};
    }

protected:
    std::shared_ptr<const Contents> seen() const override { return contents_; }

private:
    std::shared_ptr<Contents> contents_;
    std::shared_ptr<Contents> before_part_;
};

}  // namespace

MemoryStore::MemoryStore(SpaceIdentity identity)
    : identity_{std::move(identity)}, contents_{std::make_shared<const Contents>()} {}

SpaceIdentity MemoryStore::identity() const {
    const std::lock_guard lock{mutex_};
    return identity_;
}

Stored<void> MemoryStore::begin_epoch(const record::EpochId& epoch) {
    ZHIBU_MEMORY_CALL(*this);
    auto contents = std::make_shared<Contents>(*this->contents());
    const LogIndex head{contents->rows.size()};
    contents->backed_up = {};
    publish(std::move(contents));
    const std::lock_guard lock{mutex_};
    identity_.epoch = epoch;
    identity_.restored_at = std::min(identity_.restored_at.value_or(head), head);
    return {};
}

std::shared_ptr<const Contents> MemoryStore::contents() const {
    const std::lock_guard lock{mutex_};
    return contents_;
}

std::uint64_t MemoryStore::commits() const {
    const std::lock_guard lock{mutex_};
    return commits_;
}

void MemoryStore::publish(std::shared_ptr<const Contents> contents) {
    const std::lock_guard lock{mutex_};
    contents_ = std::move(contents);
    ++commits_;
}

Stored<std::unique_ptr<StoreTransaction>> MemoryStore::begin() {
    ZHIBU_MEMORY_CALL(*this);
    return std::make_unique<Transaction>(*this);
}

namespace {

class Reader final : public Reading<StoreReader> {
public:
    using Reading::Reading;

    Stored<void> pin() override {
        ZHIBU_MEMORY_CALL(*this);
        pinned_ = store().contents();
        return {};
    }

    Stored<std::optional<sync::Tail>> tail(LogIndex from, const ScopeFilter& scope,
                                           const DeviceId& device, const IncarnationId& incarnation,
                                           std::size_t bytes_max) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        if (from.position > contents->rows.size() || from < contents->compacted) {
            return std::nullopt;
        }
        sync::Tail tail;
        tail.head = LogIndex{contents->rows.size()};
        tail.through = from;
        std::size_t bytes = 0;
        for (auto at = from.position; at < contents->rows.size() && bytes < bytes_max; ++at) {
            const LogRow& row = *contents->rows[at];
            if (row.tree_changed) {
                return std::nullopt;
            }
            sync::TailEntry entry = entry_of(*contents, row, scope);
            entry.own =
                row.verbatim && row.name.device == device && row.name.incarnation == incarnation;
            if (entry.own) {
                entry.entry.effects.clear();
            }
            if (entry.own || !entry.entry.effects.empty()) {
                const std::size_t size = sync::encoded_size_hint(entry.entry);
                if (size > sync::batch_bytes_max && !tail.entries.empty()) {
                    break;
                }
                if (size > sync::batch_bytes_max && bytes_max > 1) {
                    return std::nullopt;
                }
                bytes += size;
                tail.entries.push_back(std::move(entry));
            }
            tail.through = row.index;
        }
        return tail;
    }

    Stored<std::optional<sync::TailPart>> tail_part(LogIndex from, const RecordKey& within,
                                                    const ScopeFilter& scope,
                                                    const DeviceId& device,
                                                    const IncarnationId& incarnation) override {
        ZHIBU_TRY(tail, this->tail(from, scope, device, incarnation, 1));
        if (!tail || tail->entries.empty()) {
            return std::nullopt;
        }
        sync::TailPart part{std::move(tail->entries.front()), true, tail->head};
        std::vector<record::Effect> effects = std::exchange(part.entry.entry.effects, {});
        bool is_behind = within == RecordKey{};
        for (record::Effect& effect : effects) {
            if (is_behind) {
                part.entry.entry.effects.push_back(std::move(effect));
                if (sync::encoded_size_hint(part.entry.entry) > sync::batch_bytes_max) {
                    part.entry.entry.effects.pop_back();
                    part.is_last = false;
                    break;
                }
            }
            is_behind = is_behind || effect.state.key == within;
        }
        return part;
    }

    Stored<sync::SnapshotChunk> chunk(const RecordKey& after, const ScopeFilter& scope,
                                      std::size_t bytes_max) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        sync::SnapshotChunk chunk;
        chunk.read_at = LogIndex{contents->rows.size()};
        chunk.through = after;
        std::size_t bytes = 0;
        auto at = contents->records.upper_bound(after);
        for (; at != contents->records.end() && bytes < bytes_max; ++at) {
            chunk.through = at->first;
            if (sees(scope, places_of(*contents, at->first))) {
                bytes += sync::encoded_size_hint(at->second);
                chunk.records.push_back(at->second);
            }
        }
        chunk.is_last = at == contents->records.end();
        return chunk;
    }

    Stored<sync::DigestReply> digest(const ScopeFilter& scope) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        sync::DigestAccumulator digest;
        for (const auto& [key, state] : contents->records) {
            if (sees(scope, places_of(*contents, key))) {
                digest.add(state);
            }
        }
        const std::uint64_t records = digest.records();
        return sync::DigestReply{LogIndex{contents->rows.size()}, records, digest.finish()};
    }

    Stored<std::vector<record::Receipt>> receipts(const DeviceId& device,
                                                  const IncarnationId& incarnation, Sequence after,
                                                  std::size_t bytes_max) override {
        ZHIBU_MEMORY_CALL(*this);
        const auto contents = seen();
        std::vector<record::Receipt> found;
        std::size_t bytes = 0;
        for (auto at = contents->names.upper_bound({device, incarnation, after});
             at != contents->names.end() && bytes < bytes_max; ++at) {
            if (at->first.device != device || at->first.incarnation != incarnation) {
                break;
            }
            found.push_back(contents->rows[at->second]->receipt);
            bytes += sync::encoded_size_hint(found.back());
        }
        return found;
    }

protected:
    std::shared_ptr<const Contents> seen() const override {
        return pinned_ != nullptr ? pinned_ : store().contents();
    }

private:
    std::shared_ptr<const Contents> pinned_;

    /// Where a record stands is told by the newest effect on it.
    static std::vector<RecordId> places_of(const Contents& contents, const RecordKey& key) {
        for (auto row = contents.rows.rbegin(); row != contents.rows.rend(); ++row) {
            for (const PlacedEffect& placed : (*row)->effects) {
                if (placed.effect.state.key == key) {
                    return placed.placement.after;
                }
            }
        }
        return {};
    }

    static sync::TailEntry entry_of(const Contents& contents, const LogRow& row,
                                    const ScopeFilter& scope) {
        sync::TailEntry entry;
        entry.entry = {row.index, row.name, row.author, row.action, row.committed_at, {}};
        for (const PlacedEffect& placed : row.effects) {
            record::Effect effect = placed.effect;
            const bool was_seen = sees(scope, placed.placement.before);
            const bool is_seen = sees(scope, placed.placement.after);
            if (is_seen && !was_seen && effect.sort != record::Effect::Sort::entered) {
                effect = {record::Effect::Sort::entered, contents.records.at(effect.state.key)};
            } else if (was_seen && !is_seen) {
                effect.sort = record::Effect::Sort::evicted;
                effect.state = RecordState{};
                effect.state.key = placed.effect.state.key;
            }
            if (was_seen || is_seen) {
                entry.entry.effects.push_back(std::move(effect));
            }
        }
        return entry;
    }
};

}  // namespace

Stored<std::unique_ptr<StoreReader>> MemoryStore::open_reader() {
    ZHIBU_MEMORY_CALL(*this);
    return std::make_unique<Reader>(*this);
}

}  // namespace zhibu::support
