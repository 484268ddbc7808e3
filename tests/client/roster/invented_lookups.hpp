#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/roster/reference_lookup.hpp"

namespace zhibu::client::test {

/// A replica's answers: organisations and persons by the names that a test gives them.
class NamedRecords : public ReferenceLookup {
public:
    /// The id that a name stands for; the same name twice makes it ambiguous.
    record::RecordId add_organisation(const std::string& name);
    record::RecordId add_person(const std::string& name);

    [[nodiscard]] std::vector<record::RecordId> organisations(
        std::string_view words) const override;
    [[nodiscard]] std::vector<record::RecordId> persons(
        std::string_view name, std::optional<record::RecordId> branch) const override;

    /// The name given to an id, or its text.
    [[nodiscard]] std::string name_of(const std::string& id_text) const;

private:
    record::RecordId add(std::multimap<std::string, record::RecordId>& records,
                         const std::string& name);

    std::multimap<std::string, record::RecordId> organisations_;
    std::multimap<std::string, record::RecordId> persons_;
    std::map<std::string, std::string> names_;
    std::uint8_t next_ = 1;
};

}  // namespace zhibu::client::test
