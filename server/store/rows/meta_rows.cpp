#include "server/store/rows/meta_rows.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

std::optional<LogIndex> MetaRows::position(std::string_view name) {
    Query row = connection_.query("SELECT value FROM zhibu_meta WHERE name=?");
    return row.bind(name).step() ? std::optional(LogIndex{row.position(0)}) : std::nullopt;
}

void MetaRows::set_position(std::string_view name, LogIndex position) {
    connection_.query("DELETE FROM zhibu_meta WHERE name=?").bind(name).run();
    connection_.query("INSERT INTO zhibu_meta(name, value) VALUES(?, ?)")
        .bind(name)
        .bind_position(position.position)
        .run();
}

void MetaRows::note_restored(LogIndex head) {
    // The oldest one counts: a device may come from before an earlier restoring still.
    set_position("restored_at", std::min(restored_at().value_or(head), head));
    set_backed_up(LogIndex{});
}

}  // namespace zhibu::server::detail
