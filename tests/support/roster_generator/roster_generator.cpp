#include "tests/support/roster_generator/roster_generator.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "tests/support/roster_generator/invented_person.hpp"
#include "tests/support/roster_generator/messy_cells.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace zhibu::test {
namespace {

namespace json = boost::json;
using catalog::Catalog;
using catalog::Field;
using catalog::Kind;

// Above it the workbook goes to disk row by row.
constexpr std::uint32_t rows_in_memory_max = 20'000;
constexpr std::string_view unknown_header = "考勤卡号";

enum Column : std::size_t {
    row_number,
    name,
    sex,
    ethnic_group,
    birth,
    id_number,
    education,
    work_start,
    mobile,
    branch,
    stage,
    address,
    unknown,
    school,
    column_count
};

struct CodedWords {
    std::string_view words;
    std::string_view code;
};

constexpr CodedWords educations[] = {
    {"大学本科毕业", "21"}, {"大学专科毕业", "31"}, {"硕士研究生毕业", "14"}, {"11", "11"}};
constexpr CodedWords messy_educations[] = {{"本科", "21"}, {"大学本科", "21"},   {"大专", "31"},
                                           {"硕士", "14"}, {"博士研究生", "11"}, {"中专", "41"},
                                           {"高中", "61"}, {" 本 科 ", "21"}};
constexpr CodedWords stages[] = {{"正式党员", "50"}, {"预备党员", "40"}, {"入党积极分子", "20"}};
constexpr CodedWords messy_stages[] = {
    {"正式", "50"}, {"预备", "40"}, {"积极分子", "20"}, {"50", "50"}, {"中共预备党员", "40"}};
constexpr std::string_view towns[] = {"北石镇", "南水乡", "无忧路", "长乐街道"};

/// The fields by the labels of records.md, and each one's header words.
class Fields {
public:
    explicit Fields(const Catalog& catalog) : person_{catalog.kind("person")} {
        constexpr std::pair<Column, std::string_view> labels[] = {
            {name, "姓名"},        {sex, "性别"},           {ethnic_group, "民族"},
            {birth, "出生日期"},   {id_number, "身份证号"}, {work_start, "参加工作日期"},
            {mobile, "手机"},      {branch, "所属支部"},    {stage, "阶段"},
            {address, "家庭住址"}, {education, "学历"}};
        for (const auto& [column, label] : labels) {
            const auto found = std::ranges::find_if(
                person_.fields, [&](const Field& field) { return field.label.zh == label; });
            if (found == person_.fields.end()) {
                throw std::runtime_error("the catalog's person has no field " + std::string{label});
            }
            fields_[column] = &*found;
            names_[column] = found->name;
        }
        const Kind& schooling = catalog.kind("person_education");
        fields_[school] = &schooling.field("school");
        names_[school] = "person_education.school";
    }

    [[nodiscard]] std::string_view name_of(Column column) const { return names_[column]; }

    [[nodiscard]] std::string header(Column column, Dice& dice, bool is_messy) const {
        if (column == row_number) {
            return "序号";
        }
        if (column == unknown) {
            return std::string{unknown_header};
        }
        std::vector<std::string> words{std::string{fields_[column]->label.zh}};
        std::string_view rest = fields_[column]->also_called;
        while (is_messy && !rest.empty()) {
            const std::size_t bar = std::min(rest.find('|'), rest.size());
            words.emplace_back(rest.substr(0, bar));
            rest.remove_prefix(std::min(rest.size(), bar + 1));
        }
        const std::string word = words[dice.roll(words.size())];
        return is_messy ? messy_header(dice, word) : word;
    }

private:
    const Kind& person_;
    const Field* fields_[column_count] = {};
    std::string_view names_[column_count];  // as the truth calls them
};

/// One row before it is written: its cells and the truth about it.
struct PlannedRow {
    std::vector<WrittenCell> cells = std::vector<WrittenCell>(column_count);
    json::object values;
    json::array refusals;

    void refuse(std::string_view field, std::string_view reason) {
        refusals.push_back(json::object{{"field", field}, {"reason", reason}});
    }
};

class Generator {
public:
    Generator(const RosterPlan& plan, const Catalog& catalog)
        : plan_{plan}, fields_{catalog}, dice_{plan.seed}, truth_{plan.path + ".truth.json"} {
        const bool is_workbook = plan.path.ends_with(".xlsx");
        writer_ = is_workbook ? make_workbook_writer(plan.path, plan.rows > rows_in_memory_max)
                              : make_csv_writer(plan.path, plan.encoding);
        is_workbook_ = is_workbook;
    }

    void run() {
        write_header();
        for (std::uint32_t index = 0; index < plan_.rows; ++index) {
            write_interlude();
            if (index + 1 < plan_.rows && dice_.chance(plan_.messy * 0.01)) {
                write_duplicates(index);
                ++index;
            } else {
                write_person(index);
            }
        }
        if (plan_.messy > 0) {
            write_end();
        }
        writer_->close();
        truth_ << "\n]}\n";
        truth_.close();
        if (!truth_) {
            throw std::runtime_error("the truth cannot be written");
        }
    }

private:
    [[nodiscard]] bool is_messy() const { return plan_.messy > 0; }

    std::vector<WrittenCell> header_cells() const {
        std::vector<WrittenCell> cells;
        for (const std::string& header : headers_) {
            cells.push_back(text_cell(header));
        }
        return cells;
    }

    void begin_truth(std::uint32_t header_row) {
        truth_ << R"({"header_row":)" << header_row << R"(,"unmapped":[")" << unknown_header
               << R"("],"rows":[)";
        row_ = header_row + 1;
    }

    /// A title over the table and, where the form can merge, groups over some headers.
    void write_header() {
        for (std::size_t column = 0; column < column_count; ++column) {
            headers_.push_back(fields_.header(static_cast<Column>(column), dice_, is_messy()));
        }
        if (!is_messy()) {
            writer_->write_row(1, header_cells());
            begin_truth(1);
            tell_skipped(1, "header");
            return;
        }
        writer_->write_wide(1, "某某党委党员名册", column_count);
        begin_truth(writer_->can_merge() ? 3 : 2);
        tell_skipped(1, "title");
        tell_skipped(2, "header");
        if (!writer_->can_merge()) {
            writer_->write_row(2, header_cells());
            return;
        }
        for (std::uint32_t column = 0; column < column_count; ++column) {
            const bool is_grouped = column == mobile || column == address || column == name ||
                                    column == sex || column == ethnic_group;
            if (!is_grouped) {
                writer_->merge(2, 3, column + 1, column + 1, headers_[column]);
            }
        }
        writer_->merge(2, 2, name + 1, ethnic_group + 1, "基本情况");
        std::vector<WrittenCell> leaves(column_count);
        for (const Column column : {name, sex, ethnic_group, mobile, address}) {
            leaves[column] = text_cell(headers_[column]);
        }
        writer_->write_row(3, leaves);
        tell_skipped(3, "header");
    }

    void tell(const json::object& row) {
        truth_ << (std::exchange(has_told_, true) ? ",\n" : "\n") << json::serialize(row);
    }

    void tell_skipped(std::uint32_t row, std::string_view reason) {
        tell(json::object{{"row", row}, {"outcome", "skipped"}, {"reason", reason}});
    }

    void write_interlude() {
        if (dice_.chance(plan_.messy * 0.01)) {
            ++row_;  // a blank row
        }
        if (dice_.chance(plan_.messy * 0.01)) {
            writer_->write_row(row_, header_cells());
            tell_skipped(row_++, "repeated_header");
        }
        if (dice_.chance(plan_.messy * 0.01)) {
            writer_->write_row(row_, {number_cell(row_)});
            tell_skipped(row_++, "only_row_number");
        }
        if (is_workbook_ && dice_.chance(plan_.messy * 0.005)) {
            writer_->write_wide(row_, "离退休第一党支部", column_count);
            tell_skipped(row_++, "section");
        }
    }

    void write_end() {
        std::vector<WrittenCell> total(column_count);
        total[name] = text_cell("合 计");
        total[mobile] = number_cell(plan_.rows);
        writer_->write_row(row_, total);
        tell_skipped(row_++, "total");
        writer_->write_row(row_, {text_cell("填表人：某某"), {}, {}, text_cell("审核人：某某")});
        tell_skipped(row_, "footnote");
    }

    PlannedRow plain_row(std::uint32_t index, const InventedPerson& person) {
        PlannedRow row;
        const auto set = [&](Column column, WrittenCell cell, std::string_view truth) {
            row.cells[column] = std::move(cell);
            row.values[fields_.name_of(column)] = truth;
        };
        row.cells[row_number] = number_cell(index + 1);
        set(name, text_cell(person.name), person.name);
        set(sex, text_cell(person.is_male ? "男" : "女"), person.is_male ? "1" : "2");
        set(ethnic_group, text_cell(person.ethnic_group), person.ethnic_group);
        set(birth, text_cell(record::to_text(person.birth)), record::to_text(person.birth));
        set(id_number, text_cell(person.id_number), person.id_number);
        const CodedWords& level = dice_.pick(educations);
        set(education, text_cell(std::string{level.words}), level.code);
        // The entry takes the level from the person's own field.
        set(school, text_cell("北石医学院"), "北石医学院");
        row.values["person_education.education"] = level.code;
        work_start_ = record::add_months(person.birth, 12 * 22 + static_cast<int>(dice_.roll(60)));
        set(work_start, text_cell(record::to_text(work_start_)), record::to_text(work_start_));
        set(mobile, text_cell(person.mobile), person.mobile);
        const std::string& home = plan_.branches[dice_.roll(plan_.branches.size())];
        set(branch, text_cell(home), home);
        const CodedWords& step = dice_.pick(stages);
        set(stage, text_cell(std::string{step.words}), step.code);
        const std::string street =
            std::string{dice_.pick(towns)} + std::to_string(1 + dice_.roll(300)) + "号";
        set(address, text_cell(street), street);
        row.cells[unknown] = number_cell(100'000 + index);
        return row;
    }

    void make_messy(PlannedRow& row, const InventedPerson& person) {
        const auto often = [&] { return dice_.chance(plan_.messy); };
        if (often()) {
            row.cells[name] = messy_name(dice_, person.name);
        }
        if (dice_.chance(plan_.messy * 0.03)) {
            row.cells[name] = marked_name(dice_, person.name);
            row.values["unreachable"] = "true";
        }
        if (often()) {
            row.cells[sex] = messy_sex(dice_, person.is_male);
        }
        if (often() && person.ethnic_group == "01") {
            row.cells[ethnic_group] = dice_.roll(2) == 0 ? number_cell(1) : text_cell("汉");
        }
        if (often()) {
            row.cells[birth] = dice_.roll(8) == 0   ? messy_nothing(dice_)
                               : dice_.roll(2) == 0 ? messy_month(dice_, person.birth)
                                                    : messy_day(dice_, person.birth);
        }
        if (often()) {
            row.cells[id_number] = messy_id_number(dice_, person.id_number);
        }
        if (often()) {
            const CodedWords& level = dice_.pick(messy_educations);
            row.cells[education] = text_cell(std::string{level.words});
            row.values[fields_.name_of(education)] = level.code;
            row.values["person_education.education"] = level.code;
        }
        if (often()) {
            row.cells[work_start] = messy_day(dice_, work_start_);
        }
        if (often()) {
            row.cells[mobile] = messy_mobile(dice_, person.mobile);
        }
        if (often()) {
            const CodedWords& step = dice_.pick(messy_stages);
            row.cells[stage] = text_cell(std::string{step.words});
            row.values[fields_.name_of(stage)] = step.code;
        }
        for (const Column column : {address, work_start, mobile}) {
            if (dice_.chance(plan_.messy * 0.1)) {
                row.cells[column] = messy_nothing(dice_);
                row.values.erase(fields_.name_of(column));
            }
        }
    }

    /// One cell that nobody can take. The rest of the row stays readable.
    void spoil(PlannedRow& row, const InventedPerson& person) {
        const auto spoiled = [&](Column column, WrittenCell cell, std::string_view reason) {
            row.cells[column] = std::move(cell);
            row.refuse(fields_.name_of(column), reason);
        };
        // What an id number would have filled must stand in the row by itself.
        row.cells[sex] = text_cell(person.is_male ? "男" : "女");
        row.cells[birth] = text_cell(record::to_text(person.birth));
        const std::string year = std::to_string(person.birth.year);
        switch (dice_.roll(14)) {
            case 0:
                spoiled(id_number, number_cell(std::stod(person.id_number)),
                        "id_number_precision_lost");
                break;
            case 1:
                spoiled(id_number,
                        text_cell(person.id_number.substr(0, 6) + person.id_number.substr(8, 9)),
                        "id_number_old");
                break;
            case 2:
                spoiled(id_number, text_cell(wrong_check(person.id_number)), "id_number_check");
                break;
            case 3:
                spoiled(id_number, text_cell(person.id_number.substr(0, 12)), "id_number_form");
                break;
            case 4:
                spoiled(birth, number_cell(person.birth.year + 0.1), "month_ambiguous");
                break;
            case 5:
                spoiled(birth, text_cell(year), "year_only");
                break;
            case 6:
                spoiled(birth, text_cell(year.substr(2) + ".05"), "two_digit_year");
                break;
            case 7:
                spoiled(birth, text_cell(year + "-02-30"), "no_such_day");
                break;
            case 8: {
                const record::Date other = record::add_months(person.birth, 1);
                spoiled(birth, messy_month(dice_, other), "birth_date_disagrees");
                break;
            }
            case 9:
                spoiled(sex, text_cell(person.is_male ? "女" : "男"), "sex_disagrees");
                break;
            case 10:
                spoiled(name, text_cell(person.name + "(外聘)"), "name_form");
                break;
            case 11:
                spoiled(mobile, text_cell(person.mobile.substr(1)), "mobile_form");
                break;
            case 12:
                spoiled(stage, text_cell("党外友人"), "not_in_list");
                break;
            default:
                spoiled(branch, text_cell("没有登记的支部"), "reference_unknown");
                break;
        }
    }

    static std::string wrong_check(std::string id) {
        id.back() = id.back() == '5' ? '6' : '5';
        return id;
    }

    void write(const PlannedRow& row) {
        writer_->write_row(row_, row.cells);
        if (!row.refusals.empty()) {
            tell(json::object{{"row", row_}, {"outcome", "refused"}, {"refusals", row.refusals}});
        } else {
            tell(json::object{{"row", row_}, {"outcome", "accepted"}, {"values", row.values}});
        }
        ++row_;
    }

    void write_person(std::uint32_t index) {
        const InventedPerson person = invent_person(dice_, index);
        PlannedRow row = plain_row(index, person);
        make_messy(row, person);
        if (dice_.chance(plan_.messy * 0.08)) {
            spoil(row, person);
        }
        write(row);
    }

    /// One person twice, the second time under another name.
    void write_duplicates(std::uint32_t index) {
        const InventedPerson person = invent_person(dice_, index);
        for (const std::string_view written :
             {std::string_view{person.name}, std::string_view{"林重"}}) {
            PlannedRow row = plain_row(index, person);
            row.cells[name] = text_cell(std::string{written});
            row.refuse(fields_.name_of(id_number), "duplicate_in_file");
            write(row);
        }
    }

    const RosterPlan& plan_;
    Fields fields_;
    Dice dice_;
    std::ofstream truth_;
    std::unique_ptr<SheetWriter> writer_;
    bool is_workbook_ = false;
    bool has_told_ = false;
    std::vector<std::string> headers_;
    record::Date work_start_;
    std::uint32_t row_ = 1;
};

}  // namespace

void generate_roster(const RosterPlan& plan, const Catalog& catalog) {
    Generator{plan, catalog}.run();
}

}  // namespace zhibu::test
