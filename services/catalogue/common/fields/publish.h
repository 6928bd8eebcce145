#pragma once

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

// Draft and published, the same for every type that has the two.
namespace clusterwire::catalogue {

// A resource is created as a draft unless the creation says otherwise.
template <typename T>
void DraftUnlessSaid(T* resource) {
  if (resource->state() == T::STATE_UNSPECIFIED) resource->set_state(T::STATE_DRAFT);
}

template <typename T>
absl::Status CheckDraft(const T& resource) {
  if (resource.state() == T::STATE_DRAFT) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_A_DRAFT",
               absl::StrCat(resource.name(), " is not a draft; there is nothing to publish"),
               {{"resource", resource.name()}});
}

// Draft → published; FAILED_PRECONDITION from anywhere else.
template <typename T>
absl::Status PublishDraft(T* resource) {
  RETURN_IF_ERROR(CheckDraft(*resource));
  resource->set_state(T::STATE_PUBLISHED);
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
