#include <cereal/types/memory.hpp>
#include <memory>

#include "sync_protocol/codec/detail/basic_layout.hpp"

// Must not compile, even though cereal itself would write a smart pointer here.
void encode_pointer(zhibu::sync::detail::BoundedOutput& out,
                    const std::unique_ptr<std::uint64_t>& number) {
    out(number);
}
