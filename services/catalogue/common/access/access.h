#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"

#include "libs/facts/facts.h"
#include "libs/filter/predicate.h"
#include "libs/store/store.h"

// Who may see and who may write. Seeing is the predicate's affair (the audience is in the Facts);
// writing is decided here and nowhere else.
namespace clusterwire::catalogue {

// How a call reads.
struct ReadCall {
  filter::Viewer viewer;
  store::Revision at_least;  // OUT_OF_RANGE when it isn't written yet
};

// How a call writes.
struct WriteCall {
  filter::Viewer viewer;
  store::Call store;
};

// Everything that a viewer may see: the empty filter through its eyes.
class Sight {
 public:
  explicit Sight(const filter::Viewer& viewer);

  // What has no Facts is deleted, or about something deleted: operators alone see it.
  bool Sees(const std::optional<facts::Facts>& facts) const;
  // NOT_FOUND unless the resource `name` is there and seen.
  absl::Status Check(const store::Reader& reader, std::string_view name) const;
  bool is_operator() const { return all_.viewer().operator_; }

 private:
  filter::Predicate all_;
};

// PERMISSION_DENIED unless the viewer may write the resource `name`: operators everything, a
// programme's office the programme and its memberships, a cluster's own people the cluster itself.
// Labels are their issuers' affair, so of operators alone.
absl::Status CheckMayWrite(const filter::Viewer& viewer, std::string_view name);

}  // namespace clusterwire::catalogue
