#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/filter/titles.h"
#include "libs/store/registry.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/pages/views.h"

namespace clusterwire::catalogue {
namespace {

using text::In;
using text::Language;

constexpr int kRows = 100;

std::string PeriodIn(const type::v1::Period& period, Language language) {
  const std::string start = text::DateIn(language, period.start());
  const std::string end = text::DateIn(language, period.end());
  if (end.empty()) return absl::StrCat(ToAbsl(In(language, "since ", "seit ")), start);
  if (start.empty()) return absl::StrCat(ToAbsl(In(language, "until ", "bis ")), end);
  return absl::StrCat(start, " – ", end);
}

void AddRow(const PageContext& context, const type::v1::Facts& label, templates::Values& page) {
  templates::Values& row = page.Add("ROW");
  const std::string cluster(store::RootOf(label.name()));
  const std::string& called = filter::TitleOf(cluster, label);
  SetLink(PageOf(cluster, context.question),
          context.brevity.Text(called.empty() ? cluster : called), row);
  const std::string& level = filter::TitleOf(label.kind_code(), label);
  row.Add("CELL").Set("TEXT", context.brevity.Text(level.empty() ? label.kind() : level));
  row.Add("CELL").Set("TEXT", PeriodIn(label.period(), context.question.language));
}

}  // namespace

absl::StatusOr<Filled> FillRegister(const PageContext& context, templates::Values& page) {
  const Question& question = context.question;
  const Language language = question.language;
  const std::string today = absl::FormatCivilTime(DayOf(context.clock.Now(), kDefaultZone));
  const std::string date = question.Of("date").empty() ? today : question.Of("date");
  v1::SearchRequest request;
  *request.mutable_filter() = question.filter;
  request.mutable_filter()->clear_types();
  request.mutable_filter()->add_types("label");
  request.mutable_filter()->mutable_period()->set_start(date);
  request.mutable_filter()->mutable_period()->set_end(date);
  request.set_page_size(kRows);
  request.set_page_token(question.Of("page"));
  v1::SearchResponse found;
  RETURN_IF_ERROR(context.finder.Search(filter::Viewer::Public(), request, &found));

  const std::string shown = text::DateIn(language, date);
  const std::string title = absl::StrCat(ToAbsl(In(language, "Labels on ", "Labels am ")), shown);
  page.Set("TITLE", title)
      .Set("DATE_LABEL", In(language, "Day", "Tag"))
      .Set("DATE", date)
      .Set("SHOW", In(language, "Show", "Anzeigen"))
      .Set("COUNT", absl::StrCat(found.total_size(),
                                 ToAbsl(In(language,
                                           " labels held on that day, as far as their "
                                           "dates are known",
                                           " Labels galten an diesem Tag, soweit ihre Daten "
                                           "bekannt sind"))));
  AddCarried(context, {"lang"}, page);
  const std::shared_ptr<const Choices> choices = context.choices.Current();
  AddSelect(context, "kind", In(language, "Level", "Stufe"), choices->levels, page);
  AddSelect(context, "region", In(language, "Country", "Land"), choices->regions, page);
  for (const std::string_view column :
       {In(language, "Cluster", "Cluster"), In(language, "Label", "Label"),
        In(language, "Valid", "Gültig")}) {
    page.Add("COLUMN").Set("TITLE", column);
  }
  for (const v1::Hit& hit : found.hits()) AddRow(context, hit.facts(), page);
  if (!found.next_page_token().empty()) {
    page.Add("NEXT")
        .Set("HREF", AddressOf("/labels", question, {{"page", found.next_page_token()}}))
        .Set("TITLE", In(language, "Next page", "Nächste Seite"));
  }
  return Filled{title};
}

}  // namespace clusterwire::catalogue
