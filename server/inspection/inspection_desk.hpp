#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "server/founding/founding.hpp"
#include "server/founding/key_files.hpp"
#include "server/inspection/inspection.hpp"
#include "server/request/request_desk.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// What a command asks of a server's store that runs, and how it is to be told.
struct Question {
    /// Else for the newest head.
    bool asks_for_audit = false;
    bool chinese = true;
    bool json = false;
    /// Kept elsewhere, for the audit.
    std::vector<sync::SignedTreeHead> kept = {};

    friend bool operator==(const Question&, const Question&) = default;
};

/// What the command then says, and how it ends.
struct Told {
    Inspected ended = Inspected::failed;
    std::string out;
    std::string err;

    friend bool operator==(const Told&, const Told&) = default;
};

/// On one line, and back; none for any other text.
[[nodiscard]] std::string to_text(const Question& question);
[[nodiscard]] std::optional<Question> to_question(std::string_view text);
[[nodiscard]] std::string to_text(const Told& told);
[[nodiscard]] std::optional<Told> to_told(std::string_view text);

/// So many heads go into a request.
inline constexpr std::size_t kept_heads_max = 40;

/// Tells of the store beside the server's other work, when `zhibu-server head` or `verify` asks.
/// Logs inspection_begun, inspection_done and inspection_unanswered.
/// Threads: as RequestDesk.
class InspectionDesk {
public:
    /// All outlive it.
    struct Parts {
        Store* store = nullptr;
        const ServerKeys* keys = nullptr;
        const catalog::Catalog* catalog = nullptr;
        const record::Clock* clock = nullptr;
        /// From any thread.
        std::function<void(std::string_view event, std::string_view ids)> log;
    };

    InspectionDesk(Parts parts, const ServerFiles& files);

    [[nodiscard]] std::chrono::milliseconds upkeep() { return desk_.upkeep(); }

    /// Ends what is under way, and begins nothing more. Waits for it.
    void stop() { desk_.stop(); }

private:
    [[nodiscard]] RequestDesk::Work begin(const Request& request);

    Parts parts_;
    RequestDesk desk_;
};

/// Asks the server that has the store open, and says what it answers.
Inspected ask_running(const ServerFiles& files, const Question& question, std::ostream& out,
                      std::ostream& err);

}  // namespace zhibu::server
