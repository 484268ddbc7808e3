#pragma once

#include <atomic>
#include <boost/json/fwd.hpp>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "client/agent/replica_desk.hpp"
#include "client/agent/sync_agent.hpp"
#include "client/spreadsheet/spreadsheet.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/named_exports.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/clock.hpp"

/// The workbench's operations, as data in and data out; sockets and their guards are
/// client/workbench/http's.
namespace zhibu::client {

/// What the operations need beside the replica.
struct ApiParts {
    ReplicaDesk* desk = nullptr;
    const catalog::Catalog* catalog = nullptr;
    record::Clock* clock = nullptr;
    std::string account_name;
    SignHash sign;
    /// Try to synchronise now, with what the account's authenticator shows, or nothing.
    std::function<void(std::string second_factor)> sync_now;
    /// A group has been made here.
    std::function<void(record::Sequence)> group_made;
    /// A folder of this user alone, for nameless parts of what memory has no room for.
    std::filesystem::path scratch = {};
    /// A new enrolment code of this space; none where the device's own files are damaged.
    std::function<std::optional<keys::EnrolmentCode>()> make_code = [] {
        return std::optional<keys::EnrolmentCode>{};
    };
    using Answered = std::function<void(const std::optional<sync::ErrandReply>&)>;
    /// Asks the server in the session that is open; nothing where none is. On any thread.
    std::function<void(sync::Errand, Answered)> ask_server =
        [](const sync::Errand&, const Answered& answered) { answered(std::nullopt); };
};

/// What a page should ask again.
enum class ApiNews : std::uint8_t {
    changed,  // something in the replica
    sync,     // how synchronisation stands
};

/// What can be asked stands in docs/workbench-api.md. `lang=zh|en` chooses the language of texts.
/// Refusals are {error: {code, message, findings}} with 4xx.
/// Threads: any.
class Api {
public:
    explicit Api(ApiParts parts);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Answers through `respond`, once, on the replica's thread or the caller's.
    void handle(const ApiRequest& request, std::function<void(ApiResponse)> respond);

    /// Who is told of changes and reports, on the thread that made them. To be set before either.
    void watch(std::function<void(ApiNews)> watcher);

    /// The agent's newest report, for /api/status.
    void set_report(const SyncReport& report);
    /// Something in the replica has changed: `revision` in /api/status rises.
    void touch();

private:
    using Respond = std::function<void(ApiResponse)>;
    using Operation = void (Api::*)(const ApiRequest&, Language, Respond);

    struct Route {
        std::string_view method;
        /// A segment in braces takes anything.
        std::string_view path;
        Operation operation;
    };

    static std::span<const Route> routes();

    void get_catalog(const ApiRequest& request, Language language, Respond respond);
    void get_status(const ApiRequest& request, Language language, Respond respond);
    void get_records(const ApiRequest& request, Language language, Respond respond);
    void get_record(const ApiRequest& request, Language language, Respond respond);
    void get_groups(const ApiRequest& request, Language language, Respond respond);
    void post_group(const ApiRequest& request, Language language, Respond respond);
    void post_check(const ApiRequest& request, Language language, Respond respond);
    // imports.cpp
    void preview_import(const ApiRequest& request, Language language, Respond respond);
    void post_import(const ApiRequest& request, Language language, Respond respond);
    void take_import(const ApiRequest& request, bool commits, Language language, Respond respond);
    // actions.cpp
    void get_actions(const ApiRequest& request, Language language, Respond respond);
    void preview_action(const ApiRequest& request, Language language, Respond respond);
    void post_action(const ApiRequest& request, Language language, Respond respond);
    void post_undo(const ApiRequest& request, Language language, Respond respond);
    // history.cpp
    void get_history(const ApiRequest& request, Language language, Respond respond);
    // lists.cpp
    void get_filters(const ApiRequest& request, Language language, Respond respond);
    void get_settings(const ApiRequest& request, Language language, Respond respond);
    void post_setting(const ApiRequest& request, Language language, Respond respond);
    /// What of the wish depends on the day and the committee's numbers, worked out.
    [[nodiscard]] std::expected<ListQuery, ReplicaError> resolve(Replica& replica,
                                                                 const ListWish& wish);
    // exports.cpp
    struct Export;
    struct Exports;
    void get_exports(const ApiRequest& request, Language language, Respond respond);
    void post_export(const ApiRequest& request, Language language, Respond respond);
    void get_export(const ApiRequest& request, Language language, Respond respond);
    void cancel_export(const ApiRequest& request, Language language, Respond respond);
    void get_export_file(const ApiRequest& request, Language language, Respond respond);
    [[nodiscard]] std::expected<record::RecordId, ReplicaError> own_organisation(Replica& replica);
    [[nodiscard]] std::expected<std::optional<record::Date>, ReplicaError> exported_until(
        Replica& replica, const NamedExport& named, const record::RecordId& organisation);
    [[nodiscard]] std::expected<std::vector<rules::Finding>, ReplicaError> held_back_by(
        Replica& replica, const Export& job);
    [[nodiscard]] std::expected<void, ReplicaError> name_export(Replica& replica, Export& job);
    [[nodiscard]] std::expected<void, SpreadsheetFault> open_export(Export& job);
    [[nodiscard]] ApiResponse begin_export(Replica& replica, Export job, const ListWish& wish);
    void go_on_exporting(std::uint64_t number);
    [[nodiscard]] bool export_page(Replica& replica, Export& job);
    void end_export(Replica& replica, Export& job);
    void with_export(const ApiRequest& request, Language language, Respond respond,
                     std::function<ApiResponse(Export&)> work);
    // reminders.cpp
    struct Survey;
    void get_reminders(const ApiRequest& request, Language language, Respond respond);
    [[nodiscard]] std::expected<void, ReplicaError> begin_survey(Replica& replica);
    [[nodiscard]] std::expected<void, ReplicaError> survey_some(Replica& replica,
                                                                std::size_t organisations);
    /// Goes on with the survey when others have been answered, until it is done.
    void survey_on();
    /// Adds the required-fields rate; the refusal if it could not be counted.
    [[nodiscard]] std::optional<ApiResponse> add_filled(Replica& replica, boost::json::object& form,
                                                        Language language);
    // casework.cpp
    void get_cases(const ApiRequest& request, Language language, Respond respond);
    void get_case(const ApiRequest& request, Language language, Respond respond);
    void post_case(const ApiRequest& request, Language language, Respond respond);
    void get_conflicts(const ApiRequest& request, Language language, Respond respond);
    void post_conflict(const ApiRequest& request, Language language, Respond respond);
    void post_resubmit(const ApiRequest& request, Language language, Respond respond);
    using DraftOfGroup = std::expected<Draft, ReplicaError> (*)(Replica&, const catalog::Catalog&,
                                                                const OwnGroup&);
    /// Commits what `draft_of` makes of the device's own group that the path names.
    void go_on_from_group(const ApiRequest& request, Language language, Respond respond,
                          DraftOfGroup draft_of);
    /// Commits and tells of it; what is refused is the answer.
    [[nodiscard]] std::expected<Committed, ApiResponse> commit_one(Replica& replica,
                                                                   const Draft& draft,
                                                                   Language language);
    /// What a page is told of a group that was made; `records` are ids.
    [[nodiscard]] ApiResponse saved(const Committed& committed, boost::json::array records,
                                    Language language) const;
    /// Commits one after another; the first that is refused is the answer.
    void commit(Replica& replica, const std::vector<Draft>& drafts, Language language,
                const Respond& respond);

    void post_sync(const ApiRequest& request, Language language, Respond respond);
    // contacts.cpp
    void get_contacts(const ApiRequest& request, Language language, Respond respond);
    // invitations.cpp
    void post_code(const ApiRequest& request, Language language, Respond respond);

    ApiParts parts_;
    std::function<void(ApiNews)> watcher_ = [](ApiNews) {};
    std::atomic<std::uint64_t> revision_{1};
    std::mutex report_mutex_;
    SyncReport report_;
    // What takes more than one turn; each is touched on the replica's thread alone.
    std::unique_ptr<Survey> survey_;
    std::unique_ptr<Exports> exports_;
};

}  // namespace zhibu::client
