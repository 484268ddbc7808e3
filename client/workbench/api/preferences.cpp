#include <algorithm>
#include <boost/json.hpp>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"

/// Api's operations on what a person has arranged on the pages: columns, saved filters. The
/// program keeps it and knows nothing of its meaning.
namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t page_segment = 3;
constexpr std::size_t page_bytes_max = 40;
constexpr std::size_t pages_max = 100;
/// Of one page: some hundred columns' names and dozens of filters.
constexpr std::size_t preference_bytes_max = 16'384;

bool is_page(std::string_view name) {
    return !name.empty() && name.size() <= page_bytes_max &&
           std::ranges::all_of(name, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
           });
}

/// What is kept, by page; nothing where it is not whole.
json::object read_kept(const std::string& text) {
    auto kept = read_object(text);
    return kept ? *std::move(kept) : json::object{};
}

}  // namespace

void Api::get_preferences(const ApiRequest& /*request*/, Language /*language*/, Respond respond) {
    const std::lock_guard lock{preferences_mutex_};
    respond(answer(read_kept(parts_.load_preferences ? parts_.load_preferences() : "")));
}

void Api::post_preference(const ApiRequest& request, Language language, Respond respond) {
    const std::string page{segment_at(request.path, page_segment)};
    auto wish = read_object(request.body);
    if (!is_page(page) || !wish || request.body.size() > preference_bytes_max) {
        respond(problem(wish ? bad_body("preferences") : wish.error(), language));
        return;
    }
    bool is_kept = false;
    {
        const std::lock_guard lock{preferences_mutex_};
        json::object kept =
            read_kept(parts_.load_preferences ? parts_.load_preferences() : std::string{});
        kept[page] = *std::move(wish);
        is_kept = kept.size() <= pages_max && parts_.keep_preferences &&
                  parts_.keep_preferences(json::serialize(kept));
    }
    respond(is_kept
                ? answer(json::object{{"done", true}})
                : problem({507, "not_kept",
                           "列和常用筛选的设置没有保存；各项数据不受影响。请检查磁盘空间。",
                           "Columns and saved filters were not kept; no data is affected. Check "
                           "the space on the disk."},
                          language));
}

}  // namespace zhibu::client
