#include "server/inspection/operations.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace zhibu::server {
namespace {

TEST(CsvCell, IsQuotedAndNeverAFormula) {
    const std::vector<std::pair<std::string, std::string>> cells {
        {"", R"("")"},
        {"一支部账号", R"("一支部账号")"},
        {R"(他说"好", 走了)", R"("他说""好"", 走了")"},
        {"=HYPERLINK(\"x\")", R"-("'=HYPERLINK(""x"")")-"},
        {"+1", R"("'+1")"},
        {"-1", R"("'-1")"},
        {"@a", R"("'@a")"},
        {"a=b", R"("a=b")"}};
        for (const auto& [text, cell] : cells) {
            EXPECT_EQ(csv_cell(text), cell);
        }
    }

}  // namespace
}  // namespace zhibu::server
