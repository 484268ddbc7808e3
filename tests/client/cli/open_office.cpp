#include "tests/client/cli/open_office.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <utility>

namespace zhibu::client::test {

namespace json = boost::json;

void Answered::give(ApiResponse response) {
    const std::lock_guard guard{mutex_};
    EXPECT_FALSE(response_) << "answered twice";
    response_ = std::move(response);
    changed_.notify_one();
}

ApiResponse Answered::wait() {
    std::unique_lock lock{mutex_};
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return response_.has_value(); });
    EXPECT_TRUE(came) << "no answer";
    return came ? *std::exchange(response_, std::nullopt) : ApiResponse{0, "{}"};
}

OpenOffice::OpenOffice(Workplace::Settings settings)
    : workplace{std::make_unique<Workplace>(console, office.device.identity, sign, settings,
                                            [this](ApiNews) { ++news; })} {}

void OpenOffice::open() {
    auto access = office.device.open(password);
    ASSERT_TRUE(access);
    workplace->open(std::make_shared<Access>(*std::move(access)));
}

ApiResponse OpenOffice::ask(const std::string& method, const std::string& path,
                            const std::string& body, const std::string& language) {
    const auto answered = std::make_shared<Answered>();
    workplace->handle({method, path, {{"lang", language}}, body},
                      [answered](ApiResponse response) { answered->give(std::move(response)); });
    return answered->wait();
}

unsigned OpenOffice::unlock(std::string_view word) {
    return post("/api/unlock", json::serialize(json::object{{"password", word}}));
}

json::value OpenOffice::status(const std::string& language) {
    return json::parse(ask("GET", "/api/status", {}, language).body);
}

std::string OpenOffice::locked_because() {
    const json::value now = status();
    const json::value* reason = now.as_object().if_contains("reason");
    return reason == nullptr ? "" : std::string{reason->as_string()};
}

bool OpenOffice::is_locked() { return status().as_object().contains("locked"); }

}  // namespace zhibu::client::test
