#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/registration.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

Rules<v1::Registration> RegistrationRules();

// Registrations to events, which only their moves write. Whose a move is and from where it is
// possible is in registration_moves.h; who may come, and when, in registration_checks.h; what
// becomes of the seats in registration_seats.h.
class Registrations : public Resources<v1::Registration> {
 public:
  explicit Registrations(store::Store& store) : Resources(store, RegistrationRules()) {}

  using Made = absl::StatusOr<v1::Registration>;
  Made Register(const WriteCall& call, const v1::CreateRegistrationRequest& request);
  Made Join(const WriteCall& call, const v1::JoinWaitingListRequest& request);
  Made ChangeSeats(const WriteCall& call, const v1::ChangeSeatsRequest& request);
  Made Promote(const WriteCall& call, const v1::PromoteRegistrationRequest& request);
  Made Cancel(const WriteCall& call, const v1::CancelRegistrationRequest& request);

 private:
  // A first move as somebody asks for it.
  struct Ask {
    std::string_view method;
    std::string parent, cluster, person;
    int seats;
    std::string note;
  };
  Made Begin(const WriteCall& call, const Ask& ask);
  absl::Status Complete(const WriteCall& call, const Ask& ask, const Context& context,
                        v1::Registration* registration);

  // A later one. What it does besides the state, and what else stands against it.
  using Work = std::function<absl::Status(const Context&, const v1::CalendarEvent&,
                                          v1::Registration*, FieldErrors&)>;
  struct Step {
    std::string_view method;
    std::string name, etag, note;
    std::optional<int32_t> seats = {};  // that the request asks for
  };
  Made Go(const WriteCall& call, const Step& step, const Work& work);
};

}  // namespace clusterwire::catalogue
