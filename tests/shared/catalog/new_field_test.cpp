#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"
#include "shared/catalog/export_columns.hpp"
#include "shared/catalog/metadata.hpp"
#include "shared/catalog/schema.hpp"

// One line, and the field is everywhere.
namespace zhibu::catalog {
namespace {

Catalog grown() {
    std::vector<Kind> kinds = standard_kinds();
    Kind& person = *std::ranges::find(kinds, "person", &Kind::name);
    person.fields.push_back(detail::text(900, "nickname", "昵称", "Nickname", 8).ask().counted());
    return Catalog{standard_catalog().version() + 1, std::move(kinds), standard_code_lists()};
}

class NewField : public testing::Test {
protected:
    const Catalog catalog_ = grown();
    const Kind& person_ = catalog_.kind("person");
    const Field& field_ = person_.field("nickname");
};

TEST_F(NewField, IsInTheTable) {
    const auto statements = table_statements(person_, {});
    EXPECT_NE(statements.front().find(", \"nickname\" TEXT"), std::string::npos)
        << statements.front();
}

TEST_F(NewField, IsTheOneColumnThatAnOlderTableLacks) {
    std::vector<std::string> present;
    for (const Field& field : standard_catalog().kind("person").fields) {
        present.emplace_back(field.name);
    }
    std::vector<std::string> added = table_statements(person_, present);
    std::erase_if(added, [](const std::string& sql) { return sql.starts_with("CREATE"); });
    EXPECT_EQ(added,
              (std::vector<std::string>{"ALTER TABLE \"person\" ADD COLUMN \"nickname\" TEXT"}));
}

TEST_F(NewField, IsValidated) {
    EXPECT_EQ(misfit(catalog_, field_, std::string{"小张"}), std::nullopt);
    EXPECT_EQ(misfit(catalog_, field_, std::string{"123456789"}), Misfit::too_long);
    EXPECT_EQ(misfit(catalog_, field_, true), Misfit::wrong_type);
    EXPECT_EQ(parse_value(catalog_, field_, "小张"), record::Value{std::string{"小张"}});
}

TEST_F(NewField, IsInTheMetadata) {
    const boost::json::value whole = boost::json::parse(metadata_json(catalog_));
    EXPECT_EQ(whole.at("version").as_int64(), catalog_.version());
    for (const boost::json::value& kind : whole.at("kinds").as_array()) {
        if (kind.at("name") == "person") {
            const boost::json::value& field = kind.at("fields").as_array().back();
            EXPECT_EQ(field, boost::json::parse(R"({"number": 900, "name": "nickname",
                "label": {"zh": "昵称", "en": "Nickname"}, "type": "text", "width": 8,
                "required": "counted", "policy": "ask", "confidentiality": "internal"})"));
            return;
        }
    }
    FAIL() << "no kind person";
}

TEST_F(NewField, IsAnExportColumn) {
    const auto zh = export_columns(person_, Language::zh);
    const auto en = export_columns(person_, Language::en);
    EXPECT_EQ(zh.back().header, "昵称");
    EXPECT_EQ(en.back().header, "Nickname");
    EXPECT_EQ(en.back().name, "nickname");
    EXPECT_EQ(en.back().field, field_.id());
}

TEST(ExportColumns, AreEveryFieldButTheOwner) {
    for (const Kind& kind : standard_catalog().kinds()) {
        const std::size_t owners = kind.owner.empty() ? 0 : 1;
        EXPECT_EQ(export_columns(kind, Language::zh).size(), kind.fields.size() - owners);
    }
    const auto columns = export_columns(standard_catalog().kind("person_training"), Language::zh);
    EXPECT_EQ(columns.front().header, "培训类别");
}

TEST(Metadata, HoldsEveryKindFieldAndCode) {
    const boost::json::value whole = boost::json::parse(metadata_json(standard_catalog()));
    const auto& kinds = whole.at("kinds").as_array();
    ASSERT_EQ(kinds.size(), standard_catalog().kinds().size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const Kind& kind = standard_catalog().kinds()[i];
        EXPECT_EQ(kinds[i].at("name").as_string(), kind.name);
        const auto& fields = kinds[i].at("fields").as_array();
        ASSERT_EQ(fields.size(), kind.fields.size());
        for (std::size_t j = 0; j < fields.size(); ++j) {
            const Field& field = kind.fields[j];
            EXPECT_EQ(fields[j].at("label").at("zh").as_string(), field.label.zh);
            EXPECT_EQ(fields[j].at("type").as_string(), to_text(field.type));
            EXPECT_EQ(fields[j].as_object().contains("codes"), field.type == FieldType::code);
            EXPECT_EQ(fields[j].as_object().contains("kind"), field.type == FieldType::reference);
        }
    }
    EXPECT_EQ(whole.at("code_lists").as_array().size(), standard_catalog().code_lists().size());
}

TEST(Metadata, SplitsTheOtherHeaders) {
    const boost::json::value whole = boost::json::parse(metadata_json(standard_catalog()));
    const boost::json::value& person = whole.at("kinds").at(0);
    ASSERT_EQ(person.at("name").as_string(), "person");
    const auto& others = person.at("fields").at(3).at("also_called").as_array();
    EXPECT_EQ(others.front().as_string(), "出生年月");
    EXPECT_GE(others.size(), 4U);
}

}  // namespace
}  // namespace zhibu::catalog
