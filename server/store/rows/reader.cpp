#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/rows/reading_on.hpp"
#include "server/store/rows/scope_digests.hpp"
#include "server/store/rows/scope_walk.hpp"
#include "server/store/rows/scoped_tail.hpp"
#include "server/store/rows/transaction.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::detail {
namespace {

/// One read transaction around each call: all that a call reads is of one moment.
class OneMoment {
public:
    explicit OneMoment(Connection& connection) : connection_(connection) {}

    template <class Work>
    auto run(Work&& work) -> Stored<decltype(work())> {
        // A visitor may ask again from inside a call.
        if (connection_.in_transaction()) {
            return guarded(std::forward<Work>(work));
        }
        auto outcome = guarded([&] {
            connection_.begin_reading();
            return work();
        });
        connection_.roll_back();
        return outcome;
    }

private:
    Connection& connection_;
};

/// Holds the tables so that they are there before ReadingOn refers to them.
struct OwnedTables {
    std::unique_ptr<Tables> owned;
};

class RowsReader final : private OwnedTables, public ReadingOn<StoreReader, OneMoment> {
public:
    explicit RowsReader(std::unique_ptr<Tables> tables)
        : OwnedTables{std::move(tables)}, ReadingOn(*owned) {}

    [[nodiscard]] Stored<void> pin() override {
        return guarded([&] {
            tables().connection.begin_reading();
            // The moment is that of the first look.
            static_cast<void>(tables().log.head());
        });
    }

    [[nodiscard]] Stored<std::optional<sync::Tail>> tail(LogIndex from, const ScopeFilter& scope,
                                                         const DeviceId& device,
                                                         const IncarnationId& incarnation,
                                                         std::size_t bytes_max) override {
        check(scope);
        return around().run([&] {
            return read_tail(tables(), TailReader{scope, device, incarnation}, from, bytes_max);
        });
    }

    [[nodiscard]] Stored<std::optional<sync::TailPart>> tail_part(
        LogIndex from, const RecordKey& within, const ScopeFilter& scope, const DeviceId& device,
        const IncarnationId& incarnation) override {
        check(scope);
        return around().run([&] {
            return read_tail_part(tables(), TailReader{scope, device, incarnation}, from, within);
        });
    }

    [[nodiscard]] Stored<sync::SnapshotChunk> chunk(const RecordKey& after,
                                                    const ScopeFilter& scope,
                                                    std::size_t bytes_max) override {
        check(scope);
        return around().run([&] { return read_chunk(after, scope, bytes_max); });
    }

    [[nodiscard]] Stored<sync::DigestReply> digest(const ScopeFilter& scope) override {
        check(scope);
        return around().run([&] { return digests_.of(tables(), scope); });
    }

    [[nodiscard]] Stored<std::vector<record::Receipt>> receipts(const DeviceId& device,
                                                                const IncarnationId& incarnation,
                                                                Sequence after,
                                                                std::size_t bytes_max) override {
        return around().run(
            [&] { return tables().log.receipts(device, incarnation, after, bytes_max); });
    }

private:
    static void check(const ScopeFilter& scope) {
        ZHIBU_CHECK(std::ranges::is_sorted(scope.organisations));
    }

    [[nodiscard]] sync::SnapshotChunk read_chunk(const RecordKey& after, const ScopeFilter& scope,
                                                 std::size_t bytes_max) {
        sync::SnapshotChunk chunk;
        chunk.read_at = tables().log.head();
        chunk.through = after;
        chunk.is_last = true;
        std::size_t bytes = 0;
        walk_scope(tables().records, scope, after, [&](const RecordState& state) {
            const std::size_t size = sync::encoded_size_hint(state);
            if (!chunk.records.empty() && size > bytes_max - std::min(bytes, bytes_max)) {
                chunk.is_last = false;
                return false;
            }
            bytes += size;
            chunk.through = state.key;
            chunk.records.push_back(state);
            return true;
        });
        return chunk;
    }

    ScopeDigests digests_;
};

}  // namespace

std::unique_ptr<StoreReader> make_reader(std::unique_ptr<Tables> tables) {
    return std::make_unique<RowsReader>(std::move(tables));
}

}  // namespace zhibu::server::detail
