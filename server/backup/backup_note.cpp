#include "server/backup/backup_note.hpp"

#include <boost/json.hpp>

namespace zhibu::server {

RequestNote backup_note(const ServerFiles& files) { return {files, "backup", 2}; }

std::string to_text(const BackupOutcome& outcome) {
    boost::json::object object;
    if (outcome) {
        object["log_index"] = outcome->position;
    } else {
        object["zh"] = outcome.error().zh;
        object["en"] = outcome.error().en;
    }
    return boost::json::serialize(object);
}

std::optional<BackupOutcome> to_backup_outcome(std::string_view text) {
    boost::system::error_code failure;
    const boost::json::value value = boost::json::parse(text, failure);
    const boost::json::object* object = failure ? nullptr : value.if_object();
    if (object == nullptr) {
        return std::nullopt;
    }
    if (const auto* index = object->if_contains("log_index")) {
        const auto position = index->to_number<std::uint64_t>(failure);
        return failure ? std::nullopt : std::optional{BackupOutcome{LogIndex{position}}};
    }
    const auto* zh = object->if_contains("zh");
    const auto* en = object->if_contains("en");
    if (zh == nullptr || en == nullptr || !zh->is_string() || !en->is_string()) {
        return std::nullopt;
    }
    return std::unexpected{
        FoundingError{std::string{zh->get_string()}, std::string{en->get_string()}}};
}

}  // namespace zhibu::server
