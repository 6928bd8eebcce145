#include "services/notification/channels/webhook/webhook_channel.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/telemetry/trace.h"
#include "services/notification/channels/webhook/webhook_body.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kReceiptBytes = 500;  // of an answer

// The trace goes on, with a span of its own for this try.
std::string Traceparent(const std::string& trace, Random& random) {
  const std::optional<telemetry::TraceContext> parsed = telemetry::TraceContext::Parse(trace);
  return parsed.value_or(telemetry::TraceContext()).Child(random).ToTraceparent();
}

// The client had no room for the request, or stops.
bool IsOurs(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsCancelled(status);
}

// It may not be sent, now or at any time. Other reasons not to begin pass by themselves.
bool IsRefused(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status);
}

// This very request is wrong, and would be the next time.
bool IsEventsFault(int status) {
  return status == 400 || status == 413 || status == 415 || status == 422;
}

// A receiver that is overloaded or closed for a while says so of all requests, not of this one.
bool SpeaksForEndpoint(int status) { return status == 429 || status == 503; }

// What the receiver said; the rest of a long answer is left out.
std::string TextOf(const http::Response& answer) {
  return ReadableUtf8(ToStd(absl::StripAsciiWhitespace(answer.body)), kReceiptBytes);
}

// "HTTP 422: what it said".
std::string Said(const http::Response& answer, std::string_view meaning = "") {
  std::string said = absl::StrCat("HTTP ", answer.status);
  for (const std::string& more : {std::string(meaning), TextOf(answer)}) {
    if (!more.empty()) absl::StrAppend(&said, ": ", more);
  }
  return said;
}

// Where it moved to, and what to do.
std::string Moved(const http::Response& answer) {
  constexpr size_t kLocationBytes = 200;
  return absl::StrCat(
      "it redirects",
      answer.location.empty() ? "" : " to " + ReadableUtf8(answer.location, kLocationBytes),
      ", which is not followed; UpdateEndpoint gives the endpoint its new address");
}

// What is told of a try without an answer. Whose endpoint it is may let a name of theirs stand for
// any other: what that leads to in our network, and whether it is there, is not for them.
std::string Told(const absl::Status& failure) {
  const std::string reason = ReasonOf(failure);
  if (reason == "ADDRESS_REFUSED" || reason == "NAME_NOT_RESOLVED") {
    return "NO_ADDRESS: its name leads to no address that notices may go to; check its spelling, "
           "and that the whole Internet can look it up (TestEndpoint tells operators more)";
  }
  return absl::StrCat(reason, ": ", failure.message());
}

// What the absence of an answer means.
Outcome OutcomeOf(const absl::Status& failure) {
  const bool stale = ReasonOf(failure) == "STALE_CONNECTION";
  return Wait{.reason = Told(failure), .ours = stale || IsOurs(failure), .at_once = stale};
}

// What an answer, or its absence, means.
Outcome OutcomeOf(const absl::StatusOr<http::Response>& answer) {
  if (!answer.ok()) return OutcomeOf(answer.status());
  const int status = answer->status;
  if (status >= 200 && status < 300) return Done{status, TextOf(*answer)};
  if (status == 410) return Dead{Said(*answer, "the receiver is gone for good"), true, status};
  if (IsEventsFault(status)) {
    return Dead{.reason = Said(*answer), .http_status = status, .refused = true};
  }
  const bool redirect = status >= 300 && status < 400;
  return Wait{.at_least = answer->retry_after.value_or(absl::ZeroDuration()),
              .reason = redirect ? Said(*answer, Moved(*answer)) : Said(*answer),
              .http_status = status,
              .rests_endpoint = SpeaksForEndpoint(status)};
}

}  // namespace

// The keys that sign now: the present ones, and in their overlap those before; none when the
// present secret can't be used. Endpoints of older releases have a secret alone.
SigningKeys WebhookChannel::KeysOf(const v1::Webhook& webhook, absl::Time now) const {
  SigningKeys keys;
  const auto add = [&](const std::string& secret, const std::string& private_key) {
    if (auto key = KeyOf(secret)) keys.v1.push_back(*std::move(key));
    MutexLock lock(mutex_);
    auto found = signers_.find(private_key);
    if (found == signers_.end()) {
      const std::optional<Ed25519Signer> signer = SignerOf(private_key);
      if (!signer) return;
      if (signers_.size() >= kKeptSigners) signers_.clear();
      found = signers_.emplace(private_key, *signer).first;
    }
    keys.v1a.push_back(found->second);
  };
  if (!KeyOf(webhook.secret())) return keys;
  add(webhook.secret(), webhook.private_key());
  if (now < ToTime(webhook.previous_secret_expire_time())) {
    add(webhook.previous_secret(), webhook.previous_private_key());
  }
  return keys;
}

absl::StatusOr<http::Request> WebhookChannel::RequestFor(const v1::Endpoint& endpoint,
                                                         const std::string& id,
                                                         const std::string& trace,
                                                         absl::StatusOr<std::string> body,
                                                         absl::Duration deadline) const {
  const absl::Time now = clock_.Now();
  const SigningKeys keys = KeysOf(endpoint.webhook(), now);
  if (keys.v1.empty()) {
    return absl::InvalidArgumentError(
        "the endpoint's secret can't be used to sign: RotateSecret gives it another");
  }
  RETURN_IF_ERROR(body.status());
  http::Request request;
  request.method = http::Request::Method::kPost;
  request.url = endpoint.webhook().uri();
  request.headers = {
      {"content-type", "application/cloudevents+json; charset=utf-8"},
      {"webhook-id", id},
      {"webhook-timestamp", absl::StrCat(absl::ToUnixSeconds(now))},
      {"webhook-signature", WebhookSignature(keys, id, now, *body)},
      {"traceparent", Traceparent(trace, random_)},
  };
  request.body = *std::move(body);
  request.deadline = deadline;
  return request;
}

void WebhookChannel::Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) {
  const auto send = [this, job = std::move(job), deadline, done = std::move(done)] {
    Post(RequestFor(*job->endpoint, job->delivery.name, job->record->trace,
                    WebhookBody(*job, shared_), deadline),
         done);
  };
  if (!renderer_.TryPost(send)) send();
}

void WebhookChannel::SendTest(const v1::Endpoint& endpoint, const std::string& id,
                              text::Language language, absl::Duration deadline, Callback done) {
  Post(RequestFor(endpoint, id, telemetry::CurrentTrace().ToTraceparent(),
                  WebhookTestBody(endpoint.name(), id, language, clock_.Now()), deadline),
       std::move(done));
}

void WebhookChannel::Post(absl::StatusOr<http::Request> request, Callback done) {
  if (!request.ok()) {
    done(Dead{.reason = std::string(request.status().message()), .ours = true});
    return;
  }
  const absl::Status started = client_.Start(
      *std::move(request),
      [done](const absl::StatusOr<http::Response>& answer) { done(OutcomeOf(answer)); });
  if (started.ok()) return;
  std::string reason = absl::StrCat(ReasonOf(started), ": ", started.message());
  if (IsRefused(started)) {
    done(Dead{.reason = std::move(reason)});
  } else {
    done(Wait{.reason = std::move(reason), .ours = true});
  }
}

std::unique_ptr<Channel> MakeWebhookChannel(const ChannelContext& context) {
  return std::make_unique<WebhookChannel>(context.client, context.clock, context.random);
}

}  // namespace clusterwire::notification
