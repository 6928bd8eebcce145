#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/admission.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// What all moves of an admission have in common: whose they are, from where they go, on which day,
// and the step that is kept of each.
namespace clusterwire::catalogue {

// What a request says of a move, whichever it is.
struct StepRequest {
  std::string_view method;
  std::string name = {}, etag = {};  // of one that is there
  std::string date, note;
  std::string actor = {};
  bool needs_note = false;
};

template <typename Request>
StepRequest StepOf(std::string_view method, const WriteCall& call, const Request& request,
                   bool needs_note = false) {
  StepRequest step{.method = method,
                   .date = request.date(),
                   .note = request.note(),
                   .actor = call.viewer.subject,
                   .needs_note = needs_note};
  if constexpr (requires { request.name(); }) {
    step.name = request.name();
    step.etag = request.etag();
  }
  return step;
}

// Violations that are known without the admission: of `date` and `note`.
void CheckStepFields(const StepRequest& request, FieldErrors& errors);

// Whether the viewer may make the move now: PERMISSION_DENIED, reason NOT_YOURS;
// FAILED_PRECONDITION, reason ILLEGAL_MOVE or TOO_MANY_STEPS. Then the violations of `date`, which
// is not ahead and not before the previous step, and `note`.
absl::Status CheckStep(const Context& context, const StepRequest& request,
                       const v1::Admission& admission, FieldErrors& errors);

// The day of the move: as the request says, else today.
std::string DateOf(const Context& context, const StepRequest& request);

// Makes it: the state that follows, and the step.
void AddStep(const Context& context, const StepRequest& request, const v1::Programme& programme,
             std::string_view criterion, v1::Admission* admission);

}  // namespace clusterwire::catalogue
