#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/random.h"
#include "libs/http/address_guard.h"
#include "libs/rpc/call/call_context.h"
#include "libs/store/store.h"

namespace clusterwire::notification {

inline constexpr int kMaxEndpoints = 20;  // of one subscriber, besides its inbox

// "subscribers/x/endpoints/inbox": what every subscriber has and nobody stores.
std::string InboxNameOf(std::string_view subscriber);
v1::Endpoint InboxOf(const v1::Subscriber& subscriber);

// Where subscribers are reached. Secrets are given out by Create() alone; whoever signs takes them
// from Interests. Every method but Disable() checks the caller's rights first. Safe for use from
// any thread; Create() waits for the resolver, and all writes for their commit.
class Endpoints {
 public:
  // `guard` says which addresses may be entered; `resolve` is asked for names.
  Endpoints(store::Store& store, Random& random, http::AddressGuard guard,
            http::Resolver resolve = http::ResolveBySystem)
      : store_(store), random_(random), guard_(std::move(guard)), resolve_(std::move(resolve)) {}

  absl::StatusOr<v1::Endpoint> Get(const rpc::CallContext& call,
                                   const v1::GetEndpointRequest& request) const;
  // In the order of names, the inbox among them.
  absl::StatusOr<std::vector<v1::Endpoint>> List(const rpc::CallContext& call,
                                                 const std::string& parent, std::string_view after,
                                                 size_t limit) const;
  absl::StatusOr<v1::Endpoint> Create(const rpc::CallContext& call,
                                      const v1::CreateEndpointRequest& request);
  absl::StatusOr<v1::Endpoint> Enable(const rpc::CallContext& call,
                                      const v1::EnableEndpointRequest& request);
  absl::Status Delete(const rpc::CallContext& call, const v1::DeleteEndpointRequest& request);

  // The delivery side's own decision, by 410 Gone or after days of failure; `reason` is what its
  // owner reads. OK when it is disabled already; NOT_FOUND when it is gone; FAILED_PRECONDITION
  // for the inbox.
  absl::Status Disable(const std::string& name, std::string_view reason);

  // As Get(), for whoever holds a reader; the inbox too.
  static absl::StatusOr<v1::Endpoint> GetFrom(const store::Reader& reader, const std::string& name);

 private:
  absl::Status CheckNew(const v1::CreateEndpointRequest& request, FieldErrors errors) const;

  store::Store& store_;
  Random& random_;
  const http::AddressGuard guard_;
  const http::Resolver resolve_;
};

}  // namespace clusterwire::notification
