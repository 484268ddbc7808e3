#pragma once

#include <string>
#include <vector>

#include "client/cli/session.hpp"

/// Applications for accounts (增设账号, 更换管理员, 调整, 停用或删除) and their answers. Source:
/// records.md, E8.
namespace zhibu::client {

struct RequestWords {
    /// A request's id, or its beginning.
    std::string which;
    /// "field=value", as in `zhibu create account_request`.
    std::vector<std::string> fields;
    /// Also those that are answered.
    bool all = false;
    /// For a request to disable or delete: delete.
    bool removes = false;
    std::string document;
    std::string remark;
};

/// Makes an application, dated today.
Exit ask_for_account(Console& console, const RequestWords& words);
/// With the days that are left to the planned day, and the lead that the committee asks for.
Exit list_requests(Console& console, const RequestWords& words);
/// The application as a text for paper and seal.
Exit print_request(Console& console, const RequestWords& words);
/// One group: the answer, and the account opened or changed as it was asked for. A new holder's
/// former devices are revoked with it.
Exit approve_request(Console& console, const RequestWords& words);
Exit decline_request(Console& console, const RequestWords& words);

}  // namespace zhibu::client
