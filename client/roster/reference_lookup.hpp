#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "shared/record/id.hpp"

namespace zhibu::client {

/// Finds the records that a roster names in words. The caller answers from its replica and gives
/// only what the account may see. Each answer: none, the one, or all that the words could mean.
class ReferenceLookup {
public:
    virtual ~ReferenceLookup() = default;

    /// By full name, short name or code. @param words  tidied, never empty
    [[nodiscard]] virtual std::vector<record::RecordId> organisations(
        std::string_view words) const = 0;

    /// By name. @param branch  the row's own branch, to be preferred when names repeat
    [[nodiscard]] virtual std::vector<record::RecordId> persons(
        std::string_view name, std::optional<record::RecordId> branch) const = 0;
};

}  // namespace zhibu::client
