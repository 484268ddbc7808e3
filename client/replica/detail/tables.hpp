#pragma once

#include <string>
#include <string_view>

#include "shared/catalog/schema.hpp"

/// Tables that stand twice while a snapshot is staged.
namespace zhibu::client::detail {

/// What records are found by (client/pinyin/search_keys.hpp).
[[nodiscard]] inline std::string search_table(std::string_view name) {
    return "CREATE TABLE IF NOT EXISTS " + catalog::identifier(name) +
           "(kind INTEGER, id BLOB, keys TEXT NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID";
}

/// Records of kinds that this catalog does not know, whole.
[[nodiscard]] inline std::string unknown_table(std::string_view name) {
    return "CREATE TABLE IF NOT EXISTS " + catalog::identifier(name) +
           "(kind INTEGER, id BLOB, state BLOB NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID";
}

}  // namespace zhibu::client::detail
