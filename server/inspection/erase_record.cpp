#include <boost/json.hpp>
#include <span>
#include <string>

#include "server/erasure/erasure.hpp"
#include "server/inspection/detail/open_space.hpp"
#include "server/inspection/inspection.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::server {
namespace {

namespace json = boost::json;

FoundingError explain(const ErasureError& error) {
    const std::string count = std::to_string(error.count);
    switch (error.fault) {
        case ErasureFault::no_such_record:
            return {"没有这条记录，日志中也没有它的内容（可能已清除）。没有作任何更改。",
                    "There is no such record, and the log holds nothing of it (any more). Nothing "
                    "was changed."};
        case ErasureFault::wrong_words:
            return {"清除依据（500字以内）或经办人（50字以内）不合要求。没有作任何更改。",
                    "The reason (up to 500 characters) or the name (up to 50) is missing or does "
                    "not fit on one line. Nothing was changed."};
        case ErasureFault::server_writes:
            return {"这类记录由服务器或管理员维护，不能清除。没有作任何更改。",
                    "Records of this kind are the server's or an administrator's and are not "
                    "erased. Nothing was changed."};
        case ErasureFault::has_entries:
            return {"该记录下还有" + count +
                        "条附属记录。没有作任何更改。如需一并清除，请加 --with-entries。",
                    "The record has " + count +
                        " entries. Nothing was changed. To erase them with it, add "
                        "--with-entries."};
        case ErasureFault::case_waits:
            return {"待审区第" + count + "号内容涉及该记录，须先由管理员处理。没有作任何更改。",
                    "Case " + count +
                        " in quarantine names the record and must be decided first. Nothing was "
                        "changed."};
        case ErasureFault::too_many:
            return {"涉及的日志位置过多（" + count + "）。没有作任何更改。",
                    "Too many positions of the log name the record (" + count +
                        "). Nothing was changed."};
        case ErasureFault::storage:
            break;
    }
    return explain(error.store);
}

void print_erasure(const InspectionWords& words, const ErasureDone& done, std::ostream& out) {
    if (words.json) {
        json::array positions;
        for (const LogIndex index : done.positions) {
            positions.emplace_back(index.position);
        }
        out << json::serialize(json::object{{"log_index", done.at.position},
                                            {"records", done.records.size()},
                                            {"positions", std::move(positions)}})
            << '\n';
        return;
    }
    const std::string records = std::to_string(done.records.size());
    const std::string positions = std::to_string(done.positions.size());
    out << (words.chinese
                ? "已清除" + records + "条记录及其在日志" + positions +
                      "个位置中的内容。日志序号：" + std::to_string(done.at.position) +
                      "\n旧备份中仍有这些内容：请立即作新的备份，并销毁旧备份；设备在新备份之后才"
                      "清除其待交箱。如需使磁盘上的旧密文也不可读，请再运行 zhibu-server rekey。\n"
                : "Erased: " + records + " records, and their content at " + positions +
                      " positions of the log. Log index: " + std::to_string(done.at.position) +
                      "\nOlder backups still hold it: make a new backup now and destroy the old "
                      "ones; devices empty their outboxes only once there is one. So that older "
                      "pages on the disk cannot be read by any key either, run zhibu-server "
                      "rekey.\n");
}

}  // namespace

Inspected erase_record(const InspectionWords& words, const ErasureWords& erasure, std::ostream& out,
                       std::ostream& err) {
    const auto key = detail::parse_record(*words.catalog, erasure.record);
    if (!key) {
        return detail::fail(words, key.error(), out, err);
    }
    auto space = detail::open_space(words, ClusterUse::alone);
    if (!space) {
        return detail::fail(words, space.error(), out, err);
    }
    space->reader.reset();
    keys::SystemClock clock;
    ErasureMeans means;
    means.catalog = words.catalog;
    means.clock = &clock;
    means.random = space->random.get();
    means.server_device = space->server_keys.server_device;
    means.sign_receipt = [&](std::span<const std::uint8_t> bytes) {
        return space->server_keys.signing_key.sign(bytes);
    };
    means.sign_group = [&](const Hash& hash) { return space->server_keys.group_key.sign(hash); };
    const auto done =
        erase(*space->store, means, {*key, erasure.with_entries, erasure.reason, erasure.by});
    if (!done) {
        const FoundingError explained = done.error().fault == ErasureFault::storage
                                            ? explain(done.error().store)
                                            : explain(done.error());
        const bool is_unknown = done.error().fault == ErasureFault::no_such_record;
        err << (words.chinese ? explained.zh : explained.en) << '\n';
        return is_unknown ? Inspected::unknown : Inspected::failed;
    }
    print_erasure(words, *done, out);
    return Inspected::well;
}

}  // namespace zhibu::server
