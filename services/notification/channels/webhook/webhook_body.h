#pragma once

#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// The images of records as JSON. They are most of a body, and the same for all who see the same:
// each is written out once while thousands hear of it. Remembers the last few. Safe for use from
// any thread.
class FactsTexts {
 public:
  static constexpr size_t kKept = 16;

  // `"facts":{…}` as the job shows them; empty where it shows none.
  absl::StatusOr<std::shared_ptr<const std::string>> Of(const Job& job);

 private:
  struct Kept {
    std::shared_ptr<const KeptRecord> record;
    bool left = false;
    std::shared_ptr<const std::string> text;
  };

  Mutex mutex_;
  std::list<Kept> kept_ ABSL_GUARDED_BY(mutex_);  // those asked for last in front
};

// What a webhook is sent: a CloudEvent 1.0 in structured mode around a v1::WebhookNotice; its
// contract stands in notification/v1/webhook.proto. Pure: the same job gives the same bytes, with
// whichever `facts`.
absl::StatusOr<std::string> WebhookBody(const Job& job, FactsTexts& facts);
// The same around a notice that says that it is a test: type "clusterwire.notice.test.v1", about
// the endpoint.
absl::StatusOr<std::string> WebhookTestBody(const std::string& endpoint, const std::string& id,
                                            absl::Time now);

}  // namespace clusterwire::notification
