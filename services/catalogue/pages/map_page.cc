#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/wording.h"
#include "services/catalogue/pages/views.h"

namespace clusterwire::catalogue {
namespace {

using text::In;
using text::Language;

constexpr int kListed = 25;
constexpr size_t kNamed = 3;  // of a cell
constexpr size_t kLongestNote = 160;
constexpr double kLargestCircle = 30;

// What is asked for: clusters, where the reader didn't say.
type::v1::Filter MapFilter(const Question& question) {
  type::v1::Filter filter = question.filter;
  if (filter.types().empty()) filter.add_types("cluster");
  return filter;
}

void AddForm(const PageContext& context, templates::Values& page) {
  const Language language = context.question.language;
  const std::shared_ptr<const Choices> choices = context.choices.Current();
  AddCarried(context, {"lat", "lon", "zoom", "lang"}, page);
  page.Set("WORDS_LABEL", In(language, "Words", "Suchworte"))
      .Set("WORDS", context.question.Of("q"))
      .Set("SHOW", In(language, "Show", "Anzeigen"));
  AddSelect(context, "sector", In(language, "Sector", "Branche"), choices->sectors, page);
  AddSelect(context, "region", In(language, "Country", "Land"), choices->regions, page);
  AddSelect(context, "programme", In(language, "Programme", "Programm"), choices->programmes, page);
  AddSelect(context, "level", In(language, "Label, at least", "Label, mindestens"), choices->levels,
            page);
  AddSelect(context, "type", In(language, "What", "Was"),
            {{"cluster", "Clusters", "Cluster"}, {"event", "Events", "Veranstaltungen"}}, page);
  if (!context.question.asked.empty()) {
    page.Add("RESET")
        .Set("HREF", AddressOf("/map", {}, {{"lang", context.question.Of("lang")}}))
        .Set("TITLE", In(language, "All of Europe", "Ganz Europa"));
  }
}

void AddMoves(const PageContext& context, const Picture& picture, templates::Values& page) {
  struct Move {
    std::string_view sign, english, german;
    double right, down;
    int nearer;
  };
  static constexpr Move kMoves[] = {{"+", "Nearer", "Näher", 0, 0, 1},
                                    {"−", "Further away", "Weiter weg", 0, 0, -1},
                                    {"←", "To the west", "Nach Westen", -.4, 0, 0},
                                    {"→", "To the east", "Nach Osten", .4, 0, 0},
                                    {"↑", "To the north", "Nach Norden", 0, -.4, 0},
                                    {"↓", "To the south", "Nach Süden", 0, .4, 0}};
  const Language language = context.question.language;
  page.Set("MOVES_LABEL", In(language, "Move the map", "Karte bewegen"));
  for (const Move& move : kMoves) {
    const Picture::Spot spot = {Picture::kWidth * (.5 + move.right),
                                Picture::kHeight * (.5 + move.down)};
    page.Add("MOVE")
        .Set("HREF", AddressOf("/map", context.question,
                               picture.ViewAt(spot, context.question.view.zoom + move.nearer)))
        .Set("LABEL", In(language, move.english, move.german))
        .Set("SIGN", move.sign);
  }
}

templates::Values& AddSpot(const PageContext& context, const char* section,
                           const Picture::Spot& spot, std::string_view href, std::string_view label,
                           templates::Values& page) {
  templates::Values& shown = page.Add(section);
  if (context.brevity.Repeats()) shown.Add("TIP");
  const std::string_view address = context.brevity.Address(href);
  shown.Add(address.empty() ? "PLAIN" : "LINK").Set("HREF", address);
  return shown.Set("LABEL", label)
      .Set("X", absl::StrFormat("%.0f", spot.x))
      .Set("Y", absl::StrFormat("%.0f", spot.y));
}

// "25: Silicon Saxony, Hamburg Aviation, BioRegio and more".
std::string LabelOf(const PageContext& context, const v1::MapCell& cell, Language language) {
  std::string label = absl::StrCat(cell.count(), ": ");
  std::vector<std::string> titles;
  for (const type::v1::Facts& facts : cell.strongest()) {
    if (titles.size() == context.brevity.Items(kNamed)) break;
    titles.push_back(context.brevity.Text(facts.title()));
  }
  absl::StrAppend(&label, absl::StrJoin(titles, ", "));
  if (cell.count() > std::ssize(titles)) {
    absl::StrAppend(&label, ToAbsl(In(language, " and more", " und weitere")));
  }
  return label;
}

void AddSpots(const PageContext& context, const Picture& picture, const v1::GetMapResponse& map,
              templates::Values& page) {
  const Language language = context.question.language;
  for (const v1::MapCell& cell : map.cells()) {
    const Picture::Spot spot = picture.At(cell.latitude(), cell.longitude());
    const double radius = std::min(kLargestCircle, 9 + 3.2 * std::sqrt(cell.count()));
    AddSpot(context, "CELL", spot,
            AddressOf("/map", context.question,
                      MapView{cell.latitude(), cell.longitude(),
                              std::min(context.question.view.zoom + 2, kNearestView)}),
            LabelOf(context, cell, language), page)
        .Set("R", absl::StrFormat("%.0f", radius))
        .Set("COUNT", absl::StrCat(cell.count()));
  }
  for (const v1::Hit& hit : map.hits()) {
    AddSpot(context, "SPOT",
            picture.At(hit.facts().point().latitude(), hit.facts().point().longitude()),
            PageOf(hit.facts().name(), context.question), context.brevity.Text(hit.facts().title()),
            page);
  }
}

void AddList(const PageContext& context, const v1::SearchResponse& found, templates::Values& page) {
  const Language language = context.question.language;
  page.Set("LIST_TITLE", In(language, "List", "Liste"));
  if (found.hits().empty()) {
    page.Add("EMPTY").Set("TEXT", In(language, "Nothing is found: choose less.",
                                     "Nichts gefunden: Wählen Sie weniger aus."));
  }
  for (const v1::Hit& hit : found.hits()) {
    templates::Values& shown = page.Add("HIT");
    const std::string own = PageOf(hit.facts().name(), context.question);
    SetLink(context.brevity.Address(own.empty() ? hit.facts().link() : own),
            context.brevity.Text(hit.facts().title()), shown);
    shown.SetIfAny("NOTE", context.brevity.Text(
                               CutUtf8(change::SummaryIn(language, hit.facts()), kLongestNote)));
  }
  if (!found.next_page_token().empty()) {
    page.Add("NEXT")
        .Set("HREF", AddressOf("/map", context.question, {{"page", found.next_page_token()}}))
        .Set("TITLE", In(language, "Next page", "Nächste Seite"));
  }
}

std::string CountText(int all, int shown, Language language) {
  if (language == Language::kGerman) {
    return absl::StrCat(all, " Treffer, ", shown, " davon auf diesem Teil der Karte");
  }
  return absl::StrCat(all, all == 1 ? " result" : " results", ", ", shown,
                      " of them on this part of the map");
}

}  // namespace

absl::StatusOr<Filled> FillMap(const PageContext& context, templates::Values& page) {
  const Question& question = context.question;
  const Language language = question.language;
  v1::SearchRequest list;
  *list.mutable_filter() = MapFilter(question);
  list.set_page_size(kListed);
  list.set_page_token(question.Of("page"));
  v1::SearchResponse found;
  RETURN_IF_ERROR(context.finder.Search(filter::Viewer::Public(), list, &found));
  const Picture picture(question.view);
  v1::GetMapRequest asked;
  *asked.mutable_filter() = list.filter();
  *asked.mutable_bounds() = picture.bounds();
  asked.set_zoom(question.view.zoom);
  asked.set_singles(60);
  v1::GetMapResponse map;
  RETURN_IF_ERROR(context.finder.Map(filter::Viewer::Public(), asked, &map));

  const std::string title(In(language, "Clusters on the map", "Cluster auf der Karte"));
  page.Set("TITLE", title)
      .Set("COUNT", CountText(found.total_size(), map.total_size(), language))
      .Set("WIDTH", absl::StrCat(Picture::kWidth))
      .Set("HEIGHT", absl::StrCat(Picture::kHeight))
      .Set("MAP_LABEL", In(language, "Map: how many are where", "Karte: wie viele wo sind"))
      .Set("LAND", picture.Land())
      .Set("BORDERS", picture.Borders())
      .Set("CREDIT", In(language, "Outline: Natural Earth, public domain",
                        "Umrisse: Natural Earth, gemeinfrei"))
      .Set("DATA_HREF", AddressOf("/search.geojson", question,
                                  {{"lat", ""},
                                   {"lon", ""},
                                   {"zoom", ""},
                                   {"page", ""},
                                   {"lang", ""},
                                   {"type", list.filter().types(0)}}))
      .Set("DATA_TITLE", In(language, "These as GeoJSON", "Diese als GeoJSON"));
  AddForm(context, page);
  AddMoves(context, picture, page);
  AddSpots(context, picture, map, page);
  AddList(context, found, page);
  return Filled{title};
}

}  // namespace clusterwire::catalogue
