#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/workbench/api/api.hpp"
#include "tests/client/support/standard_branch.hpp"

namespace zhibu::client::test {

using Parameters = std::multimap<std::string, std::string>;

struct Answer {
    unsigned status = 0;
    std::string body;

    /// The value at a JSON pointer, which must be there; null where it is not.
    [[nodiscard]] boost::json::value at(std::string_view pointer) const;
    /// The same as a text, without its quotes where it is a string.
    [[nodiscard]] std::string text(std::string_view pointer) const;
    [[nodiscard]] bool has(std::string_view pointer) const;
};

/// The workbench's operations over a branch of invented people:
/// record_id(1) is the branch, record_id(20) 张三, record_id(21) 李四, record_id(22) 王五
/// (retired).
struct Workbench {
    explicit Workbench(std::vector<record::RecordState> more = {});
    ~Workbench();
    Workbench(const Workbench&) = delete;
    Workbench& operator=(const Workbench&) = delete;

    /// Asks and waits; every question is answered exactly once.
    Answer ask(const std::string& method, const std::string& path, const Parameters& query = {},
               const std::string& body = {});
    Answer get(const std::string& path, const Parameters& query = {});
    Answer post(const std::string& body, const Parameters& query = {});
    /// An update of one person.
    Answer set(std::uint64_t person_number, const std::string& field, const std::string& value,
               const Parameters& query = {});

    void give_lease(const sync::Lease& lease);
    ReplicaStatus status();

    Folder folder;
    support::FixedClock clock{noon};
    support::SeededRandom random{1};
    std::unique_ptr<ReplicaDesk> desk;
    int syncs_asked = 0;
    std::string code_given;
    /// Nothing: no session is open.
    std::optional<sync::ErrandReply> server_says;
    std::vector<record::Sequence> groups_made;
    std::vector<ApiNews> news;
    std::unique_ptr<Api> api;
};

}  // namespace zhibu::client::test
