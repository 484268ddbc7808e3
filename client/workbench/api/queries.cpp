#include "client/workbench/api/queries.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/workflow/named_filters.hpp"
#include "shared/record/check.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t kind_segment = 3;
constexpr std::size_t id_segment = 4;
constexpr std::size_t search_bytes_max = 200;
constexpr std::uint64_t offset_max = 10'000'000;
constexpr std::uint64_t limit_max = 1'000;
/// More than any form asks; as many as a replica takes.
constexpr std::size_t conditions_max = 64;

/// A name comes from the address and may be no text at all; ours are plain letters.
Problem bad_parameter(std::string_view name) {
    std::string shown{name};
    std::ranges::replace_if(shown, [](char each) { return each < ' ' || each > '~'; }, '?');
    return Problem{400, "bad_parameter", "参数“" + shown + "”不对。",
                   "The parameter \"" + shown + "\" is wrong."};
}

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = fault == std::errc{} && end == text.data() + text.size();
    return whole && value <= most ? std::optional{value} : std::nullopt;
}

std::expected<std::vector<const catalog::Field*>, Problem> read_columns(const catalog::Kind& kind,
                                                                        std::string_view text) {
    std::vector<const catalog::Field*> columns;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const catalog::Field* field = kind.find(text.substr(0, comma));
        if (field == nullptr) {
            return std::unexpected{bad_parameter("columns")};
        }
        columns.push_back(field);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return columns;
}

/// search, retired, offset and limit, and how the list stands; what is wrong with it, if anything.
/// No value: the name is none of these.
std::optional<std::expected<void, Problem>> take_frame(ListWish& wish, const catalog::Kind& kind,
                                                       const std::string& name,
                                                       const std::string& text) {
    ListQuery& query = wish.query;
    const auto wrong = [&] {
        return std::expected<void, Problem>{std::unexpected{bad_parameter(name)}};
    };
    if (name == "lang") {
        return std::expected<void, Problem>{};
    }
    if (name == "search") {
        query.search = text;
        return text.size() > search_bytes_max ? wrong() : std::expected<void, Problem>{};
    }
    if (name == "retired") {
        query.with_retired = text == "true";
        return text == "true" || text == "false" ? std::expected<void, Problem>{} : wrong();
    }
    if (name == "offset" || name == "limit") {
        const auto value = number(text, name == "limit" ? limit_max : offset_max);
        if (!value || (name == "limit" && *value == 0)) {
            return wrong();
        }
        if (name == "limit") {
            query.limit = static_cast<std::uint32_t>(*value);
        } else {
            query.offset = *value;
        }
        return std::expected<void, Problem>{};
    }
    if (name == "order") {
        const bool descending = text.starts_with('-');
        const catalog::Field* field = kind.find(std::string_view{text}.substr(descending ? 1 : 0));
        if (field == nullptr || query.order.size() == conditions_max) {
            return wrong();
        }
        query.order.push_back(SortKey{field->id(), descending});
        return std::expected<void, Problem>{};
    }
    return std::nullopt;
}

/// Takes one parameter into the wish; what is wrong with it, if anything.
std::expected<void, Problem> take(ListWish& wish, const catalog::Catalog& catalog,
                                  const catalog::Kind& kind, const std::string& name,
                                  const std::string& text) {
    if (auto taken = take_frame(wish, kind, name, text)) {
        return *std::move(taken);
    }
    if (name == "columns") {
        ZHIBU_TRY(columns, read_columns(kind, text));
        wish.columns = std::move(columns);
        return {};
    }
    if (name == "where") {
        ZHIBU_TRY(where, read_where(catalog, kind, text));
        wish.query.filter.parts.push_back(std::move(where));
        return {};
    }
    if (name == "filter") {
        const NamedFilter* filter = find_filter(kind.name, text);
        if (filter == nullptr) {
            return std::unexpected{bad_parameter(name)};
        }
        wish.filters.push_back(filter);
        return {};
    }
    if (name == "finding") {
        const auto known = rules::known_rules();
        if (std::ranges::find(known, text) == known.end()) {
            return std::unexpected{bad_parameter(name)};
        }
        wish.query.finding = text;
        return {};
    }
    const catalog::Field* field = kind.find(name);
    const auto value = field == nullptr ? std::nullopt : parse_value(catalog, *field, text);
    if (!value || wish.query.conditions.size() == conditions_max) {
        return std::unexpected{bad_parameter(name)};
    }
    wish.query.conditions.push_back(Condition{field->id(), Condition::Relation::equal, {*value}});
    return {};
}

}  // namespace

std::string_view take_segment(std::string_view& path) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    return segment;
}

std::string_view segment_at(std::string_view path, std::size_t index) {
    std::string_view segment;
    for (std::size_t i = 0; i <= index; ++i) {
        segment = take_segment(path);
    }
    return segment;
}

Problem unknown_operation_problem() {
    return Problem{404, "not_found", "没有这项操作。", "There is no such operation."};
}

Problem other_method_problem() {
    return Problem{405, "method_not_allowed", "这项操作不能这样使用。",
                   "This operation has other methods."};
}

Problem unknown_kind_problem() {
    return Problem{404, "unknown_kind", "没有这种记录。", "There is no such kind of record."};
}

Problem unknown_record_problem() {
    return Problem{404, "unknown_record", "本机副本中没有这条记录。",
                   "There is no such record here."};
}

std::expected<const catalog::Kind*, Problem> kind_named_by(const catalog::Catalog& catalog,
                                                           std::string_view path) {
    const catalog::Kind* kind = catalog.find(segment_at(path, kind_segment));
    return kind != nullptr ? std::expected<const catalog::Kind*, Problem>{kind}
                           : std::unexpected{unknown_kind_problem()};
}

std::expected<NamedRecord, Problem> record_named_by(const catalog::Catalog& catalog,
                                                    std::string_view path) {
    ZHIBU_TRY(kind, kind_named_by(catalog, path));
    const auto id = record::parse_uuid(segment_at(path, id_segment));
    if (!id) {
        return std::unexpected{unknown_record_problem()};
    }
    return NamedRecord{kind, {kind->id(), {*id}}};
}

std::expected<ListWish, Problem> read_query(const catalog::Catalog& catalog,
                                            const catalog::Kind& kind, const ApiQuery& parameters) {
    ListWish wish;
    wish.query.kind = kind.id();
    for (const auto& [name, text] : parameters) {
        ZHIBU_TRY_VOID(take(wish, catalog, kind, name, text));
    }
    return wish;
}

ListQuery resolved(const ListWish& wish, const FilterTerms& terms) {
    ListQuery query = wish.query;
    const catalog::Kind& people = terms.catalog.kind("person");
    const bool wants_strangers = std::ranges::any_of(
        wish.filters, [](const NamedFilter* each) { return each->name == "on_the_way"; });
    if (query.kind == people.id() && !wants_strangers) {
        query.at_home = true;
    }
    for (const NamedFilter* filter : wish.filters) {
        if (filter->condition != nullptr) {
            query.filter.parts.push_back(filter->condition(terms));
        } else {
            query.finding = filter->rule;
        }
    }
    return query;
}

}  // namespace zhibu::client
