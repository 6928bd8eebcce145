#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
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

void AddFacts(const v1::Cluster& cluster, const type::v1::Facts& own, Language language,
              templates::Values& page) {
  AddFact(In(language, "Seat", "Sitz"), {PlaceIn(cluster.seat())}, page);
  AddFact(In(language, "Regions", "Regionen"), TitlesOf(cluster.regions(), own), page);
  AddFact(In(language, "Country", "Land"),
          {TitleOrValue(absl::StrCat("iso:", cluster.country()), own)}, page);
  AddFact(In(language, "Sectors", "Branchen"), TitlesOf(cluster.sectors(), own), page);
  AddFact(In(language, "Members", "Mitglieder"), MembersIn(cluster.members(), language), page);
  AddFact(In(language, "Management", "Management"), {TeamIn(cluster.management_team(), language)},
          page);
  AddFact(In(language, "Founded", "Gegründet"), {text::DateIn(language, cluster.founded())}, page);
  AddFact(In(language, "Languages", "Sprachen"),
          {cluster.languages().begin(), cluster.languages().end()}, page);
  AddFact(In(language, "Services for members", "Angebote für Mitglieder"),
          {cluster.support_services().begin(), cluster.support_services().end()}, page);
  AddFact(In(language, "Earlier names", "Frühere Namen"),
          {cluster.former_titles().begin(), cluster.former_titles().end()}, page);
  AddLinkFact(In(language, "Website", "Website"), cluster.website(), page);
}

// Their titles, as far as the page knows them; people read no resource names.
std::vector<std::string> ProgrammesOf(const PageContext& context, const type::v1::Facts& own) {
  std::vector<std::string> titles;
  const std::shared_ptr<const Choices> known = context.choices.Current();
  for (const std::string& name : own.programmes()) {
    for (const Choice& programme : known->programmes) {
      if (programme.value == name) titles.push_back(programme.In(context.question.language));
    }
  }
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

}  // namespace

absl::StatusOr<Filled> FillCluster(const PageContext& context, const std::string& name,
                                   templates::Values& page) {
  const Language language = context.question.language;
  const Resources<v1::Cluster> clusters(*context.store, ClusterRules());
  ASSIGN_OR_RETURN(const v1::Cluster cluster,
                   clusters.Get({.viewer = filter::Viewer::Public()}, name));
  if (cluster.name() != name) return Filled{"", PageOf(cluster.name(), context.question)};
  ASSIGN_OR_RETURN(const Surroundings around, SurroundingsOf(context, name));
  page.Set("TITLE", cluster.title());
  page.SetIfAny("ALSO", AlsoCalled(cluster));
  if (!cluster.summary().empty()) page.Add("PARAGRAPH").Set("TEXT", cluster.summary());
  templates::Values& actions = page.Add("ACTIONS");
  AddFollow(context, name, actions);
  if (around.own.has_point()) {
    actions.Add("ACTION")
        .Set("HREF", AddressOf("/map", {},
                               {{"lat", absl::StrCat(around.own.point().latitude())},
                                {"lon", absl::StrCat(around.own.point().longitude())},
                                {"zoom", "8"},
                                {"lang", context.question.Of("lang")}}))
        .Set("TITLE", In(language, "On the map", "Auf der Karte"));
  }
  AddFacts(cluster, around.own, language, page);
  AddFact(In(language, "Programmes", "Programme"), ProgrammesOf(context, around.own), page);
  AddList(context, In(language, "Labels", "Labels"), around.OfType("label"), page);
  AddList(context, In(language, "Memberships", "Mitgliedschaften"), around.OfType("membership"),
          page);
  AddList(context, In(language, "Events", "Veranstaltungen"), around.OfType("event"), page);
  AddList(context, In(language, "Publications", "Veröffentlichungen"), around.OfType("publication"),
          page);
  AddList(context, In(language, "Looks for partners", "Sucht Partner"),
          around.OfType("partner_request"), page);
  AddSources(context, cluster.sources(), page);
  return Filled{cluster.title()};
}

}  // namespace clusterwire::catalogue
