#include "client/cli/control.hpp"

#include <boost/json.hpp>
#include <utility>

#include "client/cli/lookup.hpp"
#include "client/cli/records.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client {
namespace {

Exit fail(Console& console, const WordError& error) {
    return client::fail(console, Exit::usage, error.zh, error.en);
}

/// A moment as create_record and edit_record read it: ISO 8601 in UTC.
std::string moment_text(record::Instant instant) { return record::to_text(record::Value{instant}); }

std::optional<record::Hash> root_fingerprint(const Identity& identity) {
    const auto certificates = keys::certificates_from_pem(identity.root_certificate);
    return certificates ? std::optional{keys::sha256(certificates->front().der)} : std::nullopt;
}

}  // namespace

Exit invite(Console& console, const InviteWords& words) {
    std::string organisation;
    std::string account;
    std::optional<keys::EnrolmentCode> code;
    {
        auto opened = open_replica(console);
        if (!opened) {
            return opened.error();
        }
        const catalog::Catalog& catalog = catalog::standard_catalog();
        const catalog::Kind& kind = catalog.kind("account");
        const auto found = find_one(*opened->replica, catalog, kind, words.account);
        if (!found) {
            return fail(console, unsaved(found.error()));
        }
        account = to_text(found->key.id);
        organisation = record::to_text(found->value(kind.field("organisation").id()));
        if (const auto fingerprint = root_fingerprint(opened->identity)) {
            code = keys::make_enrolment_code(*fingerprint, console.random);
        }
    }
    if (!code) {
        return client::fail(
            console, IdentityError{IdentityFault::damaged, console.files.identity().string()});
    }
    const record::Instant until{console.clock.now().milliseconds +
                                keys::enrolment_code_minutes_max * 60'000};
    const Exit created =
        create_record(console, "enrolment_code",
                      {"account=" + account, "organisation=" + organisation,
                       "number=" + *keys::enrolment_code_hash(keys::secret_text(*code)),
                       "expires_at=" + moment_text(until),
                       std::string{"activates="} + (words.activate ? "true" : "false")});
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
