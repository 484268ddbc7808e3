#include "client/workbench/api/answer.hpp"

#include <boost/json.hpp>
#include <utility>

#include "client/words/forms.hpp"

namespace zhibu::client {
namespace {

unsigned status_of(ReplicaFault fault) {
    switch (fault) {
        case ReplicaFault::refused:
        case ReplicaFault::wrong_value:
            return 422;
        case ReplicaFault::no_lease:
        case ReplicaFault::lease_over:
        case ReplicaFault::outside_window:
        case ReplicaFault::read_only:
        case ReplicaFault::clock_went_back:
            return 403;
        case ReplicaFault::unknown_record:
        case ReplicaFault::unknown_kind:
        case ReplicaFault::unknown_field:
            return 404;
        case ReplicaFault::record_exists:
        case ReplicaFault::record_retired:
        case ReplicaFault::named_twice:
        case ReplicaFault::group_too_large:
            return 409;
        case ReplicaFault::storage_full:
            return 507;
        case ReplicaFault::not_there:
        case ReplicaFault::already_there:
        case ReplicaFault::in_use:
        case ReplicaFault::damaged:
        case ReplicaFault::other_version:
        case ReplicaFault::storage_failed:
        case ReplicaFault::contradiction:
        case ReplicaFault::forked:
            return 500;
    }
    return 500;
}

}  // namespace

namespace json = boost::json;

namespace {

/// As json::serialize() does, which leaves records behind on the stack.
std::string text_of(const json::value& body) {
    constexpr std::size_t step = 16'384;
    json::serializer serializer;
    serializer.reset(&body);
    std::string text;
    while (!serializer.done()) {
        const std::size_t before = text.size();
        text.resize(before + step);
        text.resize(before + serializer.read(&text[before], step).size());
    }
    return text;
}

}  // namespace

Language language_of(const ApiQuery& query) {
    const auto found = query.find("lang");
    return found != query.end() && found->second == "en" ? Language::en : Language::zh;
}

ApiResponse answer(const json::value& body, unsigned status) {
    return ApiResponse{status, text_of(body)};
}

ApiResponse problem(unsigned status, std::string_view code, std::string_view message,
                    json::array findings) {
    return answer(json::object{{"error", json::object{{"code", code},
                                                      {"message", message},
                                                      {"findings", std::move(findings)}}}},
                  status);
}

ApiResponse problem(const Problem& found, Language language) {
    const std::string& message = language == Language::zh ? found.zh : found.en;
    json::array findings;
    if (!found.field.empty()) {
        findings.emplace_back(json::object{{"rule", found.code},
                                           {"severity", "refuse"},
                                           {"record", ""},
                                           {"field", found.field},
                                           {"message", message}});
    }
    return problem(found.status, found.code, message, std::move(findings));
}

ApiResponse refusal(const catalog::Catalog& catalog, const ReplicaError& error, Language language) {
    return problem(status_of(error.fault), "refused", explain(error, language),
                   finding_forms(catalog, error.findings, language));
}

}  // namespace zhibu::client
