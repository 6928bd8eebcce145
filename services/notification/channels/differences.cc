#include "services/notification/channels/differences.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/wording.h"
#include "libs/filter/predicate.h"
#include "libs/filter/titles.h"
#include "libs/text/form.h"
#include "libs/text/text.h"

namespace clusterwire::notification {
namespace {

using text::Language;
using type::v1::Facts;
using Differences = std::vector<std::string>;
using NameList = google::protobuf::RepeatedPtrField<std::string>;

// Compares two images, field by field.
class Comparer {
 public:
  Comparer(const Facts& before, const Facts& after, Language language)
      : before_(before), after_(after), language_(language) {}

  Differences Compare();

 private:
  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(language_, english, german));
  }
  // A word of a closed list, as people call it.
  std::string Word(std::string_view field, const Facts& of, const std::string& word) const {
    const std::string called = change::WordCalled(field, of.type(), word, language_);
    return called.empty() ? PlainWord(word) : called;
  }
  std::string Span(const type::v1::Period& period) const;
  // Of an event in its own local time.
  std::string When(const Facts& facts) const;
  std::string Size(const Facts& facts) const {
    return facts.has_size() ? absl::StrCat(facts.size()) : "";
  }

  void Texts(const std::string& what, const std::string& before, const std::string& after);
  // The values of a list are sorted, as in Facts. `put` gives one as a person reads it, from the
  // Facts that have it.
  template <typename Put>
  void Lists(const std::string& what, const NameList& (Facts::*list)() const, Put put);

  const Facts& before_;
  const Facts& after_;
  const Language language_;
  Differences lines_;
};

void Comparer::Texts(const std::string& what, const std::string& before, const std::string& after) {
  if (before == after) return;
  const std::string none = Say("none", "ohne");
  lines_.push_back(absl::StrCat(what, ": ", before.empty() ? none : OneLine(before), " → ",
                                after.empty() ? none : OneLine(after)));
}

template <typename Put>
void Comparer::Lists(const std::string& what, const NameList& (Facts::*list)() const, Put put) {
  std::string line;
  const auto add = [&](const char* sign, const Facts& of, const Facts& other) {
    Differences only;
    std::ranges::set_difference((of.*list)(), (other.*list)(), std::back_inserter(only));
    for (const std::string& value : only) absl::StrAppend(&line, sign, put(value, of));
  };
  add(" + ", after_, before_);
  add(" − ", before_, after_);
  if (!line.empty()) lines_.push_back(absl::StrCat(what, ":", line));
}

std::string Comparer::Span(const type::v1::Period& period) const {
  if (period.start().empty() && period.end().empty()) return "";
  const auto date = [this](const std::string& text) {
    return text.empty() ? "?" : text::DateIn(language_, text);
  };
  if (period.start() == period.end()) return date(period.start());
  return absl::StrCat(date(period.start()), Say(" to ", " bis "), date(period.end()));
}

std::string Comparer::When(const Facts& facts) const {
  const type::v1::Calendar& calendar = facts.calendar();
  if (calendar.start().empty() || calendar.whole_days()) return Span(facts.period());
  std::string when = text::LocalTimeIn(language_, calendar.start());
  // One that ends at midnight ends with the day before, at an hour that isn't known.
  if (calendar.end().ends_with("T00:00")) {
    if (facts.period().end() != facts.period().start()) {
      absl::StrAppend(&when, Say(" to ", " bis "), text::DateIn(language_, facts.period().end()));
    }
  } else if (!calendar.end().empty()) {
    absl::StrAppend(&when, Say(" to ", " bis "), text::LocalTimeIn(language_, calendar.end()));
  }
  return absl::StrCat(when, " (", calendar.time_zone(), ")");
}

Differences Comparer::Compare() {
  const auto titled = [](const std::string& value, const Facts& facts) {
    return OneLine(filter::TitleWithValue(value, facts));
  };
  const auto language = [this](const std::string& tag, const Facts&) {
    return text::LanguageName(tag, language_);
  };
  Texts(Say("Title", "Titel"), before_.title(), after_.title());
  Texts(Say("State", "Status"), Word("states", before_, before_.state()),
        Word("states", after_, after_.state()));
  Texts(Say("Kind", "Art"), Word("kinds", before_, before_.kind()),
        Word("kinds", after_, after_.kind()));
  const bool both = before_.has_calendar() && after_.has_calendar();
  Texts(Say("Period", "Zeit"), both ? When(before_) : Span(before_.period()),
        both ? When(after_) : Span(after_.period()));
  if (both) {
    const auto online = [this](const Facts& facts) {
      return facts.calendar().online() ? Say("yes", "ja") : Say("no", "nein");
    };
    Texts(Say("Place", "Ort"), before_.calendar().place(), after_.calendar().place());
    Texts("Online", online(before_), online(after_));
  }
  Texts(Say("Deadline", "Frist"), text::DateIn(language_, before_.deadline()),
        text::DateIn(language_, after_.deadline()));
  Lists(Say("Label levels", "Labelstufen"), &Facts::label_levels, titled);
  Lists(Say("Programmes", "Programme"), &Facts::programmes, CalledByTitle);
  Lists(Say("Sectors and regions", "Branchen und Regionen"), &Facts::codes, titled);
  Texts(Say("Members", "Mitglieder"), Size(before_), Size(after_));
  Lists(Say("Languages", "Sprachen"), &Facts::languages, language);
  Texts(Say("Summary", "Zusammenfassung"), SummaryIn(language_, before_),
        SummaryIn(language_, after_));
  Texts("Link", before_.link(), after_.link());
  if (lines_.size() > kMaxDifferences) lines_.resize(kMaxDifferences);
  return std::move(lines_);
}

}  // namespace

std::string OneLine(std::string_view text) {
  FieldErrors replaced;
  return absl::StrReplaceAll(text::InForm(text, type::v1::FORM_LINE, "", replaced), {{"\n", " "}});
}

std::string PlainWord(const std::string& word) { return absl::StrReplaceAll(word, {{"_", " "}}); }

std::string CalledByTitle(const std::string& name, const Facts& facts) {
  const std::string& title = filter::TitleOf(name, facts);
  return OneLine(title.empty() ? name.substr(name.rfind('/') + 1) : title);
}

std::vector<std::string> DifferencesOf(const Facts& before, const Facts& after, Language language) {
  return Comparer(before, after, language).Compare();
}

}  // namespace clusterwire::notification
