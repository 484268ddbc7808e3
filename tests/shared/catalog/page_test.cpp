#include "tests/shared/catalog/page.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace zhibu::catalog {
namespace {

TEST(CatalogPage, IsWhatTheDeclarationsSay) {
    std::ifstream stream{ZHIBU_DOCS "/catalog.md"};
    std::ostringstream text;
    text << stream.rdbuf();
    EXPECT_TRUE(text.str() == page()) << "docs/catalog.md is not what the catalog says: "
                                         "build/dev/bin/write_catalog_page docs/catalog.md";
}

}  // namespace
}  // namespace zhibu::catalog
