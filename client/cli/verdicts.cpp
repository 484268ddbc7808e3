#include "client/cli/verdicts.hpp"

#include <ostream>
#include <string>
#include <utility>

#include "client/cli/records.hpp"
#include "client/cli/text_table.hpp"

namespace zhibu::client {
namespace {

constexpr std::uint32_t groups_max = 1'000;

bool is_to_be_told(const OwnGroup& own) {
    return own.stage != GroupStage::accepted || (own.verdict && !own.verdict->decisions.empty());
}

}  // namespace

Verdicts::Verdicts(Console& console, ReplicaDesk& desk) : console_{console}, desk_{desk} {
    for (const OwnGroup& own : groups()) {
        if (own.stage != GroupStage::waiting) {
            known_.insert(own.group.name.sequence);
        }
    }
}

void Verdicts::tell() {
    for (const OwnGroup& own : groups()) {
        const bool is_news =
            own.stage != GroupStage::waiting && known_.insert(own.group.name.sequence).second;
        if (is_news && !console_.json && is_to_be_told(own)) {
            print(own);
        }
    }
}

std::vector<OwnGroup> Verdicts::groups() {
    return ask_and_wait(desk_, [](Replica& replica) {
        auto found = replica.own_groups(groups_max);
        return found ? *std::move(found) : std::vector<OwnGroup>{};
    });
}

void Verdicts::print(const OwnGroup& own) {
    const bool zh = console_.language == Language::zh;
    const std::string number = std::to_string(own.group.name.sequence.position);
    const std::string action = name_of_action(own.group.action, console_.language);
    const std::string words = outcome_words(own, console_.language);
    console_.err << printable((zh ? "变更 " + number + "（" + action + "）"
                                  : "Change " + number + " (" + action + ") is ") +
                              std::string{name_of(own.stage, console_.language)} +
                              (words.empty() ? "" : (zh ? "：" : ": ") + words))
                 << std::endl;
}

}  // namespace zhibu::client
