#include <array>
#include <span>
#include <string_view>

#include "client/workflow/action.hpp"
#include "client/workflow/detail/tables.hpp"

namespace zhibu::client::detail {
namespace {

constexpr std::string_view person = "person";
constexpr std::string_view appraisal = "person_appraisal";
constexpr std::string_view education = "person_education";
constexpr std::string_view check_in = "person_check_in";

constexpr std::array appraisal_inputs{must(appraisal, "year"), must(appraisal, "result"),
                                      may(appraisal, "disposition"), may(appraisal, "remark")};
constexpr std::array post_inputs{must(person, "work_post"), may(person, "post_start_date"),
                                 may(person, "front_line"), may(person, "category")};
constexpr std::array education_inputs{must(education, "education"),   may(education, "degree"),
                                      may(education, "school"),       may(education, "subject"),
                                      may(education, "graduated_on"), may(education, "highest")};
constexpr std::array check_in_inputs{must(check_in, "checked_in_on", "today"),
                                     must(check_in, "community"), may(check_in, "remark")};
constexpr std::array confirmation_inputs{must(person, "confirmed_on", "today")};

constexpr std::array is_member{ActionNeeds{"stage", "40|50"}};
constexpr std::array is_in_sight{ActionNeeds{"stage", "10|20|30|35|40|50|60"}};

constexpr std::array table{
    Action{"appraise",
           {"民主评议", "Appraisal"},
           in_members,
           person,
           Choice::many,
           appraisal_inputs,
           {},
           is_member},
    Action{"set_work_post",
           {"工作岗位或身份", "Work post"},
           in_members,
           person,
           Choice::many,
           post_inputs,
           {},
           is_in_sight},
    Action{"add_education",
           {"学历学位", "Education and degree"},
           in_members,
           person,
           Choice::many,
           education_inputs,
           {},
           is_in_sight},
    Action{"check_in",
           {"党员报到", "Community check-in"},
           in_members,
           person,
           Choice::many,
           check_in_inputs,
           {},
           is_member},
    Action{"confirm_data",
           {"信息核实", "Confirm the data"},
           in_members,
           person,
           Choice::many,
           confirmation_inputs,
           {},
           is_in_sight},
};

}  // namespace

std::span<const Action> daily_actions() { return table; }

}  // namespace zhibu::client::detail
