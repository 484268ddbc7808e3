#include "tests/bench/large_workbench.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace zhibu::client::test {
namespace {

std::string some(support::SeededRandom& random, const std::vector<std::string>& words) {
    return words[random.below(words.size())];
}

record::Date day_since(support::SeededRandom& random, int year, int years) {
    return {static_cast<std::int16_t>(
                year + static_cast<int>(random.below(static_cast<std::uint64_t>(years)))),
            static_cast<std::uint8_t>(1 + random.below(12)),
            static_cast<std::uint8_t>(1 + random.below(28))};
}

record::RecordState person_of(std::uint64_t number, support::SeededRandom& random) {
    static const std::vector<std::string> family{"王", "李", "张", "刘", "陈", "杨", "赵", "黄",
                                                 "周", "吴", "徐", "孙", "单", "曾", "任", "区"};
    static const std::vector<std::string> given{"伟",   "芳",   "秀英", "敏",   "静",  "丽华",
                                                "强",   "建国", "磊",   "洋",   "勇",  "艳",
                                                "志强", "晓明", "雪梅", "国栋", "一诺"};
    static const std::vector<std::string> stages{"10", "20", "30", "35", "40", "50",
                                                 "50", "50", "50", "50", "50", "70"};
    return standard_record(
        "person", record_id(1'000'000 + number),
        {{"name", some(random, family) + some(random, given)},
         {"sex", std::string{random.chance(50) ? "1" : "2"}},
         {"ethnic_group", std::string{"01"}},
         {"birth_date", day_since(random, 1950, 55)},
         {"id_number", "310101" + std::to_string(198'700'000'000 + number)},
         {"native_place", some(random, {"浙江宁波", "江苏苏州", "上海"})},
         {"mobile", "139" + std::to_string(10'000'000 + random.below(89'999'999))},
         {"phones", record::make_text_set({"021-" + std::to_string(random.below(9'999'999))})},
         {"address", std::string{"上海市黄浦区重庆南路227号"}},
         {"category", std::string{"1"}},
         {"organisation", record_id(10'000 + number % LargeWorkbench::branches)},
         {"stage", some(random, stages)},
         {"work_start_date", day_since(random, 1990, 30)},
         {"work_post", std::string{"10"}},
         {"post_start_date", day_since(random, 2000, 25)},
         {"front_line", std::string{"1"}},
         {"education", std::string{"20"}},
         {"degree", std::string{"4"}},
         {"application_date", day_since(random, 2005, 20)},
         {"join_date", day_since(random, 2005, 21)},
         {"join_type", std::string{"01"}},
         {"conversion_date", day_since(random, 2005, 20)},
         {"dues_monthly", static_cast<std::int64_t>(random.below(50'000))},
         {"dues_paid_until", day_since(random, 2024, 3)},
         {"remark", std::string{"—"}}});
}

}  // namespace

double milliseconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

void require(bool held, const std::string& what) {
    if (!held) {
        std::fprintf(stderr, "failed: %s\n", what.c_str());
        std::exit(1);
    }
}

LargeWorkbench::LargeWorkbench() {
    auto replica = Replica::create(sealed(folder_.file()), identity(), catalog::standard_catalog(),
                                   clock_, random_)
                       .value();
    std::vector<record::RecordState> organisations;
    for (std::uint64_t each = 0; each < branches; ++each) {
        organisations.push_back(standard_record("organisation", record_id(10'000 + each),
                                                {{"name", "第" + std::to_string(each) + "党支部"},
                                                 {"code", "A" + std::to_string(each)},
                                                 {"type", std::string{"30"}}}));
    }
    fill(*replica, std::move(organisations), lease_until({noon.milliseconds + 72 * hour}));
    const double time = milliseconds([&] { enter_all(*replica); });
    std::printf("%llu persons entered in %.0f ms\n", static_cast<unsigned long long>(persons),
                time);
    desk_ = std::make_unique<ReplicaDesk>(std::move(replica));
    ApiParts parts;
    parts.desk = desk_.get();
    parts.catalog = &catalog::standard_catalog();
    parts.clock = &clock_;
    parts.sign = sign;
    parts.sync_now = [](const std::string&) {};
    parts.group_made = [](record::Sequence) {};
    parts.scratch = folder_.path();
    api_ = std::make_unique<Api>(std::move(parts));
}

LargeWorkbench::~LargeWorkbench() { desk_.reset(); }

std::string LargeWorkbench::ask(const std::string& method, const std::string& path,
                                const ApiQuery& query, const std::string& body, unsigned wanted) {
    ApiResponse answered;
    api_->handle(ApiRequest{method, path, query, body},
                 [&](ApiResponse response) { answered = std::move(response); });
    ask_and_wait(*desk_, [](Replica&) { return true; });
    require(answered.status == wanted, path + " " + answered.body.substr(0, 300));
    return std::move(answered.body);
}

std::string LargeWorkbench::get(const std::string& path, const ApiQuery& query) {
    return ask("GET", path, query, "", 200);
}

void LargeWorkbench::enter_all(Replica& replica) {
    constexpr std::uint64_t part = 5'000;
    for (std::uint64_t first = 0; first < persons; first += part) {
        std::vector<sync::TailEntry> entries(part);
        for (std::uint64_t i = 0; i < part; ++i) {
            record::LogEntry& entry = entries[i].entry;
            entry.index = {1'000 + first + i};
            entry.effects = {{record::Effect::Sort::entered, person_of(first + i, random_)}};
        }
        require(replica.apply_tail(entries, {1'000 + first + part - 1}).has_value(), "tail");
    }
}

}  // namespace zhibu::client::test
