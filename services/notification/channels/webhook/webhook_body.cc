#include "services/notification/channels/webhook/webhook_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/json_text.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kBegin = R"({"specversion":"1.0","id":)";

// Behind another member; nothing where there is no text, as protobuf's JSON has it.
void AppendMember(std::string_view name, std::string_view text, std::string* json) {
  if (text.empty()) return;
  absl::StrAppend(json, ",\"", ToAbsl(name), "\":");
  AppendJsonText(text, json);
}

// From behind the event's id into the notice's members.
std::string EventAbout(const std::string& kind, const std::string& subject,
                       const google::protobuf::Timestamp& time, std::string_view title) {
  std::string json = R"(,"source":"/clusterwire/notification")";
  AppendMember("type", absl::StrCat("clusterwire.notice.", kind, ".v1"), &json);
  AppendMember("subject", subject, &json);
  AppendMember("time", google::protobuf::util::TimeUtil::ToString(time), &json);
  json += R"(,"datacontenttype":"application/json","data":{"kind":)";
  AppendJsonText(kind, &json);
  AppendMember("title", title, &json);
  return json;
}

// `,"facts":{…}`, as protobuf writes it.
absl::StatusOr<std::string> FactsMember(const change::v1::ResourceChanged& change, bool left) {
  v1::WebhookNotice data;
  if (change.has_before()) *data.mutable_facts()->mutable_before() = change.before();
  if (change.has_after() && !left) *data.mutable_facts()->mutable_after() = change.after();
  if (!data.has_facts()) return "";
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(data, &json).ok()) {
    return absl::InternalError("the facts can't be written as JSON");
  }
  json.front() = ',';  // the member alone
  json.pop_back();
  return json;
}

absl::StatusOr<SharedBodies::Texts> TextsOf(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const v1::Transition transition = job.delivery.transition;
  SharedBodies::Texts texts;
  texts.notice = SharedNoticeOf(job);
  texts.about = EventAbout(change.kind(), change.name(), change.time(), texts.notice.title);
  AppendMember("link", texts.notice.link, &texts.about);
  AppendMember("language", text::LanguageTag(LanguageOf(job)), &texts.about);
  if (transition != v1::TRANSITION_UNSPECIFIED) {
    AppendMember("transition", v1::Transition_Name(transition), &texts.about);
  }
  AppendMember("change", job.delivery.change_id, &texts.about);
  ASSIGN_OR_RETURN(texts.facts, FactsMember(change, transition == v1::TRANSITION_LEFT));
  return texts;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SharedBodies::Texts>> SharedBodies::Of(const Job& job) {
  MutexLock lock(mutex_);
  if (const auto* kept = kept_.Find(job)) return *kept;
  ASSIGN_OR_RETURN(Texts made, TextsOf(job));
  return kept_.Keep(job, std::make_shared<const Texts>(std::move(made)));
}

absl::StatusOr<std::string> WebhookBody(const Job& job, SharedBodies& shared) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const SharedBodies::Texts> texts, shared.Of(job));
  const Notice notice = NoticeOf(job, texts->notice);
  std::string body;
  body.reserve(texts->about.size() + texts->facts.size() + notice.text.size() + 500);
  body += kBegin;
  AppendJsonText(job.delivery.name, &body);
  body += texts->about;
  AppendMember("text", notice.text, &body);
  const char* before = ",\"reasons\":[";
  for (const std::string& reason : notice.reasons) {
    body += std::exchange(before, ",");
    AppendJsonText(reason, &body);
  }
  if (!notice.reasons.empty()) body += ']';
  AppendMember("subscription", job.delivery.subscription, &body);
  if (job.gap.count != 0) absl::StrAppend(&body, ",\"givenUpBefore\":", job.gap.count);
  AppendMember("lastGivenUp", job.gap.last, &body);
  absl::StrAppend(&body, texts->facts, "}}");
  return body;
}

std::string WebhookTestBody(const std::string& endpoint, const std::string& id,
                            text::Language language, absl::Time now) {
  const auto say = [language](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  std::string body(kBegin);
  AppendJsonText(id, &body);
  body += EventAbout("test", endpoint, ToTimestamp(now),
                     say("A test of this webhook", "Ein Test dieses Webhooks"));
  AppendMember(
      "text",
      absl::StrCat(say("Somebody asked for a test of ", "Jemand hat einen Test angefordert, von "),
                   endpoint,
                   say(". Nothing has changed, and nothing is to be done.",
                       ". Nichts hat sich geändert, und es ist nichts zu tun.")),
      &body);
  AppendMember("language", text::LanguageTag(language), &body);
  body += "}}";
  return body;
}

}  // namespace clusterwire::notification
