#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

/// The second factor of accounts that have one: codes by time (RFC 6238), each good once, and
/// recovery codes, each good once. What was used is durable before anybody is let in by it, so that
/// no code is good again after a restart. All in the committer's transaction.
namespace zhibu::server {

/// What a person is told once, when a second factor begins.
struct NewSecondFactor {
    std::vector<std::uint8_t> secret;
    std::vector<std::string> recovery_codes;
};

/// A secret and recovery codes that wait to be confirmed; what waited before is dropped.
[[nodiscard]] Stored<NewSecondFactor> begin_second_factor(StoreTransaction& transaction,
                                                          const RecordId& account,
                                                          record::Random& random);

/// Makes what waits the one that counts, if `typed` is its code. False: it is not, or nothing
/// waits.
[[nodiscard]] Stored<bool> confirm_second_factor(StoreTransaction& transaction,
                                                 const RecordId& account, const std::string& typed,
                                                 Instant now);

enum class SecondFactorCheck : std::uint8_t {
    not_asked,  // the account has none
    needed,     // it has one, and nothing was typed
    right,
    wrong,
};

/// Takes the code of the factor that counts, or one of its recovery codes.
[[nodiscard]] Stored<SecondFactorCheck> use_second_factor(StoreTransaction& transaction,
                                                          const RecordId& account,
                                                          const std::string& typed, Instant now);

}  // namespace zhibu::server
