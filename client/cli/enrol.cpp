#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "client/agent/enrolment.hpp"
#include "client/cli/network.hpp"
#include "client/cli/text_table.hpp"
#include "client/cli/unlocking.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client {
namespace {

std::optional<ServerAddress> read_address(std::string_view words) {
    ServerAddress address;
    address.port = default_port;
    const auto colon = words.rfind(':');
    const bool bracketed = words.starts_with('[');
    const bool has_port =
        colon != std::string_view::npos && (!bracketed || words.find(']') < colon);
    address.host = words.substr(0, has_port ? colon : words.size());
    if (bracketed && address.host.ends_with(']')) {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    if (has_port) {
        const std::string_view port = words.substr(colon + 1);
        const auto [end, fault] =
            std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (fault != std::errc{} || end != port.data() + port.size()) {
            return std::nullopt;
        }
    }
    return address.host.empty() || address.port == 0 ? std::nullopt : std::optional{address};
}

/// The first, and the others behind it; none where one of them is none.
std::optional<Endpoint> read_endpoint(const std::vector<std::string>& words) {
    Endpoint endpoint;
    endpoint.target = "/enrol";
    for (const std::string& each : words) {
        auto address = read_address(each);
        if (!address) {
            return std::nullopt;
        }
        if (endpoint.host.empty()) {
            endpoint.host = std::move(address->host);
            endpoint.port = address->port;
        } else {
            endpoint.further.push_back(*std::move(address));
        }
    }
    return endpoint.host.empty() ? std::nullopt : std::optional{std::move(endpoint)};
}

Exit say_how_to_write(Console& console) {
    return fail(console, Exit::usage, "服务器地址应写成 主机:端口。",
                "Write the server as host:port.");
}

std::string machine_name() {
    std::array<char, 65> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unnamed";
}

Exit say_failure(Console& console, const EnrolmentFailure& failure) {
    if (failure.refusal) {
        return fail(console, Exit::refused, explain(*failure.refusal, Language::zh),
                    explain(*failure.refusal, Language::en));
    }
    const sync::WireError error =
        failure.wire_error.value_or(sync::WireError{sync::WireFault::protocol_error, {}});
    using enum sync::WireFault;
    if (error.fault == cannot_connect || error.fault == cannot_resolve) {
        return fail(console, Exit::unreachable,
                    "连接不到服务器，没有登记，登记码仍可使用。请检查网络，并核对 --server "
                    "的地址和端口后重试。",
                    "The server cannot be reached, so this device is not enrolled; the code is "
                    "still good. Check the network and --server's address and port, then try "
                    "again.");
    }
    if (error.fault == timed_out || error.fault == connection_lost) {
        return fail(console, Exit::unreachable,
                    "与服务器的连接中断，没有登记。请重试；如登记码已失效，请向管理员申请新的。",
                    "The connection to the server was lost, so this device is not enrolled. Try "
                    "again; if the code is used up, ask your administrator for a new one.");
    }
    return fail(console, Exit::unreachable, explain(error, Language::zh),
                explain(error, Language::en));
}

/// Sends the wish and waits for what comes of it.
EnrolmentOutcome ask_server(const Endpoint& endpoint, const record::Hash& root_fingerprint,
                            EnrolmentWish wish) {
    WireClient wires;
    EnrolmentOutcome outcome = std::unexpected{EnrolmentFailure{}};
    const auto events = make_enrolment(std::move(wish), [&](EnrolmentOutcome told) {
        outcome = std::move(told);
        // Once the wire has had time to say goodbye.
        wires.executor().post([&wires] { wires.stop(); });
    });
    wires.executor().post(
        [&] { wires.connect(endpoint, ServerTrust{{}, root_fingerprint}, nullptr, *events); });
    wires.run();
    return outcome;
}

Exit keep(Console& console, const sync::EnrolAccepted& accepted, const Endpoint& endpoint,
          const keys::SecretBytes& key) {
    auto identity = identity_of(accepted, endpoint.host, endpoint.port);
    if (!identity) {
        return fail(console, Exit::failed, "服务器的应答不完整，没有保存。请重新申请登记码。",
                    "The server's answer is not whole; nothing was kept. Ask for a new code.");
    }
    identity->further_servers = endpoint.further;
    if (auto saved = save_identity(console.files, *identity, key); !saved) {
        return fail(console, saved.error());
    }
    const auto words = keys::read_certificate(keys::Certificate{accepted.certificate_chain[0]});
    const std::string fingerprint = words ? keys::to_hex(words->fingerprint) : std::string{};
    const std::string account = printable(identity->account_name);
    if (console.json) {
        console.out << boost::json::serialize(boost::json::object{
                           {"account", identity->account_name}, {"fingerprint", fingerprint}})
                    << '\n';
        return Exit::done;
    }
    if (console.language == Language::zh) {
        console.out << "本设备已登记到账号“" << account << "”。\n"
                    << "设备指纹（请与管理员核对）：\n"
                    << fingerprint << "\n管理员批准后，用 zhibu sync 同步。\n";
    } else {
        console.out << "This device is enrolled for the account \"" << account
                    << "\".\nIts fingerprint (compare it with your administrator):\n"
                    << fingerprint
                    << "\nWhen the administrator has approved it, synchronise: zhibu sync.\n";
    }
    return Exit::done;
}

}  // namespace

Exit enrol(Console& console, const EnrolWords& words) {
    const auto endpoint = read_endpoint(words.servers);
    if (!endpoint) {
        return say_how_to_write(console);
    }
    const auto code = keys::parse_enrolment_code(words.code);
    if (!code) {
        return fail(console, Exit::usage, "登记码不完整或有错字，请整段复制。没有作任何更改。",
                    "The enrolment code is not whole or has a slip; copy all of it. Nothing was "
                    "changed.");
    }
    std::error_code ignored;
    if (std::filesystem::exists(console.files.identity(), ignored)) {
        return fail(console, IdentityError{IdentityFault::already_enrolled,
                                           console.files.identity().string()});
    }
    auto password = read_password(console, true);
    if (!password) {
        return password.error();
    }
    const keys::P256Key key = keys::P256Key::generate();
    EnrolmentWish wish;
    wish.code_secret = keys::secret_text(*code);
    wish.signing_request = keys::make_signing_request(key);
    wish.device_label = words.label.empty() ? machine_name() : words.label;
    wish.new_password = *std::move(password);
    const auto outcome = ask_server(*endpoint, code->root_fingerprint, std::move(wish));
    if (!outcome) {
        return say_failure(console, outcome.error());
    }
    return keep(console, *outcome, *endpoint, key.to_pem());
}

Exit servers(Console& console, const std::vector<std::string>& addresses) {
    auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    if (!addresses.empty()) {
        const auto endpoint = read_endpoint(addresses);
        if (!endpoint) {
            return say_how_to_write(console);
        }
        identity->server_host = endpoint->host;
        identity->server_port = endpoint->port;
        identity->further_servers = endpoint->further;
        if (const auto kept = update_identity(console.files, *identity); !kept) {
            return fail(console, kept.error());
        }
    }
    std::vector<ServerAddress> all = identity->further_servers;
    all.insert(all.begin(), {identity->server_host, identity->server_port});
    boost::json::array listed;
    for (const ServerAddress& each : all) {
        const std::string text = each.host + ":" + std::to_string(each.port);
        listed.emplace_back(text);
        if (!console.json) {
            console.out << printable(text) << '\n';
        }
    }
    if (console.json) {
        console.out << boost::json::serialize(boost::json::object{{"servers", listed}}) << '\n';
    }
    return Exit::done;
}

}  // namespace zhibu::client
