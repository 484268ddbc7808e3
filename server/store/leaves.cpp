#include "server/store/store.hpp"
#include "shared/ledger/leaf.hpp"

namespace zhibu::server {

ledger::LogLeaves make_leaves(const LogRow& row, record::Random& random) {
    return {ledger::make_leaf(ledger::group_content(row.index, row.name, row.group_hash), random),
            ledger::make_leaf(ledger::verdict_content(row.index, row.receipt.verdict), random)};
}

}  // namespace zhibu::server
