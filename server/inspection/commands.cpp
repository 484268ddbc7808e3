#include "server/inspection/commands.hpp"

#include <CLI/CLI.hpp>
#include <optional>

#include "shared/record/date.hpp"

namespace zhibu::server {
namespace {

CLI::App* add_erasure(CLI::App& app, ErasureWords& erasure) {
    CLI::App* command = app.add_subcommand(
        "erase", "take one record out of the state, the log and what devices hold, by law");
    command->add_option("record", erasure.record, "KIND/ID")->required();
    command->add_option("--reason", erasure.reason, "why; stays in the log for good")->required();
    command->add_option("--by", erasure.by, "who decided it; stays in the log for good")
        ->required();
    command->add_flag("--with-entries", erasure.with_entries, "with the records that belong to it");
    return command;
}

CLI::App* add_operations(CLI::App& app, OperationsWords& which, bool& csv) {
    CLI::App* command = app.add_subcommand(
        "operations", "who did what, when, from which device, and what became of it; 4: none");
    const auto add_day = [&](const char* name, std::optional<record::Date>& day, const char* help) {
        command->add_option_function<std::string>(
            name,
            [&day](const std::string& text) {
                day = record::parse_date(text);
                if (!day || day->is_month()) {
                    throw CLI::ValidationError{"a day is written as in 2026-01-31"};
                }
            },
            help);
    };
    add_day("--from", which.from, "the first day, as in 2026-01-31");
    add_day("--to", which.to, "the last day");
    command->add_option("--account", which.account, "a part of its name, or its id");
    command->add_option("--device", which.device, "its id, or the beginning of it");
    command->add_option("--action", which.action, "such as edit, create, import");
    command->add_option("--kind", which.kind, "groups that changed such a record");
    command->add_option("--outcome", which.outcome, "accepted, merged, quarantined or rejected")
        ->check(CLI::IsMember({"accepted", "merged", "quarantined", "rejected"}));
    command->add_flag("--csv", csv, "for a spreadsheet");
    return command;
}

}  // namespace

InspectionCommands::InspectionCommands(CLI::App& app, bool& json)
    : head_{app.add_subcommand("head",
                               "print the signed head of the log's tree, to be kept elsewhere")},
      verify_{app.add_subcommand(
          "verify", "recompute the log's tree from its first leaf; 0: whole, 3: it differs")},
      history_{app.add_subcommand("history", "print and prove the history of one record; 4: none")},
      operations_{add_operations(app, which_, csv_)},
      erase_{add_erasure(app, erasure_)} {
    verify_
        ->add_option("--head", heads_,
                     "a head that was kept elsewhere; more than one narrows the place down")
        ->check(CLI::ExistingFile);
    history_->add_option("record", record_, "KIND/ID")->required();
    for (CLI::App* command : {head_, verify_, history_, operations_, erase_}) {
        command->add_flag("--json", json, "for programs");
    }
}

bool InspectionCommands::parsed() const {
    return head_->parsed() || verify_->parsed() || history_->parsed() || operations_->parsed() ||
           erase_->parsed();
}

Inspected InspectionCommands::run(const InspectionWords& how, std::ostream& out,
                                  std::ostream& err) const {
    if (head_->parsed()) {
        return print_head(how, out, err);
    }
    if (verify_->parsed()) {
        return verify(how, heads_, out, err);
    }
    if (operations_->parsed()) {
        OperationsWords which = which_;
        which.form = how.json ? OperationsForm::json
                     : csv_   ? OperationsForm::csv
                              : OperationsForm::lines;
        return print_operations(how, which, out, err);
    }
    if (erase_->parsed()) {
        return erase_record(how, erasure_, out, err);
    }
    return print_history(how, record_, out, err);
}

}  // namespace zhibu::server
