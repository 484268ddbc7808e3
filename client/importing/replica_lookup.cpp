#include "client/importing/replica_lookup.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace zhibu::client {
namespace {

constexpr std::uint32_t matches_max = 5;

std::vector<record::RecordId> ids_of(const std::vector<record::RecordState>& states) {
    std::vector<record::RecordId> ids;
    for (const record::RecordState& state : states) {
        ids.push_back(state.key.id);
    }
    return ids;
}

}  // namespace

std::vector<record::RecordId> ReplicaLookup::organisations(std::string_view words) const {
    const catalog::Kind& kind = catalog_.kind("organisation");
    for (const std::string_view field : {"name", "short_name", "code"}) {
        const auto found = matching(kind, kind.field(field), std::string{words});
        if (!found.empty()) {
            return ids_of(found);
        }
    }
    return {};
}

std::vector<record::RecordId> ReplicaLookup::persons(std::string_view name,
                                                     std::optional<record::RecordId> branch) const {
    const catalog::Kind& kind = catalog_.kind("person");
    const auto found = matching(kind, kind.field("name"), std::string{name});
    const record::FieldNumber place = kind.field("organisation").id();
    std::vector<record::RecordState> near;
    std::ranges::copy_if(found, std::back_inserter(near), [&](const auto& state) {
        return branch && state.value(place) == record::Value{*branch};
    });
    return ids_of(near.empty() ? found : near);
}

std::vector<record::RecordState> ReplicaLookup::matching(const catalog::Kind& kind,
                                                         const catalog::Field& field,
                                                         std::string words) const {
    ListQuery query;
    query.kind = kind.id();
    query.limit = matches_max;
    query.conditions.push_back(
        Condition{field.id(), Condition::Relation::equal, {std::move(words)}});
    auto page = replica_.list(query);
    return page ? std::move(page->records) : std::vector<record::RecordState>{};
}

}  // namespace zhibu::client
