#pragma once

#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"

/// The catalog for programs in other languages: what the workbench draws lists, forms and filters
/// from.
namespace zhibu::catalog {

[[nodiscard]] std::string_view to_text(FieldType type);
[[nodiscard]] std::string_view to_text(Required required);
[[nodiscard]] std::string_view to_text(MergePolicy policy);
[[nodiscard]] std::string_view to_text(Confidentiality confidentiality);
[[nodiscard]] std::string_view to_text(Writers writers);

/// One JSON object: {"version", "kinds", "code_lists"}. A kind has number, name, label {zh, en},
/// placed_by, writers, fields, and owner where it is an entry kind. A field has number, name,
/// label, type, required, policy, confidentiality, and, where it has one: width, codes (a list's
/// name), kind (what it refers to), also_called, happened. The same catalog gives the same text.
[[nodiscard]] std::string metadata_json(const Catalog& catalog);

}  // namespace zhibu::catalog
