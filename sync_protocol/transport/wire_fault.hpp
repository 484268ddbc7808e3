#pragma once

#include <boost/system/error_code.hpp>

#include "sync_protocol/session/wire.hpp"

namespace zhibu::transport {

/// What a failed operation on an open WebSocket means, whichever end looks. TLS alerts are each
/// end's own affair.
[[nodiscard]] sync::WireFault fault_of(const boost::system::error_code& code);

}  // namespace zhibu::transport
