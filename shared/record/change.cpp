#include "shared/record/change.hpp"

#include <string_view>
#include <utility>

namespace zhibu::record {

std::string_view to_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::accepted:
            return "accepted";
        case Outcome::merged:
            return "merged";
        case Outcome::quarantined:
            return "quarantined";
        case Outcome::rejected:
            return "rejected";
    }
    std::unreachable();
}

std::string_view to_text(Settlement settlement) {
    switch (settlement) {
        case Settlement::offered_won:
            return "offered_won";
        case Settlement::committed_stood:
            return "committed_stood";
        case Settlement::united:
            return "united";
        case Settlement::waits:
            return "waits";
    }
    std::unreachable();
}

}  // namespace zhibu::record
