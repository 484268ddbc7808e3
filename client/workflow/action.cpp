#include "client/workflow/action.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "client/workflow/detail/tables.hpp"
#include "shared/record/check.hpp"
#include "shared/rules/life_cycle.hpp"

namespace zhibu::client {

std::span<const Action* const> actions() {
    static const std::vector<const Action*> all = [] {
        std::vector<const Action*> pointers;
        for (const std::span<const Action> part :
             {detail::recruitment_actions(), detail::conversion_actions(),
              detail::transfer_actions(), detail::request_actions(), detail::daily_actions(),
              detail::duplicate_actions(), detail::organisation_actions()}) {
            std::ranges::transform(part, std::back_inserter(pointers),
                                   [](const Action& each) { return &each; });
        }
        return pointers;
    }();
    return all;
}

const Action* find_action(std::string_view name) {
    const auto found = std::ranges::find(actions(), name, &Action::name);
    return found == actions().end() ? nullptr : *found;
}

std::vector<std::string> codes_of(const Action& action, const ActionNeeds& needs) {
    std::vector<std::string> codes;
    for (std::string_view rest = needs.codes; !rest.empty();) {
        const auto bar = rest.find('|');
        codes.emplace_back(rest.substr(0, bar));
        rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
    }
    if (needs.leads_to.empty()) {
        return codes;
    }
    for (const rules::LifeCycle* cycle : rules::life_cycles()) {
        if (cycle->kind != action.kind || cycle->field != needs.field) {
            continue;
        }
        for (const rules::Move& move : cycle->moves) {
            if (!move.from.empty() && move.to == needs.leads_to && move.guard == needs.guard) {
                codes.emplace_back(move.from);
            }
        }
    }
    ZHIBU_CHECK(!codes.empty());
    return codes;
}

}  // namespace zhibu::client
