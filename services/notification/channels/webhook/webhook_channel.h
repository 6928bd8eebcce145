#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"

#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/channels/webhook/webhook_body.h"

namespace clusterwire::notification {

// Webhooks by the rules of Standard Webhooks: a signed POST of a CloudEvent. The client's guard
// says where it may go, and never follows a redirect.
//
//   2xx              handed over
//   410              dead, and the endpoint is switched off
//   400, 413, 415, 422: dead, by the event's fault: nothing is held against the endpoint
//   other answers    tried again by the schedule, not before Retry-After (a day at most), which
//                    speaks for all that goes there with 429 and 503, else for this delivery
//   time-outs, refused or broken connections: tried again by the schedule
//   a reused connection that died without an answer: tried again at once, and not its failure
//   an address or secret that can't be used: dead
class WebhookChannel final : public Channel {
 public:
  // The arguments outlive the channel.
  WebhookChannel(http::Client& client, Clock& clock, Random& random)
      : client_(client), clock_(clock), random_(random) {}

  // Renders and signs on a thread of its own, so that who sends can go on with the next.
  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override;
  void SendTest(const v1::Endpoint& endpoint, const std::string& id, text::Language language,
                absl::Duration deadline, Callback done) override;

 private:
  // `trace` may be empty.
  absl::StatusOr<http::Request> RequestFor(const v1::Endpoint& endpoint, const std::string& id,
                                           const std::string& trace,
                                           absl::StatusOr<std::string> body,
                                           absl::Duration deadline) const;
  void Post(absl::StatusOr<http::Request> request, Callback done);
  SigningKeys KeysOf(const v1::Webhook& webhook, absl::Time now) const;

  static constexpr size_t kKeptSigners = 10'000;

  http::Client& client_;
  Clock& clock_;
  Random& random_;
  // By private keys, since most come again.
  mutable Mutex mutex_;
  mutable std::unordered_map<std::string, Ed25519Signer> signers_ ABSL_GUARDED_BY(mutex_);
  SharedBodies shared_;
  Executor renderer_{{.threads = 1, .queue_limit = 1000}};  // last: it uses everything above
};

}  // namespace clusterwire::notification
