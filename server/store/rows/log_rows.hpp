#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// What a tail needs of one position of the log.
struct LogSight {
    /// Without effects.
    record::LogEntry entry;
    /// Taken as it was sent, so that its own device can do without the effects.
    bool verbatim = false;
};

/// The log, the chains of incarnations, and which position concerns which organisation.
/// Throws Failed.
class LogRows {
public:
    explicit LogRows(Connection& connection) : connection_(connection) {}

    [[nodiscard]] LogIndex head();
    [[nodiscard]] std::optional<HeldGroup> held(const GroupName& name, const Hash* group_hash);
    [[nodiscard]] std::optional<HeldGroup> held_outside(const GroupName& name);
    [[nodiscard]] HeldChain chain(const DeviceId& device, const IncarnationId& incarnation);
    void each_chain(
        const std::function<void(const DeviceId&, const IncarnationId&, const HeldChain&)>& visit);
    [[nodiscard]] RecordId author_at(LogIndex index);
    [[nodiscard]] std::optional<record::Receipt> receipt_at(LogIndex index);
    [[nodiscard]] std::vector<record::Receipt> receipts(const DeviceId& device,
                                                        const IncarnationId& incarnation,
                                                        Sequence after, std::size_t bytes_max);
    void append(const LogRow& row);
    /// As the row says, whatever the chain is, which stays.
    void append_apart(const LogRow& row);
    void take_into_chain(const GroupName& name, const record::Hash& group_hash);
    void set_chain(const DeviceId& device, const IncarnationId& incarnation,
                   const HeldChain& chain);
    void rewrite(const LogRow& row);
    /// Without its leaves.
    [[nodiscard]] std::optional<LogRow> row(LogIndex index);

    /// Drops the effects of the positions after `from`, up to `through`, that were committed before
    /// `before`; stops at the first that was not, or after `positions_max`. The last one dropped.
    [[nodiscard]] LogIndex drop_effects(LogIndex from, LogIndex through, Instant before,
                                        std::uint32_t positions_max);

    /// An organisation moved in the tree after `from`.
    [[nodiscard]] bool tree_changed_after(LogIndex from);
    [[nodiscard]] LogSight sight(LogIndex index);
    /// The position's effects one after another, until `visit` says false.
    void each_effect(LogIndex index, const std::function<bool(PlacedEffect effect)>& visit);
    /// At most `limit` positions after `after` that concern an organisation, ascending; likewise
    /// those that an incarnation sent and that were taken verbatim.
    [[nodiscard]] std::vector<LogIndex> concerning(const record::Uuid& place, LogIndex after,
                                                   std::uint32_t limit);

private:
    void append_row(const LogRow& row, bool is_fork);
    void drop_effects_of(LogIndex index);

    Connection& connection_;
};

}  // namespace zhibu::server::detail
