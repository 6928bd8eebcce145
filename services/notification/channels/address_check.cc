#include "services/notification/channels/address_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(5);

// What a look-up came to, as the caller may know it.
absl::Status AnswerFor(bool is_operator, const std::string& path, const absl::Status& found) {
  const std::string reason = ReasonOf(found);
  if (reason == "NAME_NOT_RESOLVED" || reason == "ADDRESS_REFUSED") {
    if (is_operator) {
      return FieldError(path, absl::StrCat(found.message(),
                                           reason == "ADDRESS_REFUSED"
                                               ? " (webhooks.allowed_networks can allow a network)"
                                               : "; check its spelling"));
    }
    return FieldError(
        path,
        "leads to no address of the public Internet: check its spelling, and that the "
        "whole Internet can look it up");
  }
  if (found.ok()) return found;
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "LOOKUP_TIMED_OUT",
            absl::StrCat("the name in ", path, " could not be looked up in time; try again")),
      kRetryDelay);
}

}  // namespace

AddressCheck::AddressCheck(LookUp look_up, Clock& clock)
    : look_up_(std::move(look_up)), clock_(clock) {}

AddressCheck::Place AddressCheck::TakePlace(std::string_view subscriber) {
  std::string key(subscriber);
  {
    MutexLock lock(places_->mutex);
    int& taken = places_->taken[key];
    if (taken >= kMostOfOne) return nullptr;
    ++taken;
  }
  const auto give_back = [places = places_, key = std::move(key)](void*) {
    MutexLock lock(places->mutex);
    const auto found = places->taken.find(key);
    if (--found->second == 0) places->taken.erase(found);
  };
  return {places_.get(), give_back};
}

absl::Status AddressCheck::NoPlace(std::string_view subscriber) {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_LOOKUPS",
            absl::StrCat(kMostOfOne, " addresses of ", ToAbsl(subscriber),
                         " are being looked up or tested: try again when those are done")),
      kRetryDelay);
}

absl::Status AddressCheck::Start(const filter::Viewer& viewer, std::string_view path,
                                 const std::string& url, absl::Time deadline, Done done) {
  if (url.empty()) {  // nothing to look up
    done(absl::OkStatus());
    return absl::OkStatus();
  }
  const auto answer = [is_operator = viewer.operator_, field = std::string(path),
                       done = std::move(done)](const absl::Status& found) {
    done(AnswerFor(is_operator, field, found));
  };
  const absl::Status started = look_up_(url, std::min(deadline - clock_.Now(), kPatience), answer);
  if (started.ok()) return started;
  if (absl::IsResourceExhausted(started)) return WithRetryDelay(started, kRetryDelay);
  return AnswerFor(viewer.operator_, std::string(path), started);
}

}  // namespace clusterwire::notification
