#pragma once

#include "shared/catalog/catalog.hpp"

/// The words in which a field is declared on one line:
///     text(1, "name", "姓名", "Name", 50).must().ask().personal().called("名字")
namespace zhibu::catalog::detail {

struct FieldLine : Field {
    constexpr FieldLine must() const { return with(&Field::required, Required::yes); }

    constexpr FieldLine counted() const { return with(&Field::required, Required::counted); }

    constexpr FieldLine ask() const { return with(&Field::policy, MergePolicy::ask); }

    constexpr FieldLine above() const { return with(&Field::policy, MergePolicy::authority); }

    constexpr FieldLine greatest() const { return with(&Field::policy, MergePolicy::max); }

    constexpr FieldLine least() const { return with(&Field::policy, MergePolicy::min); }

    constexpr FieldLine once() const { return with(&Field::policy, MergePolicy::first); }

    constexpr FieldLine personal() const {
        return with(&Field::confidentiality, Confidentiality::personal);
    }

    constexpr FieldLine compact() const { return with(&Field::spelling, Spelling::compact); }

    constexpr FieldLine happened() const { return with(&Field::happened, true); }

    constexpr FieldLine sensitive() const {
        return with(&Field::confidentiality, Confidentiality::sensitive);
    }

    /// Other headers in rosters, separated by '|'.
    constexpr FieldLine called(std::string_view others) const {
        return with(&Field::also_called, others);
    }

    template <class Member, class Value>
    constexpr FieldLine with(Member member, Value value) const {
        FieldLine copy = *this;
        copy.*member = value;
        return copy;
    }
};

constexpr FieldLine line(std::uint16_t number, std::string_view name, std::string_view zh,
                         std::string_view en, FieldType type, std::uint16_t width = 0,
                         std::string_view refers_to = {}) {
    FieldLine made;
    made.number = number;
    made.name = name;
    made.label = Label{zh, en};
    made.type = type;
    made.width = width;
    made.refers_to = refers_to;
    return made;
}

constexpr FieldLine text(std::uint16_t number, std::string_view name, std::string_view zh,
                         std::string_view en, std::uint16_t width) {
    return line(number, name, zh, en, FieldType::text, width);
}

constexpr FieldLine note(std::uint16_t number, std::string_view name, std::string_view zh,
                         std::string_view en, std::uint16_t width = 2000) {
    return line(number, name, zh, en, FieldType::note, width);
}

constexpr FieldLine tags(std::uint16_t number, std::string_view name, std::string_view zh,
                         std::string_view en, std::uint16_t width) {
    return line(number, name, zh, en, FieldType::tags, width)
        .with(&Field::policy, MergePolicy::unite);
}

constexpr FieldLine integer(std::uint16_t number, std::string_view name, std::string_view zh,
                            std::string_view en) {
    return line(number, name, zh, en, FieldType::integer);
}

constexpr FieldLine money(std::uint16_t number, std::string_view name, std::string_view zh,
                          std::string_view en) {
    return line(number, name, zh, en, FieldType::money);
}

constexpr FieldLine boolean(std::uint16_t number, std::string_view name, std::string_view zh,
                            std::string_view en) {
    return line(number, name, zh, en, FieldType::boolean);
}

constexpr FieldLine day(std::uint16_t number, std::string_view name, std::string_view zh,
                        std::string_view en) {
    return line(number, name, zh, en, FieldType::day);
}

constexpr FieldLine month(std::uint16_t number, std::string_view name, std::string_view zh,
                          std::string_view en) {
    return line(number, name, zh, en, FieldType::month);
}

constexpr FieldLine instant(std::uint16_t number, std::string_view name, std::string_view zh,
                            std::string_view en) {
    return line(number, name, zh, en, FieldType::instant);
}

/// A code of the list.
constexpr FieldLine code(std::uint16_t number, std::string_view name, std::string_view zh,
                         std::string_view en, std::string_view list) {
    return line(number, name, zh, en, FieldType::code, 0, list);
}

/// A record of the kind.
constexpr FieldLine ref(std::uint16_t number, std::string_view name, std::string_view zh,
                        std::string_view en, std::string_view kind) {
    return line(number, name, zh, en, FieldType::reference, 0, kind);
}

/// Whose entry it is: field 1 of every entry kind, never changed.
constexpr FieldLine owner(std::string_view zh, std::string_view en, std::string_view kind) {
    return ref(1, "owner", zh, en, kind).must().ask();
}

/// The kind with every field that its line leaves internal made personal.
[[nodiscard]] inline Kind about_a_person(Kind kind) {
    for (Field& field : kind.fields) {
        if (field.confidentiality == Confidentiality::internal) {
            field.confidentiality = Confidentiality::personal;
        }
    }
    return kind;
}

[[nodiscard]] std::vector<Kind> person_kinds();
[[nodiscard]] std::vector<Kind> person_entry_kinds();
[[nodiscard]] std::vector<Kind> organisation_kinds();
[[nodiscard]] std::vector<Kind> letter_kinds();
[[nodiscard]] std::vector<Kind> dues_kinds();
[[nodiscard]] std::vector<Kind> plan_kinds();
[[nodiscard]] std::vector<Kind> control_kinds();
[[nodiscard]] std::vector<Kind> explanation_kinds();
[[nodiscard]] std::vector<Kind> account_request_kinds();
[[nodiscard]] std::vector<Kind> casework_kinds();
[[nodiscard]] std::vector<Kind> export_kinds();

}  // namespace zhibu::catalog::detail
