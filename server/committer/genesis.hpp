#pragma once

#include <expected>
#include <string>

#include "server/committer/committer.hpp"

namespace zhibu::server {

/// What a space begins with.
struct Founding {
    std::string organisation_name;
    std::string organisation_code;
    /// A code of list org_type: 党委.
    std::string organisation_type = "10";
    std::string account_name;
    /// The first administrator's own name; may be empty.
    std::string account_holder;
};

struct FoundedSpace {
    RecordId organisation;
    RecordId account;
};

/// Writes the first group of an empty store's log: the root organisation and the account of its
/// first administrator (committee, long-term, read and write, manages), who has no credential yet.
/// Waits until it is durable. The store has no other committer meanwhile.
/// Errors: `storage`; `refused` with the reasons, where a rule forbids a name or code, or with
/// "record_exists" where the log has begun already. Nothing is written then.
[[nodiscard]] std::expected<FoundedSpace, ServerWriteError> found_space(
    const Committer::Parts& parts, const Founding& founding);

}  // namespace zhibu::server
