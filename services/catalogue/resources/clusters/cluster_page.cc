#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/pages/resource_parts.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"

namespace clusterwire::catalogue {
namespace {

using text::In;
using text::Language;

std::string Counted(int count, Language language, std::string_view english,
                    std::string_view german) {
  return absl::StrCat(count, " ", ToAbsl(In(language, english, german)));
}

std::vector<std::string> MembersIn(const v1::MemberCounts& members, Language language) {
  std::vector<std::string> said;
  if (members.has_total())
    said.push_back(Counted(members.total(), language, "in all", "insgesamt"));
  if (members.has_smes()) {
    said.push_back(Counted(members.smes(), language, "small and medium-sized enterprises",
                           "kleine und mittlere Unternehmen"));
  }
  if (members.has_large_companies()) {
    said.push_back(
        Counted(members.large_companies(), language, "large companies", "große Unternehmen"));
  }
  if (members.has_research_organisations()) {
    said.push_back(Counted(members.research_organisations(), language, "research organisations",
                           "Forschungseinrichtungen"));
  }
  if (members.has_others()) {
    said.push_back(Counted(members.others(), language, "others", "andere"));
  }
  return said;
}

std::string TeamIn(const v1::ManagementTeam& team, Language language) {
  if (team.has_full_time_equivalents()) {
    return absl::StrCat(team.full_time_equivalents(),
                        ToAbsl(In(language, " full-time equivalents", " Vollzeitstellen")));
  }
  if (!team.has_staff_min() && !team.has_staff_max()) return "";
  if (team.staff_min() == team.staff_max() || !team.has_staff_max()) {
    return absl::StrCat(team.staff_min(), ToAbsl(In(language, " people", " Personen")));
  }
  return absl::StrCat(team.staff_min(), "–", team.staff_max(),
                      ToAbsl(In(language, " people", " Personen")));
}

void AddFacts(const PageContext& context, const v1::Cluster& cluster, const type::v1::Facts& own,
              templates::Values& page) {
  const Language language = context.question.language;
  AddFact(context, In(language, "Seat", "Sitz"), {PlaceIn(cluster.seat())}, page);
  AddFact(context, In(language, "Regions", "Regionen"), TitlesOf(context, cluster.regions(), own),
          page);
  AddFact(context, In(language, "Country", "Land"),
          {TitleOrValue(context, absl::StrCat("iso:", cluster.country()), own)}, page);
  AddFact(context, In(language, "Sectors", "Branchen"), TitlesOf(context, cluster.sectors(), own),
          page);
  AddFact(context, In(language, "Members", "Mitglieder"), MembersIn(cluster.members(), language),
          page);
  AddFact(context, In(language, "Management", "Management"),
          {TeamIn(cluster.management_team(), language)}, page);
  AddFact(context, In(language, "Founded", "Gegründet"),
          {text::DateIn(language, cluster.founded())}, page);
  AddFact(context, In(language, "Languages", "Sprachen"),
          {cluster.languages().begin(), cluster.languages().end()}, page);
  AddFact(context, In(language, "Services for members", "Angebote für Mitglieder"),
          {cluster.support_services().begin(), cluster.support_services().end()}, page);
  AddFact(context, In(language, "Earlier names", "Frühere Namen"),
          {cluster.former_titles().begin(), cluster.former_titles().end()}, page);
  AddLinkFact(context, In(language, "Website", "Website"), cluster.website(), page);
}

// Their titles: people read no resource names.
absl::StatusOr<std::vector<std::string>> ProgrammesOf(const PageContext& context,
                                                      const type::v1::Facts& own) {
  constexpr int kMostProgrammes = 50;
  std::vector<std::string> titles;
  if (own.programmes().empty()) return titles;
  v1::SearchRequest request;
  request.mutable_filter()->add_types("programme");
  for (const std::string& name : own.programmes()) {
    if (request.filter().names_size() < kMostProgrammes) {
      request.mutable_filter()->add_names(name);
    }
  }
  v1::SearchResponse found;
  RETURN_IF_ERROR(context.finder.Search(filter::Viewer::Public(), request, &found));
  for (const v1::Hit& hit : found.hits()) titles.push_back(hit.facts().title());
  return titles;
}

std::string AlsoCalled(const v1::Cluster& cluster) {
  std::vector<std::string> names;
  if (!cluster.acronym().empty()) names.push_back(cluster.acronym());
  for (const auto& title : cluster.localized_titles()) {
    if (title.text() != cluster.title()) names.push_back(title.text());
  }
  return absl::StrJoin(names, " · ");
}

// That it is no more, and who carries on its work.
void AddEnd(const PageContext& context, const v1::Cluster& cluster, templates::Values& page) {
  if (cluster.state() != v1::Cluster::STATE_ENDED) return;
  const Language language = context.question.language;
  page.SetIfAny("BANNER", absl::StrCat(ToAbsl(In(language, "This organisation ended: ",
                                                 "Diese Organisation ist beendet: ")),
                                       text::DateIn(language, cluster.ended())));
  if (cluster.successor().empty()) return;
  SetLink(PageOf(cluster.successor(), context.question),
          In(language, "another cluster", "ein anderes Cluster"),
          page.Add("FACT")
              .Set("LABEL", In(language, "Work carried on by", "Arbeit fortgeführt durch"))
              .Add("VALUE"));
}

type::v1::Filter OfType(const char* type) {
  type::v1::Filter filter;
  filter.add_types(type);
  return filter;
}

absl::Status AddLists(const PageContext& context, const std::string& name,
                      templates::Values& page) {
  type::v1::Filter coming = OfType("event"), earlier = OfType("event");
  coming.mutable_period()->set_start(
      absl::FormatCivilTime(DayOf(context.clock.Now(), kDefaultZone)));
  *earlier.add_none_of() = coming;
  type::v1::Filter requests = OfType("partner_request");
  requests.add_states("open");
  struct List {
    std::string_view english, german;
    type::v1::Filter which;
  };
  const List lists[] = {{"Labels", "Labels", OfType("label")},
                        {"Memberships", "Mitgliedschaften", OfType("membership")},
                        {"Coming events", "Kommende Veranstaltungen", coming},
                        {"Earlier events", "Frühere Veranstaltungen", earlier},
                        {"Publications", "Veröffentlichungen", OfType("publication")},
                        {"Looks for partners", "Sucht Partner", requests}};
  for (const List& list : lists) {
    RETURN_IF_ERROR(AddList(context, In(context.question.language, list.english, list.german), name,
                            list.which, page));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Filled> FillCluster(const PageContext& context, const std::string& name,
                                   templates::Values& page) {
  const Language language = context.question.language;
  const Resources<v1::Cluster> clusters(*context.store, ClusterRules());
  ASSIGN_OR_RETURN(const v1::Cluster cluster,
                   clusters.Get({.viewer = filter::Viewer::Public()}, name));
  if (cluster.name() != name) return Filled{"", PageOf(cluster.name(), context.question)};
  ASSIGN_OR_RETURN(const type::v1::Facts own, FactsOf(context, name));
  page.Set("TITLE", cluster.title());
  page.SetIfAny("ALSO", AlsoCalled(cluster));
  AddEnd(context, cluster, page);
  if (!cluster.summary().empty()) page.Add("PARAGRAPH").Set("TEXT", cluster.summary());
  templates::Values& actions = page.Add("ACTIONS");
  AddFollow(context, name, actions);
  if (own.has_point()) {
    actions.Add("ACTION")
        .Set("HREF", AddressOf("/map", {},
                               {{"lat", absl::StrCat(own.point().latitude())},
                                {"lon", absl::StrCat(own.point().longitude())},
                                {"zoom", "8"},
                                {"lang", context.question.Of("lang")}}))
        .Set("TITLE", In(language, "On the map", "Auf der Karte"));
  }
  AddFacts(context, cluster, own, page);
  ASSIGN_OR_RETURN(const std::vector<std::string> programmes, ProgrammesOf(context, own));
  AddFact(context, In(language, "Programmes", "Programme"), programmes, page);
  RETURN_IF_ERROR(AddLists(context, name, page));
  AddSources(context, cluster.sources(), page);
  return Filled{cluster.title()};
}

}  // namespace clusterwire::catalogue
