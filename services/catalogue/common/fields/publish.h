#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "services/catalogue/common/resource.h"

// Draft and published, the same for every type that has the two.
namespace clusterwire::catalogue {

// Settles what is created: a draft unless the creation says otherwise.
template <typename T>
void DraftUnlessSaid(const Context&, T* resource) {
  if (resource->state() == T::STATE_UNSPECIFIED) resource->set_state(T::STATE_DRAFT);
}

// Says of a draft that it is one: that was chosen where the creation said nothing. `publish` is the
// method that ends it.
template <typename T>
void NoteDraft(const T* before, const T& next, std::string_view publish, Notes& notes) {
  if (before != nullptr || next.state() != T::STATE_DRAFT) return;
  notes.push_back(absl::StrCat("state: STATE_DRAFT, which the public doesn't see; ",
                               ToAbsl(publish), " shows it"));
}

template <store::Resource T>
class Drafts : public Resources<T> {
 public:
  using Resources<T>::Resources;

  // Draft → published; what is published already stays as it is.
  absl::StatusOr<T> Publish(const WriteCall& call, const std::string& name,
                            const std::string& etag) {
    return this->Modify(call, name, etag, this->rules().Kind("", "published"),
                        [](const Context&, T* resource) {
                          if (resource->state() == T::STATE_DRAFT) {
                            resource->set_state(T::STATE_PUBLISHED);
                          }
                          return absl::OkStatus();
                        });
  }
};

}  // namespace clusterwire::catalogue
