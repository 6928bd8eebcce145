#include "services/notification/channels/webhook/webhook_body.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
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
  data.set_given_up_before(job.gap.count);
  data.set_last_given_up(job.gap.last);
  return data;
}

absl::StatusOr<std::string> JsonOf(const v1::WebhookNotice& notice) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(notice, &json).ok()) {
    return absl::InternalError("the notice can't be written as JSON");
  }
  return json;
}

absl::StatusOr<std::string> FactsJson(const change::v1::ResourceChanged& change, bool left) {
  v1::WebhookNotice data;
  if (change.has_before()) *data.mutable_facts()->mutable_before() = change.before();
  if (change.has_after() && !left) *data.mutable_facts()->mutable_after() = change.after();
  ASSIGN_OR_RETURN(const std::string json, JsonOf(data));
  return json.substr(1, json.size() - 2);  // the member alone
}

// `facts`: a member that the notice has besides, as JSON; may be empty.
absl::StatusOr<std::string> EventAround(const v1::WebhookNotice& notice, std::string_view facts,
                                        const std::string& id, const std::string& subject,
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
  ASSIGN_OR_RETURN(std::string data, JsonOf(notice));
  if (!facts.empty()) {
    data.pop_back();  // reopens it; a notice always has a kind
    absl::StrAppend(&data, ",", ToAbsl(facts), "}");
  }
  std::string body = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  body.pop_back();  // reopens the object for its last member, which is JSON already
  return absl::StrCat(body, ",\"data\":", data, "}");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const std::string>> FactsTexts::Of(const Job& job) {
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT;
  {
    MutexLock lock(mutex_);
    const auto found = std::ranges::find_if(
        kept_, [&](const Kept& kept) { return kept.record == job.record && kept.left == left; });
    if (found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
      return found->text;
    }
  }
  ASSIGN_OR_RETURN(std::string json, FactsJson(job.record->change, left));
  auto text = std::make_shared<const std::string>(std::move(json));
  MutexLock lock(mutex_);
  kept_.push_front({.record = job.record, .left = left, .text = text});
  if (kept_.size() > kKept) kept_.pop_back();
  return text;
}

absl::StatusOr<std::string> WebhookBody(const Job& job, FactsTexts& facts) {
  const change::v1::ResourceChanged& change = job.record->change;
  ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> text, facts.Of(job));
  return EventAround(DataOf(job), *text, job.delivery.name, change.name(), change.time());
}

absl::StatusOr<std::string> WebhookTestBody(const std::string& endpoint, const std::string& id,
                                            absl::Time now) {
  v1::WebhookNotice notice;
  notice.set_title("A test of this webhook");
  notice.set_text(absl::StrCat("Somebody asked for a test of ", endpoint,
                               ". Nothing has changed, and nothing is to be done."));
  notice.set_kind("test");
  return EventAround(notice, "", id, endpoint, ToTimestamp(now));
}

}  // namespace clusterwire::notification
