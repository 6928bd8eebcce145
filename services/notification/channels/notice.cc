#include "services/notification/channels/notice.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/text/form.h"
#include "libs/text/text.h"
#include "services/notification/channels/kind_texts.h"

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

// A text of an editor is one line of the notice and can't pass itself off as another.
std::string OneLine(std::string_view text) {
  FieldErrors replaced;
  return absl::StrReplaceAll(text::InForm(text, type::v1::FORM_LINE, "", replaced), {{"\n", " "}});
}

// "side_event" → "side event".
std::string Plain(const std::string& word) { return absl::StrReplaceAll(word, {{"_", " "}}); }

// A resource by its title, else by its id; people read no resource names.
std::string Called(const std::string& name, const type::v1::Facts& facts) {
  const auto title = std::ranges::find(facts.titles(), name, &type::v1::Title::value);
  return OneLine(title == facts.titles().end() ? name.substr(name.rfind('/') + 1) : title->title());
}

void CompareTexts(std::string_view what, const std::string& before, const std::string& after,
                  Lines& lines) {
  if (before == after) return;
  lines.push_back(absl::StrCat(ToAbsl(what), ": ", before.empty() ? "none" : OneLine(before), " → ",
                               after.empty() ? "none" : OneLine(after)));
}

// Both are sorted, as in Facts. `put` gives a value as a person reads it, from the Facts that have
// it.
template <typename Put>
void CompareLists(std::string_view what, const type::v1::Facts& before,
                  const type::v1::Facts& after, const Names& (type::v1::Facts::*list)() const,
                  Put put, Lines& lines) {
  std::string line;
  const auto add = [&](const char* sign, const type::v1::Facts& of, const type::v1::Facts& other) {
    Lines only;
    std::ranges::set_difference((of.*list)(), (other.*list)(), std::back_inserter(only));
    for (const std::string& value : only) absl::StrAppend(&line, sign, put(value, of));
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

std::string GapInWords(const Gap& gap) {
  return gap.count == 1
             ? absl::StrCat("One notice before this was given up: ", gap.last, ".")
             : absl::StrCat(gap.count, " notices before this were given up, the last of ", "them ",
                            gap.last, ".");
}

}  // namespace

std::vector<std::string> DifferencesOf(const type::v1::Facts& before,
                                       const type::v1::Facts& after) {
  using type::v1::Facts;
  Lines lines;
  const auto titled = [](const std::string& value, const Facts& facts) {
    return OneLine(filter::TitleWithValue(value, facts));
  };
  const auto language = [](const std::string& tag, const Facts&) {
    return text::LanguageName(tag);
  };
  CompareTexts("Title", before.title(), after.title(), lines);
  CompareTexts("State", Plain(before.state()), Plain(after.state()), lines);
  CompareTexts("Kind", Plain(before.kind()), Plain(after.kind()), lines);
  CompareTexts("Period", Span(before.period()), Span(after.period()), lines);
  CompareTexts("Deadline", before.deadline(), after.deadline(), lines);
  CompareLists("Label levels", before, after, &Facts::label_levels, titled, lines);
  CompareLists("Programmes", before, after, &Facts::programmes, Called, lines);
  CompareLists("Sectors and regions", before, after, &Facts::codes, titled, lines);
  CompareTexts("Members", Size(before), Size(after), lines);
  CompareLists("Languages", before, after, &Facts::languages, language, lines);
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
  // facts.refreshed says nothing to a person; what it led to does.
  notice.title = absl::StrCat(
      image.title().empty() ? Plain(image.type()) : OneLine(image.title()), " – ",
      change.kind() == "facts.refreshed"
          ? wording.happening
          : KindClause(change.kind(), change.reminder().day(), change.reminder().days_left()));
  notice.group = Plain(image.type());
  notice.link = image.link();

  Lines lines;
  if (!image.summary().empty()) lines.push_back(OneLine(image.summary()));
  lines.push_back(
      absl::StrCat(wording.relation, OneLine(job.interest->subscription.title()), wording.rest));
  if (!left && change.has_before() && change.has_after()) {
    std::ranges::move(DifferencesOf(change.before(), change.after()), std::back_inserter(lines));
  }
  if (!change.cause().empty()) {
    lines.push_back(absl::StrCat("Because of ", Called(change.cause(), image), "."));
  }
  if (job.gap.count > 0) lines.push_back(GapInWords(job.gap));
  notice.text = absl::StrJoin(lines, "\n");

  for (const filter::Verdict& verdict : job.interest->predicate.Explain(image)) {
    if (!verdict.matched || verdict.field == "audience") continue;
    notice.reasons.push_back(absl::StrCat("It ", OneLine(verdict.text), "."));
  }
  return notice;
}

}  // namespace clusterwire::notification
