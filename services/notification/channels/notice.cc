#include "services/notification/channels/notice.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"
#include "services/notification/channels/differences.h"

namespace clusterwire::notification {
namespace {

// "label.awarded" → "label awarded".
std::string Words(std::string kind) {
  std::replace_if(
      kind.begin(), kind.end(), [](char c) { return c == '.' || c == '_'; }, ' ');
  return kind;
}

// facts.refreshed says nothing to a person; what it led to does.
std::string Happening(const change::v1::ResourceChanged& change, v1::Transition transition) {
  if (change.kind() != "facts.refreshed") return Words(change.kind());
  switch (transition) {
    case v1::TRANSITION_ENTERED:
      return "now matches";
    case v1::TRANSITION_LEFT:
      return "no longer matches";
    default:
      return "changed";
  }
}

std::string Relation(v1::Transition transition, const std::string& subscription) {
  switch (transition) {
    case v1::TRANSITION_ENTERED:
      return absl::StrCat("It now matches “", subscription, "”.");
    case v1::TRANSITION_LEFT:
      return absl::StrCat("It no longer matches “", subscription, "”.");
    default:
      return absl::StrCat("It matches “", subscription, "” as before.");
  }
}

}  // namespace

Notice NoticeOf(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const v1::Transition transition = job.delivery.transition;
  const bool left = transition == v1::TRANSITION_LEFT;
  const type::v1::Facts& image = left ? change.before() : change.after();

  Notice notice;
  notice.title = absl::StrCat(image.title().empty() ? change.name() : image.title(), ": ",
                              Happening(change, transition));
  notice.link = image.link();

  std::vector<std::string> lines;
  if (!image.summary().empty()) lines.push_back(image.summary());
  lines.push_back(Relation(transition, job.interest->subscription.title()));
  if (!left && change.has_before() && change.has_after()) {
    for (std::string& line : DifferencesOf(change.before(), change.after())) {
      lines.push_back(std::move(line));
    }
  }
  if (!change.cause().empty()) lines.push_back("Because of: " + change.cause());
  notice.text = absl::StrJoin(lines, "\n");

  for (const filter::Verdict& verdict : job.interest->predicate.Explain(image)) {
    if (!verdict.matched || verdict.field == "audience") continue;
    notice.reasons.push_back(absl::StrCat(verdict.field, ": ", verdict.text));
  }
  return notice;
}

}  // namespace clusterwire::notification
