#include <array>
#include <span>
#include <string>

#include "shared/record/date.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;

bool has_note(const Case& of) { return is_filled(of, of.after, "remark"); }

/// The earliest ages at which people retire, women and men; a sex that is not stated asks for the
/// lower one.
bool is_old_enough(const Case& of, const Date& birth) {
    constexpr int women = 50;
    constexpr int men = 60;
    const bool male = is_any(own<std::string>(of, "sex"), {"1"});
    return record::age_on(birth, of.today) >= (male ? men : women);
}

Breach post_agrees(const Case& of) {
    const auto* category = own<std::string>(of, "category");
    const auto* post = own<std::string>(of, "work_post");
    const Date* birth = own<Date>(of, "birth_date");
    const bool retired_post = is_any(post, {"80", "81", "82"});
    const bool student_post = is_any(post, {"70", "71", "72", "73", "74", "75"});
    const bool retired_agrees =
        post == nullptr || category == nullptr || retired_post == (*category == "3");
    const bool student_agrees =
        post == nullptr || category == nullptr || student_post == (*category == "2");
    const bool age_agrees = !retired_post || birth == nullptr || is_old_enough(of, *birth);
    const bool student_works =
        is_any(category, {"2"}) &&
        (is_filled(of, of.after, "title") || is_filled(of, of.after, "work_start_date"));
    return broken_unless(has_note(of) ||
                         (retired_agrees && student_agrees && age_agrees && !student_works));
}

/// A degree needs the education that leads to it; 同等学力 carries a note.
bool degree_fits(const std::string* education, const std::string* degree) {
    if (education == nullptr || degree == nullptr) {
        return true;
    }
    const bool doctor = is_any(education, {"10", "11", "12", "13"});
    const bool postgraduate = *education < "20";
    const bool undergraduate = postgraduate || is_any(education, {"20", "21"});
    return *degree == "2"   ? doctor
           : *degree == "3" ? postgraduate
           : *degree == "4" ? undergraduate
                            : true;
}

Breach degree_agrees(const Case& of) {
    return broken_unless(
        degree_fits(own<std::string>(of, "education"), own<std::string>(of, "degree")) ||
        has_note(of));
}

Breach entered_degree_agrees(const Case& of) {
    const auto person = named_by(of, of.after, "owner");
    return broken_unless(
        degree_fits(own<std::string>(of, "education"), own<std::string>(of, "degree")) ||
        (person && is_filled(of, *person, "remark")));
}

constexpr std::array rules{
    Rule{"R-806",
         "person",
         "work_post category title work_start_date",
         Severity::warn,
         {"工作岗位与其他信息不一致，请核对。",
          "The work post does not agree with category, age or title: check it, or note why."},
         &post_agrees,
         "S; GK"},
    Rule{"R-807",
         "person",
         "degree education",
         Severity::warn,
         {"学历与学位不一致，请核对。",
          "Education and degree do not agree: check them, or note why."},
         &degree_agrees,
         "GK"},
    Rule{"R-807a",
         "person_education",
         "degree education",
         Severity::warn,
         {"学历与学位不一致，请核对；同等学力请在备注中说明。",
          "Education and degree do not agree: check them, or note why in the person's remark."},
         &entered_degree_agrees,
         "GK"},
};

}  // namespace

std::span<const Rule> work_rules() { return rules; }

}  // namespace zhibu::rules::detail
