#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/resource/call.h"
#include "services/notification/channels/address_check.h"
#include "services/notification/channels/channels.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"

namespace clusterwire::notification {

// Sends a test notice to an endpoint and says what came back. Beside all deliveries: it asks no
// gate, records nothing, and goes through channels with a client of its own, so that tests of
// receivers that never answer take nothing from those that wait for notices. Safe for use from any
// thread.
class EndpointTester {
 public:
  using Done = std::function<void(absl::StatusOr<v1::TestEndpointResponse>)>;
  // What it works with; all of it outlives the tester and the tests under way.
  struct Dependencies {
    store::Store& store;
    const Channels& channels;
    AddressCheck& addresses;
    Clock& clock;
    Random& random;
  };

  // `limit` is how long a test may take.
  EndpointTester(absl::Duration limit, Dependencies parts) : limit_(limit), on_(parts) {}

  // OK: `done` is called once, from any thread, by `deadline` or the limit at the latest. Else it
  // is never called: NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION for the inbox,
  // RESOURCE_EXHAUSTED. A receiver that can't be reached is an answer, not an error.
  absl::Status Start(const resource::ReadCall& call, const std::string& name, absl::Time deadline,
                     Done done);

 private:
  const absl::Duration limit_;
  const Dependencies on_;
};

}  // namespace clusterwire::notification
