#include "client/cli/lookup.hpp"

#include <array>
#include <utility>

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
    return error("读取副本出错：" + fault.place, "The replica cannot be read: " + fault.place);
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
    return error("“" + quoted + "”不止一个，请用身份证号、代码或编号指明。",
                 "\"" + quoted + "\" names more than one; use the id number, code or id.");
}

}  // namespace

std::expected<const Kind*, WordError> find_kind(const catalog::Catalog& catalog,
                                                std::string_view word) {
    for (const Kind& kind : catalog.kinds()) {
        if (word == kind.name || word == kind.label.zh || word == kind.label.en) {
            return &kind;
        }
    }
    std::string known;
    for (const Kind& kind : catalog.kinds()) {
        known += known.empty() ? "" : ", ";
        known += kind.name;
    }
    return error("没有“" + std::string{word} + "”这种记录。可用：" + known,
                 "There is no kind \"" + std::string{word} + "\". Known: " + known);
}

std::expected<const Field*, WordError> find_field(const Kind& kind, std::string_view word) {
    for (const Field& field : kind.fields) {
        if (word == field.name || word == field.label.zh || word == field.label.en) {
            return &field;
        }
    }
    return error(
        std::string{kind.label.zh} + "没有字段“" + std::string{word} + "”。",
        "The kind " + std::string{kind.name} + " has no field \"" + std::string{word} + "\".");
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
        return error(
            "“" + std::string{text} + "”不能作为“" + std::string{field.label.zh} + "”的值。",
            "\"" + std::string{text} + "\" cannot stand in \"" + std::string{field.label.en} +
                "\".");
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
