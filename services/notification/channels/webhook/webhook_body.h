#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/text/language.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/notice.h"

namespace clusterwire::notification {

// What bodies about one record share: made once while thousands hear of it. Safe for use from any
// thread.
class SharedBodies {
 public:
  struct Texts {
    std::string about;  // what stands between the event's id and what depends on the subscription
    SharedNotice notice;
    std::string facts;  // `,"facts":{…}`, or nothing where none is shown
  };
  absl::StatusOr<std::shared_ptr<const Texts>> Of(const Job& job);

 private:
  Mutex mutex_;
  SharedByRecord<std::shared_ptr<const Texts>> kept_ ABSL_GUARDED_BY(mutex_);
};

// What a webhook is sent: a CloudEvent 1.0 in structured mode around a v1::WebhookNotice; its
// contract stands in notification/v1/webhook.proto. Pure: the same job gives the same bytes, with
// whichever `shared`.
absl::StatusOr<std::string> WebhookBody(const Job& job, SharedBodies& shared);
// The same around a notice that says that it is a test: type "clusterwire.notice.test.v1", about
// the endpoint.
std::string WebhookTestBody(const std::string& endpoint, const std::string& id,
                            text::Language language, absl::Time now);

}  // namespace clusterwire::notification
