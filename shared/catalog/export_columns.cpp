#include "shared/catalog/export_columns.hpp"
#include <vector>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {

std::vector<ExportColumn> export_columns(const Kind& kind, Language language) {
    std::vector<ExportColumn> columns;
    for (const Field& field : kind.fields) {
        if (!kind.owner.empty() && field.name == "owner") {
            continue;
        }
        columns.push_back(
            {field.id(), field.name, language == Language::zh ? field.label.zh : field.label.en});
    }
    return columns;
}

}  // namespace zhibu::catalog
