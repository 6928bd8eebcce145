#include "services/notification/channels/webhook/webhook_body.h"

#include <string_view>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/json.h"
#include "libs/base/status/status_macros.h"
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

absl::StatusOr<Json> FactsJson(const type::v1::Facts& facts) {
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(facts, &text);
  if (!written.ok()) return absl::InternalError("facts can't be written as JSON");
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InternalError("facts were written as broken JSON");
  return json;
}

}  // namespace

absl::StatusOr<std::string> WebhookBody(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const Notice notice = NoticeOf(job);
  Json facts = Json::object();
  if (change.has_before()) {
    ASSIGN_OR_RETURN(facts["before"], FactsJson(change.before()));
  }
  if (change.has_after() && job.delivery.transition != v1::TRANSITION_LEFT) {
    ASSIGN_OR_RETURN(facts["after"], FactsJson(change.after()));
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
        {"kind", change.kind()},
        {"facts", std::move(facts)}}},
  };
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace clusterwire::notification
