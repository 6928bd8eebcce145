#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/http/address_guard.h"

namespace clusterwire::notification {

// What the service can be asked to reach.
struct EndpointSettings {
  http::AddressGuard guard = {};  // which addresses webhooks may have
  bool mail = false;              // whether mails can be sent
};

// What a channel asks of its endpoints: the rules of its case of Endpoint.channel. Pure, and safe
// for use from any thread.
class EndpointKind {
 public:
  // A web address that is looked up before it is written, and the field that it stands in. Without
  // a URL there is nothing to look up.
  struct Address {
    std::string url = {};
    std::string_view path = {};
  };

  virtual ~EndpointKind() = default;
  // Adds to `errors` all that is wrong with the case, by its path: "endpoint.webhook.uri".
  virtual void Check(const v1::Endpoint& endpoint, const EndpointSettings& settings,
                     FieldErrors& errors) const = 0;
  virtual Address AddressOf(const v1::Endpoint&) const { return {}; }
  // Fills in what the service makes: secrets that were left empty.
  virtual void Complete(v1::Endpoint&, Random&) const {}
  // Gives it another secret, made when `secret` is empty; the present one goes on until `until`,
  // or not at all: InfinitePast. INVALID_ARGUMENT on "secret".
  virtual absl::Status Rotate(v1::Endpoint&, const std::string& secret, absl::Time until,
                              Random& random) const = 0;
  // What keeps a stored one from being used, for an operator; empty when nothing does.
  virtual std::string TroubleOf(const v1::Endpoint&) const { return ""; }
  // Removes what only the answers of CreateEndpoint and RotateSecret show, and what is never shown.
  virtual void RemoveSecrets(v1::Endpoint&) const {}
  // Removes what is never shown.
  virtual void RemoveHiddenKeys(v1::Endpoint&) const {}
};

// "webhook", as channels.def names the endpoint's case; empty when none is set, or one of a newer
// release.
std::string_view ChannelNameOf(const v1::Endpoint& endpoint);
// All of them.
std::vector<std::string> ChannelNames();

// That of the endpoint's case; null when none is set.
const EndpointKind* EndpointKindOf(const v1::Endpoint& endpoint);

}  // namespace clusterwire::notification
