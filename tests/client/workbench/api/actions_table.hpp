#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/client/workbench/api/people.hpp"

namespace zhibu::client::test {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// An action, on what it is done, what is given, and what stands then.
struct Shown {
    std::string action;
    /// Empty for an action that makes its record.
    std::vector<record::RecordState> there;
    std::string subject;
    Texts inputs;
    Texts each;
    /// "field" of the subject or "kind/field" of the only record of that kind with the value.
    Texts then;
};

/// One row an action.
[[nodiscard]] std::vector<Shown> shown_actions();

[[nodiscard]] std::string id(std::uint64_t number);

// Persons on whom actions are shown.

/// With both mentors and the dates of a development target.
[[nodiscard]] NamedValues target(const NamedValues& more = {});
/// For this year.
[[nodiscard]] NamedValues planned();
/// Everything that an admission asks for, the form's inputs apart.
[[nodiscard]] NamedValues ready();
[[nodiscard]] NamedValues probationary(std::string_view joined = "2025-06-01");
[[nodiscard]] record::RecordState passed_training(std::uint64_t number, std::uint64_t of);

}  // namespace zhibu::client::test
