#include "shared/catalog/catalog.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog {
namespace {

using detail::code;
using detail::day;
using detail::owner;
using detail::ref;
using detail::text;

Kind note_kind() {
    return Kind{
        1, "note", {"便条", "Note"}, "", {}, Writers::scope, {text(1, "name", "名", "Name", 9)}};
}

Kind line_kind() {
    return Kind{2,
                "line",
                {"行", "Line"},
                "note",
                {},
                Writers::scope,
                {owner("便条", "Note", "note"), text(2, "word", "词", "Word", 9)}};
}

std::vector<CodeList> colours() { return {CodeList{"colour", {Code{"1", {"红", "Red"}}}}}; }

void make(std::vector<Kind> kinds) { const Catalog made{1, std::move(kinds), colours()}; }

/// The note with one more field.
Kind with(const Field& field) {
    Kind kind = note_kind();
    kind.fields.push_back(field);
    return kind;
}

TEST(Catalog, FindsKindsFieldsAndCodes) {
    const Catalog catalog{3, {note_kind(), line_kind()}, colours()};
    EXPECT_EQ(catalog.version(), 3U);
    EXPECT_EQ(catalog.find("line"), catalog.find(KindNumber{2}));
    EXPECT_EQ(catalog.find("nothing"), nullptr);
    EXPECT_EQ(catalog.find(KindNumber{9}), nullptr);
    const Kind& line = catalog.kind("line");
    EXPECT_EQ(line.find("word"), line.find(FieldNumber{2}));
    EXPECT_EQ(line.find(FieldNumber{3}), nullptr);
    EXPECT_EQ(line.find("nothing"), nullptr);
    EXPECT_EQ(catalog.find_codes("colour")->find("1")->label.en, "Red");
    EXPECT_EQ(catalog.find_codes("colour")->find("2"), nullptr);
    ASSERT_EQ(catalog.entries_of(catalog.kind("note")).size(), 1U);
    EXPECT_EQ(catalog.entries_of(catalog.kind("note")).front(), &line);
}

TEST(CatalogDeathTest, AMisspeltNameIsABug) {
    const Catalog catalog{1, {note_kind()}, colours()};
    EXPECT_DEATH(static_cast<void>(catalog.kind("nota")), "");
    EXPECT_DEATH(static_cast<void>(catalog.kind("note").field("nama")), "");
}

TEST(CatalogDeathTest, NumbersAndNamesAreUsedOnce) {
    EXPECT_DEATH(make({note_kind(), note_kind()}), "");
    EXPECT_DEATH(make({with(text(1, "again", "又", "Again", 9))}), "");
    EXPECT_DEATH(make({with(text(2, "name", "又", "Again", 9))}), "");
    Kind same_number = line_kind();
    same_number.number = 1;
    EXPECT_DEATH(make({note_kind(), same_number}), "");
}

TEST(CatalogDeathTest, ReferencedListsAndKindsAreThere) {
    EXPECT_DEATH(make({with(code(2, "shade", "色", "Shade", "shade"))}), "");
    EXPECT_DEATH(make({with(ref(2, "page", "页", "Page", "page"))}), "");
    make({with(code(2, "shade", "色", "Shade", "colour"))});
    make({with(ref(2, "page", "页", "Page", "note"))});
}

TEST(CatalogDeathTest, TextsHaveAWidthAndNothingElseHas) {
    EXPECT_DEATH(make({with(text(2, "word", "词", "Word", 0))}), "");
    EXPECT_DEATH(make({with(day(2, "on", "日", "On").with(&Field::width, std::uint16_t{3}))}), "");
}

TEST(CatalogDeathTest, LabelsAreInBothLanguages) {
    EXPECT_DEATH(make({with(text(2, "word", "", "Word", 9))}), "");
    EXPECT_DEATH(make({with(text(2, "word", "词", "", 9))}), "");
}

TEST(CatalogDeathTest, OnlyWhatMayHappenHappened) {
    EXPECT_DEATH(make({with(text(2, "word", "词", "Word", 9).happened())}), "");
    EXPECT_DEATH(make({with(day(2, "on", "日", "On").compact())}), "");
    EXPECT_DEATH(
        make({with(text(2, "word", "词", "Word", 9).with(&Field::policy, MergePolicy::unite))}),
        "");
}

TEST(CatalogDeathTest, AnEntryNamesItsOwnerInFieldOne) {
    Kind entry = line_kind();
    entry.fields.erase(entry.fields.begin());
    EXPECT_DEATH(make({note_kind(), entry}), "");
    entry = line_kind();
    entry.fields.front().number = 0;
    EXPECT_DEATH(make({note_kind(), entry}), "");
    entry = line_kind();
    entry.owner = "line";
    EXPECT_DEATH(make({note_kind(), entry}), "");
}

TEST(CatalogDeathTest, ARecordIsPlacedByOrganisations) {
    Kind kind = with(ref(2, "page", "页", "Page", "note"));
    kind.placed_by = {"page"};
    EXPECT_DEATH(make({kind}), "");
}

}  // namespace
}  // namespace zhibu::catalog
