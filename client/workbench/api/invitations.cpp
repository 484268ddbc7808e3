#include <boost/json.hpp>
#include <utility>

#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/invitation.hpp"

/// Enrolment codes, which the page shows once.
namespace zhibu::client {

namespace json = boost::json;

void Api::post_code(const ApiRequest& request, Language language, Respond respond) {
    const auto named = record_named_by(*parts_.catalog, request.path);
    if (!named) {
        respond(problem(named.error(), language));
        return;
    }
    const auto body = read_object(request.body);
    if (!body) {
        respond(problem(body.error(), language));
        return;
    }
    const json::value* activates = body->if_contains("activates");
    if (body->size() != 1 || activates == nullptr || !activates->is_bool()) {
        respond(problem(bad_body("activates"), language));
        return;
    }
    parts_.desk->ask([this, language, key = named->key, activates = activates->get_bool(),
                      respond = std::move(respond)](Replica& replica) {
        const auto account = replica.find(key);
        if (!account) {
            respond(refusal(*parts_.catalog, account.error(), language));
            return;
        }
        if (!*account) {
            respond(problem(unknown_record_problem(), language));
            return;
        }
        const auto code = parts_.make_code();
        if (!code) {
            respond(problem({500, "damaged", "本机的设备文件已损坏，没有生成登记码。",
                             "The device's own files are damaged; no code was made."},
                            language));
            return;
        }
        const auto committed =
            commit_one(replica,
                       invitation(*parts_.catalog, **account, *code, replica.new_record_id(),
                                  parts_.clock->now(), activates),
                       language);
        if (!committed) {
            respond(committed.error());
            return;
        }
        respond(answer(json::object{{"sequence", committed->sequence.position},
                                    {"code", to_text(*code)},
                                    {"minutes", keys::enrolment_code_minutes_max}},
                       201));
    });
}

}  // namespace zhibu::client
