#include "tests/shared/vault/fixture.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/open_pragmas.hpp"

namespace zhibu::vault {

Connection::Connection(const std::filesystem::path& file, const std::string& vfs, int flags) {
    if (flags == 0) {
        flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    }
    opened_ = sqlite3_open_v2(file.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
    sqlite3_extended_result_codes(handle_, 1);
}

Connection::~Connection() { sqlite3_close(handle_); }

Connection::Connection(Connection&& other) noexcept
    : handle_{std::exchange(other.handle_, nullptr)}, opened_{other.opened_} {}

int Connection::run(const std::string& sql) const {
    const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? result : sqlite3_extended_errcode(handle_);
}

std::string Connection::ask(const std::string& sql) const {
    std::string out;
    const auto add_row = [](void* to, int count, char** values, char**) {
        auto& text = *static_cast<std::string*>(to);
        text += text.empty() ? "" : ";";
        for (int i = 0; i < count; ++i) {
            text += i == 0 ? "" : "|";
            text += values[i] == nullptr ? "NULL" : values[i];
        }
        return 0;
    };
    if (sqlite3_exec(handle_, sql.c_str(), add_row, &out, nullptr) != SQLITE_OK) {
        return "error " + std::to_string(sqlite3_extended_errcode(handle_));
    }
    return out;
}

TestVault::TestVault(std::uint64_t seed, const std::string& base)
    : random_{seed},
      data_key_{make_data_key(random_)},
      ring_{std::make_shared<const KeyRing>(data_key_)},
      vfs_{"zhibu-vault", base} {}

KeyedFile TestVault::key(const std::filesystem::path& file) {
    return vfs_.key(file, ring_, FileTerms{random_}).value();
}

OpenVault::OpenVault(TestVault& vault, const std::filesystem::path& file)
    : keyed_{vault.key(file)}, connection_{file, vault.vfs().name()} {
    ZHIBU_CHECK(apply_open_pragmas(connection_.handle()).has_value());
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::ranges::copy(bytes, std::ostreambuf_iterator<char>(out));
}

bool holds(const std::vector<std::uint8_t>& bytes, std::string_view text) {
    return !std::ranges::search(bytes, text).empty();
}

}  // namespace zhibu::vault
