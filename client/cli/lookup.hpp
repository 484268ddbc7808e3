#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"

/// From a person's words to records and values.
namespace zhibu::client {

/// What could not be understood, in both languages.
struct WordError {
    std::string zh;
    std::string en;
};

/// Says first that nothing was saved, for commands that would have written.
[[nodiscard]] WordError unsaved(const WordError& error);

/// Whether people have a word of their own for such a record: a name, a number. Others are named by
/// id.
[[nodiscard]] bool has_naming_field(const catalog::Kind& kind);

/// The one record that `which` names: a UUID, "field=value", or the value of the kind's name,
/// code or id number. Retired records are found too.
[[nodiscard]] std::expected<record::RecordState, WordError> find_one(
    Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
    std::string_view which);

/// Reads a value; a reference may be given by what find_one() understands.
[[nodiscard]] std::expected<record::Value, WordError> read_value(Replica& replica,
                                                                 const catalog::Catalog& catalog,
                                                                 const catalog::Field& field,
                                                                 std::string_view text);

/// A field by its name or by its label in either language.
[[nodiscard]] std::expected<const catalog::Field*, WordError> find_field(const catalog::Kind& kind,
                                                                         std::string_view word);
[[nodiscard]] std::expected<const catalog::Kind*, WordError> find_kind(
    const catalog::Catalog& catalog, std::string_view word);

/// "field=value" words as wishes.
[[nodiscard]] std::expected<std::vector<DraftField>, WordError> read_assignments(
    Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
    const std::vector<std::string>& words);

}  // namespace zhibu::client
