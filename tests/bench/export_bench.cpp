#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include "shared/record/base64.hpp"
#include "tests/bench/large_workbench.hpp"

/// Exports 100,000 persons with every column, as a page does. Prints how long it takes, in how many
/// steps it says how far it is, and what memory it takes beside; fails beyond the limit. With a
/// file's name, the workbook is kept there for others to open.
namespace zhibu::client::test {
namespace {

namespace json = boost::json;

/// What an export may take beside the replica, whatever its rows.
constexpr std::int64_t memory_kib_max = 64 * 1'024;

/// "VmRSS" or "VmHWM" of this process.
std::int64_t status_kib(const std::string& name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) {
            return std::stoll(line.substr(name.size() + 1));
        }
    }
    require(false, name);
    return 0;
}

/// From here on the peak is counted anew.
void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << "5"; }

std::int64_t number_at(const json::value& form, std::string_view name) {
    return form.at(name).to_number<std::int64_t>();
}

int run(const char* kept_at) {
    LargeWorkbench workbench;
    forget_peak();
    const std::int64_t before = status_kib("VmRSS");
    std::set<std::int64_t> progress;
    std::string place;
    const double time = milliseconds([&] {
        const json::value begun =
            json::parse(workbench.ask("POST", "/api/exports", {}, R"({"kind":"person"})", 202));
        place = "/api/exports/" + std::to_string(number_at(begun, "export"));
        for (;;) {
            const json::value state = json::parse(workbench.get(place, {}));
            progress.insert(number_at(state, "done"));
            if (state.at("state").as_string() != "running") {
                require(state.at("state").as_string() == "done", "the export");
                break;
            }
        }
    });
    const std::int64_t beside = status_kib("VmHWM") - before;
    std::printf("%llu persons exported in %.0f ms, progress told in %zu steps, %lld MiB beside\n",
                static_cast<unsigned long long>(LargeWorkbench::persons), time, progress.size(),
                static_cast<long long>(beside / 1'024));
    require(progress.size() > 10, "progress");
    require(beside <= memory_kib_max, "the export's memory");
    if (kept_at != nullptr) {
        const json::value file = json::parse(workbench.get(place + "/file", {}));
        const auto bytes = record::from_base64(std::string_view{file.at("content").as_string()});
        require(bytes.has_value(), "base64");
        std::ofstream out{kept_at, std::ios::binary};
        out.write(reinterpret_cast<const char*>(bytes->data()),
                  static_cast<std::streamsize>(bytes->size()));
        require(out.good(), kept_at);
    }
    return 0;
}

}  // namespace
}  // namespace zhibu::client::test

int main(int count, char** words) {
    return zhibu::client::test::run(count > 1 ? words[1] : nullptr);
}
