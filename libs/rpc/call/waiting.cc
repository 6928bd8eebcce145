#include "libs/rpc/call/waiting.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {

absl::Status TooManyWaiting(size_t limit, std::string_view whose, std::string_view what) {
  return WithRetryDelay(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_WAITING",
                              absl::StrCat(limit, ToAbsl(whose), " calls wait for ", ToAbsl(what),
                                           ", as many as may; try again in a second")),
                        absl::Seconds(1));
}

absl::Status WaitingPlaces::Take(const std::string& address) {
  if (taken_ >= options_.limit) return TooManyWaiting(options_.limit, "", options_.what);
  size_t& same = by_address_[address];
  if (same >= options_.address_limit) {
    if (same == 0) by_address_.erase(address);
    return TooManyWaiting(options_.address_limit, " of your", options_.what);
  }
  ++same;
  gauge_.Set(static_cast<double>(++taken_));
  return absl::OkStatus();
}

void WaitingPlaces::GiveBack(const std::string& address) {
  const auto same = by_address_.find(address);
  if (--same->second == 0) by_address_.erase(same);
  gauge_.Set(static_cast<double>(--taken_));
}

}  // namespace clusterwire::rpc
