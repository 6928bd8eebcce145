#include "services/notification/consent/links.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/store/registry.h"

namespace clusterwire::notification {
namespace {

constexpr char kUnsubscribe[] = "unsubscribe";
constexpr char kPreferences[] = "preferences";
constexpr char kConfirm[] = "confirm";
constexpr char kForm[] = "sign-up form";

int64_t MadeOf(const google::protobuf::Timestamp& create_time) {
  return absl::ToUnixMicros(ToTime(create_time));
}

// "NUMBER …": the rest stays in `text`.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  const size_t space = text.find(' ');
  int64_t number = 0;
  if (space == text.npos || !absl::SimpleAtoi(ToAbsl(text.substr(0, space)), &number)) {
    return std::nullopt;
  }
  text.remove_prefix(space + 1);
  return number;
}

}  // namespace

Links::Links(std::string_view public_uri, std::string_view token_key)
    : public_uri_(absl::StripSuffix(ToAbsl(public_uri), "/")),
      sealer_(HmacSha256(token_key, "links of pages")) {}

std::string Links::LinkTo(std::string_view path, std::string_view purpose,
                          const std::string& content) const {
  return absl::StrCat(public_uri_, ToAbsl(path), sealer_.Seal(purpose, content));
}

std::string Links::Unsubscribe(const v1::Subscription& subscription,
                               const v1::Endpoint& endpoint) const {
  const std::string& to = endpoint.name();
  return LinkTo(
      kUnsubscribePath, kUnsubscribe,
      absl::StrCat(MadeOf(subscription.create_time()), " ", MadeOf(endpoint.create_time()), " ",
                   to.substr(to.rfind('/') + 1), " ", subscription.name()));
}

std::string Links::Preferences(const v1::Endpoint& endpoint, absl::Time issued) const {
  return LinkTo(kPreferencesPath, kPreferences,
                absl::StrCat(absl::ToUnixSeconds(issued + kPreferencesLife), " ",
                             MadeOf(endpoint.create_time()), " ", endpoint.name()));
}

std::string Links::Confirm(std::string_view mail) const {
  return LinkTo(kConfirmPath, kConfirm, std::string(mail));
}

std::string Links::FormToken(std::string_view network, absl::Time now) const {
  return sealer_.Seal(kForm, absl::StrCat(absl::ToUnixSeconds(now), " ", ToAbsl(network)));
}

bool Links::CheckFormToken(std::string_view token, std::string_view network, absl::Time now) const {
  const auto content = Open(kForm, token);
  if (!content) return false;
  std::string_view rest = *content;
  const auto made = TakeNumber(rest);
  return made && rest == network && now <= absl::FromUnixSeconds(*made) + kFormLife;
}

std::string Links::Calendar(std::string_view token) const {
  return absl::StrCat(public_uri_, ToAbsl(kCalendarPath), ToAbsl(token));
}

std::optional<std::string> Links::Open(std::string_view purpose, std::string_view token) const {
  absl::StatusOr<std::string> content = sealer_.Open(purpose, token);
  if (!content.ok()) return std::nullopt;
  return *std::move(content);
}

std::optional<Links::Target> Links::ReadUnsubscribe(std::string_view token) const {
  const auto content = Open(kUnsubscribe, token);
  if (!content) return std::nullopt;
  std::string_view rest = *content;
  const auto made = TakeNumber(rest);
  const auto endpoint_made = TakeNumber(rest);
  const size_t space = rest.find(' ');
  if (!made || !endpoint_made || space == rest.npos) return std::nullopt;
  Target target{.name = std::string(rest.substr(space + 1)), .made = *made};
  target.endpoint = absl::StrCat(ToAbsl(store::RootOf(target.name)), "/endpoints/",
                                 ToAbsl(rest.substr(0, space)));
  target.endpoint_made = *endpoint_made;
  return target;
}

std::optional<Links::Target> Links::ReadPreferences(std::string_view token, absl::Time now) const {
  const auto content = Open(kPreferences, token);
  if (!content) return std::nullopt;
  std::string_view rest = *content;
  const auto until = TakeNumber(rest);
  const auto made = TakeNumber(rest);
  if (!until || !made || now > absl::FromUnixSeconds(*until)) return std::nullopt;
  return Target{std::string(rest), *made};
}

std::optional<std::string> Links::ReadConfirm(std::string_view token) const {
  return Open(kConfirm, token);
}

}  // namespace clusterwire::notification
