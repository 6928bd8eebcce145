#pragma once

#include <string>

#include "libs/base/status/error.h"
#include "services/catalogue/common/resource.h"

// Draft and published, the same for every type that has the two.
namespace clusterwire::catalogue {

// Settles what is created: a draft unless the creation says otherwise.
template <typename T>
void DraftUnlessSaid(const Context&, T* resource) {
  if (resource->state() == T::STATE_UNSPECIFIED) resource->set_state(T::STATE_DRAFT);
}

template <typename T>
absl::Status CheckDraft(const T& resource) {
  if (resource.state() == T::STATE_DRAFT) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_A_DRAFT",
               absl::StrCat(resource.name(), " is not a draft; there is nothing to publish"),
               {{"resource", resource.name()}});
}

template <store::Resource T>
class Drafts : public Resources<T> {
 public:
  using Resources<T>::Resources;

  // Draft → published; FAILED_PRECONDITION from anywhere else.
  absl::StatusOr<T> Publish(const WriteCall& call, const std::string& name,
                            const std::string& etag) {
    return this->Modify(call, name, etag, this->rules().Kind("", "published"),
                        [](const Context&, T* resource) -> absl::Status {
                          RETURN_IF_ERROR(CheckDraft(*resource));
                          resource->set_state(T::STATE_PUBLISHED);
                          return absl::OkStatus();
                        });
  }
};

}  // namespace clusterwire::catalogue
