#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "server/inspection/inspection.hpp"
#include "server/inspection/operations.hpp"

namespace CLI {
class App;
}

namespace zhibu::server {

/// The subcommands that ask something of a server's store, and what was typed with them.
class InspectionCommands {
public:
    /// The commands refer to this, which must outlive the parsing.
    /// @param json  set by each one's --json
    InspectionCommands(CLI::App& app, bool& json);

    InspectionCommands(const InspectionCommands&) = delete;
    InspectionCommands& operator=(const InspectionCommands&) = delete;

    /// Whether one of them was typed.
    [[nodiscard]] bool parsed() const;
    /// Does it.
    Inspected run(const InspectionWords& how, std::ostream& out, std::ostream& err) const;

private:
    CLI::App* head_ = nullptr;
    CLI::App* verify_ = nullptr;
    CLI::App* history_ = nullptr;
    CLI::App* operations_ = nullptr;
    CLI::App* erase_ = nullptr;

    std::vector<std::filesystem::path> heads_;
    std::string record_;
    OperationsWords which_;
    bool csv_ = false;
    ErasureWords erasure_;
};

}  // namespace zhibu::server
