#include "client/cli/lookup.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client/words/words.hpp"

namespace zhibu::client {
namespace {

using catalog::Field;
using catalog::FieldType;
using catalog::Kind;

/// Fields by which people name a record, tried in this order where a kind has them.
constexpr std::array<std::string_view, 6> naming_fields{"id_number", "code",       "number",
                                                        "name",      "short_name", "label"};

std::unexpected<WordError> error(std::string zh, std::string en) {
    return std::unexpected{WordError{std::move(zh), std::move(en)}};
}

std::unexpected<WordError> unreadable(const ReplicaError& fault) {
    return error(explain(fault, Language::zh), explain(fault, Language::en));
}

/// What fits a field, so that nobody has to guess a second time. Long code lists are left out.
WordError form_of(const catalog::Catalog& catalog, const Field& field) {
    constexpr std::size_t codes_max = 20;
    switch (field.type) {
        case FieldType::day:
            return {"请写成 2026-01-31 这样的日期。", "Write a day, such as 2026-01-31."};
        case FieldType::month:
            return {"请写成 2026-01 或 2026-01-31 这样的日期。",
                    "Write a month or a day, such as 2026-01 or 2026-01-31."};
        case FieldType::instant:
            return {"请写成“2026-01-31 08:00”这样的时间。",
                    "Write a moment, such as \"2026-01-31 08:00\"."};
        case FieldType::integer:
            return {"请写成不带小数的数字。", "Write a whole number."};
        case FieldType::money:
            return {"请写成 12.50 这样的金额（元）。", "Write an amount in yuan, such as 12.50."};
        case FieldType::boolean:
            return {"请写“是”或“否”。", "Write yes or no."};
        case FieldType::code: {
            const auto& codes = catalog.find_codes(field.refers_to)->codes;
            if (codes.size() > codes_max) {
                return {"请写其代码或名称。", "Write its code or its name."};
            }
            WordError known{"可用：", "Known: "};
            for (const catalog::Code& code : codes) {
                const bool is_first = &code == &codes.front();
                const std::string number{code.code};
                known.zh += (is_first ? "" : "、") + number + " " + std::string{code.label.zh};
                known.en += (is_first ? "" : ", ") + number + " " + std::string{code.label.en};
            }
            return {known.zh + "。", known.en + "."};
        }
        case FieldType::text:
        case FieldType::note:
        case FieldType::reference:
        case FieldType::tags:
            return {};
    }
    std::unreachable();
}

std::expected<std::vector<record::RecordState>, WordError> matching(Replica& replica,
                                                                    const Kind& kind,
                                                                    const Field& field,
                                                                    record::Value value) {
    ListQuery query;
    query.kind = kind.id();
    query.with_retired = true;
    query.limit = 3;
    query.conditions.push_back(
        Condition{field.id(), Condition::Relation::equal, {std::move(value)}});
    auto page = replica.list(query);
    if (!page) {
        return unreadable(page.error());
    }
    return std::move(page->records);
}

std::expected<record::RecordState, WordError> one_of(std::vector<record::RecordState> found,
                                                     const Kind& kind, std::string_view which) {
    if (found.size() == 1) {
        return std::move(found.front());
    }
    std::string quoted{which};
    if (found.empty()) {
        return error("没有找到" + std::string{kind.label.zh} + "“" + quoted + "”。",
                     "There is no " + std::string{kind.label.en} + " \"" + quoted + "\" here.");
    }
    std::string look = "zhibu list " + std::string{kind.name} + " --retired --columns";
    for (const std::string_view name : naming_fields) {
        look += kind.find(name) == nullptr ? "" : " " + std::string{name};
    }
    look += " id";
    return error("“" + quoted + "”不止一个，请用身份证号、代码或编号指明；见：" + look + "。",
                 "\"" + quoted + "\" names more than one; use the id number, code or id, which " +
                     look + " shows.");
}

/// Of kinds or fields: the names that programs use, in Chinese with the label beside.
template <class All>
WordError known_names(const All& all) {
    WordError known;
    for (const auto& each : all) {
        const std::string name{each.name};
        known.zh += (known.zh.empty() ? "" : "、") + name + " " + std::string{each.label.zh};
        known.en += (known.en.empty() ? "" : ", ") + name;
    }
    return known;
}

}  // namespace

WordError unsaved(const WordError& error) {
    return {"没有保存：" + error.zh, "Not saved: " + error.en};
}

bool has_naming_field(const Kind& kind) {
    return std::ranges::any_of(naming_fields, [&](std::string_view name) {
        const Field* field = kind.find(name);
        return field != nullptr && field->type == FieldType::text;
    });
}

std::expected<const Kind*, WordError> find_kind(const catalog::Catalog& catalog,
                                                std::string_view word) {
    for (const Kind& kind : catalog.kinds()) {
        if (word == kind.name || word == kind.label.zh || word == kind.label.en) {
            return &kind;
        }
    }
    const WordError known = known_names(catalog.kinds());
    return error("没有“" + std::string{word} + "”这种记录。可用：" + known.zh + "。",
                 "There is no kind \"" + std::string{word} + "\". Known: " + known.en + ".");
}

std::expected<const Field*, WordError> find_field(const Kind& kind, std::string_view word) {
    for (const Field& field : kind.fields) {
        if (word == field.name || word == field.label.zh || word == field.label.en) {
            return &field;
        }
    }
    const WordError known = known_names(kind.fields);
    return error(std::string{kind.label.zh} + "没有字段“" + std::string{word} + "”。可用：" +
                     known.zh + "。",
                 "The kind " + std::string{kind.name} + " has no field \"" + std::string{word} +
                     "\". Known: " + known.en + ".");
}

std::expected<record::RecordState, WordError> find_one(Replica& replica,
                                                       const catalog::Catalog& catalog,
                                                       const Kind& kind, std::string_view which) {
    if (const auto id = record::parse_uuid(which)) {
        auto found = replica.find(record::RecordKey{kind.id(), record::RecordId{*id}});
        if (!found) {
            return unreadable(found.error());
        }
        if (*found) {
            return **std::move(found);
        }
        return one_of({}, kind, which);
    }
    if (const auto equals = which.find('='); equals != std::string_view::npos) {
        const auto field = find_field(kind, which.substr(0, equals));
        if (!field) {
            return std::unexpected{field.error()};
        }
        auto value = read_value(replica, catalog, **field, which.substr(equals + 1));
        if (!value) {
            return std::unexpected{std::move(value).error()};
        }
        auto found = matching(replica, kind, **field, *std::move(value));
        return found ? one_of(*std::move(found), kind, which)
                     : std::expected<record::RecordState, WordError>{
                           std::unexpected{std::move(found).error()}};
    }
    for (const std::string_view name : naming_fields) {
        const Field* field = kind.find(name);
        if (field == nullptr || field->type != FieldType::text) {
            continue;
        }
        auto found = matching(replica, kind, *field, std::string{which});
        if (!found) {
            return std::unexpected{std::move(found).error()};
        }
        if (!found->empty()) {
            return one_of(*std::move(found), kind, which);
        }
    }
    return one_of({}, kind, which);
}

std::expected<record::Value, WordError> read_value(Replica& replica,
                                                   const catalog::Catalog& catalog,
                                                   const Field& field, std::string_view text) {
    if (field.type == FieldType::reference && !text.empty() && !record::parse_uuid(text)) {
        const Kind& kind = catalog.kind(field.refers_to);
        auto found = find_one(replica, catalog, kind, text);
        if (!found) {
            return std::unexpected{std::move(found).error()};
        }
        return record::Value{found->key.id};
    }
    auto value = catalog::parse_value(catalog, field, text);
    if (!value) {
        const WordError form = form_of(catalog, field);
        return error("“" + std::string{text} + "”不能作为“" + std::string{field.label.zh} +
                         "”的值。" + form.zh,
                     "\"" + std::string{text} + "\" cannot stand in \"" +
                         std::string{field.label.en} + "\"." + (form.en.empty() ? "" : " ") +
                         form.en);
    }
    return *std::move(value);
}

std::expected<std::vector<DraftField>, WordError> read_assignments(
    Replica& replica, const catalog::Catalog& catalog, const Kind& kind,
    const std::vector<std::string>& words) {
    std::vector<DraftField> fields;
    for (const std::string& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos) {
            return error("“" + word + "”应写成 字段=值。",
                         "Write \"" + word + "\" as field=value.");
        }
        const auto field = find_field(kind, std::string_view{word}.substr(0, equals));
        if (!field) {
            return std::unexpected{field.error()};
        }
        auto value =
            read_value(replica, catalog, **field, std::string_view{word}.substr(equals + 1));
        if (!value) {
            return std::unexpected{std::move(value).error()};
        }
        fields.push_back(DraftField{(*field)->id(), *std::move(value)});
    }
    return fields;
}

}  // namespace zhibu::client
