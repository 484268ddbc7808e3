#include "server/backup/backup_desk.hpp"

#include <string>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::server {

BackupDesk::BackupDesk(Parts parts, const ServerFiles& files)
    : parts_{std::move(parts)},
      desk_{{backup_note(files), parts_.means.clock,
             [this](const Request& request) { return begin(request); },
             [this] { parts_.log("backup_unanswered", ""); }}} {}

std::expected<BackupDesk::Prepared, FoundingError> BackupDesk::prepare(const Request& request) {
    Prepared prepared;
    if (!request.beside.empty()) {
        ZHIBU_TRY(point, read_point(request.beside));
        prepared.since = std::move(point);
    }
    ZHIBU_TRY(copy, prepare_copy(request.path, *parts_.keys, *parts_.random));
    prepared.copy = std::move(copy);
    return prepared;
}

RequestDesk::Work BackupDesk::begin(const Request& request) {
    auto prepared = prepare(request);
    if (prepared) {
        parts_.log("backup_begun", "");
    }
    return [this, prepared = std::move(prepared)](const std::function<bool()>& goes_on) {
        const BackupOutcome outcome =
            prepared ? make_backup(parts_.means, prepared->since, prepared->copy, goes_on)
                     : std::unexpected{prepared.error()};
        finish(outcome);
        return to_text(outcome);
    };
}

void BackupDesk::finish(const BackupOutcome& outcome) {
    if (outcome) {
        parts_.note_backup(*outcome);
        parts_.log("backup_done", "log index " + std::to_string(outcome->position));
    } else {
        parts_.log("backup_failed", outcome.error().en);
    }
}

}  // namespace zhibu::server
