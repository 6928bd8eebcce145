#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/duration.pb.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "services/notification/channels/address_check.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/resources/subscribers/access.h"

namespace clusterwire::notification {

inline constexpr int kMaxEndpoints = 20;  // of one subscriber, besides its inbox

// Tells an endpoint from another that had its name before: its create_time in microseconds.
int64_t WhenMade(const v1::Endpoint& endpoint);

// "subscribers/x/endpoints/inbox": what every subscriber has and which is not stored.
std::string InboxNameOf(std::string_view subscriber);
bool IsInbox(std::string_view endpoint);
v1::Endpoint InboxOf(const v1::Subscriber& subscriber);
// An endpoint with its secret, the inbox too.
absl::Status LoadEndpoint(const store::Reader& reader, const std::string& name,
                          resource::Message* out);

// Where subscribers are reached. Secrets are given out by Create() and RotateSecret() alone; what
// signs takes them from Interests. Safe for use from any thread; writes wait for their commit.
//
// An address is looked up before it is written, since name servers take their time: AskCreate() and
// AskUpdate() check all that the write will check, by a dry run, then look it up and call `then`
// with OK or with what the caller is to hear. Only behind an OK comes the write.
class Endpoints : public resource::Resources<v1::Endpoint> {
 public:
  using Then = AddressCheck::Done;

  // `settings` say what may be entered; `addresses` outlives the endpoints.
  Endpoints(store::Store& store, Random& random, EndpointSettings settings,
            AddressCheck& addresses);

  absl::Status AskCreate(const WriteCall& call, std::string_view parent,
                         const v1::Endpoint& endpoint, std::string_view id, absl::Time deadline,
                         Then then);
  absl::Status AskUpdate(const WriteCall& call, const v1::Endpoint& endpoint,
                         const google::protobuf::FieldMask& mask, absl::Time deadline, Then then);
  // Its answer alone shows the secret.
  absl::StatusOr<v1::Endpoint> Create(const WriteCall& call, std::string_view parent,
                                      const v1::Endpoint& endpoint, std::string_view id);
  // Changes the address and the order; nothing else can be.
  absl::StatusOr<v1::Endpoint> Update(const WriteCall& call, const v1::Endpoint& endpoint,
                                      const google::protobuf::FieldMask& mask);
  struct Rotation {
    std::string secret = {};                                 // the next; empty: one is made
    std::optional<google::protobuf::Duration> overlap = {};  // while the former signs on
  };
  absl::StatusOr<v1::Endpoint> RotateSecret(const WriteCall& call, const std::string& name,
                                            const std::string& etag, const Rotation& rotation);

  absl::StatusOr<v1::Endpoint> Enable(const WriteCall& call, const std::string& name,
                                      const std::string& etag);
  // FAILED_PRECONDITION for one that is switched off, and for the inbox.
  absl::StatusOr<v1::Endpoint> SetPaused(const WriteCall& call, const std::string& name,
                                         const std::string& etag, bool paused);
  // The owner of the address of one that was made then has confirmed it; OK where that is known
  // already. NOT_FOUND when it is gone.
  absl::StatusOr<v1::Endpoint> Confirm(const std::string& name, int64_t made);
  // Its owner ended a subscription: the subscriber's own calls give no consent until Confirm().
  absl::Status NoteWithdrawal(const std::string& name);
  // Asks for it anew, unless it is confirmed or was asked for within a day.
  absl::StatusOr<v1::Endpoint> AskAgain(const WriteCall& call, const std::string& name);

  // Fills in what is shown of endpoints and not stored with them: their trouble.
  using Completion = std::function<void(std::span<v1::Endpoint* const>)>;
  // Before the first read.
  void CompleteBy(Completion complete) { complete_ = std::move(complete); }
  // The delivery side's own decision, by 410 Gone or after days of failure; `reason` is what its
  // owner reads. OK when it is disabled already; NOT_FOUND when it is gone; FAILED_PRECONDITION
  // for the inbox.
  absl::Status Disable(const std::string& name, std::string_view reason);

 private:
  // The inbox is in its place among what is stored, and stays there. A list over all subscribers
  // has only what is stored.
  absl::Status LoadRow(const store::Reader& reader, const std::string& name,
                       resource::Message* out) const override;
  absl::StatusOr<std::vector<store::Scanned>> ScanRows(
      const store::Reader& reader, const store::ScanOptions& options) const override;
  absl::Status CheckDeletable(const std::string& name) const override;
  absl::Status AskAddress(const WriteCall& call, const absl::StatusOr<v1::Endpoint>& tried,
                          absl::Time deadline, Then then);

  Random& random_;
  const EndpointSettings settings_;
  AddressCheck& addresses_;
  Completion complete_;
};

}  // namespace clusterwire::notification
