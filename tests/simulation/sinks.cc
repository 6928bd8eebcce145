#include "tests/simulation/sinks.h"

#include <utility>

#include "absl/strings/numbers.h"

#include "libs/base/json.h"

namespace clusterwire::simulation {

WebhookSink::WebhookSink(Clock& clock, Random& random)
    : clock_(clock),
      random_(random),
      receiver_([this](const http::Receiver::Seen& seen) { return Take(seen); }) {}

void WebhookSink::Fail(int percent) {
  MutexLock lock(mutex_);
  percent_ = percent;
}

std::vector<Receipt> WebhookSink::receipts() const {
  MutexLock lock(mutex_);
  return receipts_;
}

http::Receiver::Answer WebhookSink::Take(const http::Receiver::Seen& seen) {
  const auto body = nlohmann::json::parse(seen.body);
  Receipt receipt{.endpoint = seen.path.substr(1),
                  .id = seen.headers.at("webhook-id"),
                  .subscription = body.at("data").at("subscription"),
                  .change = body.at("data").at("change"),
                  .body = seen.body,
                  .time = clock_.Now()};
  (void)absl::SimpleAtoi(seen.headers.at("user-agent"), &receipt.life);
  MutexLock lock(mutex_);
  receipt.taken = random_.Below(100) >= static_cast<uint64_t>(percent_);
  const int status = receipt.taken ? 200 : 503;
  receipts_.push_back(std::move(receipt));
  return {.status = status};
}

}  // namespace clusterwire::simulation
