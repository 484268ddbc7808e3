#include "server/copying/detail/copied.hpp"

#include <optional>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::server::detail {
namespace {

std::unexpected<StoreError> not_its_log(const char* place) {
    return std::unexpected{StoreError{StoreFault::damaged, place}};
}

/// A position may be in its chain though it came before those that it follows there: it had waited
/// outside, and waits again until they are there.
class LogCopy {
public:
    LogCopy(StoreReading& from, StoreTransaction& to) : from_{from}, to_{to} {}

    Stored<void> rows() {
        ZHIBU_TRY(last, from_.head());
        ZHIBU_TRY(there, to_.head());
        for (LogIndex at{there.position + 1}; at <= last; ++at.position) {
            ZHIBU_TRY(row, from_.row(at));
            if (!row) {
                return not_its_log("log");
            }
            ZHIBU_TRY_VOID(copy(*std::move(row)));
        }
        return {};
    }

    /// What has come into its chain without a position of its own.
    Stored<void> chains() {
        std::vector<GroupName> newest;
        std::vector<HeldChain> wanted;
        ZHIBU_TRY_VOID(from_.each_chain(
            [&](const DeviceId& device, const IncarnationId& incarnation, const HeldChain& chain) {
                newest.push_back({device, incarnation, chain.last});
                wanted.push_back(chain);
            }));
        for (std::size_t at = 0; at < newest.size(); ++at) {
            ZHIBU_TRY_VOID(settle(newest[at]));
            ZHIBU_TRY(settled, to_.chain(newest[at].device, newest[at].incarnation));
            if (settled != wanted[at]) {
                return not_its_log("chain");
            }
        }
        return {};
    }

private:
    Stored<void> copy(LogRow row) {
        if (!row.outside_chain) {
            ZHIBU_TRY(chain, to_.chain(row.name.device, row.name.incarnation));
            row.outside_chain = row.name.sequence.position != chain.last.position + 1;
        }
        ZHIBU_TRY_VOID(to_.append(row));
        return row.outside_chain ? Stored<void>{} : settle(row.name);
    }

    /// Takes in what waits behind the chain's newest and is in it there. Of several of one name the
    /// first that came waits: the committer takes no other.
    Stored<void> settle(const GroupName& name) {
        ZHIBU_TRY(wanted, from_.chain(name.device, name.incarnation));
        ZHIBU_TRY(chain, to_.chain(name.device, name.incarnation));
        GroupName next = name;
        for (next.sequence = Sequence{chain.last.position + 1}; next.sequence <= wanted.last;
             ++next.sequence.position) {
            ZHIBU_TRY(waiting, to_.held_outside(next));
            if (!waiting) {
                return {};
            }
            ZHIBU_TRY(inside, from_.held(next));
            const Hash hash = inside ? inside->group_hash : waiting->group_hash;
            ZHIBU_TRY(here, to_.held(next, hash));
            if (!here) {
                return {};
            }
            ZHIBU_TRY_VOID(to_.take_into_chain(next, hash));
        }
        return {};
    }

    StoreReading& from_;
    StoreTransaction& to_;
};

}  // namespace

Stored<void> copy_log(StoreReading& from, StoreTransaction& to) {
    LogCopy copy{from, to};
    ZHIBU_TRY_VOID(copy.rows());
    return copy.chains();
}

Stored<void> copy_known(StoreReading& from, StoreTransaction& to) {
    ZHIBU_TRY(known, from.known());
    for (const RecordId& account : known.accounts) {
        ZHIBU_TRY(credential, from.credential(account));
        if (credential) {
            ZHIBU_TRY_VOID(to.set_credential(account, *credential));
        }
        // None as well: one that was given up since `to` had it.
        ZHIBU_TRY(factors, from.second_factors(account));
        ZHIBU_TRY_VOID(to.set_second_factors(account, factors));
    }
    for (const DeviceId& device : known.devices) {
        ZHIBU_TRY(key, from.device_key(device));
        if (key) {
            ZHIBU_TRY_VOID(to.set_device_key(*key));
        }
        ZHIBU_TRY(contact, from.contact(device));
        if (contact) {
            ZHIBU_TRY_VOID(to.set_contact(*contact));
        }
    }
    for (const Hash& hash : known.enrolment_codes) {
        ZHIBU_TRY(code, from.enrolment_code(hash));
        if (code) {
            ZHIBU_TRY_VOID(to.put_enrolment_code(*code));
        }
    }
    return {};
}

}  // namespace zhibu::server::detail
