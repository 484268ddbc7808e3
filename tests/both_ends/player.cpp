#include "tests/both_ends/player.hpp"

#include <rapidcheck.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "shared/record/date.hpp"
#include "tests/simulation/simulated_catalog.hpp"

namespace zhibu::both_ends {
namespace {

using client::Draft;
using client::DraftChange;
using record::Operation;
using record::RecordId;
using record::Value;

constexpr std::uint32_t persons = 5;

const catalog::Kind& kind(std::string_view name) {
    return simulation::simulated_catalog().kind(name);
}

Value text(std::string words) { return Value{std::move(words)}; }

RecordId numbered(std::uint8_t sort, std::uint32_t number) {
    RecordId id;
    id.uuid.bytes.fill(sort);
    id.uuid.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

DraftChange change_of(std::string_view kind_name, const RecordId& id, Operation operation,
                      const server::test::Values& values) {
    DraftChange change{{kind(kind_name).id(), id}, operation, {}};
    for (const auto& [field, value] : values) {
        change.fields.push_back({kind(kind_name).field(field).id(), value});
    }
    return change;
}

/// A field of each policy, with one of a few values.
std::pair<std::string_view, Value> any_field(std::uint32_t how) {
    const std::uint32_t choice = how / 8;
    switch (how % 5) {
        case 0:
            return {"address", text("路" + std::to_string(choice % 5))};
        case 1:
            return {"name", text("王" + std::to_string(choice % 3))};
        case 2:
            return {"dues_paid_until",
                    Value{record::Date{2026, static_cast<std::uint8_t>(1 + choice % 5), 28}}};
        case 3:
            return {"phones", Value{record::make_text_set({std::to_string(10'000 + choice % 3),
                                                           std::to_string(10'000 + choice % 7)})}};
        default:
            return {"remark", choice % 3 == 0 ? Value{} : text(std::to_string(choice % 100))};
    }
}

DraftChange change_of_person(Space& space, const record::RecordState& person, const Step& step) {
    if (person.retired) {
        return {person.key, Operation::restore, {}};
    }
    const std::uint32_t sort = step.how % 16;
    if (sort == 0) {
        return {person.key, Operation::retire, {}};
    }
    if (sort == 1) {
        const std::array branches{space.court->branch_a, space.court->branch_b,
                                  space.court->beside};
        return change_of("person", person.key.id, Operation::update,
                         {{"organisation", Value{branches.at(step.how / 16 % branches.size())}}});
    }
    if (sort == 2) {
        return change_of("person_education", numbered(0x55, step.how / 16 % 250), Operation::create,
                         {{"owner", Value{person.key.id}}, {"education", text("10")}});
    }
    return change_of("person", person.key.id, Operation::update, {any_field(step.how / 16)});
}

DraftChange change_at(Space& space, Station& station, const Step& step) {
    const std::uint32_t number = step.where % persons;
    const RecordId id = numbered(0x44, number);
    const auto found = station.ask(
        [&](client::Replica& replica) { return replica.find({kind("person").id(), id}).value(); });
    if (found) {
        return change_of_person(space, *found, step);
    }
    const RecordId& branch = station.kit().account == space.court->secretary_b
                                 ? space.court->branch_b
                                 : space.court->branch_a;
    return change_of("person", id, Operation::create, server::test::applicant(branch, 1 + number));
}

}  // namespace

void edit(Space& space, Station& station, const Step& step) {
    space.court->clock.advance(1'000);
    Draft draft{"edit", {change_at(space, station, step)}};
    if (step.how % 5 == 0) {
        Step other = step;
        ++other.where;
        other.how /= 5;
        draft.changes.push_back(change_at(space, station, other));
    }
    static_cast<void>(station.commit(draft));
}

std::vector<Step> any_steps(std::size_t most) {
    const auto step = rc::gen::build<Step>(
        rc::gen::set(&Step::what, rc::gen::inRange<std::uint16_t>(0, 1'000)),
        rc::gen::set(&Step::where, rc::gen::inRange<std::uint16_t>(0, 1'000)),
        rc::gen::set(&Step::how, rc::gen::inRange<std::uint32_t>(0, 1'000'000)));
    const auto count = *rc::gen::inRange<std::size_t>(1, most);
    return *rc::gen::container<std::vector<Step>>(count, step);
}

}  // namespace zhibu::both_ends
