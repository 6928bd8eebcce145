#include "services/notification/channels/webhook/webhook_body.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/notice.h"

namespace clusterwire::notification {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSource = "/clusterwire/notification";

// "entered", "left", "changed".
std::string_view TransitionText(v1::Transition transition) {
  switch (transition) {
    case v1::TRANSITION_ENTERED:
      return "entered";
    case v1::TRANSITION_LEFT:
      return "left";
    default:
      return "changed";
  }
}

// Appends `"name":{…}` to `members`.
absl::Status AddFacts(std::string_view name, const type::v1::Facts& facts, std::string& members) {
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(facts, &text);
  if (!written.ok()) return absl::InternalError("facts can't be written as JSON");
  absl::StrAppend(&members, members.empty() ? "" : ",", "\"", ToAbsl(name), "\":", text);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WebhookBody(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const Notice notice = NoticeOf(job);
  std::string facts;
  if (change.has_before()) RETURN_IF_ERROR(AddFacts("before", change.before(), facts));
  if (change.has_after() && job.delivery.transition != v1::TRANSITION_LEFT) {
    RETURN_IF_ERROR(AddFacts("after", change.after(), facts));
  }
  const Json event = {
      {"specversion", "1.0"},
      {"id", job.delivery.name},
      {"source", kSource},
      {"type", "clusterwire." + change.kind() + ".v1"},
      {"subject", change.name()},
      {"time", google::protobuf::util::TimeUtil::ToString(change.time())},
      {"datacontenttype", "application/json"},
      {"data",
       {{"title", notice.title},
        {"text", notice.text},
        {"link", notice.link},
        {"reasons", notice.reasons},
        {"transition", TransitionText(job.delivery.transition)},
        {"subscription", job.delivery.subscription},
        {"change", job.delivery.change_id},
        {"kind", change.kind()}}},
  };
  std::string body = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  body.resize(body.size() - 2);  // reopens `data`, the last member, for what is JSON already
  return absl::StrCat(body, ",\"facts\":{", facts, "}}}");
}

}  // namespace clusterwire::notification
