#include "services/catalogue/resources/registrations/registration_moves.h"

#include "clusterwire/catalogue/v1/registration.pb.h"

namespace clusterwire::catalogue {

const MoveTable& RegistrationMoves() {
  using v1::Registration;
  static const auto* const kTable = new MoveTable(MoveTableOf<Registration::State>(
      {{.method = "CreateRegistration",
        .party = Party::kCluster,
        .kind = change::v1::CHANGE_KIND_REGISTRATION_REGISTERED,
        .from = {0},
        .to = Registration::STATE_REGISTERED},
       {.method = "JoinWaitingList",
        .party = Party::kCluster,
        .kind = change::v1::CHANGE_KIND_REGISTRATION_WAITING,
        .from = {0},
        .to = Registration::STATE_WAITING},
       {.method = "ChangeSeats",
        .party = Party::kCluster,
        .kind = change::v1::CHANGE_KIND_REGISTRATION_CHANGED,
        .from = {Registration::STATE_REGISTERED},
        .to = Registration::STATE_REGISTERED},
       {.method = "PromoteRegistration",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_REGISTRATION_PROMOTED,
        .from = {Registration::STATE_WAITING},
        .to = Registration::STATE_REGISTERED},
       {.method = "CancelRegistration",
        .party = Party::kEither,
        .kind = change::v1::CHANGE_KIND_REGISTRATION_CANCELLED,
        .from = {Registration::STATE_REGISTERED, Registration::STATE_WAITING},
        .to = Registration::STATE_CANCELLED}}));
  return *kTable;
}

}  // namespace clusterwire::catalogue
