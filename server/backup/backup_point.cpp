#include "server/backup/backup_point.hpp"

#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "server/ledger/head_file.hpp"
#include "shared/keys/private_file.hpp"
#include "shared/vault/disk.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t point_bytes_max = 4096;

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "tree_head"; }

}  // namespace

std::optional<BackupPoint> to_point(std::vector<std::uint8_t> bytes) {
    const auto head = sync::decode_tree_head(bytes);
    if (!head || head->size % 2 != 0) {
        return std::nullopt;
    }
    return BackupPoint{std::move(bytes), *head};
}

std::expected<void, FoundingError> write_point(const std::filesystem::path& folder,
                                               const sync::SignedTreeHead& head) {
    const std::string text = to_text(head);
    const std::span bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    if (!keys::replace_private_file(file_in(folder), bytes)) {
        return std::unexpected{explain(StoreError{StoreFault::storage_failed, file_in(folder)})};
    }
    return {};
}

std::expected<BackupPoint, FoundingError> read_point(const std::filesystem::path& folder) {
    vault::SystemDisk disk;
    std::optional<BackupPoint> point;
    if (const auto bytes = vault::read_small_file(disk, file_in(folder), point_bytes_max)) {
        if (auto head = read_head(bytes->text())) {
            point = to_point(std::move(head->bytes));
        }
    }
    if (!point) {
        return std::unexpected{FoundingError{
            "读不出 " + file_in(folder).string() +
                "，不知道该备份到哪里为止：此文件夹不是备份，或由较旧版本写成。没有作任何更改。"
                "请改作完整备份。",
            "There is no tree head in " + file_in(folder).string() +
                ", so it is not known up to where that backup goes: the folder is none, or an "
                "older version made it. Nothing was changed. Make a whole backup instead."}};
    }
    return *std::move(point);
}

void remove_point(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::remove(file_in(folder), ignored);
}

}  // namespace zhibu::server
