#include "shared/catalog/catalog.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "shared/record/check.hpp"

namespace zhibu::catalog {
namespace {

constexpr std::size_t places_kept = 4096;
/// Odd, so that the kinds' places lie apart.
constexpr std::size_t mixing = 0x9e3779b1;

template <class Items, class Name>
auto* by_name(Items& items, const Name& name) {
    const auto found =
        std::ranges::find_if(items, [&](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

/// Rules name kinds and fields, hundreds of times for each record, and mostly by the same literals:
/// where one was found is tried first.
/// @param owner  apart from others' items of the same names
template <class Item>
const Item* by_literal(const std::vector<Item>& items, std::string_view name, std::size_t owner) {
    thread_local std::array<std::uint16_t, places_kept> places{};
    const std::size_t mixed = std::hash<const void*>{}(name.data()) + owner * mixing;
    std::uint16_t& place = places[(mixed ^ (mixed >> 10U)) % places.size()];
    if (place < items.size() && items[place].name == name) {
        return &items[place];
    }
    const Item* found = by_name(items, name);
    if (found != nullptr) {
        place = static_cast<std::uint16_t>(found - items.data());
    }
    return found;
}

void check_field(const Catalog& catalog, const Field& field) {
    ZHIBU_CHECK(!field.name.empty() && !field.label.zh.empty() && !field.label.en.empty());
    const bool has_width = field.type == FieldType::text || field.type == FieldType::note ||
                           field.type == FieldType::tags;
    ZHIBU_CHECK(has_width == (field.width > 0));
    if (field.type == FieldType::code) {
        ZHIBU_CHECK(catalog.find_codes(field.refers_to) != nullptr);
    } else if (field.type == FieldType::reference) {
        ZHIBU_CHECK(catalog.find(field.refers_to) != nullptr);
    } else {
        ZHIBU_CHECK(field.refers_to.empty());
    }
    ZHIBU_CHECK((field.policy == MergePolicy::unite) == (field.type == FieldType::tags));
    ZHIBU_CHECK(field.spelling == Spelling::as_typed || field.type == FieldType::text);
    ZHIBU_CHECK(!field.happened || field.type == FieldType::day || field.type == FieldType::month);
}

void check_kind(const Catalog& catalog, const Kind& kind) {
    ZHIBU_CHECK(!kind.name.empty() && !kind.label.zh.empty() && !kind.label.en.empty());
    ZHIBU_CHECK(catalog.find(kind.name) == &kind && catalog.find(kind.id()) == &kind);
    std::uint16_t last = 0;
    for (const Field& field : kind.fields) {
        ZHIBU_CHECK(field.number > last);
        last = field.number;
        ZHIBU_CHECK(kind.find(field.name) == &field);
        check_field(catalog, field);
    }
    if (!kind.owner.empty()) {
        const Field* owner = kind.find("owner");
        ZHIBU_CHECK(owner != nullptr && owner->refers_to == kind.owner);
        ZHIBU_CHECK(owner->number == 1 && kind.placed_by.empty());
    }
    for (const std::string_view place : kind.placed_by) {
        ZHIBU_CHECK(kind.field(place).refers_to == "organisation");
    }
}

}  // namespace

const Field* Kind::find(FieldNumber field) const {
    const auto found = std::ranges::lower_bound(fields, field.number, {}, &Field::number);
    return found != fields.end() && found->number == field.number ? &*found : nullptr;
}

const Field* Kind::find(std::string_view field_name) const {
    return by_literal(fields, field_name, std::hash<const void*>{}(this) / sizeof(Kind));
}

const Field& Kind::field(std::string_view field_name) const {
    const Field* found = find(field_name);
    ZHIBU_CHECK(found != nullptr);
    return *found;
}

const Code* CodeList::find(std::string_view code) const {
    const auto found = std::ranges::find(codes, code, &Code::code);
    return found == codes.end() ? nullptr : &*found;
}

Catalog::Catalog(std::uint32_t version, std::vector<Kind> kinds, std::vector<CodeList> code_lists)
    : version_{version}, kinds_{std::move(kinds)}, code_lists_{std::move(code_lists)} {
    for (const CodeList& list : code_lists_) {
        ZHIBU_CHECK(find_codes(list.name) == &list && !list.codes.empty());
        for (const Code& code : list.codes) {
            ZHIBU_CHECK(list.find(code.code) == &code);
        }
    }
    for (const Kind& kind : kinds_) {
        check_kind(*this, kind);
    }
}

const Kind* Catalog::find(KindNumber kind) const {
    const auto found = std::ranges::find(kinds_, kind.number, &Kind::number);
    return found == kinds_.end() ? nullptr : &*found;
}

const Kind* Catalog::find(std::string_view kind_name) const {
    return by_literal(kinds_, kind_name, 0);
}

const Kind& Catalog::kind(std::string_view kind_name) const {
    const Kind* found = find(kind_name);
    ZHIBU_CHECK(found != nullptr);
    return *found;
}

const CodeList* Catalog::find_codes(std::string_view list_name) const {
    return by_name(code_lists_, list_name);
}

std::vector<const Kind*> Catalog::entries_of(const Kind& owner) const {
    std::vector<const Kind*> entries;
    for (const Kind& kind : kinds_) {
        if (kind.owner == owner.name) {
            entries.push_back(&kind);
        }
    }
    return entries;
}

}  // namespace zhibu::catalog
