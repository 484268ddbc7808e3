#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "sync_protocol/message/message.hpp"

/// When the devices of the scope were last in touch with the server, which alone knows.
namespace zhibu::client {
namespace {

namespace json = boost::json;

Problem not_connected_problem() {
    return {409, "not_connected", "没有与服务器连接，无法查询。请联网同步后再试。",
            "There is no connection to the server, which alone knows. Connect, synchronise and try "
            "again."};
}

json::object contact_form(Replica& replica, const catalog::Catalog& catalog,
                          const sync::DeviceContact& contact, Language language) {
    const record::RecordKey device{catalog.kind("device").id(),
                                   record::RecordId{contact.device.uuid}};
    const catalog::Field& account = catalog.kind("device").field("account");
    json::object form{
        {"device", to_text(contact.device)}, {"name", name_of(replica, catalog, device, language)},
        {"at", contact.at.milliseconds},     {"connected", contact.is_connected},
        {"version", contact.version},        {"missing", contact.missing}};
    if (const auto found = replica.find(device); found && *found) {
        form["account"] = shown(replica, catalog, account, (*found)->value(account.id()), language);
    }
    return form;
}

}  // namespace

void Api::get_contacts(const ApiRequest& /*request*/, Language language, Respond respond) {
    sync::Errand errand;
    errand.sort = sync::ErrandSort::list_contacts;
    parts_.ask_server(std::move(errand), [this, language, respond = std::move(respond)](
                                             const std::optional<sync::ErrandReply>& reply) {
        if (!reply || !reply->is_done) {
            respond(problem(not_connected_problem(), language));
            return;
        }
        parts_.desk->ask([this, language, contacts = reply->contacts, respond](Replica& replica) {
            json::array forms;
            for (const sync::DeviceContact& each : contacts) {
                forms.emplace_back(contact_form(replica, *parts_.catalog, each, language));
            }
            respond(answer(forms));
        });
    });
}

}  // namespace zhibu::client
