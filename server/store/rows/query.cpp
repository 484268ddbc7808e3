#include "server/store/rows/query.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/store/rows/failure.hpp"

namespace zhibu::server::detail {

Query::Query(Statement& kept) : statement_(kept) { statement_.in_use = true; }

Query::Query(std::unique_ptr<Statement> own) : own_(std::move(own)), statement_(*own_) {}

Query::~Query() {
    statement_.finish();
    statement_.in_use = false;
}

Query& Query::bind(std::int64_t number) {
    statement_.bind(++bound_, number);
    return *this;
}

Query& Query::bind_position(std::uint64_t position) {
    // A peer may name any; no position in a store comes near the end of a database's integers.
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return bind(static_cast<std::int64_t>(std::min(position, most)));
}

Query& Query::bind(std::string_view text) {
    statement_.bind(++bound_, text);
    return *this;
}

Query& Query::bind(std::span<const std::uint8_t> bytes) {
    statement_.bind(++bound_, bytes);
    return *this;
}

Query& Query::bind_null() {
    statement_.bind_null(++bound_);
    return *this;
}

Query& Query::bind_content(std::span<const std::uint8_t> bytes, const ContentName& name) {
    statement_.bind_content(++bound_, bytes, name);
    return *this;
}

bool Query::step() { return statement_.step(); }

void Query::run() {
    while (step()) {
    }
}

void Query::again() {
    statement_.again();
    bound_ = 0;
}

bool Query::is_null(int column) const { return statement_.is_null(column); }

std::int64_t Query::integer(int column) const { return statement_.integer(column); }

std::string Query::text(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    return {value.begin(), value.end()};
}

std::span<const std::uint8_t> Query::view(int column) const { return statement_.view(column); }

Bytes Query::bytes(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    return {value.begin(), value.end()};
}

record::Uuid Query::uuid(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    record::Uuid uuid;
    if (value.size() != uuid.bytes.size()) {
        throw Failed(StoreFault::damaged, "id");
    }
    std::ranges::copy(value, uuid.bytes.begin());
    return uuid;
}

record::Hash Query::hash(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    record::Hash hash{};
    if (value.size() != hash.size()) {
        throw Failed(StoreFault::damaged, "hash");
    }
    std::ranges::copy(value, hash.begin());
    return hash;
}

std::span<const std::uint8_t> Query::content(int column, const ContentName& name) {
    return statement_.content(column, name);
}

Bytes Query::content_bytes(int column, const ContentName& name) {
    const std::span<const std::uint8_t> value = content(column, name);
    return {value.begin(), value.end()};
}

}  // namespace zhibu::server::detail
