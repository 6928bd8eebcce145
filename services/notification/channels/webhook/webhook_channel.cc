#include "services/notification/channels/webhook/webhook_channel.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/telemetry/trace.h"
#include "services/notification/channels/webhook/signing.h"
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

// What an answer, or its absence, means.
Outcome OutcomeOf(const absl::StatusOr<http::Response>& answer) {
  if (!answer.ok()) {
    return Wait{.reason = absl::StrCat(ReasonOf(answer.status()), ": ", answer.status().message()),
                .ours = IsOurs(answer.status())};
  }
  const int status = answer->status;
  if (status >= 200 && status < 300) return Done{status, answer->body.substr(0, kReceiptBytes)};
  std::string reason = absl::StrCat("HTTP ", status);
  if (status == 410) return Dead{reason + ": the receiver is gone for good", true, status};
  if (status >= 300 && status < 400) reason += ": redirects are not followed; give the new address";
  return Wait{answer->retry_after.value_or(absl::InfinitePast()), std::move(reason), status};
}

}  // namespace

absl::StatusOr<http::Request> WebhookChannel::RequestFor(const Job& job,
                                                         absl::Time deadline) const {
  const v1::Webhook& webhook = job.endpoint->webhook();
  const std::optional<std::string> key = KeyOf(webhook.secret());
  if (!key) return absl::InvalidArgumentError("the endpoint's secret can't be used to sign");
  ASSIGN_OR_RETURN(std::string body, WebhookBody(job));
  const std::string& id = job.delivery.name;
  const absl::Time now = clock_.Now();
  http::Request request;
  request.method = http::Request::Method::kPost;
  request.url = webhook.uri();
  request.headers = {
      {"content-type", "application/cloudevents+json; charset=utf-8"},
      {"webhook-id", id},
      {"webhook-timestamp", absl::StrCat(absl::ToUnixSeconds(now))},
      {"webhook-signature", WebhookSignature(*key, id, now, body)},
      {"traceparent", Traceparent(job.record->trace, random_)},
  };
  request.body = std::move(body);
  request.deadline = deadline;
  return request;
}

void WebhookChannel::Send(std::shared_ptr<const Job> job, absl::Time deadline, Callback done) {
  absl::StatusOr<http::Request> request = RequestFor(*job, deadline);
  if (!request.ok()) {
    done(Dead{.reason = std::string(request.status().message()), .ours = true});
    return;
  }
  const absl::Status started =
      client_.Start(*std::move(request),
                    [done](absl::StatusOr<http::Response> answer) { done(OutcomeOf(answer)); });
  if (started.ok()) return;
  if (IsOurs(started)) {
    done(OutcomeOf(started));
  } else {
    done(Dead{.reason = absl::StrCat(ReasonOf(started), ": ", started.message())});
  }
}

std::unique_ptr<Channel> MakeWebhookChannel(const ChannelContext& context) {
  return std::make_unique<WebhookChannel>(context.client, context.clock, context.random);
}

}  // namespace clusterwire::notification
