#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <utility>

#include "client/cli/network.hpp"
#include "client/cli/own_account.hpp"
#include "client/cli/records.hpp"
#include "client/cli/unlocking.hpp"
#include "client/cli/verdicts.hpp"
#include "client/words/forms.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

json::object to_json(const SyncReport& report, Language language) {
    json::object out{{"phase", name_of(report.phase, Language::en)},
                     {"at", report.at.position},
                     {"message", explain(report, language)}};
    if (report.refusal) {
        out["refusal"] = static_cast<int>(report.refusal->reason);
    }
    if (!report.findings.empty()) {
        json::array findings;
        for (const sync::LedgerFinding& finding : report.findings) {
            findings.emplace_back(finding_form(finding, language));
        }
        out["findings"] = std::move(findings);
    }
    if (report.server_digest && report.own_digest) {
        out["server_digest"] = keys::to_hex(report.server_digest->digest);
        out["own_digest"] = keys::to_hex(report.own_digest->digest);
        out["server_at"] = report.server_digest->at.position;
        out["own_at"] = report.own_digest->at.position;
        out["records"] = report.own_digest->records;
        out["equal"] = report.server_digest->at == report.own_digest->at &&
                       report.server_digest->digest == report.own_digest->digest;
    }
    return out;
}

void print_comparison(Console& console, const SyncReport& report) {
    if (!report.server_digest || !report.own_digest) {
        return;
    }
    const bool zh = console.language == Language::zh;
    const bool equal = report.server_digest->at == report.own_digest->at &&
                       report.server_digest->digest == report.own_digest->digest;
    console.out << (equal ? (zh ? "与服务器一致：" : "Equal to the server: ")
                          : (zh ? "与服务器不一致：" : "Not equal to the server: "))
                << keys::to_hex(report.own_digest->digest).substr(0, 16) << "… ("
                << report.own_digest->records
                << (zh ? " 条记录，日志序号 " : " records at log index ")
                << report.own_digest->at.position << ")\n";
}

/// Those that the report before did not have.
void print_findings(Console& console, const SyncReport& before, const SyncReport& report) {
    for (std::size_t at = before.findings.size(); at < report.findings.size(); ++at) {
        console.err << explain(report.findings[at], console.language) << std::endl;
    }
}

void print_report(Console& console, const SyncReport& before, const SyncReport& report) {
    if (console.json) {
        console.out << json::serialize(to_json(report, console.language)) << std::endl;
        return;
    }
    print_findings(console, before, report);
    if (report.phase == before.phase && report.findings.size() > before.findings.size()) {
        return;
    }
    const std::string words = explain(report, console.language);
    if (report.phase == SyncPhase::caught_up) {
        console.out << name_of(report.phase, console.language)
                    << (console.language == Language::zh ? "，日志序号 " : ", log index ")
                    << report.at.position << std::endl;
    } else if (!words.empty() && (report.refusal || report.fault || report.replica_error ||
                                  report.phase != SyncPhase::ended || report.wire_error)) {
        console.err << words << std::endl;
    }
}

Exit exit_for(const SyncReport& report) {
    if (report.refusal || report.fault) {
        return Exit::refused;
    }
    if (report.replica_error) {
        return Exit::failed;
    }
    return report.wire_error ? Exit::unreachable : Exit::done;
}

/// Follows until interrupted: looks for the signal now and then.
void watch_for_interrupt(sync::Executor& executor, SyncAgent& agent,
                         std::unique_ptr<sync::Executor::Timer>& timer) {
    timer = executor.after(std::chrono::milliseconds{100}, [&] {
        if (interrupted != 0) {
            // Who asks twice does not want to wait for the server: nothing is lost by being ended.
            std::signal(SIGINT, SIG_DFL);
            std::signal(SIGTERM, SIG_DFL);
            agent.stop();
            return;
        }
        watch_for_interrupt(executor, agent, timer);
    });
}

SyncAgent::Mode mode_of(const SyncWords& words) {
    if (words.follow) {
        return SyncAgent::Mode::follow;
    }
    return words.compare ? SyncAgent::Mode::once_and_compare : SyncAgent::Mode::once;
}

}  // namespace

std::expected<Connect, Exit> connector(Console& console, const Identity& identity,
                                       WireClient& wires) {
    auto key = load_device_key(console.files);
    if (!key) {
        return std::unexpected{fail(console, key.error())};
    }
    auto credentials = std::make_shared<DeviceCredentials>(
        DeviceCredentials{identity.certificate_chain, *std::move(key)});
    std::vector<ServerAddress> servers = identity.further_servers;
    servers.insert(servers.begin(), {identity.server_host, identity.server_port});
    return [&wires, credentials, files = console.files, servers = std::move(servers),
            trust = ServerTrust{identity.root_certificate, {}}](sync::WireEvents& events) mutable {
        // It may have been renewed since.
        if (auto now = load_identity(files)) {
            credentials->chain = std::move(now->certificate_chain);
        }
        Endpoint endpoint{servers.front().host, servers.front().port, "/sync"};
        endpoint.further.assign(servers.begin() + 1, servers.end());
        // One that takes connections and nothing more is not asked first every time.
        std::ranges::rotate(servers, servers.begin() + 1);
        wires.connect(endpoint, trust, credentials.get(), events);
    };
}

void learn_password_salt(Console& console, Identity& identity, const SyncReport& report) {
    if (!report.refusal || (report.refusal->reason != sync::RefusalReason::wrong_password &&
                            report.refusal->reason != sync::RefusalReason::password_changed)) {
        return;
    }
    if (identity.password_salt != report.refusal->password_salt) {
        identity.password_salt = report.refusal->password_salt;
        identity.password_cost = report.refusal->password_cost;
        static_cast<void>(update_identity(console.files, identity));
    }
}

std::optional<AccessFault> meaning_of(const SyncReport& report) {
    if (report.phase == SyncPhase::ended && report.replica_error &&
        report.replica_error->fault == ReplicaFault::forked) {
        return AccessFault::damaged;
    }
    if (report.phase != SyncPhase::ended || !report.refusal) {
        return std::nullopt;
    }
    using enum sync::RefusalReason;
    const sync::RefusalReason reason = report.refusal->reason;
    if (reason == wrong_password || reason == password_changed) {
        return AccessFault::wrong_password;
    }
    if (!ends_work(reason)) {
        return std::nullopt;
    }
    return reason == account_disabled || reason == account_deleted ? AccessFault::account_disabled
                                                                   : AccessFault::lease_over;
}

std::expected<void, AccessFault> obey(Console& console, const SyncReport& report) {
    const auto meaning = meaning_of(report);
    if (!meaning || *meaning == AccessFault::wrong_password) {
        return {};
    }
    const auto why = *meaning == AccessFault::account_disabled
                         ? vault::LeaseEnding::account_disabled
                     : *meaning == AccessFault::damaged ? vault::LeaseEnding::damaged
                                                        : vault::LeaseEnding::over;
    return Safe{console.files, console.disk, console.random}.erase(why);
}

LeaseKeeper lease_keeper(Console& console, std::shared_ptr<Access> access) {
    return [&console, access = std::move(access)](
               const sync::Lease& lease,
               std::span<const std::uint8_t> secret) -> std::expected<void, ReplicaError> {
        const auto taken = Safe{console.files, console.disk, console.random}.take_lease(
            *access, lease, secret, console.clock.now());
        if (!taken) {
            ReplicaError error;
            error.fault = taken.error() == AccessFault::storage_failed
                              ? ReplicaFault::storage_failed
                              : ReplicaFault::lease_over;
            error.place = "lease";
            return std::unexpected{std::move(error)};
        }
        return {};
    };
}

SyncAgent::Parts agent_parts(const AgentMeans& means, sync::Executor& executor, Connect connect) {
    SyncAgent::Parts parts;
    parts.executor = &executor;
    parts.desk = means.desk;
    parts.random = &means.console->random;
    parts.connect = std::move(connect);
    parts.prove = [key = means.key](std::span<const std::uint8_t> bytes) {
        return key->sign(bytes);
    };
    parts.keep_lease = means.keep_lease;
    parts.deliveries = [outbox = means.outbox](const record::IncarnationId& current) {
        return outbox->deliveries(current);
    };
    parts.boxed = [outbox = means.outbox](const sync::client_effect::ReadBoxed& wish) {
        return outbox->boxed(wish);
    };
    parts.boxed_part = [outbox = means.outbox](const sync::client_effect::ReadPart& wish) {
        return outbox->boxed_part(wish);
    };
    parts.handed_in = [outbox = means.outbox](const sync::client_effect::StoreHandedIn& done) {
        outbox->handed_in(done);
    };
    parts.ledger = [history = means.history] { return history->pin(); };
    parts.keep_pin = [history = means.history](const sync::LedgerPin& pin) { history->keep(pin); };
    parts.note_finding = [history = means.history,
                          console = means.console](const sync::LedgerFinding& finding) {
        history->note(finding, console->clock.now());
    };
    parts.head_seen = [outbox = means.outbox](const sync::client_effect::StoreHead& seen) {
        outbox->head_seen(seen);
    };
    parts.backed_up = [outbox = means.outbox](const sync::client_effect::StoreWatermark& watermark,
                                              const record::GroupName& covered) {
        outbox->backed_up(watermark, covered);
    };
    parts.errands = [console = means.console](record::Sequence newest) {
        auto errands = renewal_due(*console);
        errands.push_back(reporting_in(newest));
        return errands;
    };
    parts.errand_answered = [console = means.console,
                             desk = means.desk](const sync::ErrandReply& reply) {
        if (reply.sort == sync::ErrandSort::report_in) {
            take_above(*desk, reply);
        } else {
            take_renewal(*console, reply);
        }
    };
    parts.server_key = means.identity->server_key;
    parts.catalog_version = catalog::standard_catalog().version();
    return parts;
}

/// Beside what the agent asks by itself.
static void add_errand(ErrandWords& words, SyncAgent::Parts& parts) {
    parts.errands = [&words, own = std::move(parts.errands)](record::Sequence newest) {
        auto errands = own(newest);
        if (!words.reply) {
            errands.push_back(words.errand);
        }
        return errands;
    };
    parts.errand_answered =
        [&words, own = std::move(parts.errand_answered)](const sync::ErrandReply& reply) {
            if (reply.sort == words.errand.sort) {
                words.reply = reply;
            } else {
                own(reply);
            }
        };
}

/// What the authenticator shows; empty where nobody wants to give it.
static std::expected<keys::SecretBytes, Exit> read_code(Console& console, const SyncWords& words) {
    if (!words.asks_code && words.code_file.empty()) {
        return keys::SecretBytes{};
    }
    return read_second_factor(console, words.code_file);
}

Exit synchronise(Console& console, const SyncWords& words) {
    const auto code = read_code(console, words);
    if (!code) {
        return code.error();
    }
    auto opened = open_or_renew_replica(console);
    if (!opened) {
        return opened.error();
    }
    const auto key = proving_key(console, *opened->access);
    if (!key) {
        return key.error();
    }
    WireClient wires;
    auto connect = connector(console, opened->identity, wires);
    if (!connect) {
        return connect.error();
    }
    ReplicaDesk desk{std::move(opened->replica)};
    Verdicts verdicts{console, desk};
    SyncReport last;
    auto parts =
        agent_parts({&console, &opened->identity, &desk, *key,
                     lease_keeper(console, opened->access), opened->outbox, opened->history},
                    wires.executor(), *std::move(connect));
    parts.replica_changed = [] {};
    parts.second_factor = code->text();
    if (words.errand != nullptr) {
        add_errand(*words.errand, parts);
    }
    parts.report = [&](const SyncReport& report) {
        print_report(console, std::exchange(last, report), report);
        if (report.phase == SyncPhase::caught_up) {
            verdicts.tell();
        }
        if (report.phase == SyncPhase::ended) {
            wires.stop();
        }
    };
    SyncAgent agent{std::move(parts), mode_of(words)};
    std::unique_ptr<sync::Executor::Timer> watch;
    if (words.follow) {
        std::signal(SIGINT, &on_interrupt);
        std::signal(SIGTERM, &on_interrupt);
        watch_for_interrupt(wires.executor(), agent, watch);
    }
    wires.executor().post([&agent] { agent.start(); });
    wires.run();
    verdicts.tell();
    learn_password_salt(console, opened->identity, last);
    if (const auto done = obey(console, last); !done) {
        return fail(console, done.error());
    }
    if (!console.json) {
        print_comparison(console, last);
    }
    return exit_for(last);
}

}  // namespace zhibu::client
