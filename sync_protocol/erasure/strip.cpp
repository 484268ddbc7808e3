#include "sync_protocol/erasure/strip.hpp"

#include <algorithm>
#include <vector>

namespace zhibu::sync {
namespace {

bool takes(const Erased& erased, const record::RecordKey& record, record::FieldNumber field) {
    const auto found = erased.find(record);
    return found != erased.end() && (found->second.empty() || found->second.contains(field));
}

}  // namespace

bool names(const record::Group& group, const Erased& erased) {
    return std::ranges::any_of(group.changes, [&](const record::Change& change) {
        return erased.contains(change.record);
    });
}

bool strip(record::Group& group, const Erased& erased) {
    std::size_t taken = 0;
    for (record::Change& change : group.changes) {
        taken += std::erase_if(change.fields, [&](const record::FieldChange& field) {
            return takes(erased, change.record, field.field);
        });
    }
    return taken > 0;
}

bool strip(record::Verdict& verdict, const Erased& erased) {
    bool taken = std::erase_if(verdict.decisions, [&](const record::FieldDecision& decision) {
                     return takes(erased, decision.record, decision.field);
                 }) > 0;
    for (record::Reason& reason : verdict.reasons) {
        if (erased.contains(reason.record) && !reason.parameters.empty()) {
            reason.parameters.clear();
            taken = true;
        }
    }
    return taken;
}

}  // namespace zhibu::sync
