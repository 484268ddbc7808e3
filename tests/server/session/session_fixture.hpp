#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/session/session_host.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::server::test {

using sync::RefusalReason;

/// Of every channel here.
inline constexpr std::array<std::uint8_t, 32> binding{9};

/// One device's wire, and what the server has sent over it.
struct Peer {
    Desk device;
    std::unique_ptr<sync::WireEvents> events;
    support::KeptWire wire;
    sync::Challenge challenge;

    ~Peer() { close(); }

    void close() {
        if (events) {
            events->on_closed({});
            events.reset();
        }
    }

    template <class Wanted>
    [[nodiscard]] std::vector<Wanted> sent() const {
        std::vector<Wanted> found;
        for (const auto& frame : wire.sent) {
            auto message = sync::decode_message(frame);
            if (auto* wanted = message ? std::get_if<Wanted>(&*message) : nullptr) {
                found.push_back(*wanted);
            }
        }
        return found;
    }

    [[nodiscard]] std::optional<RefusalReason> refusal() const {
        const auto refusals = sent<sync::Refusal>();
        return refusals.empty() ? std::nullopt : std::optional{refusals.back().reason};
    }

    [[nodiscard]] bool is_told(RefusalReason reason) const {
        return refusal() == reason && wire.closed;
    }
};

/// A session host over a court's committer; wires keep what they are given.
class HostOf : public testing::Test {
protected:
    HostOf()
        : desk{court.store.open_reader().value()},
          host{court.store.identity(), host_parts(), SessionHost::Settings{}} {}

    SessionHost::Parts host_parts() {
        SessionHost::Parts parts;
        parts.executor = &executor;
        parts.committer = court.committer.get();
        parts.desk = &desk;
        parts.clock = &court.clock;
        parts.random = &court.random;
        parts.sign = [this](std::span<const std::uint8_t> bytes) {
            return court.receipt_key.sign(bytes);
        };
        parts.unbox =
            [this](std::span<const std::uint8_t> box) -> std::optional<record::SealedGroup> {
            if (boxed) {
                return boxed;
            }
            auto opened = vault::open_for_server(box, box_key);
            return opened ? std::optional{std::move(opened->group)} : std::nullopt;
        };
        parts.keep_incident = [this](const sync::IncidentReport& report, const sync::Hello& hello) {
            incidents.emplace_back(report, hello.device);
        };
        parts.log = [](std::string_view, std::string_view) {};
        return parts;
    }

    /// A device of the account, whose password's key is known here.
    Desk enrol(const RecordId& account) {
        Credential credential;
        credential.public_key = password_key.public_key();
        ServerWrite write;
        write.action = "password";
        write.changes = {update("account", account, {}, {{"phone", text("1")}})};
        write.credentials = {{account, credential}};
        EXPECT_TRUE(court.try_write(std::move(write)));
        return court.enrol(account);
    }

    void open(Peer& peer) {
        peer.events = host.accept();
        sync::PeerIdentity identity;
        identity.device = peer.device.device;
        identity.channel_binding = binding;
        peer.events->on_open(peer.wire, identity);
        const auto challenges = peer.sent<sync::Challenge>();
        ASSERT_EQ(challenges.size(), 1U);
        peer.challenge = challenges.front();
    }

    void greet(Peer& peer, std::uint16_t protocol = sync::protocol_current) {
        sync::Hello hello;
        hello.protocol = protocol;
        hello.space = court.store.identity().space;
        hello.device = peer.device.device;
        hello.incarnation = peer.device.incarnation;
        hello.account = peer.device.account;
        hello.account_proof =
            password_key.sign(sync::session_transcript(peer.challenge, hello, binding));
        peer.events->on_message(sync::encode(hello));
    }

    void log_in(Peer& peer) {
        open(peer);
        greet(peer);
        ASSERT_TRUE(executor.run_until(
            [&peer] { return !peer.sent<sync::Welcome>().empty() || peer.wire.closed; }));
        ASSERT_FALSE(peer.wire.closed) << static_cast<int>(*peer.refusal());
    }

    /// A short-term account of branch A with a window until so many minutes after noon.
    RecordId short_term(std::int64_t minutes) {
        const RecordId account = court.add_account(court.branch_a, "3");
        court.add_window(court.branch_a, {after(noon, -hour_ms), after(noon, minutes * minute_ms)},
                         {{"account", Value{account}}});
        return account;
    }

    /// Lets both clocks go on.
    void pass(std::int64_t milliseconds) {
        court.clock.advance(milliseconds);
        executor.advance(std::chrono::milliseconds{milliseconds});
    }

    void tell_of_commit() {
        host.on_commit({court.head(), true});
        executor.run_posted();
    }

    /// Keeps the reading desk busy until released.
    std::promise<void> hold_desk() {
        std::promise<void> release;
        auto held = std::make_shared<std::future<void>>(release.get_future());
        desk.ask([held](StoreReader&) { held->wait(); });
        return release;
    }

    // First, since threads of all the others post to it.
    support::HandExecutor executor;
    Court court;
    std::vector<std::pair<sync::IncidentReport, DeviceId>> incidents;
    /// What every box holds, whatever is in it.
    std::optional<record::SealedGroup> boxed;
    keys::Ed25519Key password_key = keys::Ed25519Key::generate();
    keys::X25519Key box_key = keys::X25519Key::generate();
    ReadingDesk desk;
    SessionHost host;
};

}  // namespace zhibu::server::test
