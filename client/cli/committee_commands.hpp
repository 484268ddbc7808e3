#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "client/cli/control.hpp"
#include "client/cli/devices.hpp"
#include "client/cli/requests.hpp"
#include "client/cli/windows.hpp"

/// The commands of the committee's officers: accounts, applications, windows, devices.
namespace zhibu::client {

/// What these commands are told.
struct CommitteeWords {
    InviteWords invite;
    WindowWords window;
    DeviceWords device;
    KeeperWords keeper;
    RequestWords request;
    std::string account;
};

/// Has the chosen command's work done.
using Choose = std::function<void(CLI::App* command, std::function<Exit(Console&)> work)>;

/// Adds them. `words` must outlive the app.
void add_committee_commands(CLI::App& app, Language speaks, CommitteeWords& words,
                            const Choose& choose);

}  // namespace zhibu::client
