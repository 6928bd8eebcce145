#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/http/testing/receiver.h"
#include "services/notification/channels/channels.h"

namespace clusterwire::simulation {

// A notice that reached a receiver.
struct Receipt {
  std::string endpoint;
  std::string id;  // of the delivery
  std::string subscription;
  std::string change;
  std::string body;
  absl::Time time;    // by the wall clock
  int life = 0;       // of the process that sent it
  bool taken = true;  // it was answered with success
};

// A mail, as its channel handed it over.
struct Mail {
  std::string address;
  std::string subscription;             // of the delivery that carries the others
  std::vector<std::string> deliveries;  // that one first
  std::optional<notification::Digest> digest;
  std::string calendar;             // what it has for the reader's calendar; may be empty
  std::vector<std::string> hidden;  // those of the deliveries that tell what not everybody may see
  absl::Time time;                  // by the wall clock
  int life = 0;                     // of the process that sent it
};

// Takes all mails. Safe for use from any thread.
class MailSink {
 public:
  explicit MailSink(Clock& clock) : clock_(clock) {}

  // A channel of a process into it; it outlives that.
  std::unique_ptr<notification::Channel> ChannelOf(int life);
  std::vector<Mail> mails() const;

 private:
  class Channel;

  void Take(const notification::Job& job, int life);

  Clock& clock_;
  mutable Mutex mutex_;
  std::vector<Mail> mails_ ABSL_GUARDED_BY(mutex_);
};

// Receives webhooks as the world outside does: some fail now and then, some for days. Safe for use
// from any thread.
class WebhookSink {
 public:
  // The arguments outlive it.
  WebhookSink(Clock& clock, Random& random);

  std::string url() const { return receiver_.url("/"); }
  // So many of a hundred requests fail.
  void Fail(int percent);
  std::vector<Receipt> receipts() const;

 private:
  http::Receiver::Answer Take(const http::Receiver::Seen& seen);

  Clock& clock_;
  Random& random_;
  mutable Mutex mutex_;
  std::vector<Receipt> receipts_ ABSL_GUARDED_BY(mutex_);
  int percent_ ABSL_GUARDED_BY(mutex_) = 0;
  http::Receiver receiver_;  // last: its thread uses everything above
};

}  // namespace clusterwire::simulation
