#include "server/account/second_factor.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "server/store/store.hpp"
#include "shared/keys/one_time_password.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

/// Whether it is one of the recovery codes, which then is none any more.
bool take_recovery_code(SecondFactor& factor, const std::string& typed) {
    const auto hash = keys::recovery_code_hash(typed);
    return hash && std::erase(factor.recovery_codes, *hash) > 0;
}

bool take_code(SecondFactor& factor, const std::string& typed, Instant now) {
    const auto step = keys::totp_match(factor.secret, typed, now, factor.last_step);
    factor.last_step = step.value_or(factor.last_step);
    return step.has_value();
}

}  // namespace

Stored<NewSecondFactor> begin_second_factor(StoreTransaction& transaction, const RecordId& account,
                                            record::Random& random) {
    ZHIBU_TRY(factors, transaction.second_factors(account));
    NewSecondFactor told;
    SecondFactor& pending = factors.pending.emplace();
    random.fill(pending.secret);
    told.secret.assign(pending.secret.begin(), pending.secret.end());
    for (std::size_t i = 0; i < keys::recovery_codes; ++i) {
        told.recovery_codes.push_back(keys::make_recovery_code(random));
        pending.recovery_codes.push_back(*keys::recovery_code_hash(told.recovery_codes.back()));
    }
    ZHIBU_TRY_VOID(transaction.set_second_factors(account, factors));
    return told;
}

Stored<bool> confirm_second_factor(StoreTransaction& transaction, const RecordId& account,
                                   const std::string& typed, Instant now) {
    ZHIBU_TRY(factors, transaction.second_factors(account));
    if (!factors.pending || !take_code(*factors.pending, typed, now)) {
        return false;
    }
    factors.active = std::exchange(factors.pending, std::nullopt);
    ZHIBU_TRY_VOID(transaction.set_second_factors(account, factors));
    return true;
}

Stored<SecondFactorCheck> use_second_factor(StoreTransaction& transaction, const RecordId& account,
                                            const std::string& typed, Instant now) {
    ZHIBU_TRY(factors, transaction.second_factors(account));
    if (!factors.active) {
        return SecondFactorCheck::not_asked;
    }
    if (typed.empty()) {
        return SecondFactorCheck::needed;
    }
    if (!take_code(*factors.active, typed, now) && !take_recovery_code(*factors.active, typed)) {
        return SecondFactorCheck::wrong;
    }
    ZHIBU_TRY_VOID(transaction.set_second_factors(account, factors));
    return SecondFactorCheck::right;
}

}  // namespace zhibu::server
