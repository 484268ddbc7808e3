#include "server/inspection/detail/open_space.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "server/founding/store_place.hpp"
#include "server/inspection/detail/telling.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server::detail {

std::expected<OpenSpace, FoundingError> open_space(const InspectionWords& words, ClusterUse use) {
    auto server_keys = load_server_keys(words.files);
    if (!server_keys) {
        return std::unexpected{explain(server_keys.error())};
    }
    auto random = std::make_unique<keys::SystemRandom>();
    const StorePlace place{words.files, words.config->store_key, words.config->store_cluster};
    ZHIBU_TRY(opened, open_store(place, use, *words.catalog, *random));
    auto reader = opened.store->open_reader();
    if (!reader) {
        return std::unexpected{explain(reader.error())};
    }
    return OpenSpace{*std::move(server_keys), std::move(random), std::move(opened.store),
                     *std::move(reader)};
}

std::expected<record::RecordKey, FoundingError> parse_record(const catalog::Catalog& catalog,
                                                             std::string_view text) {
    const auto slash = text.find('/');
    const catalog::Kind* kind = catalog.find(text.substr(0, slash));
    const auto id =
        slash == std::string_view::npos ? std::nullopt : record::parse_uuid(text.substr(slash + 1));
    if (kind == nullptr || !id) {
        return std::unexpected{FoundingError{"请按 类别/编号 指定记录，例如 person/0190…。",
                                             "Name the record as KIND/ID, as in person/0190…"}};
    }
    return record::RecordKey{kind->id(), RecordId{*id}};
}

Inspected fail(const InspectionWords& words, const FoundingError& error, std::ostream& out,
               std::ostream& err) {
    return fail(Manner{words.chinese, words.json}, error, out, err);
}

}  // namespace zhibu::server::detail
