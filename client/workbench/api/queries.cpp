#include "client/workbench/api/queries.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace zhibu::client {
namespace {

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

/// Takes one parameter into the query; what is wrong with it, if anything.
std::optional<Problem> take(ListQuery& query, const catalog::Catalog& catalog,
                            const catalog::Kind& kind, const std::string& name,
                            const std::string& text) {
    if (name == "lang") {
        return std::nullopt;
    }
    if (name == "search") {
        query.search = text;
        return text.size() > search_bytes_max ? std::optional{bad_parameter(name)} : std::nullopt;
    }
    if (name == "retired") {
        query.with_retired = text == "true";
        return text == "true" || text == "false" ? std::nullopt
                                                 : std::optional{bad_parameter(name)};
    }
    if (name == "offset" || name == "limit") {
        const auto value = number(text, name == "limit" ? limit_max : offset_max);
        if (!value || (name == "limit" && *value == 0)) {
            return bad_parameter(name);
        }
        if (name == "limit") {
            query.limit = static_cast<std::uint32_t>(*value);
        } else {
            query.offset = *value;
        }
        return std::nullopt;
    }
    if (name == "order") {
        const bool descending = text.starts_with('-');
        const catalog::Field* field = kind.find(std::string_view{text}.substr(descending ? 1 : 0));
        if (field == nullptr || query.order.size() == conditions_max) {
            return bad_parameter(name);
        }
        query.order.push_back(SortKey{field->id(), descending});
        return std::nullopt;
    }
    const catalog::Field* field = kind.find(name);
    const auto value = field == nullptr ? std::nullopt : parse_value(catalog, *field, text);
    if (!value || query.conditions.size() == conditions_max) {
        return bad_parameter(name);
    }
    query.conditions.push_back(Condition{field->id(), Condition::Relation::equal, {*value}});
    return std::nullopt;
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

std::expected<ListQuery, Problem> read_query(const catalog::Catalog& catalog,
                                             const catalog::Kind& kind,
                                             const ApiQuery& parameters) {
    ListQuery query;
    query.kind = kind.id();
    for (const auto& [name, text] : parameters) {
        if (auto wrong = take(query, catalog, kind, name, text)) {
            return std::unexpected{*std::move(wrong)};
        }
    }
    return query;
}

}  // namespace zhibu::client
