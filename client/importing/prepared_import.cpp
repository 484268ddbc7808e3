#include "client/importing/prepared_import.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "client/importing/replica_lookup.hpp"

namespace zhibu::client {
namespace {

using RowOfRecord = std::map<record::RecordId, std::uint32_t>;

/// A row of the file as changes: the record, then its entries.
void add_row(Draft& draft, RowOfRecord& row_of, Replica& replica, const RosterPreview& preview,
             const AcceptedRow& row) {
    const auto to_change = [&](record::KindNumber kind, const std::vector<FieldValue>& values) {
        DraftChange change;
        change.record = record::RecordKey{kind, replica.new_record_id()};
        change.operation = record::Operation::create;
        for (const FieldValue& value : values) {
            change.fields.push_back(DraftField{value.field, value.value});
        }
        row_of[change.record.id] = row.row;
        return change;
    };
    draft.changes.push_back(to_change(preview.kind, row.values));
    const record::RecordId owner = draft.changes.back().record.id;
    for (const EntryValues& entry : row.entries) {
        DraftChange change = to_change(entry.kind, entry.values);
        std::erase_if(change.fields,
                      [](const DraftField& field) { return field.field.number == 1; });
        change.fields.insert(change.fields.begin(), DraftField{record::FieldNumber{1}, owner});
        draft.changes.push_back(std::move(change));
    }
}

RowOfRecord build(PreparedImport& prepared, Replica& replica) {
    RowOfRecord row_of;
    prepared.draft = Draft{"import", {}};
    for (const AcceptedRow& row : prepared.preview.accepted) {
        add_row(prepared.draft, row_of, replica, prepared.preview, row);
    }
    return row_of;
}

std::vector<RowFinding> by_row(const std::vector<rules::Finding>& findings,
                               const RowOfRecord& row_of) {
    std::vector<RowFinding> rows;
    for (const rules::Finding& finding : findings) {
        const auto found = row_of.find(finding.record.id);
        rows.push_back(RowFinding{found == row_of.end() ? 0 : found->second, finding});
    }
    std::ranges::stable_sort(rows, {}, &RowFinding::row);
    return rows;
}

/// So that the others can go on where that is wanted.
void leave_out_refused(PreparedImport& prepared, Replica& replica) {
    std::set<std::uint32_t> refused;
    for (const RowFinding& each : prepared.findings) {
        if (each.finding.severity == rules::Severity::refuse) {
            refused.insert(each.row);
        }
    }
    prepared.refused_by_rules = refused.size();
    if (!refused.empty()) {
        std::erase_if(prepared.preview.accepted,
                      [&](const AcceptedRow& row) { return refused.contains(row.row); });
        static_cast<void>(build(prepared, replica));
    }
}

}  // namespace

std::expected<PreparedImport, ImportError> prepare_import(
    Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
    const Sheet& sheet, const InterpretOptions& options, const std::set<std::uint32_t>& rows) {
    auto preview = interpret(sheet, catalog, kind.name, options, ReplicaLookup{replica, catalog});
    if (!preview) {
        return std::unexpected{ImportError{std::move(preview).error()}};
    }
    PreparedImport prepared;
    prepared.preview = *std::move(preview);
    if (!rows.empty()) {
        std::erase_if(prepared.preview.accepted,
                      [&](const AcceptedRow& row) { return !rows.contains(row.row); });
    }
    const RowOfRecord row_of = build(prepared, replica);
    if (prepared.draft.changes.empty()) {
        return prepared;
    }
    const auto findings = replica.preview(prepared.draft);
    if (!findings) {
        return std::unexpected{ImportError{findings.error()}};
    }
    prepared.findings = by_row(*findings, row_of);
    leave_out_refused(prepared, replica);
    return prepared;
}

}  // namespace zhibu::client
