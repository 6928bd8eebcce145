#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/resource.h"

// What becomes of an event's parts when it is cancelled or moved: EventParts in the contract.
namespace clusterwire::catalogue {

// The parts of an event, at any depth, that aren't over.
struct PartsOfEvent {
  std::vector<v1::CalendarEvent> own;  // those that the viewer may write
  std::vector<std::string> others;     // names of those that it only sees
  std::vector<std::string> drafts;     // names of its own that aren't wanted since they are drafts
};

// Those that are `wanted`. FAILED_PRECONDITION, reason TOO_MANY_PARTS, where they are too many for
// one write. Reads each part: it is for what is rarely done.
absl::StatusOr<PartsOfEvent> PartsOf(const std::string& name, const Context& context,
                                     absl::FunctionRef<bool(const v1::CalendarEvent&)> wanted);

// Says which parts stay where they are while their event is moved.
void TellKept(const PartsOfEvent& parts, Notes& notes);

// Adds a violation where the choice is missing or none of the list.
void CheckChoice(v1::EventParts choice, const PartsOfEvent& parts, FieldErrors& errors);

// Changes each of the viewer's parts under `kind`, checked and settled like any other write, and
// tells of the others. `cause` is the event that they are parts of.
using PartChange = absl::FunctionRef<void(v1::CalendarEvent* part)>;
absl::Status ChangeParts(store::Writer& writer, const Context& context, const PartsOfEvent& parts,
                         std::string_view kind, const std::string& cause, PartChange change,
                         Notes& notes);

}  // namespace clusterwire::catalogue
