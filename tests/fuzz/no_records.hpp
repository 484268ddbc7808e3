#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "client/roster/reference_lookup.hpp"

namespace zhibu::fuzz {

/// A replica in which nothing is found.
class NoRecords : public client::ReferenceLookup {
public:
    [[nodiscard]] std::vector<record::RecordId> organisations(
        std::string_view /*words*/) const override {
        return {};
    }

    [[nodiscard]] std::vector<record::RecordId> persons(
        std::string_view /*name*/, std::optional<record::RecordId> /*branch*/) const override {
        return {};
    }
};

}  // namespace zhibu::fuzz
