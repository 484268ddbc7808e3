#include "tests/bench/person_values.hpp"

#include <string>

#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"

namespace zhibu::bench {

using catalog::FieldType;
using record::Instant;
using record::RecordId;

record::Value value_for(const catalog::Field& field, std::uint64_t number,
                        const std::vector<RecordId>& branches) {
    switch (field.type) {
        case FieldType::text:
        case FieldType::note:
            return field.name == "id_number" ? "990154198705" + std::to_string(100'000 + number)
                                             : "某某字段" + std::to_string(number % 997);
        case FieldType::code:
            return std::string("01");
        case FieldType::integer:
        case FieldType::money:
            return static_cast<std::int64_t>(number % 100'000);
        case FieldType::boolean:
            return number % 2 == 0;
        case FieldType::day:
        case FieldType::month:
            return record::Date{1987, 5, static_cast<std::uint8_t>(1 + number % 28)};
        case FieldType::instant:
            return Instant{static_cast<std::int64_t>(number)};
        case FieldType::reference:
            return field.name == "organisation" ? record::Value{branches[number % branches.size()]}
                                                : record::Value{};
        case FieldType::tags:
            return record::make_text_set({"021-5555" + std::to_string(number % 10'000)});
    }
    return {};
}

}  // namespace zhibu::bench
