#include "client/cli/devices.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/lookup.hpp"
#include "client/cli/records.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/forms.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using record::Value;

constexpr std::string_view active = "2";
constexpr std::string_view revoked = "3";
/// 64 bits: who could make a key whose fingerprint begins so could do other things.
constexpr std::size_t fingerprint_characters_min = 16;

const catalog::Kind& device_kind() { return catalog::standard_catalog().kind("device"); }

const catalog::Kind& account_kind() { return catalog::standard_catalog().kind("account"); }

Exit fail(Console& console, const WordError& error) {
    return client::fail(console, Exit::usage, error.zh, error.en);
}

std::string text_of(const record::RecordState& device, std::string_view field) {
    const auto* text = std::get_if<std::string>(&device.value(device_kind().field(field).id()));
    return text == nullptr ? std::string{} : *text;
}

/// Lower case, without what people put between the digits.
std::string plain_digits(std::string_view typed) {
    std::string digits;
    for (const char c : typed) {
        if (c != ' ' && c != ':' && c != '-') {
            digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return digits;
}

/// In groups of four, as people read it aloud.
std::string spaced(std::string_view digits) {
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        text += i > 0 && i % 4 == 0 ? " " : "";
        text += digits[i];
    }
    return text;
}

DraftField field(const catalog::Kind& kind, std::string_view name, Value value) {
    return {kind.field(name).id(), std::move(value)};
}

DraftChange device_change(const record::RecordState& device, std::string_view state,
                          const std::string& reason) {
    DraftChange change{device.key, record::Operation::update, {}};
    change.fields.push_back(field(device_kind(), "state", Value{std::string{state}}));
    change.fields.push_back(
        field(device_kind(), "reason", reason.empty() ? Value{} : Value{reason}));
    return change;
}

template <class Then>
Exit with_device(Console& console, const DeviceWords& words, Then then) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    const auto found =
        find_one(*opened->replica, catalog::standard_catalog(), device_kind(), words.which);
    if (!found) {
        return fail(console, unsaved(found.error()));
    }
    return then(*opened->replica, *found);
}

std::vector<DraftField> contact_fields(const KeeperWords& words) {
    std::vector<DraftField> fields;
    for (const auto& [name, text] :
         {std::pair<std::string_view, const std::string&>{"holder", words.holder},
          {"post", words.post},
          {"phone", words.phone}}) {
        if (!text.empty()) {
            fields.push_back(field(account_kind(), name, Value{text}));
        }
    }
    return fields;
}

}  // namespace

std::expected<std::vector<DraftChange>, ReplicaError> revocations(Replica& replica,
                                                                  const record::RecordId& account,
                                                                  const std::string& reason) {
    ListQuery query;
    query.kind = device_kind().id();
    query.limit = 1'000;
    query.conditions.push_back(
        {device_kind().field("account").id(), Condition::Relation::equal, {Value{account}}});
    auto page = replica.list(query);
    if (!page) {
        return std::unexpected{std::move(page).error()};
    }
    std::vector<DraftChange> changes;
    for (const record::RecordState& device : page->records) {
        if (text_of(device, "state") != revoked) {
            changes.push_back(device_change(device, revoked, reason));
        }
    }
    return changes;
}

Exit list_devices(Console& console, const DeviceWords& words) {
    ListWords list;
    list.kind = "device";
    list.limit = 1'000;
    list.order = {"account"};
    list.columns = {"account", "label", "state", "enrolled_at", "reason", "fingerprint", "id"};
    if (!words.account.empty()) {
        list.where.push_back("account=" + words.account);
    }
    return list_records(console, list);
}

Exit approve_device(Console& console, const DeviceWords& words) {
    return with_device(console, words, [&](Replica& replica, const record::RecordState& device) {
        const std::string typed = plain_digits(words.fingerprint);
        if (typed.size() < fingerprint_characters_min ||
            !text_of(device, "fingerprint").starts_with(typed)) {
            return client::fail(
                console, Exit::refused,
                "没有批准：指纹与该设备登记时的不一致，或不足16位。请与设备上显示的核对（在该设"
                "备上：zhibu device fingerprint）；不一致时请注销该设备。",
                "Not approved: the fingerprint is not the one with which this device was "
                "enrolled, or shorter than 16 digits. Compare it with what the device shows "
                "(there: zhibu device fingerprint); where they differ, revoke the device.");
        }
        return commit_draft(console, replica,
                            {"approve_device", {device_change(device, active, {})}}, device.key.id);
    });
}

Exit revoke_device(Console& console, const DeviceWords& words) {
    return with_device(console, words, [&](Replica& replica, const record::RecordState& device) {
        return commit_draft(console, replica,
                            {"revoke_device", {device_change(device, revoked, words.reason)}},
                            device.key.id);
    });
}

Exit show_fingerprint(Console& console) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return client::fail(console, identity.error());
    }
    const auto chain = keys::certificates_from_pem(identity->certificate_chain);
    if (!chain || chain->empty()) {
        return client::fail(
            console, IdentityError{IdentityFault::damaged, console.files.identity().string()});
    }
    const std::string digits = keys::to_hex(keys::sha256(chain->front().der));
    if (console.json) {
        console.out << json::serialize(json::object{{"device", to_text(identity->device)},
                                                    {"fingerprint", digits}})
                    << '\n';
    } else {
        console.out << spaced(digits) << '\n';
    }
    return Exit::done;
}

Exit hand_over(Console& console, const KeeperWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const auto account =
        find_one(replica, catalog::standard_catalog(), account_kind(), words.account);
    if (!account) {
        return fail(console, unsaved(account.error()));
    }
    auto changes = revocations(replica, account->key.id, "更换管理员");
    if (!changes) {
        return client::fail(console, changes.error());
    }
    changes->push_back({account->key, record::Operation::update, contact_fields(words)});
    const Exit done =
        commit_draft(console, replica, {"hand_over", *std::move(changes)}, account->key.id);
    if (done == Exit::done && !console.json) {
        console.out << (console.language == Language::zh
                            ? "原有设备已注销。请用 zhibu invite 为新管理员生成登记码，登记时设定新"
                              "密码。\n"
                            : "The former devices are revoked. Make the new keeper an enrolment "
                              "code with zhibu invite; the password is set with it.\n");
    }
    return done;
}

Exit own_profile(Console& console, const KeeperWords& words) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return client::fail(console, identity.error());
    }
    const std::string own = to_text(identity->account);
    if (words.post.empty() && words.phone.empty()) {
        return show_record(console, "account", own);
    }
    std::vector<std::string> assignments;
    if (!words.post.empty()) {
        assignments.push_back("post=" + words.post);
    }
    if (!words.phone.empty()) {
        assignments.push_back("phone=" + words.phone);
    }
    return edit_record(console, "account", own, assignments);
}

}  // namespace zhibu::client
