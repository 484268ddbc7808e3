#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/record/id.hpp"

namespace zhibu::bench {

/// One made person: the product's 40 fields, and the same as 40 texts for the limits, which know no
/// types. Nobody real: the region's prefix is 99, the mobile's segment 154; neither is assigned.
struct MadePerson {
    std::vector<client::DraftField> fields;
    std::array<std::string, 40> texts;

    /// About 800 bytes, as the limits send it.
    [[nodiscard]] std::string json() const;
};

/// The person of that number, in that branch. Equal arguments give equal people; numbers below
/// three million give different ones. The dates are in the order of a life, the id number's check
/// character is right (GB 11643, ISO 7064 MOD 11-2).
[[nodiscard]] MadePerson make_person(std::uint64_t seed, std::uint64_t number,
                                     const record::RecordId& branch);

/// Another mobile number for the same person.
[[nodiscard]] std::string other_mobile(std::uint64_t number);

}  // namespace zhibu::bench
