#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"

/// What this account's workbench remembers on this device alone: saved filters, chosen columns.
namespace zhibu::client {

namespace {

constexpr std::size_t note_bytes_max = 65'536;
constexpr std::int64_t notes_max = 1'000;

}  // namespace

void Replica::Body::keep_note(std::string_view name, std::string_view text) {
    detail::WriteTransaction transaction(*connection_);
    if (text.empty()) {
        connection_->query("DELETE FROM note WHERE name=?").bind(name).run();
    } else {
        detail::Query row = connection_->query("SELECT count(*) FROM note WHERE name<>?");
        row.bind(name);
        row.step();
        if (row.integer(0) >= notes_max || name.size() + text.size() > note_bytes_max) {
            throw detail::Failed(ReplicaFault::wrong_value, "note");
        }
        connection_->query("REPLACE INTO note(name, text) VALUES(?, ?)")
            .bind(name)
            .bind(text)
            .run();
    }
    transaction.commit();
}

std::vector<Note> Replica::Body::notes(std::string_view prefix) {
    std::vector<Note> found;
    detail::Query row =
        connection_->query("SELECT name, text FROM note WHERE substr(name, 1, ?)=? ORDER BY name");
    row.bind(static_cast<std::int64_t>(prefix.size())).bind(prefix);
    while (row.step()) {
        found.push_back(Note{row.text(0), row.text(1)});
    }
    return found;
}

}  // namespace zhibu::client
