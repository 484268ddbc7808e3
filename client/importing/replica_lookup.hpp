#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/roster/reference_lookup.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// Answers a roster's words from the replica, which holds only what the account may see.
/// Threads: the replica's.
class ReplicaLookup final : public ReferenceLookup {
public:
    ReplicaLookup(Replica& replica, const catalog::Catalog& catalog)
        : replica_{replica}, catalog_{catalog} {}

    [[nodiscard]] std::vector<record::RecordId> organisations(
        std::string_view words) const override;

    [[nodiscard]] std::vector<record::RecordId> persons(
        std::string_view name, std::optional<record::RecordId> branch) const override;

private:
    [[nodiscard]] std::vector<record::RecordState> matching(const catalog::Kind& kind,
                                                            const catalog::Field& field,
                                                            std::string words) const;

    Replica& replica_;
    const catalog::Catalog& catalog_;
};

}  // namespace zhibu::client
