#include "tests/client/workbench/api/workbench.hpp"

#include <gtest/gtest.h>

#include "tests/support/sealed_place.hpp"

#include <boost/json.hpp>
#include <utility>

namespace zhibu::client::test {

namespace json = boost::json;

json::value Answer::at(std::string_view pointer) const {
    boost::system::error_code fault;
    const json::value whole = json::parse(body, fault);
    const json::value* found = whole.find_pointer(pointer, fault);
    EXPECT_NE(found, nullptr) << pointer << " in " << body;
    return found == nullptr ? json::value{} : *found;
}

std::string Answer::text(std::string_view pointer) const {
    const json::value found = at(pointer);
    return found.is_string() ? std::string{found.get_string()} : json::serialize(found);
}

bool Answer::has(std::string_view pointer) const {
    boost::system::error_code fault;
    return json::parse(body, fault).find_pointer(pointer, fault) != nullptr;
}

Workbench::Workbench(std::vector<record::RecordState> more) {
    auto replica = Replica::create(support::sealed(folder.file()), identity(),
                                   catalog::standard_catalog(), clock, random)
                       .value();
    record::RecordState retired = standard_record(
        "person", record_id(22),
        {{"name", std::string{"王五"}}, {"id_number", std::string{"110105194912310054"}}});
    retired.retired = true;
    std::vector<record::RecordState> records{
        standard_branch(),
        standard_record("person", record_id(20),
                        {{"name", std::string{"张三"}},
                         {"mobile", std::string{"13900000001"}},
                         {"native_place", std::string{"杭州"}}}),
        standard_record("person", record_id(21),
                        {{"name", std::string{"李四"}},
                         {"id_number", std::string{"110105194912310038"}},
                         {"organisation", record_id(2)}}),
        retired};
    records.insert(records.end(), more.begin(), more.end());
    fill(*replica, std::move(records), lease_until({noon.milliseconds + 72 * hour}));
    desk = std::make_unique<ReplicaDesk>(std::move(replica));
    ApiParts parts;
    parts.desk = desk.get();
    parts.catalog = &catalog::standard_catalog();
    parts.clock = &clock;
    parts.account_name = "第一支部书记";
    parts.sign = sign;
    parts.sync_now = [this](const std::string& second_factor) {
        ++syncs_asked;
        code_given = second_factor;
    };
    parts.ask_server = [this](const sync::Errand&, const ApiParts::Answered& answered) {
        answered(server_says);
    };
    parts.group_made = [this](record::Sequence last) { groups_made.push_back(last); };
    parts.scratch = folder.path();
    api = std::make_unique<Api>(std::move(parts));
    api->watch([this](ApiNews each) { news.push_back(each); });
}

Workbench::~Workbench() {
    // What is still to be done there names the operations.
    desk.reset();
}

Answer Workbench::ask(const std::string& method, const std::string& path, const Parameters& query,
                      const std::string& body) {
    std::vector<ApiResponse> responses;
    api->handle(ApiRequest{method, path, query, body},
                [&responses](ApiResponse response) { responses.push_back(std::move(response)); });
    ask_and_wait(*desk, [](Replica&) { return true; });
    EXPECT_EQ(responses.size(), 1U);
    if (responses.empty()) {
        return {};
    }
    boost::system::error_code fault;
    static_cast<void>(json::parse(responses.front().body, fault));
    EXPECT_FALSE(fault) << "no JSON: " << responses.front().body;
    return {responses.front().status, responses.front().body};
}

Answer Workbench::get(const std::string& path, const Parameters& query) {
    return ask("GET", path, query);
}

Answer Workbench::post(const std::string& body, const Parameters& query) {
    return ask("POST", "/api/groups", query, body);
}

Answer Workbench::set(std::uint64_t person_number, const std::string& field,
                      const std::string& value, const Parameters& query) {
    const json::object change{{"kind", "person"},
                              {"id", to_text(record_id(person_number))},
                              {"operation", "update"},
                              {"fields", json::object{{field, value}}}};
    return post(json::serialize(json::object{{"action", "edit"}, {"changes", {change}}}), query);
}

void Workbench::give_lease(const sync::Lease& lease) {
    ASSERT_TRUE(ask_and_wait(
        *desk, [&](Replica& replica) { return replica.take_lease(lease, lease.granted_at); }));
}

ReplicaStatus Workbench::status() {
    return ask_and_wait(*desk, [](Replica& replica) { return replica.status().value(); });
}

}  // namespace zhibu::client::test
