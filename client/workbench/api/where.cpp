#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"

/// Composed conditions, as pages write them.
namespace zhibu::client {
namespace {

namespace json = boost::json;
using Relation = Condition::Relation;

constexpr std::size_t depth_max = 8;
/// A page's request line ends before this.
constexpr std::size_t where_bytes_max = 16'384;

constexpr std::array<std::pair<std::string_view, Relation>, 11> relations{
    {{"equal", Relation::equal},
     {"not_equal", Relation::not_equal},
     {"less", Relation::less},
     {"not_greater", Relation::not_greater},
     {"greater", Relation::greater},
     {"not_less", Relation::not_less},
     {"contains", Relation::like},
     {"empty", Relation::empty},
     {"not_empty", Relation::not_empty},
     {"any_of", Relation::any_of},
     {"in_reach", Relation::in_reach}}};

constexpr std::array<std::pair<std::string_view, Filter::Joined>, 3> joints{
    {{"all", Filter::Joined::all}, {"any", Filter::Joined::any}, {"none", Filter::Joined::none}}};

std::unexpected<Problem> wrong(const std::string& place) {
    return std::unexpected{Problem{400, "bad_parameter", "筛选条件不对：" + place,
                                   "The condition is wrong at: " + place}};
}

template <class Meaning, std::size_t size>
const Meaning* meant(const std::array<std::pair<std::string_view, Meaning>, size>& words,
                     std::string_view word) {
    const auto found = std::ranges::find(words, word, &std::pair<std::string_view, Meaning>::first);
    return found == words.end() ? nullptr : &found->second;
}

class WhereReader {
public:
    WhereReader(const catalog::Catalog& catalog, const catalog::Kind& kind)
        : catalog_(catalog), kind_(kind) {}

    std::expected<Filter, Problem> read(const json::value& given, const std::string& place) {
        const json::object* object = given.if_object();
        if (object == nullptr || object->empty()) {
            return wrong(place);
        }
        if (object->contains("field")) {
            return read_condition(*object, place);
        }
        const std::string_view word{object->begin()->key()};
        const Filter::Joined* how = meant(joints, word);
        const json::array* parts = object->begin()->value().if_array();
        if (object->size() != 1 || how == nullptr || parts == nullptr) {
            return wrong(place);
        }
        Filter filter;
        filter.joined = *how;
        for (const json::value& part : *parts) {
            ZHIBU_TRY(read_part, read(part, place + "." + std::string{word} + "[" +
                                                std::to_string(filter.parts.size()) + "]"));
            filter.parts.push_back(std::move(read_part));
        }
        return filter;
    }

private:
    std::expected<Filter, Problem> read_condition(const json::object& object,
                                                  const std::string& place) {
        for (const auto& [key, value] : object) {
            const std::string_view name{key};
            if (name != "field" && name != "is" && name != "value" && name != "values") {
                return wrong(place + "." + std::string{name});
            }
        }
        const catalog::Field* field = nullptr;
        if (const json::string* name = object.at("field").if_string()) {
            field = kind_.find(std::string_view{*name});
        }
        if (field == nullptr) {
            return wrong(place + ".field");
        }
        const json::value* is = object.if_contains("is");
        const Relation* relation = is == nullptr || !is->is_string()
                                       ? nullptr
                                       : meant(relations, std::string_view{is->get_string()});
        if (relation == nullptr) {
            return wrong(place + ".is");
        }
        Filter filter;
        filter.joined = Filter::Joined::one;
        filter.condition.field = field->id();
        filter.condition.relation = *relation;
        ZHIBU_TRY(values, read_values(object, *field, *relation, place));
        filter.condition.values = std::move(values);
        return filter;
    }

    std::expected<std::vector<record::Value>, Problem> read_values(const json::object& object,
                                                                   const catalog::Field& field,
                                                                   Relation relation,
                                                                   const std::string& place) {
        std::vector<std::string> texts;
        if (const json::value* one = object.if_contains("value")) {
            if (!one->is_string()) {
                return wrong(place + ".value");
            }
            texts.emplace_back(std::string_view{one->get_string()});
        }
        if (const json::value* many = object.if_contains("values")) {
            const json::array* list = many->if_array();
            if (list == nullptr || !texts.empty()) {
                return wrong(place + ".values");
            }
            for (const json::value& each : *list) {
                if (!each.is_string()) {
                    return wrong(place + ".values");
                }
                texts.emplace_back(std::string_view{each.get_string()});
            }
        }
        const bool none = relation == Relation::empty || relation == Relation::not_empty ||
                          relation == Relation::in_reach;
        if (relation != Relation::any_of && texts.size() != (none ? 0U : 1U)) {
            return wrong(place + ".value");
        }
        std::vector<record::Value> values;
        for (const std::string& text : texts) {
            auto value = relation == Relation::like ? std::optional{record::Value{text}}
                                                    : catalog::parse_value(catalog_, field, text);
            if (!value) {
                return wrong(place + ".value");
            }
            values.push_back(*std::move(value));
        }
        return values;
    }

    const catalog::Catalog& catalog_;
    const catalog::Kind& kind_;
};

}  // namespace

std::expected<Filter, Problem> read_where(const catalog::Catalog& catalog,
                                          const catalog::Kind& kind, std::string_view text) {
    json::parse_options options;
    // Each level is an object in an array.
    options.max_depth = 2 * depth_max;
    boost::system::error_code fault;
    const json::value parsed =
        text.size() > where_bytes_max ? json::value{} : json::parse(text, fault, {}, options);
    if (fault || !parsed.is_object()) {
        return wrong("where");
    }
    return WhereReader{catalog, kind}.read(parsed, "where");
}

}  // namespace zhibu::client
