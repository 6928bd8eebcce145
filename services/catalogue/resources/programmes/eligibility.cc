#include "services/catalogue/resources/programmes/eligibility.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/facts/facts.h"
#include "services/catalogue/resources/programmes/judgement.h"

namespace clusterwire::catalogue {
namespace {

using v1::Criterion;
using v1::Verdict;

struct Applicant {
  v1::Cluster cluster;
  facts::Facts facts;
};

absl::StatusOr<Applicant> ReadApplicant(const store::Reader& reader, std::string_view name) {
  ASSIGN_OR_RETURN(v1::Cluster cluster, reader.Get<v1::Cluster>(name));
  ASSIGN_OR_RETURN(std::optional<facts::Facts> facts, facts::Get(reader, name));
  if (store::IsDeleted(cluster) || !facts) return NotFoundError(name);
  return Applicant{std::move(cluster), *std::move(facts)};
}

// How a request states a field that a verdict misses.
struct Line {
  std::string_view path;  // in Cluster
  const char* head;       // the message that it is in; empty: the cluster itself
  const char* text;
};
constexpr Line kLines[] = {
    {"management_team.full_time_equivalents", "management_team",
     R"("full_time_equivalents": NUMBER)"},
    {"members.total", "members", R"("total": NUMBER)"},
    {"members.smes", "members", R"("smes": NUMBER)"},
    {"members.large_companies", "members", R"("large_companies": NUMBER)"},
    {"members.research_organisations", "members", R"("research_organisations": NUMBER)"},
    {"members.others", "members", R"("others": NUMBER)"},
    {"seat.point", "seat",
     R"("point": {"latitude": DEGREES, "longitude": DEGREES, "precision": "POINT_PRECISION_CITY"})"},
    {"support_services", "", R"("support_services": ["WORDS"])"},
    {"languages", "", R"("languages": ["LANGUAGE"])"},
    {"sectors", "", R"("sectors": ["LIST:CODE"])"},
    {"regions", "", R"("regions": ["LIST:CODE"])"},
    {"external_ids", "", R"("external_ids": [{"scheme": "REGISTER", "id": "ID"}])"},
};

std::string IdsOf(const google::protobuf::RepeatedPtrField<std::string>& programmes) {
  return absl::StrJoin(programmes, " or ", [](std::string* out, const std::string& name) {
    absl::StrAppend(out, name.substr(name.find('/') + 1));
  });
}

std::string RemedyOf(const Verdict& verdict, const Criterion& criterion,
                     const std::string& cluster) {
  std::vector<std::string> ways;
  if (!verdict.missing_fields().empty()) {
    ways.push_back(absl::StrCat("ClusterService/UpdateCluster states it: ",
                                RequestStating(cluster, {verdict.missing_fields().begin(),
                                                         verdict.missing_fields().end()})));
  }
  if (verdict.outcome() == Verdict::OUTCOME_BY_HAND) {
    ways.emplace_back("the office looks at it when it assesses the application");
  }
  const bool open = verdict.outcome() == Verdict::OUTCOME_NOT_MET ||
                    verdict.outcome() == Verdict::OUTCOME_UNKNOWN ||
                    verdict.outcome() == Verdict::OUTCOME_BY_HAND;
  if (open && criterion.waivable()) ways.emplace_back("the office may waive it, with a reason");
  if (open && !criterion.waived_for_members_of().empty()) {
    ways.push_back(
        absl::StrCat("it is waived for members of ", IdsOf(criterion.waived_for_members_of())));
  }
  return absl::StrJoin(ways, "; ");
}

void Take(Judgement judgement, const Applicant& applicant, Verdict* verdict) {
  verdict->set_outcome(judgement.outcome);
  verdict->set_reason(absl::StrCat(applicant.cluster.title(), " ", judgement.reason));
  std::ranges::sort(judgement.missing);
  for (std::string& path : judgement.missing) {
    const auto& named = verdict->missing_fields();
    if (named.empty() || *named.rbegin() != path) verdict->add_missing_fields(std::move(path));
  }
}

// What isn't met as it stands isn't asked of a member of one of the programmes.
void WaiveForMembers(const Criterion& criterion, const Applicant& applicant, Verdict* verdict) {
  if (verdict->outcome() == Verdict::OUTCOME_MET) return;
  for (const std::string& programme : criterion.waived_for_members_of()) {
    const auto& member_of = applicant.facts.programmes();
    if (std::ranges::find(member_of, programme) == member_of.end()) continue;
    verdict->set_outcome(Verdict::OUTCOME_WAIVED);
    verdict->set_reason(absl::StrCat("waived for members of ",
                                     programme.substr(programme.find('/') + 1),
                                     "; else: ", verdict->reason()));
    verdict->clear_missing_fields();
    return;
  }
}

Verdict VerdictOn(const Criterion& criterion, const Applicant& applicant, const CodeBook& book) {
  Verdict verdict;
  verdict.set_criterion(criterion.id());
  verdict.set_title(criterion.title());
  verdict.set_group(criterion.group());
  verdict.set_waivable(criterion.waivable());
  switch (criterion.check_case()) {
    case Criterion::kFilter:
      Take(JudgeFilter(criterion.filter(), applicant.facts, book), applicant, &verdict);
      break;
    case Criterion::kMeasure:
      Take(JudgeMeasure(applicant.cluster, criterion.measure(), criterion.minimum()), applicant,
           &verdict);
      break;
    default:  // by hand; what a newer release may check otherwise, too
      verdict.set_outcome(Verdict::OUTCOME_BY_HAND);
      verdict.set_reason("the office looks at it by hand");
  }
  WaiveForMembers(criterion, applicant, &verdict);
  verdict.set_remedy(RemedyOf(verdict, criterion, applicant.cluster.name()));
  return verdict;
}

}  // namespace

std::string RequestStating(const std::string& cluster, const std::vector<std::string>& missing) {
  std::string fields;
  for (const Line& first : kLines) {
    const bool asked = std::ranges::find(missing, first.path) != missing.end();
    if (asked && first.head[0] == '\0') absl::StrAppend(&fields, ", ", first.text);
  }
  for (const char* head : {"management_team", "members", "seat"}) {
    std::vector<std::string> inside;
    for (const Line& line : kLines) {
      const bool asked = std::ranges::find(missing, line.path) != missing.end();
      if (asked && std::string_view(line.head) == head) inside.emplace_back(line.text);
    }
    if (inside.empty()) continue;
    absl::StrAppend(&fields, ", \"", head, "\": {", absl::StrJoin(inside, ", "), "}");
  }
  return absl::StrCat("{\"cluster\": {\"name\": \"", cluster, "\"", fields, "}}");
}

absl::StatusOr<std::vector<Verdict>> VerdictsOf(const store::Reader& reader, const CodeBook& book,
                                                const v1::Programme& programme,
                                                std::string_view cluster) {
  ASSIGN_OR_RETURN(const Applicant applicant, ReadApplicant(reader, cluster));
  std::vector<Verdict> verdicts;
  for (const Criterion& criterion : programme.criteria()) {
    verdicts.push_back(VerdictOn(criterion, applicant, book));
  }
  return verdicts;
}

absl::StatusOr<Verdict> VerdictOf(const store::Reader& reader, const CodeBook& book,
                                  const type::v1::Filter& filter, std::string_view cluster) {
  ASSIGN_OR_RETURN(const Applicant applicant, ReadApplicant(reader, cluster));
  Verdict verdict;
  Take(JudgeFilter(filter, applicant.facts, book), applicant, &verdict);
  verdict.set_remedy(RemedyOf(verdict, Criterion::default_instance(), applicant.cluster.name()));
  return verdict;
}

}  // namespace clusterwire::catalogue
