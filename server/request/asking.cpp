#include "server/request/asking.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

#include "server/founding/store_key.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::server {

std::expected<void, FoundingError> check_owner(const ServerFiles& files) {
    struct stat status{};
    if (::stat(files.folder.c_str(), &status) == 0 && status.st_uid != ::geteuid()) {
        const std::string folder = files.folder.string();
        return std::unexpected{FoundingError{
            "请以服务器文件夹所有者的身份运行此命令。没有作任何更改。(" + folder + ")",
            "Run this command as the owner of the server's folder. Nothing was changed. (" +
                folder + ")"}};
    }
    return {};
}

std::expected<std::string, FoundingError> ask_server(const ServerFiles& files,
                                                     const RequestNote& note, Request request,
                                                     const Unanswered& unanswered,
                                                     record::Random& random) {
    std::array<std::uint8_t, 16> id{};
    random.fill(id);
    request.id = keys::to_hex(id);
    if (const auto written = note.write(request); !written) {
        return std::unexpected{explain(written.error())};
    }
    const auto looks_max = unanswered.patience / look_again;
    for (auto looks = looks_max; looks > 0; --looks) {
        if (auto reply = note.read_reply(); reply && reply->id == request.id) {
            return std::move(reply->text);
        }
        if (const auto runs = is_sqlite_store_in_use(files.store()); !runs || !*runs) {
            return std::unexpected{unanswered.ended};
        }
        std::this_thread::sleep_for(look_again);
    }
    return std::unexpected{unanswered.silent};
}

}  // namespace zhibu::server
