#include "services/catalogue/resources/clusters/profile.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

#include "libs/resource/name.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"

namespace clusterwire::catalogue {
namespace {

using v1::Cluster;

constexpr int kMostPlayers = 50;

void CheckCounts(const Cluster& cluster, FieldErrors& errors) {
  const v1::MemberCounts& members = cluster.members();
  const auto check = [&](const char* field, bool has, int count) {
    CheckAtLeast(PathTo("cluster.members", field), has, count, 0, errors);
  };
  check("total", members.has_total(), members.total());
  check("smes", members.has_smes(), members.smes());
  check("large_companies", members.has_large_companies(), members.large_companies());
  check("research_organisations", members.has_research_organisations(),
        members.research_organisations());
  check("others", members.has_others(), members.others());
  check("start_ups", members.has_start_ups(), members.start_ups());
  check("civil_society", members.has_civil_society(), members.civil_society());
  if (members.has_smes() && members.has_start_ups() && members.start_ups() > members.smes()) {
    errors.Add("cluster.members.start_ups",
               absl::StrCat(members.start_ups(), " are more than the ", members.smes(),
                            " SMEs that they are among"));
  }
  const v1::ManagementTeam& team = cluster.management_team();
  CheckAtLeast("cluster.management_team.full_time_equivalents", team.has_full_time_equivalents(),
               team.full_time_equivalents(), 0, errors);
  CheckAtLeast("cluster.management_team.staff_min", team.has_staff_min(), team.staff_min(), 0,
               errors);
  CheckAtLeast("cluster.management_team.staff_max", team.has_staff_max(), team.staff_max(),
               team.has_staff_min() ? team.staff_min() : 0, errors);
}

void CheckPlayers(const Cluster& cluster, const Context& context, FieldErrors& errors) {
  const auto& players = cluster.major_players();
  if (players.size() > kMostPlayers) {
    errors.Add("cluster.major_players", absl::StrCat(players.size(), " of at most ", kMostPlayers));
  }
  for (int i = 0; i < std::min(players.size(), kMostPlayers); ++i) {
    const std::string path = PathTo("cluster", "major_players", i);
    CheckTitle(PathTo(path, "title"), players[i].title(), errors);
    CheckEnum(PathTo(path, "kind"), players[i].kind(), errors);
    CheckUri(PathTo(path, "link"), players[i].link(), errors);
    CheckNamed(PathTo(path, "organisation"), "organisations/{organisation}",
               players[i].organisation(), context, errors);
    if (cluster.state() != Cluster::STATE_DRAFT) {
      CheckPublicName(PathTo(path, "organisation"), players[i].organisation(), context, errors);
    }
  }
}

void CheckTicked(const Cluster& cluster, FieldErrors& errors) {
  std::set<int> seen;
  for (int i = 0; i < cluster.ticked_services_size(); ++i) {
    const std::string path = PathTo("cluster", "ticked_services", i);
    CheckRequiredEnum(path, cluster.ticked_services(i), errors);
    if (!seen.insert(cluster.ticked_services(i)).second) errors.Add(path, "is there twice");
  }
}

bool HasRole(const Cluster& cluster, type::v1::PersonRole role) {
  return std::ranges::any_of(cluster.contacts(),
                             [&](const auto& contact) { return contact.role() == role; });
}

// A part of a full profile: where it stands, and whether this one has it.
struct Part {
  const char* path;
  bool (*has)(const Cluster&);
};

constexpr Part kParts[] = {
    {"summary", [](const Cluster& c) { return !c.summary().empty(); }},
    {"regions", [](const Cluster& c) { return !c.regions().empty(); }},
    {"seat", [](const Cluster& c) { return !c.seat().city().empty() || c.seat().has_point(); }},
    {"website", [](const Cluster& c) { return !c.website().empty(); }},
    {"founded", [](const Cluster& c) { return !c.founded().empty(); }},
    {"management_team.staff_min",
     [](const Cluster& c) { return c.management_team().has_staff_min(); }},
    {"languages", [](const Cluster& c) { return !c.languages().empty(); }},
    {"sectors", [](const Cluster& c) { return !c.sectors().empty(); }},
    {"technology_fields", [](const Cluster& c) { return !c.technology_fields().empty(); }},
    {"s3_priorities", [](const Cluster& c) { return !c.s3_priorities().empty(); }},
    {"emerging_industries", [](const Cluster& c) { return !c.emerging_industries().empty(); }},
    {"members.total", [](const Cluster& c) { return c.members().has_total(); }},
    {"members.smes", [](const Cluster& c) { return c.members().has_smes(); }},
    {"members.large_companies", [](const Cluster& c) { return c.members().has_large_companies(); }},
    {"members.research_organisations",
     [](const Cluster& c) { return c.members().has_research_organisations(); }},
    {"ticked_services",
     [](const Cluster& c) {
       return !c.ticked_services().empty() || !c.support_services().empty();
     }},
    {"major_players", [](const Cluster& c) { return !c.major_players().empty(); }},
    {"strategy", [](const Cluster& c) { return !c.strategy().empty(); }},
    {"contacts:PERSON_ROLE_CLUSTER_MANAGER",
     [](const Cluster& c) { return HasRole(c, type::v1::PERSON_ROLE_CLUSTER_MANAGER); }},
    {"contacts:PERSON_ROLE_ECCP_RESPONSIBLE",
     [](const Cluster& c) { return HasRole(c, type::v1::PERSON_ROLE_ECCP_RESPONSIBLE); }},
    {"contacts:PERSON_ROLE_INTERNATIONALISATION",
     [](const Cluster& c) { return HasRole(c, type::v1::PERSON_ROLE_INTERNATIONALISATION); }},
};

}  // namespace

void CheckProfile(const Cluster& cluster, const Context& context, FieldErrors& errors) {
  CheckCounts(cluster, errors);
  resource::CheckText(errors, "cluster.native_title", cluster.native_title(), 0, 200);
  const auto check = [&](const char* path, const Strings& codes) {
    CheckCodes(path, codes, v1::Taxonomy::SUBJECT_SECTOR, context.book, errors);
  };
  check("cluster.technology_fields", cluster.technology_fields());
  check("cluster.s3_priorities", cluster.s3_priorities());
  check("cluster.emerging_industries", cluster.emerging_industries());
  check("cluster.specialisations", cluster.specialisations());
  CheckTexts("cluster.other_labels", cluster.other_labels(), 20, 200, errors);
  CheckTexts("cluster.networks", cluster.networks(), 50, 200, errors);
  CheckTicked(cluster, errors);
  CheckPlayers(cluster, context, errors);
  resource::CheckText(errors, "cluster.strategy", cluster.strategy(), 0, 10'000);
}

Completeness CompletenessOf(const Cluster& cluster) {
  Completeness completeness;
  for (const Part& part : kParts) {
    if (!part.has(cluster)) completeness.missing.emplace_back(part.path);
  }
  constexpr int kAll = std::size(kParts);
  completeness.percent = 100 * (kAll - static_cast<int>(completeness.missing.size())) / kAll;
  return completeness;
}

void ShowCompleteness(Cluster* cluster) {
  const Completeness completeness = CompletenessOf(*cluster);
  cluster->set_completeness(completeness.percent);
  cluster->mutable_missing_fields()->Assign(completeness.missing.begin(),
                                            completeness.missing.end());
}

}  // namespace clusterwire::catalogue
