#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/committee.hpp"
#include "tests/simulation/device.hpp"

namespace zhibu::simulation {

/// The standard catalog's numbers that the simulation speaks of, looked up once.
struct Names {
    Names();

    record::KindNumber person, organisation, account, window, device;
    /// Of person.
    record::FieldNumber name, sex, birth_date, id_number, branch, stage, applied_on, mobile,
        address, remark, phones, paid_until;
    /// Of account.
    record::FieldNumber state, scope, permission;
    /// Of window.
    record::FieldNumber starts_at, ends_at;
    /// Of device.
    record::FieldNumber device_state;
};

[[nodiscard]] const Names& names();

/// Nobody but the snapshot ever writes it to a device, so that its bytes there tell who was sent.
struct PlantedPerson {
    record::RecordKey key;
    std::string mark;
};

/// A space at work, with all its devices enrolled and synchronised, as every simulation finds it:
/// a root, a general branch with the branches A and B, a branch C beside it.
struct Founded {
    CommitteeKeys keys;
    support::MemoryDisk server_disk;
    /// Made before anything of the simulation.
    std::shared_ptr<const Backup> backup;
    std::vector<DeviceKit> kits;
    std::vector<DeviceState> states;
    /// Root, general branch, A, B, C.
    std::vector<record::RecordId> organisations;
    /// The edit window of each kit's account; none for long-term ones.
    std::vector<record::RecordId> windows;
    std::vector<PlantedPerson> planted;
};

/// Made once in a process, always the same.
[[nodiscard]] const Founded& founded();

/// A change in the catalog's numbers; bases are left out.
[[nodiscard]] record::Change change_of(
    record::RecordKey key, record::Operation operation,
    std::vector<std::pair<record::FieldNumber, record::Value>> fields);

/// An id number whose check character is right; each number is another person's.
[[nodiscard]] std::string id_number(unsigned number);

}  // namespace zhibu::simulation
