#include "client/workflow/invitation.hpp"

#include <string_view>
#include <utility>

#include "shared/record/value.hpp"

namespace zhibu::client {

Draft invitation(const catalog::Catalog& catalog, const record::RecordState& account,
                 const keys::EnrolmentCode& code, const record::RecordId& id, record::Instant now,
                 bool activates) {
    const catalog::Kind& kind = catalog.kind("enrolment_code");
    DraftChange change{{kind.id(), id}, record::Operation::create, {}};
    const auto set = [&](std::string_view field, record::Value value) {
        change.fields.push_back({kind.field(field).id(), std::move(value)});
    };
    const record::Instant until{now.milliseconds + keys::enrolment_code_minutes_max * 60'000};
    set("account", record::Value{account.key.id});
    set("organisation", account.value(catalog.kind("account").field("organisation").id()));
    set("number", record::Value{*keys::enrolment_code_hash(keys::secret_text(code))});
    set("expires_at", record::Value{until});
    set("activates", record::Value{activates});
    return {"create", {std::move(change)}};
}

}  // namespace zhibu::client
