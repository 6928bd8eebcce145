#include "services/notification/channels/webhook/webhook_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/json.h"
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

}  // namespace

absl::StatusOr<std::string> WebhookBody(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const Json event = {
      {"specversion", "1.0"},
      {"id", job.delivery.name},
      {"source", "/clusterwire/notification"},
      {"type", absl::StrCat("clusterwire.notice.", change.kind(), ".v1")},
      {"subject", change.name()},
      {"time", google::protobuf::util::TimeUtil::ToString(change.time())},
      {"datacontenttype", "application/json"},
  };
  std::string data;
  if (!google::protobuf::util::MessageToJsonString(DataOf(job), &data).ok()) {
    return absl::InternalError("the notice can't be written as JSON");
  }
  std::string body = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  body.pop_back();  // reopens the object for its last member, which is JSON already
  return absl::StrCat(body, ",\"data\":", data, "}");
}

}  // namespace clusterwire::notification
