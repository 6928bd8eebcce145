#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/filter/viewer.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/services.h"

namespace clusterwire::notification {

// What of one subscriber's deliveries is shown: all to an operator, to its own caller those that it
// could get and that are about what it sees now.
class Eyes {
 public:
  // NOT_FOUND when there is no such subscriber.
  static absl::StatusOr<Eyes> Of(const filter::Viewer& caller, const Handles& handles,
                                 const std::string& subscriber);

  // `seen_by`: who sees the change.
  bool See(const v1::Delivery& delivery, std::string_view seen_by) const;
  bool SeeWhat(std::string_view seen_by) const;
  bool see_all() const { return viewer_.operator_; }
  const filter::Viewer& viewer() const { return viewer_; }
  // Nothing from before is shown.
  absl::Time since() const { return since_; }

 private:
  filter::Viewer viewer_ = filter::Viewer::Operator();
  absl::Time since_ = absl::InfinitePast();
};

// What is wrong with the fields that describe deliveries is added to `errors`.
void CheckParent(const std::string& parent, FieldErrors& errors);
void CheckKind(const std::string& kind, FieldErrors& errors);
// "start_time" and "end_time".
template <typename Request>
void ReadTimes(const Request& request, absl::Time* from, absl::Time* until, FieldErrors& errors) {
  if (request.has_start_time()) *from = ToTime(request.start_time());
  if (request.has_end_time()) *until = ToTime(request.end_time());
  if (*from >= *until) errors.Add("end_time", "must be later than start_time");
}

// The query that a request describes, its state and page left aside.
template <typename Request>
DeliveryQuery ReadQuery(const Request& request, FieldErrors& errors) {
  CheckParent(request.parent(), errors);
  CheckKind(request.change_kind(), errors);
  DeliveryQuery query{.parent = request.parent(),
                      .change = request.change(),
                      .resource = request.resource(),
                      .endpoint = request.endpoint(),
                      .change_kind = request.change_kind()};
  ReadTimes(request, &query.from, &query.until, errors);
  return query;
}
void CheckState(v1::Delivery::State state, FieldErrors& errors);

}  // namespace clusterwire::notification
