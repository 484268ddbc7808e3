#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/http/detail/page_request.hpp"
#include "client/workbench/http/guard.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "tests/client/workbench/api/workbench.hpp"
#include "tests/support/seeded_random.hpp"

namespace {

using namespace zhibu;
using client::detail::DirectedRequest;
using Goal = DirectedRequest::Goal;

constexpr std::string_view authority = "127.0.0.1:8080";

/// A guard with one open session; its token is the same each time, and stands in the kept corpus.
struct Door {
    support::SeededRandom random{1};
    client::Guard guard{std::string{authority}, random};
    std::string token = guard.exchange(guard.new_code()).value_or("");
};

/// What must stand in the bytes of every request that is not refused.
void check_admitted(std::string_view bytes, const DirectedRequest& directed,
                    const std::string& token) {
    const auto names = [&](std::string_view text) {
        return bytes.find(text) != std::string_view::npos;
    };
    const std::string& method = directed.request.method;
    ZHIBU_CHECK(names(authority));
    if (directed.goal == Goal::api || directed.goal == Goal::events) {
        ZHIBU_CHECK(names(token));
    }
    if (method != "GET" && method != "HEAD") {
        ZHIBU_CHECK(names("http://127.0.0.1:8080") && names("application/json"));
    }
}

/// Every operation but those that write: their groups would change what the next input meets.
void ask(client::test::Workbench& workbench, const client::ApiRequest& request) {
    if (request.method == "POST" && request.path == "/api/groups") {
        auto draft = client::read_draft(catalog::standard_catalog(), request.body);
        if (!draft) {
            ZHIBU_CHECK(draft.error().status >= 400 && !draft.error().zh.empty());
            return;
        }
        client::ask_and_wait(*workbench.desk, [&](client::Replica& replica) {
            return replica.preview(client::with_ids(*std::move(draft), replica)).has_value();
        });
        return;
    }
    int answers = 0;
    client::ApiResponse answered;
    workbench.api->handle(request, [&](client::ApiResponse response) {
        ++answers;
        answered = std::move(response);
    });
    // Behind whatever the operation has given the replica's thread.
    client::ask_and_wait(*workbench.desk, [](client::Replica&) { return true; });
    boost::system::error_code fault;
    static_cast<void>(boost::json::parse(answered.body, fault));
    ZHIBU_CHECK(answers == 1 && !fault && answered.status >= 200 && answered.status < 500);
}

}  // namespace

/// Any bytes on the workbench's connection: refused without the token, or answered by what the
/// catalog and the replica know, once, in JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static Door door;
    static client::test::Workbench workbench;
    client::detail::RequestParser parser;
    client::detail::set_limits(parser);
    parser.eager(true);
    boost::system::error_code fault;
    parser.put(boost::asio::buffer(bytes, size), fault);
    if (fault || !parser.is_done()) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    const DirectedRequest directed = client::detail::direct(parser.get(), door.guard);
    if (directed.goal == Goal::refused) {
        ZHIBU_CHECK(directed.status >= 400 && directed.status < 500);
        return 0;
    }
    check_admitted(text, directed, door.token);
    if (directed.goal == Goal::session) {
        if (const auto code = client::detail::read_code(parser.get().body())) {
            ZHIBU_CHECK(!door.guard.exchange(*code));
        }
    } else if (directed.goal == Goal::api) {
        ask(workbench, directed.request);
    }
    return 0;
}
