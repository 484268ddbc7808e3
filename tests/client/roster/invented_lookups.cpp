#include "tests/client/roster/invented_lookups.hpp"
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "shared/record/id.hpp"

namespace zhibu::client::test {

record::RecordId NamedRecords::add(std::multimap<std::string, record::RecordId>& records,
                                   const std::string& name) {
    record::RecordId id;
    id.uuid.bytes[15] = next_++;
    records.emplace(name, id);
    names_[record::to_text(id)] = name;
    return id;
}

record::RecordId NamedRecords::add_organisation(const std::string& name) {
    return add(organisations_, name);
}

record::RecordId NamedRecords::add_person(const std::string& name) { return add(persons_, name); }

std::vector<record::RecordId> NamedRecords::organisations(std::string_view words) const {
    std::vector<record::RecordId> ids;
    const auto [begin, end] = organisations_.equal_range(std::string{words});
    for (auto at = begin; at != end; ++at) {
        ids.push_back(at->second);
    }
    return ids;
}

std::vector<record::RecordId> NamedRecords::persons(std::string_view name,
                                                    std::optional<record::RecordId>) const {
    std::vector<record::RecordId> ids;
    const auto [begin, end] = persons_.equal_range(std::string{name});
    for (auto at = begin; at != end; ++at) {
        ids.push_back(at->second);
    }
    return ids;
}

std::string NamedRecords::name_of(const std::string& id_text) const {
    const auto found = names_.find(id_text);
    return found == names_.end() ? id_text : found->second;
}

}  // namespace zhibu::client::test
