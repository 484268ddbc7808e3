#include "shared/rules/rights.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::rules {
namespace {

constexpr std::string_view committee_level = "1";
constexpr std::string_view general_branch_level = "2";
constexpr std::string_view temporary = "3";

using enum Reach;

// clang-format off: a table, one line for each deed
//                                                                                 self   below above beside
constexpr std::array table{
    Right{Deed::read,               {"查看", "Read"},                            false, false, yes,  yes, no, no},
    Right{Deed::write,              {"维护记录", "Write records"},               true,  false, yes,  yes, no, no},
    Right{Deed::keep_own_contact,   {"维护个人信息", "Keep the own contact"},    true,  false, yes,  no,  no, no},
    Right{Deed::manage_accounts,    {"管理账号", "Manage accounts"},             true,  true,  peer, yes, no, no},
    Right{Deed::manage_devices,     {"管理设备", "Manage devices"},              true,  true,  peer, yes, no, no},
    Right{Deed::open_windows,       {"开放维护时段", "Open edit windows"},       true,  true,  peer, yes, no, no},
    Right{Deed::open_level_windows, {"为下级开放维护时段", "Open edit windows for a level below"},
                                                                                 true,  true,  yes,  yes, no, no},
    Right{Deed::answer_requests,    {"审批账号申请", "Answer account requests"}, true,  true,  peer, yes, no, no},
    Right{Deed::decide,             {"裁定待审与冲突", "Decide cases and conflicts"},
                                                                                 true,  true,  peer, yes, no, no},
};
// clang-format on

const Right& right_of(Deed deed) {
    const auto found = std::ranges::find(table, deed, &Right::deed);
    ZHIBU_CHECK(found != table.end());
    return *found;
}

Reach reach(const Right& right, Relation relation) {
    switch (relation) {
        case Relation::self:
            return right.self;
        case Relation::below:
            return right.below;
        case Relation::above:
            return right.above;
        case Relation::beside:
            return right.beside;
    }
    std::unreachable();
}

}  // namespace

bool is_officer(const Role& role) {
    return role.manages && role.nature != temporary &&
           (role.level == committee_level || role.level == general_branch_level);
}

std::span<const Right> rights() { return table; }

bool permits(const Role& role, Deed deed, Relation relation) {
    const Right& right = right_of(deed);
    if ((right.asks_write && !role.may_write) || (right.asks_officer && !is_officer(role))) {
        return false;
    }
    const Reach there = reach(right, relation);
    return there == yes || (there == peer && role.at_top);
}

}  // namespace zhibu::rules
