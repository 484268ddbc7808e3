#include "client/cli/control.hpp"

#include <boost/json.hpp>
#include <utility>

#include "client/cli/lookup.hpp"
#include "client/cli/records.hpp"
#include "client/workflow/invitation.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client {
namespace {

Exit fail(Console& console, const WordError& error) {
    return client::fail(console, Exit::usage, error.zh, error.en);
}

}  // namespace

std::optional<keys::EnrolmentCode> make_enrolment_code(const Identity& identity,
                                                       record::Random& random) {
    const auto certificates = keys::certificates_from_pem(identity.root_certificate);
    return certificates ? std::optional{keys::make_enrolment_code(
                              keys::sha256(certificates->front().der), random)}
                        : std::nullopt;
}

Exit invite(Console& console, const InviteWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto account = find_one(replica, catalog, catalog.kind("account"), words.account);
    if (!account) {
        return fail(console, unsaved(account.error()));
    }
    const auto code = make_enrolment_code(opened->identity, console.random);
    if (!code) {
        return client::fail(
            console, IdentityError{IdentityFault::damaged, console.files.identity().string()});
    }
    const record::RecordId id = replica.new_record_id();
    const Exit created = commit_draft(
        console, replica,
        invitation(catalog, *account, *code, id, console.clock.now(), words.activate), id);
    if (created != Exit::done) {
        return created;
    }
    if (console.json) {
        console.out << boost::json::serialize(boost::json::object{{"code", to_text(*code)}})
                    << '\n';
    } else {
        console.out
            << (console.language == Language::zh
                    ? "登记码（60分钟内有效，只显示这一次；请先同步，服务器才认得：zhibu sync）"
                      "：\n"
                    : "Enrolment code (good for 60 minutes, shown only now; synchronise "
                      "first, so that the server knows it: zhibu sync):\n")
            << to_text(*code) << '\n';
    }
    return Exit::done;
}

Exit set_account_state(Console& console, const std::string& account, const std::string& state) {
    return edit_record(console, "account", account, {"state=" + state});
}

}  // namespace zhibu::client
