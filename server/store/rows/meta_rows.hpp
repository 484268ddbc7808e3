#pragma once

#include <optional>
#include <string_view>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// The store's marks in its own log. Throws Failed.
class MetaRows {
public:
    explicit MetaRows(Connection& connection) : connection_(connection) {}

    [[nodiscard]] LogIndex backed_up() { return position("backed_up").value_or(LogIndex{}); }

    /// No tail leads on from before it.
    [[nodiscard]] LogIndex compacted() { return position("compacted").value_or(LogIndex{}); }

    [[nodiscard]] std::optional<LogIndex> restored_at() { return position("restored_at"); }

    /// None in a whole store.
    [[nodiscard]] std::optional<LogIndex> part_after() { return position("part_after"); }

    void set_part_after(LogIndex after) { set_position("part_after", after); }

    void set_backed_up(LogIndex through) { set_position("backed_up", through); }

    void set_compacted(LogIndex through) { set_position("compacted", through); }

    /// The log goes on from `head` in another way than before, and no backup holds any of that.
    void note_restored(LogIndex head);

private:
    [[nodiscard]] std::optional<LogIndex> position(std::string_view name);
    void set_position(std::string_view name, LogIndex position);

    Connection& connection_;
};

}  // namespace zhibu::server::detail
