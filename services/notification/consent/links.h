#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/rpc/token/token.h"

namespace clusterwire::notification {

// The paths of pages; behind those that end with '/' stands a token.
inline constexpr std::string_view kConfirmPath = "/confirm/";
inline constexpr std::string_view kUnsubscribePath = "/unsubscribe/";
inline constexpr std::string_view kPreferencesPath = "/preferences/";
inline constexpr std::string_view kSignUpPath = "/signup";
inline constexpr std::string_view kCalendarPath = "/calendar/";

// Links to the pages, for mails: each holds a token that can't be guessed or altered, which opens
// one page for one purpose and needs no login. The same in gives the same out, so that a repeated
// mail says what the first said. Immutable; safe for use from any thread.
class Links {
 public:
  // How long a link to the preferences holds; those to unsubscribe hold for good.
  static constexpr absl::Duration kPreferencesLife = absl::Hours(24 * 365);

  // What a token names. `made` tells a resource from another that had its name before: its
  // create_time in microseconds.
  struct Target {
    std::string name;
    int64_t made = 0;
    // Of a link to unsubscribe: the endpoint that it was mailed to, and when that was made. Who
    // reads mails there decides of nothing that goes elsewhere. Empty: whichever it is.
    std::string endpoint = {};
    int64_t endpoint_made = 0;
  };

  // `public_uri` is as the configuration says it; `token_key` is that of the service.
  Links(std::string_view public_uri, std::string_view token_key);

  // Ends the consent of a subscription, by a POST as mail programs send it or by the page that it
  // shows. `endpoint` is what it is mailed to, one of the same subscriber.
  std::string Unsubscribe(const v1::Subscription& subscription, const v1::Endpoint& endpoint) const;
  // What the address of an e-mail endpoint is subscribed to. `issued` is when it was written.
  std::string Preferences(const v1::Endpoint& endpoint, absl::Time issued) const;
  // Confirms what the mail named `mail` asks for.
  std::string Confirm(std::string_view mail) const;
  // Stands in the form of the sign-up page, so that no other page can send it for a visitor: it was
  // given to who asked from `network` within kFormLife.
  static constexpr absl::Duration kFormLife = absl::Hours(2);
  std::string FormToken(std::string_view network, absl::Time now) const;
  bool CheckFormToken(std::string_view token, std::string_view network, absl::Time now) const;
  // The calendar feed of this token, which isn't made here.
  std::string Calendar(std::string_view token) const;

  // What stands behind a path; none for anything that wasn't made for it, and for what is past its
  // time.
  std::optional<Target> ReadUnsubscribe(std::string_view token) const;
  std::optional<Target> ReadPreferences(std::string_view token, absl::Time now) const;
  std::optional<std::string> ReadConfirm(std::string_view token) const;

 private:
  std::string LinkTo(std::string_view path, std::string_view purpose,
                     const std::string& content) const;
  std::optional<std::string> Open(std::string_view purpose, std::string_view token) const;

  const std::string public_uri_;  // without a slash at its end
  const rpc::TokenSealer sealer_;
};

}  // namespace clusterwire::notification
