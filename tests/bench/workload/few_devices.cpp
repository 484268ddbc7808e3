#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "tests/bench/workload/committee.hpp"
#include "tests/bench/workload/limits.hpp"
#include "tests/bench/workload/workloads.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::bench {

std::vector<MadePerson> people_for(std::size_t count, const std::vector<record::RecordId>& branches,
                                   std::size_t first) {
    std::vector<MadePerson> people;
    people.reserve(count);
    for (std::size_t number = first; number < first + count; ++number) {
        people.push_back(make_person(seed, number, branches[number % branches.size()]));
    }
    return people;
}

std::pair<Spent, std::vector<record::RecordId>> enter(Device& device,
                                                      const std::vector<MadePerson>& people) {
    const record::KindNumber kind = catalog::standard_catalog().kind("person").id();
    std::vector<record::RecordId> ids;
    Spent spent;
    for (std::size_t first = 0; first < people.size(); first += group_size) {
        client::Draft draft{"import", {}};
        for (std::size_t at = first; at < std::min(first + group_size, people.size()); ++at) {
            ids.push_back(device.with_replica(
                [](client::Replica& replica) { return replica.new_record_id(); }));
            draft.changes.push_back(
                {{kind, ids.back()}, record::Operation::create, people[at].fields});
        }
        spent += spent_on([&] { static_cast<void>(device.commit(draft)); });
    }
    return {spent, std::move(ids)};
}

Spent edit(Device& device, const std::vector<record::RecordId>& ids, std::string_view field,
           const std::function<record::Value(std::size_t)>& value) {
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    const record::FieldNumber number = kind.field(field).id();
    Spent spent;
    for (std::size_t first = 0; first < ids.size(); first += group_size) {
        client::Draft draft{"edit", {}};
        for (std::size_t at = first; at < std::min(first + group_size, ids.size()); ++at) {
            draft.changes.push_back(
                {{kind.id(), ids[at]}, record::Operation::update, {{number, value(at)}}});
        }
        spent += spent_on([&] { static_cast<void>(device.commit(draft)); });
    }
    return spent;
}

// W1: 10,000 new records made offline; the first push to an empty server.
void first_push(const Program& server, Figures& figures) {
    constexpr std::size_t count = 10'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto people = people_for(count, committee.add_branches(40));
    static_cast<void>(enter(committee.officer(), people));
    Round round;
    round.product = committee.officer().synchronise();
    committee.officer().demand_taken();
    committee.officer().synchronise_and_compare();
    round.limit = StockDatabase{folder.path() / "stock.db"}.insert(people, group_size);
    figures.add("W1", round);
}

// W2: a fresh client pulls 100,000 records.
void first_pull(const Program& server, Figures& figures) {
    constexpr std::size_t count = 100'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto branches = committee.add_branches(400);
    auto devices = committee.add_devices({committee.general_branch()});
    const auto people = people_for(count, branches);
    static_cast<void>(enter(committee.officer(), people));
    static_cast<void>(committee.officer().synchronise());
    committee.officer().demand_taken();
    Device& fresh = *devices.front();
    fresh.forget_replica();
    Round round;
    round.product = fresh.synchronise();
    fresh.synchronise_and_compare();
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < people.size(); ++at) {
        if (at % group_size == 0) {
            parts.emplace_back();
        }
        parts.back() += people[at].json() + '\n';
    }
    round.limit = StockDatabase{folder.path() / "stock.db"}.insert(people, people.size()) +
                  bare_tls_stream(parts);
    figures.add("W2", round);
}

// W3: 10,000 edits made offline in groups of 100 (a), then pushed (b).
void edits(const Program& server, Figures& figures) {
    constexpr std::size_t count = 10'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto people = people_for(count, committee.add_branches(40));
    const auto entered = enter(committee.officer(), people);
    static_cast<void>(committee.officer().synchronise());
    StockDatabase stock{folder.path() / "stock.db"};
    static_cast<void>(stock.insert(people, group_size));
    std::vector<std::string> mobiles;
    for (std::size_t at = 0; at < count; ++at) {
        mobiles.push_back(other_mobile(at));
    }
    Round local;
    Round push;
    local.product = edit(committee.officer(), entered.second, "mobile", [&](std::size_t at) {
                        return record::Value{mobiles[at]};
                    }).wall;
    push.product = committee.officer().synchronise();
    committee.officer().demand_taken();
    committee.officer().synchronise_and_compare();
    local.limit = stock.update_with_log(mobiles, group_size);
    push.limit = local.limit;
    figures.add("W3a", local);
    figures.add("W3b", push);
}

// W6: A edits `mobile`, B edits `party_post` of the same 5,000 records, offline; A, B, A sync.
void merges(const Program& server, Figures& figures) {
    constexpr std::size_t count = 5'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto people = people_for(count, committee.add_branches(20));
    const auto entered = enter(committee.officer(), people);
    static_cast<void>(committee.officer().synchronise());
    auto devices = committee.add_devices({committee.general_branch()});
    Device& a = committee.officer();
    Device& b = *devices.front();
    static_cast<void>(b.synchronise());
    static_cast<void>(edit(a, entered.second, "mobile",
                           [](std::size_t at) { return record::Value{other_mobile(at)}; }));
    static_cast<void>(edit(b, entered.second, "party_post",
                           [](std::size_t) { return record::Value{std::string{"51"}}; }));
    Round round;
    round.product = a.synchronise() + b.synchronise() + a.synchronise();
    a.demand_taken();
    b.demand_taken();
    a.synchronise_and_compare();
    b.synchronise_and_compare();
    StockDatabase stock{folder.path() / "stock.db"};
    static_cast<void>(stock.insert(people, group_size));
    std::vector<std::string> values(count, "51");
    round.limit =
        2 * (stock.update_with_log(values, group_size) + stock.update_with_log(values, group_size));
    figures.add("W6", round);
}

}  // namespace zhibu::bench
