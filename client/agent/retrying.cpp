#include "client/agent/sync_agent.hpp"

/// What of a session's end passes by itself.
namespace zhibu::client {

bool is_transient(sync::RefusalReason reason) {
    using sync::RefusalReason;
    return reason == RefusalReason::server_stopping || reason == RefusalReason::server_busy ||
           reason == RefusalReason::server_storage_failed ||
           reason == RefusalReason::scope_changed || reason == RefusalReason::quarantine_full;
}

bool ends_work(sync::RefusalReason reason) {
    using enum sync::RefusalReason;
    return reason == account_disabled || reason == account_deleted || reason == account_expired ||
           reason == outside_window;
}

bool worth_retrying(const SyncReport& report) {
    if (report.replica_error || report.fault) {
        return false;
    }
    if (report.refusal) {
        return is_transient(report.refusal->reason);
    }
    if (!report.wire_error) {
        return false;
    }
    switch (report.wire_error->fault) {
        case sync::WireFault::server_untrusted:
        case sync::WireFault::server_expired:
        case sync::WireFault::server_wrong_host:
        case sync::WireFault::certificate_refused:
        case sync::WireFault::certificate_expired:
        case sync::WireFault::closed_here:
            return false;
        case sync::WireFault::closed_by_peer:
        case sync::WireFault::cannot_resolve:
        case sync::WireFault::cannot_connect:
        case sync::WireFault::timed_out:
        case sync::WireFault::connection_lost:
        case sync::WireFault::message_too_large:
        case sync::WireFault::protocol_error:
            return true;
    }
    return false;
}

}  // namespace zhibu::client
