#include "services/notification/channels/webhook/webhook_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/json.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/notice.h"

namespace clusterwire::notification {
namespace {

using Json = nlohmann::ordered_json;

v1::WebhookNotice DataOf(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  Notice notice = NoticeOf(job);
  v1::WebhookNotice data;
  data.set_title(std::move(notice.title));
  data.set_text(std::move(notice.text));
  data.set_link(std::move(notice.link));
  data.mutable_reasons()->Assign(notice.reasons.begin(), notice.reasons.end());
  data.set_language(std::string(text::LanguageTag(LanguageOf(job))));
  data.set_transition(job.delivery.transition);
  data.set_subscription(job.delivery.subscription);
  data.set_change(job.delivery.change_id);
  data.set_kind(change.kind());
  if (change.has_before()) *data.mutable_facts()->mutable_before() = change.before();
  if (change.has_after() && job.delivery.transition != v1::TRANSITION_LEFT) {
    *data.mutable_facts()->mutable_after() = change.after();
  }
  return data;
}

absl::StatusOr<std::string> EventAround(const v1::WebhookNotice& notice, const std::string& id,
                                        const std::string& subject,
                                        const google::protobuf::Timestamp& time) {
  const Json event = {
      {"specversion", "1.0"},
      {"id", id},
      {"source", "/clusterwire/notification"},
      {"type", absl::StrCat("clusterwire.notice.", notice.kind(), ".v1")},
      {"subject", subject},
      {"time", google::protobuf::util::TimeUtil::ToString(time)},
      {"datacontenttype", "application/json"},
  };
  std::string data;
  if (!google::protobuf::util::MessageToJsonString(notice, &data).ok()) {
    return absl::InternalError("the notice can't be written as JSON");
  }
  std::string body = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  body.pop_back();  // reopens the object for its last member, which is JSON already
  return absl::StrCat(body, ",\"data\":", data, "}");
}

}  // namespace

absl::StatusOr<std::string> WebhookBody(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  return EventAround(DataOf(job), job.delivery.name, change.name(), change.time());
}

absl::StatusOr<std::string> WebhookTestBody(const std::string& endpoint, const std::string& id,
                                            absl::Time now) {
  v1::WebhookNotice notice;
  notice.set_title("A test of this webhook");
  notice.set_text(absl::StrCat("Somebody asked for a test of ", endpoint,
                               ". Nothing has changed, and nothing is to be done."));
  notice.set_kind("test");
  return EventAround(notice, id, endpoint, ToTimestamp(now));
}

}  // namespace clusterwire::notification
