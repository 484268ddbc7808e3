#pragma once

#include <vector>

#include "server/committer/control.hpp"

namespace zhibu::server {

/// What Control reads of the catalog. A catalog without one of these is a bug and ends the process.
struct Control::Names {
    explicit Names(const catalog::Catalog& catalog);

    record::KindNumber organisation;
    record::FieldNumber organisation_parent;

    record::KindNumber account;
    record::FieldNumber account_name;
    record::FieldNumber account_scope;
    record::FieldNumber account_level;
    record::FieldNumber account_nature;
    record::FieldNumber account_permission;
    record::FieldNumber account_manages;
    record::FieldNumber account_state;
    record::FieldNumber account_expires_on;
    record::FieldNumber account_second_factor;
    /// In the order of catalog::menu_sections().
    std::vector<record::FieldNumber> account_sections;

    record::KindNumber window;
    record::FieldNumber window_organisation;
    record::FieldNumber window_account;
    record::FieldNumber window_level;
    record::FieldNumber window_starts_at;
    record::FieldNumber window_ends_at;
    record::FieldNumber window_grace_days;

    record::KindNumber device;
    record::FieldNumber device_account;
    record::FieldNumber device_state;
};

}  // namespace zhibu::server
