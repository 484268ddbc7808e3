#pragma once

#include <functional>
#include <ostream>
#include <vector>

#include "server/founding/key_files.hpp"
#include "server/inspection/inspection.hpp"
#include "server/ledger/audit.hpp"
#include "server/store/store.hpp"
#include "shared/record/clock.hpp"
#include "sync_protocol/message/message.hpp"

/// What is said of an open store, whoever has it open.
namespace zhibu::server::detail {

struct Subject {
    SpaceIdentity identity;
    const ServerKeys* keys = nullptr;
    StoreReader* reader = nullptr;
    const catalog::Catalog* catalog = nullptr;
};

struct Manner {
    bool chinese = true;
    bool json = false;
};

[[nodiscard]] AuditMeans means_of(const Subject& subject);

Inspected tell_head(const Subject& subject, record::Instant now, const Manner& manner,
                    std::ostream& out, std::ostream& err);

Inspected tell_audit(const Subject& subject, const AuditMeans& means, const Manner& manner,
                     std::ostream& out, std::ostream& err);

/// Of a store that is not what it must be, or is.
void print_report(const Manner& manner, const AuditReport& report, std::ostream& out);

/// Says what kept it from being inspected: to programs in `out`.
Inspected fail(const Manner& manner, const FoundingError& error, std::ostream& out,
               std::ostream& err);

}  // namespace zhibu::server::detail
