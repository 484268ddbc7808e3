#include <cstdint>
#include <span>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "sync_protocol/message/message.hpp"

/// What stands above the account's scope, of which the log tells nothing here.
namespace zhibu::client {

void Replica::Body::keep_above(std::span<const sync::OrganisationAbove> above) {
    detail::WriteTransaction transaction(*connection_);
    connection_->query("DELETE FROM above").run();
    for (const sync::OrganisationAbove& each : above) {
        connection_->query("INSERT INTO above(id, name, type) VALUES(?, ?, ?)")
            .bind(each.id.uuid.bytes)
            .bind(each.name)
            .bind(each.type)
            .run();
    }
    transaction.commit();
}

std::vector<sync::OrganisationAbove> Replica::Body::above() {
    std::vector<sync::OrganisationAbove> found;
    detail::Query row = connection_->query("SELECT id, name, type FROM above ORDER BY rank");
    while (row.step()) {
        found.push_back({record::RecordId{row.uuid(0)}, row.text(1), row.text(2)});
    }
    return found;
}

}  // namespace zhibu::client
