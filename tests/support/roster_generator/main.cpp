#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include "shared/catalog/catalog.hpp"
#include "tests/support/roster_generator/roster_generator.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace {

using zhibu::test::CsvEncoding;

int run(int argc, char** argv) {
    CLI::App app{
        "Writes a roster of invented people, and beside it what an import must make of it."};
    zhibu::test::RosterPlan plan;
    const std::map<std::string, CsvEncoding> encodings{{"utf8", CsvEncoding::utf8},
                                                       {"utf8-bom", CsvEncoding::utf8_bom},
                                                       {"gb18030", CsvEncoding::gb18030}};
    app.add_option("--rows", plan.rows, "people")->check(CLI::Range(1, 200'000));
    app.add_option("--seed", plan.seed, "equal seeds give equal files");
    app.add_option("--messy", plan.messy, "0 to 1")->check(CLI::Range(0.0, 1.0));
    app.add_option("--out", plan.path, "FILE.xlsx or FILE.csv")->required();
    app.add_option("--encoding", plan.encoding, "of a .csv: utf8, utf8-bom, gb18030")
        ->transform(CLI::CheckedTransformer(encodings));
    app.add_option("--branches", plan.branches, "names of the branches that people belong to");
    CLI11_PARSE(app, argc, argv);
    if (!plan.path.ends_with(".xlsx") && !plan.path.ends_with(".csv")) {
        std::cerr << "--out must end in .xlsx or .csv\n";
        return 2;
    }
    zhibu::test::generate_roster(plan, zhibu::catalog::standard_catalog());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "roster_generator: " << error.what() << "\n";
        return 1;
    }
}
