#pragma once

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/http/address_guard.h"

namespace clusterwire::notification {

// What a channel asks of its endpoints: the rules of its case of Endpoint.channel. Safe for use
// from any thread.
class EndpointKind {
 public:
  // Which addresses may be entered, and who is asked for names.
  struct Addresses {
    const http::AddressGuard& guard;
    const http::Resolver& resolve;
  };

  virtual ~EndpointKind() = default;
  // Adds to `errors` all that is wrong with the case, by its path in CreateEndpoint:
  // "endpoint.webhook.uri". UNAVAILABLE when that can't be told now. May wait for the resolver.
  virtual absl::Status Check(const v1::Endpoint& endpoint, const Addresses& addresses,
                             FieldErrors& errors) const = 0;
  // Fills in what the service makes: secrets that were left empty.
  virtual void Complete(v1::Endpoint&, Random&) const {}
  // Removes what only the answer of CreateEndpoint shows.
  virtual void RemoveSecrets(v1::Endpoint&) const {}
};

// That of the endpoint's case; null when none is set.
const EndpointKind* EndpointKindOf(const v1::Endpoint& endpoint);

}  // namespace clusterwire::notification
