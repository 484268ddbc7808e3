#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/spreadsheet/spreadsheet.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/detail/jobs.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/named_exports.hpp"
#include "client/workflow/named_filters.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/base64.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"

/// Api's operations on exports: a list becomes a spreadsheet page by page, while others are
/// answered; that it left the program is a record.
namespace zhibu::client {
namespace {

namespace json = boost::json;
using detail::Column;

constexpr std::size_t id_segment = 3;
constexpr std::uint32_t page_records = 1000;
/// Files of the same program that are kept at once.
constexpr std::size_t exports_max = 8;

CellShape shape_of(const catalog::Field& field) {
    switch (field.type) {
        case catalog::FieldType::integer:
            return CellShape::number;
        case catalog::FieldType::money:
            return CellShape::money;
        case catalog::FieldType::day:
            return CellShape::day;
        case catalog::FieldType::month:
            return CellShape::month;
        case catalog::FieldType::text:
        case catalog::FieldType::note:
        case catalog::FieldType::boolean:
        case catalog::FieldType::instant:
        case catalog::FieldType::code:
        case catalog::FieldType::reference:
        case catalog::FieldType::tags:
            return CellShape::text;
    }
    std::unreachable();
}

std::string_view in(const catalog::Label& label, Language language) {
    return language == Language::zh ? label.zh : label.en;
}

Column column_of(const catalog::Field& field, Language language) {
    return Column{&field, std::string{in(field.label, language)}, shape_of(field)};
}

std::vector<Column> columns_of(const catalog::Kind& kind, const NamedExport* named,
                               const ListWish& wish, Language language) {
    std::vector<Column> columns;
    for (const NamedColumn& each :
         named == nullptr ? std::span<const NamedColumn>{} : named->columns) {
        Column& column = columns.emplace_back(column_of(kind.field(each.field), language));
        if (!each.header.zh.empty()) {
            column.header = in(each.header, language);
        }
        column.shape = each.month_alone ? CellShape::month : column.shape;
    }
    if (columns.empty()) {
        for (const catalog::Field* field : wish.columns) {
            columns.push_back(column_of(*field, language));
        }
    }
    if (columns.empty()) {
        for (const catalog::Field& field : kind.fields) {
            columns.push_back(column_of(field, language));
        }
    }
    return columns;
}

/// {"query": {name: text or [text]}} as the parameters of a list.
std::expected<ApiQuery, Problem> parameters_of(const json::object& body) {
    ApiQuery query;
    const json::value* given = body.if_contains("query");
    if (given == nullptr) {
        return query;
    }
    if (!given->is_object()) {
        return std::unexpected{bad_body("query")};
    }
    for (const auto& [key, value] : given->get_object()) {
        const std::string name{std::string_view{key}};
        if (value.is_string()) {
            query.emplace(name, std::string{std::string_view{value.get_string()}});
            continue;
        }
        const json::array* several = value.if_array();
        const bool texts =
            several != nullptr &&
            std::ranges::all_of(*several, [](const json::value& each) { return each.is_string(); });
        if (!texts) {
            return std::unexpected{bad_body("query." + name)};
        }
        for (const json::value& each : *several) {
            query.emplace(name, std::string{std::string_view{each.get_string()}});
        }
    }
    return query;
}

/// What a page wishes to export.
struct ExportWish {
    const NamedExport* named = nullptr;
    const catalog::Kind* kind = nullptr;
    ListWish list;
};

std::expected<ExportWish, Problem> read_export(const catalog::Catalog& catalog,
                                               std::string_view body) {
    ZHIBU_TRY(object, read_object(body));
    ExportWish wish;
    for (const auto& [key, value] : object) {
        const std::string_view name{key};
        const json::string* text = value.if_string();
        if (name == "name" && text != nullptr) {
            wish.named = find_export(std::string_view{*text});
        } else if (name == "kind" && text != nullptr) {
            wish.kind = catalog.find(std::string_view{*text});
        } else if (name != "query") {
            return std::unexpected{bad_body(std::string{name})};
        }
    }
    if (object.contains("name")) {
        if (wish.named == nullptr || object.contains("kind")) {
            return std::unexpected{bad_body("name")};
        }
        wish.kind = &catalog.kind(wish.named->kind);
    }
    if (wish.kind == nullptr) {
        return std::unexpected{bad_body("kind")};
    }
    ZHIBU_TRY(parameters, parameters_of(object));
    ZHIBU_TRY(list, read_query(catalog, *wish.kind, parameters));
    wish.list = std::move(list);
    if (wish.named != nullptr && wish.list.filters.empty()) {
        wish.list.filters.push_back(find_filter(wish.named->kind, wish.named->filter));
    }
    return wish;
}

Problem storage_problem() {
    return Problem{507, "storage_failed",
                   "导出文件写不下，没有导出任何内容。请关闭一些程序，并检查磁盘空间。",
                   "There is no room for the file, so nothing was exported. Close other programs, "
                   "and check the disk's room."};
}

}  // namespace

std::expected<record::RecordId, ReplicaError> Api::own_organisation(Replica& replica) {
    ZHIBU_TRY(status, replica.status());
    return status.lease ? status.lease->scope : status.scope;
}

/// The day after the last export of the same sort ended.
std::expected<std::optional<record::Date>, ReplicaError> Api::exported_until(
    Replica& replica, const NamedExport& named, const record::RecordId& organisation) {
    const catalog::Kind& kind = parts_.catalog->kind("export");
    ListQuery query;
    query.kind = kind.id();
    query.limit = 1;
    query.conditions = {
        Condition{kind.field("sort").id(), Condition::Relation::equal, {std::string{named.sort}}},
        Condition{kind.field("organisation").id(), Condition::Relation::equal, {organisation}}};
    query.order = {SortKey{kind.field("until").id(), true}};
    ZHIBU_TRY(page, replica.list(query));
    if (page.records.empty()) {
        return std::optional<record::Date>{};
    }
    const auto* until =
        std::get_if<record::Date>(&page.records.front().value(kind.field("until").id()));
    return until == nullptr ? std::nullopt : std::optional{record::add_days(*until, 1)};
}

/// What the export's rule of the day says of its records; empty: nothing keeps it back.
std::expected<std::vector<rules::Finding>, ReplicaError> Api::held_back_by(Replica& replica,
                                                                           const Export& job) {
    std::vector<rules::Finding> findings;
    if (job.named == nullptr || job.named->held_back_by.empty()) {
        return findings;
    }
    ListQuery query = job.query;
    query.limit = page_records;
    for (query.offset = 0; query.offset < job.total; query.offset += page_records) {
        ZHIBU_TRY(page, replica.list(query));
        std::vector<record::RecordKey> keys;
        std::ranges::transform(page.records, std::back_inserter(keys), &record::RecordState::key);
        ZHIBU_TRY(said, replica.survey(Draft{"export", {}}, keys));
        std::ranges::copy_if(said, std::back_inserter(findings), [&](const rules::Finding& each) {
            return each.rule == job.named->held_back_by;
        });
    }
    return findings;
}

std::expected<void, ReplicaError> Api::name_export(Replica& replica, Export& job) {
    const record::Date today = record::shanghai_day(parts_.clock->now());
    ZHIBU_TRY(organisation, own_organisation(replica));
    job.organisation = organisation;
    if (job.named == nullptr) {
        job.file_name =
            safe_file_name(std::string{in(job.kind->label, job.language)} + to_text(today)) +
            ".xlsx";
        return {};
    }
    ZHIBU_TRY(since, exported_until(replica, *job.named, organisation));
    job.since = since;
    const std::string unit = name_of(
        replica, *parts_.catalog,
        record::RecordKey{parts_.catalog->kind("organisation").id(), organisation}, job.language);
    job.file_name = export_file_name(*job.named, unit, today.year, job.since, today) + ".xlsx";
    return {};
}

std::expected<void, SpreadsheetFault> Api::open_export(Export& job) {
    std::vector<SpreadsheetColumn> columns;
    for (const Column& each : job.columns) {
        columns.push_back(SpreadsheetColumn{each.header, each.shape});
    }
    ZHIBU_TRY(sheet, Spreadsheet::create(Spreadsheet::Place{job.total, parts_.scratch},
                                         in(job.kind->label, job.language), std::move(columns)));
    job.sheet = std::move(sheet);
    return {};
}

void Api::post_export(const ApiRequest& request, Language language, Respond respond) {
    auto wish = read_export(*parts_.catalog, request.body);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask(
        [this, language, wish = *std::move(wish), respond = std::move(respond)](Replica& replica) {
            Export job;
            job.named = wish.named;
            job.kind = wish.kind;
            job.language = language;
            job.columns = columns_of(*wish.kind, wish.named, wish.list, language);
            respond(begin_export(replica, std::move(job), wish.list));
        });
}

ApiResponse Api::begin_export(Replica& replica, Export job, const ListWish& wish) {
    const Language language = job.language;
    const auto refused = [&](const ReplicaError& error) {
        return refusal(*parts_.catalog, error, language);
    };
    auto query = resolve(replica, wish);
    if (!query) {
        return refused(query.error());
    }
    job.query = *std::move(query);
    job.query.offset = 0;
    job.query.limit = 1;
    const auto first = replica.list(job.query);
    if (!first) {
        return refused(first.error());
    }
    job.total = first->total;
    job.query.limit = page_records;
    const auto findings = held_back_by(replica, job);
    if (!findings) {
        return refused(findings.error());
    }
    if (!findings->empty()) {
        ReplicaError incomplete;
        incomplete.fault = ReplicaFault::refused;
        incomplete.findings = *findings;
        return refused(incomplete);
    }
    if (const auto named = name_export(replica, job); !named) {
        return refused(named.error());
    }
    if (!open_export(job)) {
        return problem(storage_problem(), language);
    }
    const std::uint64_t number = ++exports_->last;
    while (exports_->all.size() >= exports_max) {
        exports_->all.erase(exports_->all.begin());
    }
    const json::object form{{"export", number}, {"file_name", job.file_name}};
    exports_->all.emplace(number, std::move(job));
    go_on_exporting(number);
    return answer(form, 202);
}

void Api::go_on_exporting(std::uint64_t number) {
    parts_.desk->ask([this, number](Replica& replica) {
        const auto found = exports_->all.find(number);
        if (found == exports_->all.end() || found->second.state != Export::State::running) {
            return;
        }
        Export& job = found->second;
        if (!export_page(replica, job)) {
            job.state = Export::State::failed;
            job.sheet.reset();
        } else if (job.done < job.total) {
            go_on_exporting(number);
        } else {
            end_export(replica, job);
        }
    });
}

bool Api::export_page(Replica& replica, Export& job) {
    job.query.offset = job.done;
    const auto page = replica.list(job.query);
    if (!page) {
        return false;
    }
    std::vector<record::Value> cells;
    for (const record::RecordState& state : page->records) {
        cells.clear();
        for (const Column& column : job.columns) {
            const record::Value& value = state.value(column.field->id());
            const bool as_it_is = column.shape != CellShape::text || record::is_empty(value);
            cells.push_back(as_it_is ? value
                                     : record::Value{shown(replica, *parts_.catalog, *column.field,
                                                           value, job.language)});
        }
        if (!job.sheet->add_row(cells)) {
            return false;
        }
    }
    // Somebody has taken records out of the list meanwhile.
    job.done = page->records.empty() ? job.total : job.done + page->records.size();
    return true;
}

void Api::end_export(Replica& replica, Export& job) {
    const bool written = job.sheet->finish().has_value();
    job.state = written ? Export::State::done : Export::State::failed;
    if (!written) {
        job.sheet.reset();
        return;
    }
    const catalog::Kind& kind = parts_.catalog->kind("export");
    const record::Date today = record::shanghai_day(parts_.clock->now());
    DraftChange change;
    change.record = {kind.id(), replica.new_record_id()};
    change.operation = record::Operation::create;
    const auto set = [&](std::string_view field, record::Value value) {
        change.fields.push_back(DraftField{kind.field(field).id(), std::move(value)});
    };
    set("organisation", job.organisation);
    set("sort", std::string{job.named == nullptr ? "90" : job.named->sort});
    set("file_name", job.file_name);
    set("rows", static_cast<std::int64_t>(job.done));
    set("until", today);
    if (job.since) {
        set("since", *job.since);
    }
    if (job.named != nullptr && job.named->of_a_year) {
        set("year", std::int64_t{today.year});
    }
    // Outside the window nothing may be written; the list is the account's to read all the same.
    job.recorded =
        commit_one(replica, Draft{"export", {std::move(change)}}, job.language).has_value();
}

void Api::with_export(const ApiRequest& request, Language language, Respond respond,
                      std::function<ApiResponse(Export&)> work) {
    const std::string number{segment_at(request.path, id_segment)};
    parts_.desk->ask([this, language, number, respond = std::move(respond),
                      work = std::move(work)](Replica&) {
        const auto found = std::ranges::find_if(
            exports_->all, [&](const auto& each) { return std::to_string(each.first) == number; });
        respond(found == exports_->all.end() ? problem(unknown_record_problem(), language)
                                             : work(found->second));
    });
}

void Api::get_export(const ApiRequest& request, Language language, Respond respond) {
    with_export(request, language, std::move(respond), [](Export& job) {
        constexpr std::array<std::string_view, 4> states{"running", "done", "cancelled", "failed"};
        return answer(json::object{{"state", states.at(static_cast<std::size_t>(job.state))},
                                   {"done", job.done},
                                   {"total", job.total},
                                   {"file_name", job.file_name},
                                   {"recorded", job.recorded}});
    });
}

void Api::cancel_export(const ApiRequest& request, Language language, Respond respond) {
    with_export(request, language, std::move(respond), [](Export& job) {
        if (job.state == Export::State::running) {
            job.state = Export::State::cancelled;
            job.sheet.reset();
        }
        return answer(json::object{{"cancelled", job.state == Export::State::cancelled}});
    });
}

void Api::get_export_file(const ApiRequest& request, Language language, Respond respond) {
    with_export(request, language, std::move(respond), [language](Export& job) {
        const auto bytes = job.state == Export::State::done
                               ? job.sheet->bytes()
                               : std::expected<std::string, SpreadsheetFault>{
                                     std::unexpected{SpreadsheetFault::storage_failed}};
        if (!bytes) {
            return problem(Problem{409, "not_ready", "导出尚未完成，或已取消。",
                                   "The export is not finished, or was cancelled."},
                           language);
        }
        const std::span<const std::uint8_t> content{
            reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()};
        return answer(
            json::object{{"file_name", job.file_name}, {"content", record::to_base64(content)}});
    });
}

void Api::get_exports(const ApiRequest& /*request*/, Language /*language*/, Respond respond) {
    json::array forms;
    for (const NamedExport& each : named_exports()) {
        json::array columns;
        for (const NamedColumn& column : each.columns) {
            columns.emplace_back(column.field);
        }
        forms.emplace_back(
            json::object{{"name", each.name},
                         {"label", json::object{{"zh", each.label.zh}, {"en", each.label.en}}},
                         {"kind", each.kind},
                         {"filter", each.filter},
                         {"columns", std::move(columns)}});
    }
    respond(answer(forms));
}

}  // namespace zhibu::client
