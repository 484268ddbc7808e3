#include "shared/rules/life_cycle.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"

namespace zhibu::rules {
namespace {

using catalog::Label;
using enum Guard;

constexpr Label entered{"登记", "Entered"};
constexpr Label application{"登记申请人", "Applies"};
constexpr Label taken_in{"转入或补录", "Transferred in, or entered late"};
constexpr Label listed_activist{"列为积极分子", "Listed as an activist"};
constexpr Label listed_target{"列为发展对象", "Listed as a development target"};
constexpr Label planned{"列入计划", "Put on the plan"};
constexpr Label off_plan{"移出计划", "Taken off the plan"};
constexpr Label set_back{"退回培养", "Sent back to cultivation"};
constexpr Label ended{"终止培养", "Cultivation ended"};
constexpr Label admitted{"吸收", "Admitted"};
constexpr Label at_once{"直接批准或恢复党籍", "Approved at once, or membership restored"};
constexpr Label converted{"转正", "Converted"};
constexpr Label left{"离开", "Left"};
constexpr Label suspended{"停止党籍", "Membership suspended"};
constexpr Label resumed{"恢复党籍", "Membership resumed"};
constexpr Label returned{"转回", "Transferred back"};
constexpr Label applies_again{"重新申请", "Applies again"};

constexpr std::array stage_moves{
    Move{"", "10", application},
    Move{"", "20", entered},
    Move{"", "30", entered},
    Move{"", "35", planned},
    Move{"", "40", taken_in},
    Move{"", "50", taken_in},
    Move{"", "60", taken_in},
    Move{"", "70", taken_in},
    Move{"", "80", entered},
    Move{"10", "20", listed_activist},
    Move{"20", "30", listed_target},
    Move{"20", "35", planned},
    Move{"30", "35", planned},
    Move{"35", "30", off_plan},
    Move{"35", "20", set_back},
    Move{"30", "20", set_back},
    Move{"10", "80", ended},
    Move{"20", "80", ended},
    Move{"30", "80", ended},
    Move{"35", "80", ended},
    Move{"80", "10", applies_again},
    Move{"30", "40", admitted},
    Move{"35", "40", admitted},
    Move{"10", "50", at_once, special_join},
    Move{"20", "50", at_once, special_join},
    Move{"30", "50", at_once, special_join},
    Move{"35", "50", at_once, special_join},
    Move{"10", "40", at_once, special_join},
    Move{"20", "40", at_once, special_join},
    Move{"80", "40", at_once, special_join},
    Move{"80", "50", at_once, special_join},
    Move{"40", "50", converted},
    Move{"40", "60", suspended},
    Move{"50", "60", suspended},
    Move{"60", "40", resumed},
    Move{"60", "50", resumed},
    Move{"40", "70", left},
    Move{"50", "70", left},
    Move{"60", "70", left},
    Move{"70", "40", returned, came_back},
    Move{"70", "50", returned, came_back},
    Move{"70", "40", at_once, special_join},
    Move{"70", "50", at_once, special_join},
    Move{"70", "10", applies_again},
};

constexpr std::array outcome_moves{
    Move{"", "01", {"按期转正", "Converted on time"}},
    Move{"", "03", {"期满未议", "Not yet discussed"}},
    Move{"", "04", {"延长", "Extended"}},
    Move{"", "05", {"期满取消资格", "Cancelled at the end"}},
    Move{"", "06", {"期内取消资格", "Cancelled before the end"}},
    Move{"03", "01", {"按期转正", "Converted on time"}, not_extended},
    Move{"03", "04", {"延长", "Extended"}, not_extended},
    Move{"03", "02", {"延长期满转正", "Converted after the extension"}, extended},
    Move{"03", "05", {"期满取消资格", "Cancelled at the end"}},
    Move{"04", "02", {"延长期满转正", "Converted after the extension"}},
    Move{"04", "03", {"期满未议", "Not yet discussed"}},
    Move{"04", "05", {"期满取消资格", "Cancelled at the end"}},
    Move{"04", "06", {"期内取消资格", "Cancelled before the end"}},
};

constexpr std::array<std::string_view, 4> outcome_finals{"01", "02", "05", "06"};

constexpr Label requested{"申请", "Asked for"};
constexpr Label issued{"开具", "Issued"};
constexpr Label declined{"拒绝", "Declined"};
constexpr Label revoked{"撤销", "Revoked"};
constexpr Label lapsed{"逾期", "Validity over"};
constexpr Label redirected{"背书", "Redirected"};
constexpr Label received{"接收", "Received"};
constexpr Label reissued{"补开", "Reissued"};
constexpr Label sent_back{"退回", "Sent back"};

constexpr std::array letter_moves{
    Move{"", "10", requested},         Move{"", "20", issued},
    Move{"10", "15", declined},        Move{"10", "20", issued},
    Move{"10", "50", revoked},         Move{"20", "25", lapsed, by_date},
    Move{"20", "30", redirected},      Move{"20", "40", received},
    Move{"20", "50", revoked},         Move{"20", "55", reissued},
    Move{"20", "60", sent_back},       Move{"25", "30", redirected},
    Move{"25", "40", received},        Move{"25", "50", revoked},
    Move{"25", "55", reissued},        Move{"25", "60", sent_back},
    Move{"30", "25", lapsed, by_date}, Move{"30", "30", redirected},
    Move{"30", "40", received},        Move{"30", "50", revoked},
    Move{"30", "55", reissued},        Move{"30", "60", sent_back},
    Move{"60", "30", redirected},      Move{"60", "50", revoked},
    Move{"60", "55", reissued},        Move{"55", "20", issued},
};

constexpr std::array<std::string_view, 3> letter_finals{"15", "40", "50"};

constexpr std::array account_moves{
    Move{"", "1", {"开设", "Opened"}},    Move{"", "2", {"开设（禁用）", "Opened, disabled"}},
    Move{"1", "2", {"禁用", "Disabled"}}, Move{"2", "1", {"启用", "Enabled"}},
    Move{"1", "3", {"删除", "Deleted"}},  Move{"2", "3", {"删除", "Deleted"}},
};

constexpr std::array<std::string_view, 1> account_finals{"3"};

constexpr std::array request_moves{
    Move{"", "1", {"申请", "Asked for"}},
    Move{"1", "2", {"批准", "Approved"}},
    Move{"1", "3", {"不予批准", "Declined"}},
};

constexpr std::array<std::string_view, 2> request_finals{"2", "3"};

constexpr LifeCycle stages{"person_stage",
                           {"人员阶段", "Stages of a person"},
                           "person",
                           "stage",
                           "R-314a",
                           stage_moves,
                           {}};
constexpr LifeCycle outcomes{"conversion_outcome",
                             {"转正情况", "Conversion"},
                             "person",
                             "conversion_outcome",
                             "R-407",
                             outcome_moves,
                             outcome_finals};
constexpr LifeCycle letters{
    "letter_state", {"介绍信状态", "States of a letter"}, "letter", "state", "R-513", letter_moves,
    letter_finals};
constexpr LifeCycle accounts{"account_state", {"账号状态", "States of an account"},
                             "account",       "state",
                             "R-916",         account_moves,
                             account_finals};

constexpr LifeCycle requests{"account_request_state",
                             {"账号申请状态", "States of an account request"},
                             "account_request",
                             "state",
                             "R-911c",
                             request_moves,
                             request_finals};

constexpr std::array<const LifeCycle*, 5> all{&stages, &outcomes, &letters, &accounts, &requests};

bool is_met(Guard guard, const Circumstances& known) {
    switch (guard) {
        case none:
            return true;
        case not_extended:
            return !known.extended;
        case extended:
            return known.extended;
        case special_join:
            return known.join_type >= "04" && known.join_type <= "07";
        case came_back:
            return known.left_for == "10";
        case by_date:
            return false;
    }
    std::unreachable();
}

}  // namespace

const LifeCycle& person_stages() { return stages; }

const LifeCycle& conversion_outcomes() { return outcomes; }

const LifeCycle& letter_states() { return letters; }

const LifeCycle& account_states() { return accounts; }

const LifeCycle& request_states() { return requests; }

std::span<const LifeCycle* const> life_cycles() { return all; }

bool may_move(const LifeCycle& cycle, std::string_view from, std::string_view to,
              const Circumstances& known) {
    return std::ranges::any_of(cycle.moves, [&](const Move& move) {
        return move.from == from && move.to == to && is_met(move.guard, known);
    });
}

}  // namespace zhibu::rules
