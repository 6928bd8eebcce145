#include "services/notification/channels/notice.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

using Lines = std::vector<std::string>;
using Names = google::protobuf::RepeatedPtrField<std::string>;

// How a transition is told.
struct Wording {
  const char* happening;  // where the kind of the change says nothing to a person
  const char* relation;   // before the title of the subscription,
  const char* rest;       // and after it
};

Wording WordingOf(v1::Transition transition) {
  switch (transition) {
    case v1::TRANSITION_ENTERED:
      return {"now matches", "It now matches “", "”."};
    case v1::TRANSITION_LEFT:
      return {"no longer matches", "It no longer matches “", "”."};
    default:
      return {"changed", "It matches “", "” as before."};
  }
}

void CompareTexts(std::string_view what, const std::string& before, const std::string& after,
                  Lines& lines) {
  if (before == after) return;
  lines.push_back(absl::StrCat(ToAbsl(what), ": ", before.empty() ? "none" : before, " → ",
                               after.empty() ? "none" : after));
}

// Both are sorted, as in Facts.
void CompareLists(std::string_view what, const Names& before, const Names& after, Lines& lines) {
  std::string line;
  const auto add = [&line](const char* sign, const Names& names, const Names& others) {
    Lines only;
    std::ranges::set_difference(names, others, std::back_inserter(only));
    for (const std::string& name : only) absl::StrAppend(&line, sign, name);
  };
  add(" + ", after, before);
  add(" − ", before, after);
  if (!line.empty()) lines.push_back(absl::StrCat(ToAbsl(what), ":", line));
}

std::string Span(const type::v1::Period& period) {
  if (period.start().empty() && period.end().empty()) return "";
  return absl::StrCat(period.start().empty() ? "?" : period.start(), " to ",
                      period.end().empty() ? "?" : period.end());
}

std::string Size(const type::v1::Facts& facts) {
  return facts.has_size() ? absl::StrCat(facts.size()) : "";
}

}  // namespace

std::vector<std::string> DifferencesOf(const type::v1::Facts& before,
                                       const type::v1::Facts& after) {
  Lines lines;
  CompareTexts("Title", before.title(), after.title(), lines);
  CompareTexts("State", before.state(), after.state(), lines);
  CompareTexts("Kind", before.kind(), after.kind(), lines);
  CompareTexts("Period", Span(before.period()), Span(after.period()), lines);
  CompareTexts("Deadline", before.deadline(), after.deadline(), lines);
  CompareLists("Label levels", before.label_levels(), after.label_levels(), lines);
  CompareLists("Programmes", before.programmes(), after.programmes(), lines);
  CompareLists("Sectors and regions", before.codes(), after.codes(), lines);
  CompareTexts("Members", Size(before), Size(after), lines);
  CompareLists("Languages", before.languages(), after.languages(), lines);
  CompareTexts("Summary", before.summary(), after.summary(), lines);
  CompareTexts("Link", before.link(), after.link(), lines);
  if (lines.size() > kMaxDifferences) lines.resize(kMaxDifferences);
  return lines;
}

Notice NoticeOf(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT;
  const type::v1::Facts& image = left ? change.before() : change.after();
  const Wording wording = WordingOf(job.delivery.transition);

  Notice notice;
  // "label.awarded" → "label awarded". facts.refreshed says nothing to a person; what it led to
  // does.
  notice.title = absl::StrCat(image.title().empty() ? change.name() : image.title(), ": ",
                              change.kind() == "facts.refreshed"
                                  ? wording.happening
                                  : absl::StrReplaceAll(change.kind(), {{".", " "}, {"_", " "}}));
  notice.link = image.link();

  Lines lines;
  if (!image.summary().empty()) lines.push_back(image.summary());
  lines.push_back(absl::StrCat(wording.relation, job.interest->subscription.title(), wording.rest));
  if (!left && change.has_before() && change.has_after()) {
    std::ranges::move(DifferencesOf(change.before(), change.after()), std::back_inserter(lines));
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
