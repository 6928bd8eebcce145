#include "tests/simulation/sinks.h"

#include <utility>

#include "absl/strings/numbers.h"

#include "libs/base/json.h"
#include "services/notification/channels/calendar/calendar_part.h"

namespace clusterwire::simulation {

class MailSink::Channel final : public notification::Channel {
 public:
  Channel(MailSink& sink, int life) : sink_(sink), life_(life) {}
  void Send(std::shared_ptr<const notification::Job> job, absl::Duration, Callback done) override {
    sink_.Take(*job, life_);
    done(notification::Done{});
  }
  bool over_server() const override { return true; }

 private:
  MailSink& sink_;
  const int life_;
};

std::unique_ptr<notification::Channel> MailSink::ChannelOf(int life) {
  return std::make_unique<Channel>(*this, life);
}

void MailSink::Take(const notification::Job& job, int life) {
  const auto hidden = [](const notification::Job& one) {
    const change::v1::ResourceChanged& change = one.record->change;
    const bool left = one.delivery.transition == notification::v1::TRANSITION_LEFT;
    return (left ? change.before() : change.after()).has_audience();
  };
  Mail mail{.address = job.endpoint->email().address(),
            .subscription = job.delivery.subscription,
            .deliveries = {job.delivery.name},
            .digest = job.digest,
            .time = clock_.Now(),
            .life = life};
  const auto part =
      notification::CalendarPartOf(job, {.name = "Clusterwire", .address = "events@example.org"});
  if (part) mail.calendar = part->text;
  if (hidden(job)) mail.hidden.push_back(job.delivery.name);
  for (const auto& other : job.others) {
    mail.deliveries.push_back(other->delivery.name);
    if (hidden(*other)) mail.hidden.push_back(other->delivery.name);
  }
  MutexLock lock(mutex_);
  mails_.push_back(std::move(mail));
}

std::vector<Mail> MailSink::mails() const {
  MutexLock lock(mutex_);
  return mails_;
}

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
