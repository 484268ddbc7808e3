#include <cstddef>
#include <cstdint>
#include <string>

#include "server/ledger/head_file.hpp"
#include "shared/record/check.hpp"

/// A head that is read from any text is read again from its own text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text(bytes, bytes + size);
    if (const auto head = zhibu::server::read_head(text)) {
        ZHIBU_CHECK(zhibu::server::read_head(zhibu::server::to_text(*head)) == head);
    }
    return 0;
}
