#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>

#include "clusterwire/notification/v1/reach.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/change/vocabulary.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/ledger/deliveries/reached.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

constexpr int64_t kStep = 5;

// A number that says nothing of any one of them.
v1::GetReachResponse::Reach Blurred(size_t subscribers) {
  v1::GetReachResponse::Reach reach;
  const auto count = static_cast<int64_t>(subscribers);
  reach.set_subscribers(count - count % kStep);
  reach.set_under_five(count < kStep);
  return reach;
}

// What the resource of a change names as its owner.
std::string OwnerIn(const change::v1::ResourceChanged& change) {
  const auto* which = change.GetReflection()->GetOneofFieldDescriptor(
      change, change.GetDescriptor()->FindOneofByName("resource"));
  if (which == nullptr) return "";
  const google::protobuf::Message& resource = change.GetReflection()->GetMessage(change, which);
  const auto* owner = resource.GetDescriptor()->FindFieldByName("owner");
  return owner == nullptr ? "" : resource.GetReflection()->GetString(resource, owner);
}

class ReachHandler final : public v1::ReachService::CallbackService {
 public:
  ReachHandler(const Api& api, const Handles& handles)
      : api_(api), interests_(handles.interests), ledger_(handles.ledger), clock_(handles.clock) {}

  api::Reactor* GetReach(api::Context* context, const v1::GetReachRequest* request,
                         v1::GetReachResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Reach(call.caller, *request); });
  }

 private:
  using Subscribers = std::unordered_set<std::string>;

  // Whether a right on it is the caller's, as this service has heard of it.
  bool MayEdit(const rpc::Caller& caller, const std::string& root) const {
    // An operator who looks as others do has their rights, and none of the subject's.
    if (caller.views_as) return std::ranges::find(caller.edits, root) != caller.edits.end();
    const Grants& grants = interests_->grants();
    return std::ranges::any_of(grants.Of(grants.KeysOf(caller.subject)), [&](const Granted& one) {
      return one.resource == root && one.role >= change::v1::GrantChanged::ROLE_EDITOR;
    });
  }

  // Whose a root is, as the newest change of it says; empty where it is its own, or none is kept.
  absl::StatusOr<std::string> OwnerOf(const std::string& root) const {
    return ledger_->Read([&](sql::Connection& connection) -> absl::StatusOr<std::string> {
      Records records(connection);
      ASSIGN_OR_RETURN(const std::string newest, records.FindNewest(root));
      if (newest.empty()) return "";
      ASSIGN_OR_RETURN(const KeptRecord record, records.Load(newest));
      return OwnerIn(record.change);
    });
  }

  // Who may edit its root, or that one's owner.
  absl::Status CheckMayAsk(const rpc::Caller& caller, const std::string& resource) const {
    if (caller.is_operator) return absl::OkStatus();
    const Grants& grants = interests_->grants();
    if (grants.behind()) {
      return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "GRANTS_BEHIND",
                                  "it isn't known at the moment who may edit what"),
                            absl::Seconds(5));
    }
    const std::string root(store::RootOf(resource));
    if (MayEdit(caller, root)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string owner, OwnerOf(root));
    if (!owner.empty() && MayEdit(caller, owner)) return absl::OkStatus();
    return Error(absl::StatusCode::kPermissionDenied, "NOT_ALLOWED",
                 "how far the news of a resource goes is shown to operators and to those who may "
                 "edit its root or that one's owner; WhoAmI says what is granted to you");
  }

  absl::StatusOr<v1::GetReachResponse> Reach(const rpc::Caller& caller,
                                             const v1::GetReachRequest& request) const {
    const std::string& resource = request.resource();
    if (const std::string wrong = change::WrongName(resource); !wrong.empty()) {
      return FieldError("resource", wrong);
    }
    RETURN_IF_ERROR(CheckMayAsk(caller, resource));
    const absl::Time hour = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_->Now()) / 3600 * 3600);
    const std::vector<std::string> own = interests_->SubscribersOf(caller.subject);
    Subscribers matched;
    Subscribers delivered;
    std::map<std::string, Subscribers> by_channel;
    const auto visit = [&](const std::string& subscription, const std::string& endpoint,
                           v1::Delivery::State state) {
      std::string subscriber(store::RootOf(subscription));
      if (std::ranges::find(own, subscriber) != own.end()) return;
      if (state == v1::Delivery::STATE_DELIVERED) {
        delivered.insert(subscriber);
        const auto found = interests_->FindEndpoint(endpoint);
        if (found != nullptr) by_channel[std::string(ChannelNameOf(*found))].insert(subscriber);
      }
      matched.insert(std::move(subscriber));
    };
    ASSIGN_OR_RETURN(const int changes, ledger_->Read([&](sql::Connection& connection) {
      matched.clear();
      delivered.clear();
      by_channel.clear();
      return ForEachReached(connection, resource, hour, visit);
    }));
    v1::GetReachResponse response;
    *response.mutable_matched() = Blurred(matched.size());
    *response.mutable_delivered() = Blurred(delivered.size());
    for (const auto& [channel, subscribers] : by_channel) {
      if (static_cast<int64_t>(subscribers.size()) < kStep) continue;
      v1::GetReachResponse::Channel& one = *response.add_channels();
      one.set_channel(channel);
      *one.mutable_delivered() = Blurred(subscribers.size());
    }
    response.set_changes(changes);
    *response.mutable_end_time() = ToTimestamp(hour);
    return response;
  }

  const Api api_;
  const rpc::Late<Interests>& interests_;
  const rpc::Late<Ledger>& ledger_;
  const rpc::Late<Clock>& clock_;
};

}  // namespace

rpc::Service MakeReachService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::ReachService>(std::make_unique<ReachHandler>(api, handles));
}

}  // namespace clusterwire::notification
