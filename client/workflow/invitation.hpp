#pragma once

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client {

/// The draft that makes `code` known to the server, for a device of the account or a forgotten
/// password; its text stands nowhere in it.
/// @param id         of the new record
/// @param activates  the device may work at once, without a second look at its fingerprint
[[nodiscard]] Draft invitation(const catalog::Catalog& catalog, const record::RecordState& account,
                               const keys::EnrolmentCode& code, const record::RecordId& id,
                               record::Instant now, bool activates);

}  // namespace zhibu::client
